//! The only place that builds adapters and use cases.

use crate::alerting::Alerting;
use crate::clock::SystemClock;
use crate::config::{
    Config, DatabaseConfig, LogSourceConfig, PlantCalendar, ProviderConfig, RetentionConfig, Schedule, Secret,
};
use crate::http::{Api, Connections, Rates, Readiness, Rest};
use crate::no_source::NoSource;
use crate::on_demand::{self, Requests};
use crate::schedule::longest_pause;
use anyhow::Context;
use async_trait::async_trait;
use atelier_application::accounts::{Accounts, ApiTokens, Externals, Standings};
use atelier_application::alerts::{Deliverer, Reviewer};
use atelier_application::auth::Auth;
use atelier_application::ingest::{Exclusions, Ingest, Room};
use atelier_application::manage::{Decisions, Machines};
use atelier_application::order_links::OrderLinks;
use atelier_application::ports::archive::Archive;
use atelier_application::ports::clock::Clock;
use atelier_application::ports::decisions::DecisionStore as _;
use atelier_application::ports::erp::OrderSource;
use atelier_application::ports::events::SessionEvents;
use atelier_application::ports::log_source::LogSource;
use atelier_application::ports::machines::{ConfiguredMachine, MachineFilter, MachineStore};
use atelier_application::ports::notify::Notifier;
use atelier_application::ports::sessions::SessionReader;
use atelier_application::ports::signals::CommitSignals;
use atelier_application::ports::sync_runner::SyncRunner;
use atelier_application::ports::sync_runs::SyncSource;
use atelier_application::query::{Queries, ReadPorts};
use atelier_application::retention::Retention;
use atelier_application::sync_orders::OrderSync;
use atelier_archive::FolderArchive;
use atelier_domain::alert::{Attendance, Expectations};
use atelier_domain::machine::Machine;
use atelier_domain::units::Millis;
use atelier_erp_mysql::MysqlErp;
use atelier_events::{Broadcast, ChangeFeed};
use atelier_ftp::{FolderSource, FtpSource};
use atelier_graphql::Services;
use atelier_identity::{Argon2Passwords, JwtTokens, KeySource, ProviderTokens, RandomSecrets};
use atelier_logfmt::MachineLog;
use atelier_notify::{LogNotifier, SigningSecret, WebhookNotifier};
use atelier_scratch::TemporaryFiles;
use atelier_store::{Store, StoreOptions};
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Connections of the background's own: a run uses one or two, the feed one, alerts one.
const BACKGROUND_POOL: u32 = 4;
/// Connections for who asks.
const DOOR_POOL: u32 = 2;
/// So much longer than a query may a statement take: it is we who say what became of it.
const ALLOWANCE: Duration = Duration::from_secs(1);

/// The database.
pub(crate) async fn connect(config: &DatabaseConfig) -> anyhow::Result<Store> {
    Ok(Store::connect(config.url.expose(), StoreOptions::default()).await?)
}

/// The database, its schema brought up to date and the configured machines in it.
pub(crate) async fn open(config: &Config) -> anyhow::Result<Store> {
    prepare(connect(&config.database).await?, config).await
}

/// The same, for what goes on in the background: requests, however many, leave it its connections.
pub(crate) async fn background(config: &Config) -> anyhow::Result<Store> {
    let options = StoreOptions { pool_size: Some(BACKGROUND_POOL), ..StoreOptions::default() };
    prepare(Store::connect(config.database.url.expose(), options).await?, config).await
}

/// The database once more, for requests: a query that was given up shall not keep the database busy.
pub(crate) async fn requests(config: &Config) -> anyhow::Result<Store> {
    let statement_time = Some(config.limits.graphql.time + ALLOWANCE);
    Ok(Store::connect(config.database.url.expose(), StoreOptions { statement_time, ..StoreOptions::default() }).await?)
}

/// The database once more, for who asks: whoever signs in, and every request before it is answered, waits for no query.
pub(crate) async fn door(config: &Config) -> anyhow::Result<Store> {
    let options = StoreOptions { pool_size: Some(DOOR_POOL), ..StoreOptions::default() };
    Ok(Store::connect(config.database.url.expose(), options).await?)
}

