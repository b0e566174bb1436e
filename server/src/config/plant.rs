//! `[plant]`

use super::error::ConfigError;
use super::keys::{PLANT_TIMEZONE, PRODUCTION_DAY_START};
use super::values::Values;
use atelier_domain::time::PlantZone;
use chrono::NaiveTime;
use chrono_tz::Tz;

/// What the plant's clock says, and when its days start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PlantConfig {
    /// Both of it.
    pub(crate) zone: PlantZone,
}

impl PlantConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let zone = values.parse(&PLANT_TIMEZONE, |text| {
            text.parse::<Tz>().map_err(|_| "write an IANA zone name, such as `Europe/Paris`".to_owned())
        })?;
        let start = values.parse(&PRODUCTION_DAY_START, |text| {
            NaiveTime::parse_from_str(text, "%H:%M").map_err(|_| "write a local time such as `05:00`".to_owned())
        })?;
        Ok(Self { zone: PlantZone::new(zone.unwrap_or(Tz::Europe__Paris), start.unwrap_or(NaiveTime::MIN)) })
    }
}
