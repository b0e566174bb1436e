//! The demonstration plant: three machines that never existed, their logs, and an FTP server to fetch them from.
//!
//! [`generator`] makes the logs, [`folder`] writes them to disk as time goes by, [`ftp`] serves that folder, and
//! [`DemoPlant`] holds the two together.

mod calendar;
pub(crate) mod daylog;
mod folder;
pub(crate) mod ftp;
pub(crate) mod generator;
pub(crate) mod machines;
mod oddities;
mod orders;
pub(crate) mod shifts;
mod stops;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use chrono_tz::Tz;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;
use tokio_util::sync::{CancellationToken, DropGuard};

pub(crate) use calendar::calendar;
use folder::Folder;
use ftp::FtpServer;
pub(crate) use orders::DemoErp;

/// How often the machines write.
const TICK: Duration = Duration::from_secs(1);

/// What tells the plant the time.
type Now = Box<dyn Fn() -> DateTime<Utc> + Send>;

/// A plant whose machines write logs into a folder and whose FTP server offers them.
pub(crate) struct DemoPlant {
    ftp: FtpServer,
    zone: Tz,
    /// Until the writer takes them.
    idle: Option<(Folder, Now)>,
    writer: Option<(JoinHandle<()>, DropGuard)>,
}

impl DemoPlant {
    /// Writes `days` past days and today's log so far into `dir`, and serves it. `dir` may be one that an earlier
    /// run with the same seed left: it is continued.
    pub(crate) async fn start(
        dir: &Path,
        zone: Tz,
        days: u32,
        seed: u64,
        now: impl Fn() -> DateTime<Utc> + Send + 'static,
    ) -> anyhow::Result<Self> {
        let local = local(zone, now());
        let root = dir.to_owned();
        let folder = tokio::task::spawn_blocking(move || Folder::open(&root, zone, days, seed, local))
            .await
            .context("the demo logs could not be written")??;
        Ok(Self { ftp: FtpServer::start(dir).await?, zone, idle: Some((folder, Box::new(now))), writer: None })
    }

    /// Where the FTP server listens; every user and password is accepted.
    pub(crate) fn ftp_addr(&self) -> SocketAddr {
        self.ftp.address()
    }

    /// Lets the machines write from now on, about once a second, until cancelled. Once is enough.
    pub(crate) fn spawn_writer(&mut self, cancel: &CancellationToken) {
        if let Some((folder, now)) = self.idle.take() {
            let stop = cancel.child_token();
            let task = tokio::spawn(write(folder, self.zone, now, stop.clone()));
            self.writer = Some((task, stop.drop_guard()));
        }
    }

    /// Stops the machines, ends the FTP sessions and waits for both. Dropping the plant does so without waiting.
    pub(crate) async fn shutdown(self) {
        if let Some((task, stop)) = self.writer {
            drop(stop);
            if let Err(error) = task.await {
                tracing::warn!(%error, "the demo machines did not stop cleanly");
            }
        }
        self.ftp.stop().await;
    }
}

/// Writes what is due, again and again. A failure is told once and tried again: the disk may have room later.
async fn write(mut folder: Folder, zone: Tz, now: Now, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut failing = false;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        let local = local(zone, now());
        let written = tokio::task::spawn_blocking(move || {
            let outcome = folder.write_due(local);
            (folder, outcome)
        });
        let Ok((kept, outcome)) = written.await else {
            return;
        };
        folder = kept;
        if let Err(error) = &outcome
            && !failing
        {
            tracing::warn!("the demo machines cannot write: {error:#}");
        }
        failing = outcome.is_err();
    }
}

fn local(zone: Tz, at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// A source of chance of its own for each thing and date: what happens to one does not touch the others.
fn chance(seed: u64, thing: &str, date: NaiveDate) -> StdRng {
    // FNV-1a: the standard hasher may change between releases.
    let bytes = seed.to_le_bytes().into_iter().chain(thing.bytes());
    let text = date.format("%Y%m%d").to_string();
    let hash = bytes
        .chain(text.bytes())
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    StdRng::seed_from_u64(hash)
}