async fn prepare(store: Store, config: &Config) -> anyhow::Result<Store> {
    for name in store.migrate_up().await.context("The schema cannot be brought up to date")? {
        tracing::info!(name, "migrated");
    }
    store.ensure_machines(&config.machines, SystemClock.now()).await.context("The machines cannot be stored")?;
    if let Some(PlantCalendar { from, calendar }) = &config.calendar {
        store.set_calendar(None, *from, calendar, None).await.context("The plant's calendar cannot be stored")?;
    }
    for difference in differences(&config.machines, &store).await? {
        tracing::warn!("{difference}");
    }
    Ok(store)
}

/// Where the configured machines are not those that the database knows.
pub(crate) async fn differences(configured: &[ConfiguredMachine], store: &Store) -> anyhow::Result<Vec<String>> {
    let stored = store.machines(&MachineFilter::default()).await?;
    let differs = |machine: &&ConfiguredMachine| {
        let same = |known: &Machine| {
            known.name == machine.name
                && known.kind == machine.kind
                && known.folder.as_deref() == Some(machine.folder.as_str())
        };
        !stored.iter().any(same)
    };
    let sentence = |machine: &ConfiguredMachine| {
        format!(
            "The machine {} ({}, folder '{}') is configured, but the database knows that name or folder otherwise, and the \
             database counts: change the row of centre_usinage, or the configuration.",
            machine.name, machine.kind, machine.folder
        )
    };
    Ok(configured.iter().filter(differs).map(sentence).collect())
}

/// Where logs come from, if it is configured.
pub(crate) fn source(config: &LogSourceConfig) -> Option<Arc<dyn LogSource>> {
    match config {
        LogSourceConfig::None => None,
        LogSourceConfig::Ftp(ftp) => Some(Arc::new(FtpSource::new(ftp.to_adapter()))),
        LogSourceConfig::Folder(root) => Some(Arc::new(FolderSource::new(root.clone()))),
    }
}

/// The way from logs to sessions.
pub(crate) fn ingest(config: &Config, store: &Store, source: Arc<dyn LogSource>) -> Ingest {
    Ingest {
        source,
        format: Arc::new(MachineLog),
        store: Arc::new(store.clone()),
        machines: Arc::new(store.clone()),
        runs: Arc::new(store.clone()),
        scratch: Arc::new(TemporaryFiles),
        room: Room::default(),
        clock: Arc::new(SystemClock),
        zone: config.plant.zone,
        cleanup: config.cleanup,
    }
}

/// Where orders come from, if it is configured.
pub(crate) fn order_source(config: &Config) -> Option<Arc<dyn OrderSource>> {
    let settings = config.erp.to_adapter(config.plant.zone)?;
    Some(Arc::new(MysqlErp::new(settings)))
}

/// The way from the ERP to orders.
pub(crate) fn order_sync(config: &Config, store: &Store, source: Arc<dyn OrderSource>) -> OrderSync {
    OrderSync {
        source,
        store: Arc::new(store.clone()),
        runs: Arc::new(store.clone()),
        clock: Arc::new(SystemClock),
        selection: config.erp.selection.clone(),
        customer_names: config.erp.store_customer_name,
    }
}

/// Finding the orders that sessions name.
pub(crate) fn order_links(config: &Config, store: &Store) -> OrderLinks {
    OrderLinks { store: Arc::new(store.clone()), pattern: config.erp.order_in_details.clone() }
}

/// The way from stored bytes to sessions.
pub(crate) fn deriving(config: &Config, store: &Store) -> Ingest {
    ingest(config, store, Arc::new(NoSource))
}

/// Setting versions of log files aside; it reads the database alone.
pub(crate) fn exclusions(config: &Config, store: &Store) -> Exclusions {
    Exclusions::new(deriving(config, store), Arc::new(store.clone()), Arc::new(store.clone()))
}

/// A machine from which nothing came in so much required time is silent.
fn silence(config: &Config) -> Millis {
    Millis(i64::try_from(config.alerts.machine_silent.as_millis()).unwrap_or(i64::MAX))
}

/// The sources that are on schedule, and how long each may go without. Hours may lie between two readings of the ERP, and days
/// where it is not read at the end of the week.
fn scheduled(config: &Config) -> Vec<(&'static str, Millis)> {
    let overdue = Millis(i64::try_from(config.alerts.sync_overdue.as_millis()).unwrap_or(i64::MAX));
    let mut scheduled = Vec::new();
    if config.schedule != Schedule::Off && config.logs != LogSourceConfig::None {
        scheduled.push((SyncSource::Ftp.as_str(), overdue));
    }
    if let (Schedule::Cron(cron), Some(_)) = (&config.erp.schedule, config.erp.to_adapter(config.plant.zone)) {
        let pause = longest_pause(cron, config.plant.zone.zone(), SystemClock.now().to_utc());
        scheduled.push((SyncSource::Erp.as_str(), Millis(overdue.0.saturating_add(pause.0))));
    }
    scheduled
}

