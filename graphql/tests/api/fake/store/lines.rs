//! Contents of three lines, one of the session's version each.

use super::Store;
use atelier_application::ports::log_files::Contents;
use atelier_application::ports::log_format::{LogFormat, LogReader, ParsedLog};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::VersionId;
use atelier_domain::time::PlantZone;
use chrono::NaiveDate;
use futures_util::StreamExt;
use futures_util::stream::iter;
use std::collections::BTreeSet;

/// Version 4 is lost.
pub(super) fn contents(asked: StoreResult<()>, versions: &[VersionId]) -> Contents {
    let content = |version: &VersionId| Ok((*version, format!("one of {version}\ntwo\nthree").into_bytes()));
    match asked {
        Ok(()) => iter(versions.iter().filter(|version| version.0 != 4).map(content).collect::<Vec<_>>()).boxed(),
        Err(error) => iter([Err(error)]).boxed(),
    }
}

impl LogFormat for Store {
    fn reader(&self, _: PlantZone, _: Option<NaiveDate>) -> Box<dyn LogReader> {
        panic!("queries read single lines only")
    }

    fn parse<'a>(&self, _: &'a [u8], _: PlantZone, _: Option<NaiveDate>, _: bool) -> ParsedLog<'a> {
        ParsedLog::default()
    }

    fn texts(&self, content: &[u8], numbers: &BTreeSet<u32>) -> Vec<(u32, String)> {
        self.calls.lock().unwrap().push("texts");
        let content = std::str::from_utf8(content).unwrap();
        let lines = (1..).zip(content.lines()).filter(|(number, _)| numbers.contains(number));
        lines.map(|(number, line)| (number, line.to_owned())).collect()
    }
}
