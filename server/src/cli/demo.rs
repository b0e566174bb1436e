//! `atelier demo`: a plant that never was, its logs fetched over real FTP and served.

use super::{Global, out};
use crate::clock::SystemClock;
use crate::config::{Config, DatabaseConfig, Environment, Flags, Secret};
use crate::demo::machines::MACHINES;
use crate::demo::{DemoErp, DemoPlant};
use crate::on_demand::Jobs;
use crate::work::{Unwatched, Work, fetch, read_orders};
use crate::{http, telemetry, wiring};
use anyhow::{Context, anyhow};
use atelier_application::auth::{Auth, SignedIn};
use atelier_application::error::AppError;
use atelier_application::ingest::{Ingest, Progress as _};
use atelier_application::ports::log_source::LogSource;
use atelier_application::ports::machines::ConfiguredMachine;
use atelier_application::ports::users::Role;
use atelier_ftp::{FtpConfig, FtpSource};
use clap::Args;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Where it is served, unless something else is there.
const DEFAULT_PORT: u16 = 8080;
/// How often the growing logs are fetched.
const EVERY: Duration = Duration::from_secs(5);
/// How often the orders are read again.
const EVERY_ORDERS: Duration = Duration::from_mins(5);

/// Tries Atelier out.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The port on 127.0.0.1 [default: 8080, or a free one].
    #[arg(long)]
    port: Option<u16>,
    /// How many past days the machines have worked.
    #[arg(long, default_value_t = 90, value_parser = clap::value_parser!(u32).range(0..=3650))]
    days: u32,
    /// The same seed gives the same plant.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Keeps logs and database here; they are continued the next time.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// Stores in this PostgreSQL database instead of SQLite.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
}

/// Where the demonstration keeps its things; a temporary folder goes away with it.
enum Home {
    Kept(PathBuf),
    Temporary(TempDir),
}

impl Home {
    fn open(kept: Option<PathBuf>) -> anyhow::Result<Self> {
        if let Some(folder) = kept {
            std::fs::create_dir_all(&folder).with_context(|| {
                format!("The folder {} cannot be made; choose another with --data-dir", folder.display())
            })?;
            return Ok(Self::Kept(folder));
        }
        let folder = tempfile::Builder::new().prefix("atelier-demo-").tempdir();
        Ok(Self::Temporary(folder.context("There is no room for a temporary folder; name a folder with --data-dir")?))
    }