/// Looking for what is wrong, and telling it: to the webhook if there is one, else in the program's log.
pub(crate) fn alerting(config: &Config, store: &Store) -> anyhow::Result<Alerting> {
    let (store, clock) = (Arc::new(store.clone()), Arc::new(SystemClock));
    let notifier: Arc<dyn Notifier> = match &config.alerts.webhook {
        None => Arc::new(LogNotifier),
        Some(url) => {
            let secret = config.alerts.webhook_secret.as_ref().map(|secret| SigningSecret::new(secret.expose()));
            Arc::new(WebhookNotifier::new(url.clone(), secret, clock.clone())?)
        }
    };
    let expected = Expectations {
        scheduled: scheduled(config),
        attendance: Some(Attendance { zone: config.plant.zone, silence: silence(config) }),
    };
    let reviewer = Reviewer::new(store.clone(), clock.clone(), expected);
    Ok(Alerting::new(reviewer, Deliverer::new(store, notifier, clock)))
}

/// Removing what is old.
pub(crate) fn retention(config: &Config, store: &Store) -> Retention {
    Retention {
        store: Arc::new(store.clone()),
        contents: Arc::new(store.clone()),
        machines: Arc::new(store.clone()),
        runs: Arc::new(store.clone()),
        archive: archive(&config.retention),
        clock: Arc::new(SystemClock),
        zone: config.plant.zone,
        keep: config.retention.keep,
    }
}

/// Where what is removed goes first, if that is configured.
pub(crate) fn archive(config: &RetentionConfig) -> Option<Arc<dyn Archive>> {
    let folder = config.archive.clone()?;
    Some(Arc::new(FolderArchive::new(folder)))
}

/// Signing in, with tokens signed by `secret`.
pub(crate) fn auth(store: &Store, secret: &Secret) -> anyhow::Result<Auth> {
    let (users, tokens) = (Arc::new(store.clone()), Arc::new(tokens(secret)?));
    Ok(Auth::new(users, Arc::new(Argon2Passwords::new()), tokens, Arc::new(RandomSecrets), Arc::new(SystemClock)))
}

/// Adding and changing users.
pub(crate) fn accounts(store: &Store) -> Accounts {
    let store = Arc::new(store.clone());
    Accounts::new(store.clone(), store, Arc::new(Argon2Passwords::new()), Arc::new(SystemClock))
}

/// Tokens of integrations.
pub(crate) fn api_tokens(store: &Store) -> ApiTokens {
    let store = Arc::new(store.clone());
    ApiTokens::new(store.clone(), store.clone(), store, Arc::new(RandomSecrets), Arc::new(SystemClock))
}

/// Access tokens signed by `secret`.
pub(crate) fn tokens(secret: &Secret) -> anyhow::Result<JwtTokens> {
    Ok(JwtTokens::new(secret.expose().as_bytes())?)
}

/// Checking tokens of an identity provider.
pub(crate) fn provider(config: &ProviderConfig) -> anyhow::Result<ProviderTokens> {
    let source = KeySource::new(&config.keys, config.authorities.as_deref())?;
    Ok(ProviderTokens::new(source, config.rules.clone()))
}

/// Knowing its users, if one is configured. One that does not answer now is asked again, and stops nobody else.
pub(crate) async fn externals(config: &Config, store: &Store) -> anyhow::Result<Option<Externals>> {
    let Some(config) = &config.jwt.provider else { return Ok(None) };
    let tokens = provider(config)?;
    match tokens.load(SystemClock.now()).await {
        Ok(keys) => tracing::info!(issuer = config.rules.issuer, keys, "tokens of an identity provider count"),
        Err(error) => {
            tracing::warn!(%error, "nobody can sign in with the identity provider until its keys can be read");
        }
    }
    Ok(Some(Externals::new(Arc::new(tokens), Arc::new(store.clone()), Arc::new(SystemClock))))
}

