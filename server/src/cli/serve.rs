//! `atelier serve`

use super::Global;
use crate::config::{DEFAULT_FILTER, NO_JWT_SECRET};
use crate::http::Certificate;
use crate::on_demand::Jobs;
use crate::retain::retain_when_due;
use crate::work::{Unwatched, Work, work_when_due};
use crate::{http, telemetry, wiring};
use anyhow::bail;
use clap::Args;
use std::process::ExitCode;
use tokio_util::sync::CancellationToken;

/// Serves until told to stop.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The listening address, such as 127.0.0.1:8080.
    #[arg(long, value_name = "HOST:PORT")]
    addr: Option<String>,
}

/// Serves until SIGTERM or SIGINT.
pub(super) async fn run(command: Serve, global: &Global) -> anyhow::Result<ExitCode> {
    let config = global.load(command.addr)?;
    telemetry::start(&config.log, DEFAULT_FILTER);
    let Some(secret) = config.jwt.secret.clone() else { bail!("{NO_JWT_SECRET}") };
    let certificate = config.http.tls.clone().map(Certificate::load).transpose()?;
    let listener = http::listen(&config.http.addr)?;
    let background = wiring::background(&config).await?;
    let store = wiring::requests(&config).await?;
    let door = wiring::door(&config).await?;
    tracing::info!(database = config.database.label(), "the database is up to date");

    let stopping = CancellationToken::new();
    let (mut api, feed, requests) =
        wiring::api(&config, &store, &background, &door, wiring::auth(&door, &secret)?, stopping.clone());
    api.externals = wiring::externals(&config, &door).await?;
    let ingest = wiring::source(&config.logs).map(|source| wiring::ingest(&config, &background, source));
    let jobs = Jobs {
        fetching: ingest,
        deriving: wiring::deriving(&config, &background),
        orders: wiring::order_source(&config).map(|source| wiring::order_sync(&config, &background, source)),
    };
    let links = wiring::order_links(&config, &background);
    let alerting = wiring::alerting(&config, &background)?;
    let retention = wiring::retention(&config, &background);
    let progress = Unwatched::new(stopping.clone(), &feed).alerting(&alerting).linking(links);
    let fetching = async move {
        let alerts = alerting.run(&config.alerts.check, config.plant.zone.zone(), &stopping);
        let retaining = retain_when_due(&config, retention, progress.clone());
        tokio::join!(work_when_due(&config, jobs, progress.clone(), requests), alerts, retaining);
    };
    let work = Work::start(listener, api, feed, certificate, fetching)?;
    tracing::info!(address = %work.address(), "serving");
    work.until_told().await?;
    Ok(ExitCode::SUCCESS)
}
