//! `[limits]`

use super::error::ConfigError;
use super::keys::{LIMIT_BATCH, LIMIT_BODY, LIMIT_COMPLEXITY, LIMIT_DEPTH, LIMIT_PAGE};
use super::values::{Values, number};
use atelier_graphql::Limits;

/// What a request may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LimitsConfig {
    /// Of a GraphQL request.
    pub(crate) graphql: Limits,
    /// Bytes of a request's body.
    pub(crate) body: usize,
}

impl LimitsConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let default = Limits::default();
        let graphql = Limits {
            page: values.parse(&LIMIT_PAGE, number(1, 10_000))?.unwrap_or(default.page),
            depth: values.parse(&LIMIT_DEPTH, number(1, 100))?.unwrap_or(default.depth),
            complexity: values.parse(&LIMIT_COMPLEXITY, number(1, 1_000_000_000))?.unwrap_or(default.complexity),
            batch: values.parse(&LIMIT_BATCH, number(1, 1_000))?.unwrap_or(default.batch),
        };
        Ok(Self { graphql, body: values.parse(&LIMIT_BODY, number(1, 65_536))?.unwrap_or(256) * 1024 })
    }
}