/// A secret that nobody knows.
pub(crate) fn fresh_secret() -> Secret {
    use std::fmt::Write;
    let bytes: [u8; 48] = rand::random();
    Secret::new(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// What tells subscribers of changes.
pub(crate) struct Feed {
    reader: Arc<dyn SessionReader>,
    events: Arc<dyn SessionEvents>,
    signals: Arc<dyn CommitSignals>,
    wake: Arc<Notify>,
}

impl Feed {
    /// Tells it that something was committed.
    pub(crate) fn wake(&self) -> Arc<Notify> {
        self.wake.clone()
    }

    /// Announces what is committed, here or by another process, until cancelled.
    pub(crate) async fn run(self, cancel: CancellationToken) {
        ChangeFeed::run(self.reader, self.events, self.signals, self.wake, cancel).await;
    }
}

/// All that can be read, over GraphQL and REST alike.
fn queries(config: &Config, store: &Store) -> Queries {
    let ports = ReadPorts {
        machines: Arc::new(store.clone()),
        sessions: Arc::new(store.clone()),
        log_files: Arc::new(store.clone()),
        format: Arc::new(MachineLog),
        anomalies: Arc::new(store.clone()),
        sync_runs: Arc::new(store.clone()),
        decisions: Arc::new(store.clone()),
        orders: Arc::new(store.clone()),
        order_links: Arc::new(store.clone()),
        statistics: Arc::new(store.clone()),
        alerts: Arc::new(store.clone()),
        users: Arc::new(store.clone()),
        clock: Arc::new(SystemClock),
        silence: silence(config),
        zone: config.plant.zone,
    };
    Queries::new(ports, config.limits.graphql.page)
}

/// What requests are answered with, what tells of changes, and the runs that are asked for.
pub(crate) fn api(
    config: &Config,
    store: &Store,
    background: &Store,
    door: &Store,
    auth: Auth,
    stopping: CancellationToken,
) -> (Api, Feed, Requests) {
    let events: Arc<dyn SessionEvents> = Arc::new(Broadcast::new());
    let feed = Feed {
        reader: Arc::new(background.clone()),
        events: events.clone(),
        signals: Arc::new(background.clone()),
        wake: Arc::default(),
    };
    let (sync_runner, requests) = on_demand::channel();
    let sync_runner: Arc<dyn SyncRunner> = Arc::new(sync_runner);
    let api_tokens = api_tokens(door);
    let queries = queries(config, store);
    let register = Machines::new(Arc::new(store.clone()), Arc::new(SystemClock));
    let services = Services {
        queries: queries.clone(),
        sync_runs: Arc::new(store.clone()),
        sync_runner: Arc::clone(&sync_runner),
        register: register.clone(),
        deciding: Decisions::new(
            deriving(config, store),
            Arc::new(store.clone()),
            Arc::new(store.clone()),
            Arc::new(store.clone()),
            sync_runner,
        ),
        exclusions: exclusions(config, store),
        audit: Arc::new(store.clone()),
        alerts: Arc::new(store.clone()),
        events,
        auth: auth.clone(),
        accounts: accounts(store),
        api_tokens: api_tokens.clone(),
        clock: Arc::new(SystemClock),
    };
    let api = Api {
        schema: atelier_graphql::schema(services, &config.limits.graphql),
        rest: Rest::new(queries, register, config.plant.zone, config.limits.graphql.page),
        auth,
        externals: None,
        integrations: api_tokens,
        standings: Standings::new(Arc::new(door.clone()), Arc::new(SystemClock)),
        clock: Arc::new(SystemClock),
        readiness: Arc::new(StoreReadiness(door.clone())),
        trusted_proxies: config.http.trusted_proxies.clone().into(),
        graphiql: config.http.graphiql,
        cors_origins: config.http.cors_origins.clone().into(),
        rates: Rates::new(config.limits.rate),
        connections: Connections::new(config.limits.connections),
        runtime: Handle::current(),
        body_limit: config.limits.body,
        batch_limit: config.limits.graphql.batch,
        stopping,
    };
    (api, feed, requests)
}

/// Ready once the database answers and has the schema that this program needs.
struct StoreReadiness(Store);

#[async_trait]
impl Readiness for StoreReadiness {
    async fn check(&self) -> Result<(), String> {
        match self.0.is_current().await {
            Ok(true) => Ok(()),
            Ok(false) => {
                Err("Migrations are pending: run `atelier migrate up`, or start `atelier serve` again.".to_owned())
            }
            Err(error) => {
                tracing::warn!(%error, "the database does not answer");
                Err("The database does not answer.".to_owned())
            }
        }
    }
}