    fn path(&self) -> &Path {
        match self {
            Self::Kept(folder) => folder,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

/// Runs the demonstration until SIGTERM or SIGINT.
pub(super) async fn run(command: Demo, global: &Global) -> anyhow::Result<ExitCode> {
    let begun = Instant::now();
    let config = configure(global)?;
    telemetry::start(&config.log, "warn");
    let listener = listen(command.port)?;
    let home = Home::open(command.data_dir)?;
    let database = match &command.postgres {
        Some(url) => {
            DatabaseConfig::of(url).map_err(|remedy| anyhow!("The value of --postgres cannot be used: {remedy}."))?
        }
        None => DatabaseConfig { url: Secret::new(format!("sqlite://{}", home.path().join("atelier.db").display())) },
    };
    let config = Config { database, ..config };
    out::note(format_args!("Making {} days of logs of {} machines …", command.days, config.machines.len()));

    let logs = home.path().join("logs");
    let zone = config.plant.zone.zone();
    let starting = async {
        std::fs::create_dir_all(&logs).context("The folder of the logs cannot be made")?;
        DemoPlant::start(&logs, zone, command.days, command.seed, SystemClock::utc).await
    };
    let (plant, background) = tokio::try_join!(starting, wiring::background(&config))?;
    let mut plant = plant;

    let store = wiring::requests(&config).await?;
    let door = wiring::door(&config).await?;
    let auth = wiring::auth(&door, &wiring::fresh_secret())?;
    let stopping = CancellationToken::new();
    let (api, feed, requests) = wiring::api(&config, &store, &background, &door, auth.clone(), stopping.clone());
    let ingest = wiring::ingest(&config, &background, source(plant.ftp_addr()));
    let erp = Arc::new(DemoErp::new(config.plant.zone, command.days, command.seed, SystemClock::utc));
    let jobs = Jobs {
        fetching: Some(ingest.clone()),
        deriving: ingest.clone(),
        orders: Some(wiring::order_sync(&config, &background, erp)),
    };
    plant.spawn_writer(&stopping);
    let address = listener.local_addr()?;
    let first = First { auth, address, begun };
    let alerting = wiring::alerting(&config, &background)?;
    let progress = Unwatched::new(stopping.clone(), &feed).alerting(&alerting);
    let fetching = async move {
        let on_demand = requests.serve(&jobs, &progress);
        let alerts = alerting.run(&config.alerts.check, zone, &stopping);
        tokio::join!(fetch_again_and_again(&ingest, &jobs, first, &progress), on_demand, alerts);
    };
    let work = Work::start(listener, api, feed, None, fetching)?;
    let outcome = work.until_told().await;
    plant.shutdown().await;
    drop(home);
    outcome?;
    Ok(ExitCode::SUCCESS)
}

/// The defaults, with the plant's machines: whatever is configured here is for a real plant and its database.
fn configure(global: &Global) -> anyhow::Result<Config> {
    let flags = Flags { addr: None, log: global.log.clone(), log_format: global.log_format.clone() };
    let mut config = Config::load_without_file(&Environment::default(), &flags)?;
    config.machines.clear();
    for machine in &MACHINES {
        let (name, folder) = (machine.name.to_owned(), machine.folder.to_owned());
        config.machines.push(ConfiguredMachine { name, kind: machine.family.parse()?, folder });
    }
    config.calendar = Some(crate::demo::calendar());
    Ok(config)
}

fn listen(port: Option<u16>) -> anyhow::Result<TcpListener> {
    match port {
        Some(port) => http::listen(&format!("127.0.0.1:{port}")).map_err(|error| anyhow!("{error} (here: --port)")),
        None => http::listen(&format!("127.0.0.1:{DEFAULT_PORT}")).or_else(|_| http::listen("127.0.0.1:0")),
    }
}

fn source(ftp: SocketAddr) -> Arc<dyn LogSource> {
    let mut config = FtpConfig::new(ftp.ip().to_string());
    config.port = ftp.port();
    config.user = Some("demo".to_owned());
    config.password = Some("demo".into());
    Arc::new(FtpSource::new(config))
}

async fn fetch_again_and_again(ingest: &Ingest, jobs: &Jobs, first: First, progress: &Unwatched) {
    out::note("Fetching them over FTP …");
    let run = fetch(ingest, progress).await;
    if progress.cancelled() {
        return;
    }
    if let Some(run) = run {
        let seconds = first.begun.elapsed().as_secs_f64();
        let sessions = run.sessions_created;
        out::note(format_args!("{} logs read, {sessions} sessions new, ready after {seconds:.1} s.", run.files_read));
    }
    if let Some(orders) = &jobs.orders
        && let Some(run) = read_orders(orders, progress).await
    {
        out::note(format_args!("{} orders read from an ERP that is made up, like the logs.", run.orders_seen));
    }
    if let Err(error) = first.welcome().await {
        out::error(&error);
    }
    let mut orders_read = Instant::now();
    loop {
        tokio::select! {
            () = progress.stopping() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        fetch(ingest, progress).await;
        if let Some(orders) = jobs.orders.as_ref().filter(|_| orders_read.elapsed() >= EVERY_ORDERS) {
            orders_read = Instant::now();
            read_orders(orders, progress).await;
        }
    }
}

/// Prints what somebody needs to begin.
struct First {
    auth: Auth,
    address: SocketAddr,
    begun: Instant,
}

impl First {
    async fn welcome(&self) -> anyhow::Result<()> {
        let (name, password) = self.account().await?;
        let SignedIn { access_token, .. } =
            self.auth.login(&name, &password, None).await.context("The demo account cannot sign in")?;
        let address = self.address;
        let query = "{ machines { name type latestSession { date status totalPieces observed { occupancyRate piecesPerHour } trs { trs availability performance quality cycleSource missing } } } }";
        let orders = "{ orders(first: 5) { totalCount nodes { number extension status jobSite plannedAt accessories { code quantity } } } }";
        out::line(format_args!(
            "
Atelier is at http://{address}/graphql

  account   {name}
  password  {password}
  role      ADMIN
  token     {access_token}

Ask for each machine's latest session:

curl -s http://{address}/graphql -H 'Content-Type: application/json' -H 'Authorization: Bearer {access_token}' -d '{{\"query\":\"{query}\"}}'

Ask for the orders planned last (made up, like the logs):

curl -s http://{address}/graphql -H 'Content-Type: application/json' -H 'Authorization: Bearer {access_token}' -d '{{\"query\":\"{orders}\"}}'

Get another token:

curl -s http://{address}/token -d username={name} -d password={password}

Today's logs grow, and are fetched every {} s. Ctrl-C ends it.",
            EVERY.as_secs()
        ))?;
        Ok(())
    }

    /// A new account; a kept database may have one of an earlier time, whose password nobody knows any more.
    async fn account(&self) -> anyhow::Result<(String, String)> {
        let password: String = wiring::fresh_secret().expose().chars().take(16).collect();
        let mut name = "demo".to_owned();
        loop {
            match self.auth.add_user(&name, &password, Role::Admin).await {
                Ok(_) => return Ok((name, password)),
                Err(AppError::Conflict(_)) => name = format!("demo-{:04x}", rand::random::<u16>()),
                Err(error) => return Err(anyhow::Error::new(error).context("The demo account cannot be made")),
            }
        }
    }
}
