//! The state of a stream between two days, as text in `etat_flux`.

use atelier_domain::event::Source;
use atelier_domain::ids::{LogFileId, VersionId};
use atelier_domain::interval::Interval;
use atelier_domain::session::{Carry, JobKey, LoadedJob, LoggedWait, OpenStop};
use atelier_domain::time::{Instant, ProductionDay};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
struct StoredCarry {
    last: Option<i64>,
    stop: Option<(i64, StoredPlace)>,
    job: Option<(NaiveDate, u32)>,
    /// The bar's reference; nothing in states of before it was kept.
    #[serde(default)]
    reference: Option<String>,
    waits: Vec<(i64, i64, StoredPlace)>,
}

/// File, version, line.
#[derive(Serialize, Deserialize)]
struct StoredPlace(i64, i64, u32);

impl From<Source> for StoredPlace {
    fn from(source: Source) -> Self {
        Self(source.file.0, source.version.0, source.line)
    }
}

impl From<StoredPlace> for Source {
    fn from(StoredPlace(file, version, line): StoredPlace) -> Self {
        Self { file: LogFileId(file), version: VersionId(version), line }
    }
}

pub(super) fn write(carry: &Carry) -> String {
    let stored = StoredCarry {
        last: carry.last.map(|at| at.0),
        stop: carry.stop.map(|stop| (stop.since.0, stop.source.into())),
        job: carry.job.as_ref().map(|job| (job.key.day.0, job.key.number)),
        reference: carry.job.as_ref().map(|job| job.reference.clone()),
        waits: carry
            .waits
            .iter()
            .map(|wait| (wait.interval.start().0, wait.interval.end().0, wait.source.into()))
            .collect(),
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

/// What the text of a state is like (as `LIKE` has it) that names a bar of `day`.
pub(crate) fn naming_bar_of(day: ProductionDay) -> String {
    format!("%\"job\":[\"{day}\",%")
}

pub(crate) fn read(text: &str) -> Result<Carry, serde_json::Error> {
    let stored: StoredCarry = serde_json::from_str(text)?;
    let wait = |(start, end, source): (i64, i64, StoredPlace)| LoggedWait {
        interval: Interval::new(Instant(start), Instant(end)),
        source: source.into(),
    };
    let reference = stored.reference.unwrap_or_default();
    Ok(Carry {
        last: stored.last.map(Instant),
        stop: stored.stop.map(|(since, source)| OpenStop { since: Instant(since), source: source.into() }),
        job: stored.job.map(|(day, number)| LoadedJob { key: JobKey { day: ProductionDay(day), number }, reference }),
        waits: stored.waits.into_iter().map(wait).collect(),
    })
}
