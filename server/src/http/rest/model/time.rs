//! Instants and dates, written as GraphQL writes them.

use atelier_domain::time::{Instant, ProductionDay};
use chrono::SecondsFormat;
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

/// A point in time: RFC 3339 in UTC, with `Z`, and with milliseconds where there are any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = DateTime, example = "2025-05-28T04:02:11Z")]
pub(crate) struct DateTime(pub(crate) Instant);

impl DateTime {
    /// As a text.
    pub(crate) fn text(self) -> String {
        self.0.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

/// A date local to the plant: `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(value_type = String, format = Date, example = "2025-05-28")]
pub(crate) struct Date(pub(crate) ProductionDay);

impl Date {
    /// As a text.
    pub(crate) fn text(self) -> String {
        self.0.0.format("%Y-%m-%d").to_string()
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}
