//! `[retention]`

use super::error::ConfigError;
use super::ftp::Schedule;
use super::keys::{RETENTION_ARCHIVE, RETENTION_DETAILS, RETENTION_RAW, RETENTION_SCHEDULE};
use super::values::Values;
use atelier_application::retention::Keep;
use std::path::PathBuf;

/// A hundred years.
const LONGEST: u32 = 36_500;

/// For how long things are kept, and where what is removed goes first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RetentionConfig {
    /// For how long.
    pub(crate) keep: Keep,
    /// A folder.
    pub(crate) archive: Option<PathBuf>,
    /// When `serve` removes what is older.
    pub(crate) schedule: Schedule,
}

impl RetentionConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let schedule = match values.parse(&RETENTION_SCHEDULE, Schedule::of)? {
            Some(schedule) => schedule,
            None => Schedule::of("30 3 * * *").map_err(|remedy| values.invalid(&RETENTION_SCHEDULE, remedy))?,
        };
        Ok(Self {
            keep: Keep {
                details: values.parse(&RETENTION_DETAILS, days)?.flatten(),
                raw: values.parse(&RETENTION_RAW, days)?.flatten(),
            },
            archive: values.text(&RETENTION_ARCHIVE).map(PathBuf::from),
            schedule,
        })
    }

    /// What people may be told.
    pub(crate) fn label(&self) -> String {
        let days = |days: Option<u32>| days.map_or_else(|| "for ever".to_owned(), |days| format!("for {days} days"));
        let archive = match &self.archive {
            Some(folder) => format!("what goes is archived in {}", folder.display()),
            None => "what goes is not archived".to_owned(),
        };
        format!("details are kept {}, raw bytes {}; {archive}", days(self.keep.details), days(self.keep.raw))
    }
}

/// A number of days, such as `730d`, or `off`.
fn days(text: &str) -> Result<Option<u32>, String> {
    if text.eq_ignore_ascii_case("off") {
        return Ok(None);
    }
    let number = text.strip_suffix('d').and_then(|number| number.trim().parse().ok());
    match number {
        Some(number) if (1..=LONGEST).contains(&number) => Ok(Some(number)),
        _ => Err(format!("write `off`, or a number of days from 1d to {LONGEST}d, such as `730d`")),
    }
}
