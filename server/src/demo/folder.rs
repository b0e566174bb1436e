//! The plant's folder of logs on disk: past days whole, today's growing.
//!
//! The length of a file is the only record of what was written, so that the folder may be kept and taken up
//! again by a later run, even days after.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::{Days, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;

use super::daylog::DayLog;
use super::generator::day;
use super::machines::{MACHINES, Machine};
use super::shifts::{FIRST_SHIFT, Hours};

/// The folder and the logs of the day being lived.
pub(super) struct Folder {
    root: PathBuf,
    zone: Tz,
    seed: u64,
    date: NaiveDate,
    today: Vec<(PathBuf, DayLog)>,
}

impl Folder {
    /// Writes `days` past days and what is due of today's at `local`. What is there already is continued; files
    /// that another seed wrote are refused.
    pub(super) fn open(root: &Path, zone: Tz, days: u32, seed: u64, local: NaiveDateTime) -> anyhow::Result<Self> {
        for machine in &MACHINES {
            let folder = root.join(machine.folder);
            fs::create_dir_all(&folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
        }
        let mut folder = Self { root: root.to_owned(), zone, seed, date: local.date(), today: Vec::new() };
        for date in (1..=days).rev().filter_map(|ago| folder.date.checked_sub_days(Days::new(ago.into()))) {
            folder.write_past(date)?;
        }
        folder.begin_today(local)?;
        for (path, log) in &folder.today {
            extend(path, log.until(local)).with_context(|| cannot_write(path))?;
        }
        Ok(folder)
    }

    /// Appends what is due at `local`, and goes on to the next days once they begin.
    pub(super) fn write_due(&mut self, local: NaiveDateTime) -> anyhow::Result<()> {
        while self.date < local.date() {
            for (path, log) in &self.today {
                extend(path, log.bytes()).with_context(|| cannot_write(path))?;
            }
            let Some(next) = self.date.succ_opt() else {
                break;
            };
            if next < local.date() {
                self.write_past(next)?;
                self.today.clear();
                self.date = next;
            } else {
                self.begin_today(local)?;
            }
        }
        for (path, log) in &self.today {
            let have = length(path).with_context(|| cannot_write(path))?;
            let due = log.until_caught_writing(local, have);
            extend(path, due).with_context(|| cannot_write(path))?;
        }
        Ok(())
    }

    fn write_past(&self, date: NaiveDate) -> anyhow::Result<()> {
        for machine in &MACHINES {
            let usual = Hours::usual(self.seed, machine, date);
            let (path, log) = self.continued(machine, date, usual)?;
            if let Some(log) = log {
                extend(&path, log.bytes()).with_context(|| cannot_write(&path))?;
            }
        }
        Ok(())
    }

    fn begin_today(&mut self, local: NaiveDateTime) -> anyhow::Result<()> {
        let hours = Hours::live(Hours::live_from(self.zone, local));
        let mut today = Vec::new();
        for machine in &MACHINES {
            let (path, log) = self.continued(machine, local.date(), Some(hours))?;
            today.extend(log.map(|log| (path, log)));
        }
        self.today = today;
        self.date = local.date();
        Ok(())
    }

    /// The file of a date and the log that belongs in it: with the hours wanted, or those with which an earlier
    /// run began the file.
    fn continued(
        &self,
        machine: &'static Machine,
        date: NaiveDate,
        wanted: Option<Hours>,
    ) -> anyhow::Result<(PathBuf, Option<DayLog>)> {
        let path = self.root.join(machine.folder).join(date.format("%Y%m%d.LOG").to_string());
        let written = match fs::read(&path) {
            Ok(written) => written,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let log = |hours: Hours| day(self.seed, machine, date, hours);
        if written.is_empty() {
            return Ok((path, wanted.map(log)));
        }
        let found = wanted
            .into_iter()
            .chain((0..=FIRST_SHIFT).map(Hours::live))
            .map(log)
            .find(|log| log.bytes().starts_with(&written));
        match found {
            Some(log) => Ok((path, Some(log))),
            None => bail!(
                "{} was not written by a demo with seed {}: use the seed it was made with, or an empty folder",
                path.display(),
                self.seed
            ),
        }
    }
}

/// Appends to a file what it lacks of `content`, of which it holds a beginning.
fn extend(path: &Path, content: &[u8]) -> io::Result<()> {
    let have = length(path)?;
    match content.get(have..) {
        Some(missing) if !missing.is_empty() => {
            OpenOptions::new().create(true).append(true).open(path)?.write_all(missing)
        }
        _ => Ok(()),
    }
}

fn length(path: &Path) -> io::Result<usize> {
    match fs::metadata(path) {
        Ok(metadata) => Ok(usize::try_from(metadata.len()).unwrap_or(usize::MAX)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
        Err(error) => Err(error),
    }
}

fn cannot_write(path: &Path) -> String {
    format!("cannot write {}", path.display())
}
