//! `atelier demo`: a plant with all there is.

use crate::harness::atelier::Atelier;
use crate::harness::graphql::Client;
use crate::harness::process::{Running, free_port};
use std::fs;
use std::time::{Duration, Instant};

/// No demonstration takes longer to begin.
const LIMIT: Duration = Duration::from_mins(2);

/// A demonstration at work; it ends when dropped.
pub(super) struct Demo {
    /// An administrator.
    pub(super) client: Client,
    pub(super) base: String,
    pub(super) running: Running,
    _atelier: Atelier,
}

impl Demo {
    /// With so many days, in a database of its own or in this one.
    pub(super) async fn start(days: u32, database: Option<&str>) -> Self {
        let atelier = Atelier::bare();
        let (port, days) = (free_port().to_string(), days.to_string());
        let mut args = vec!["demo", "--port", &port, "--days", &days];
        args.extend(database.into_iter().flat_map(|url| ["--postgres", url]));
        let output = atelier.folder().join("demo.log");
        let mut running = atelier.start_telling(&args, &output);
        let begun = Instant::now();
        let token = loop {
            let said = fs::read_to_string(&output).unwrap_or_default();
            if let Some(token) = said.lines().find_map(|line| line.trim().strip_prefix("token").map(str::trim))
                && said.contains("curl")
            {
                break token.to_owned();
            }
            assert!(running.ended().is_none() && begun.elapsed() < LIMIT, "the demonstration does not begin:\n{said}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let base = format!("http://127.0.0.1:{port}");
        Self { client: Client::with_token(&base, token), base, running, _atelier: atelier }
    }
}
