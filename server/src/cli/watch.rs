//! Showing how a run gets on, and letting it be interrupted.

use super::out;
use anyhow::anyhow;
use atelier_application::ingest::Progress;
use atelier_application::ports::sync_runs::{SyncRun, SyncSource};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A run that was interrupted finishes what it has in hand in so long.
const GRACE: Duration = Duration::from_secs(8);

/// Ends when a run that was told to stop has not done so in time: a server may not answer.
async fn patience_of(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

/// Shows how the run gets on: a bar on a terminal, else plain lines.
pub(super) struct Watch {
    bar: OnceLock<ProgressBar>,
    terminal: bool,
    stop: CancellationToken,
    /// What is counted: files, or days.
    counted: &'static str,
}

impl Watch {
    pub(super) fn new(counted: &'static str) -> Self {
        let terminal = std::io::stderr().is_terminal();
        Self { bar: OnceLock::new(), terminal, stop: CancellationToken::new(), counted }
    }

    /// Waits for a run that this watches. SIGINT and SIGTERM let it finish the step it has in hand.
    ///
    /// # Errors
    /// When it was interrupted and did not come to the end of its step in time.
    pub(super) async fn over<T>(&self, run: impl Future<Output = T>) -> anyhow::Result<T> {
        let interrupted = tokio::spawn(crate::work::cancel_on_signal(self.stop.clone()));
        let outcome = tokio::select! {
            outcome = run => Some(outcome),
            () = patience_of(&self.stop) => None,
        };
        self.clear();
        interrupted.abort();
        outcome.ok_or_else(|| {
            anyhow!("It was interrupted and what was in hand dropped; the next run goes on from the last whole step.")
        })
    }

    pub(super) fn was_interrupted(&self) -> bool {
        self.stop.is_cancelled()
    }

    fn clear(&self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }

    fn note(&self, text: &str) {
        match self.bar.get() {
            Some(bar) => bar.suspend(|| out::note(text)),
            None => out::note(text),
        }
    }
}

impl Progress for Watch {
    fn planned(&self, files: u32, bytes: u64) {
        if self.terminal {
            let bar = self.bar.get_or_init(|| ProgressBar::new(u64::from(files)));
            if let Ok(style) = ProgressStyle::with_template(&format!(
                "{{bar:32}} {{pos}}/{{len}} {}, {{msg}} {{elapsed}}",
                self.counted
            )) {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(200));
        } else {
            let size = if bytes > 0 { format!(", {}", indicatif::HumanBytes(bytes)) } else { String::new() };
            out::note(format_args!("{files} {} to read{size}", self.counted));
        }
    }

    fn advanced(&self, run: &SyncRun) {
        let done = match run.source {
            SyncSource::Ftp => format!("{} sessions", run.sessions_created + run.sessions_updated),
            SyncSource::Erp => format!("{} changed", run.orders_changed),
        };
        match self.bar.get() {
            Some(bar) => {
                let planned = bar.length().unwrap_or_default() as f64;
                bar.set_position((run.progress * planned).round() as u64);
                bar.set_message(format!("{done},"));
            }
            None if run.finished_at.is_none() => {
                let percent = (run.progress * 100.0).round();
                let failed = run.files_failed + run.orders_failed;
                out::note(format_args!("{percent} % done, {failed} {} failed, {done}", self.counted));
            }
            None => {}
        }
    }

    fn warned(&self, warning: &str) {
        self.note(warning);
    }

    fn deleted(&self, files: u32) {
        self.note(&format!("{files} finished files were deleted from the server"));
    }

    fn cancelled(&self) -> bool {
        self.stop.is_cancelled()
    }
}
