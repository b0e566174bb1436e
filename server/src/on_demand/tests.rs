use super::*;
use crate::config::{Config, Environment, Flags};
use crate::wiring;
use async_trait::async_trait;
use atelier_application::ingest::MachineRef;
use atelier_application::ports::log_source::{Content, Listing, LogSource, RemoteFile, Removal, SourceError};
use atelier_application::ports::sessions::Window;
use atelier_application::ports::sync_runs::{SyncRunReader, SyncStatus};
use atelier_domain::ids::MachineId;
use atelier_store::Store;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// A source without files that answers once per permit.
struct Slow(Arc<Semaphore>);

#[async_trait]
impl LogSource for Slow {
    async fn list(&self) -> Result<Listing, SourceError> {
        self.0.acquire().await.unwrap().forget();
        Ok(Listing::default())
    }

    async fn fetch(&self, _: &str, _: u64) -> Result<Content, SourceError> {
        Err(SourceError::NotFound("There is none.".to_owned()))
    }

    async fn remove(&self, _: &RemoteFile) -> Result<Removal, SourceError> {
        Ok(Removal::Gone)
    }
}

/// What answers requests, over a real store.
struct Plant {
    store: Store,
    ingest: Ingest,
    /// How many listings the source may answer.
    answers: Arc<Semaphore>,
    stopping: CancellationToken,
    progress: Unwatched,
    _folder: TempDir,
}

impl Plant {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("a.db").display());
        let environment = [("ATELIER_DATABASE_URL", url.as_str())].into_iter().collect::<Environment>();
        let config = Config::load_without_file(&environment, &Flags::default()).unwrap();
        let store = wiring::open(&config).await.unwrap();
        let answers = Arc::new(Semaphore::new(0));
        let ingest = wiring::ingest(&config, &store, Arc::new(Slow(answers.clone())));
        let stopping = CancellationToken::new();
        let auth = wiring::auth(&store, &wiring::fresh_secret()).unwrap();
        let (_, feed, _) = wiring::api(&config, &store, &store, &store, auth, stopping.clone());
        let progress = Unwatched::new(stopping.clone(), &feed);
        Self { store, ingest, answers, stopping, progress, _folder: folder }
    }

    fn jobs(&self, with_source: bool) -> Jobs {
        let fetching = with_source.then(|| self.ingest.clone());
        Jobs { fetching, deriving: self.ingest.clone(), orders: None }
    }

    async fn runs(&self) -> Vec<SyncStatus> {
        let window = Window { limit: 9, after: None, before: None, from_end: false };
        let runs = self.store.sync_runs(None, &window).await.unwrap().items;
        runs.into_iter().map(|run| run.status).collect()
    }
}

#[tokio::test]
async fn a_run_is_begun_once_and_finished_though_nobody_waits() {
    let plant = Plant::new().await;
    let (on_demand, requests) = channel();
    let asking = async {
        let Start::Begun(run) = on_demand.start(SyncSource::Ftp).await else { panic!() };
        assert_eq!((run.source, run.status), (SyncSource::Ftp, SyncStatus::Running));
        assert_eq!(on_demand.start(SyncSource::Ftp).await, Start::AlreadyRunning);
        assert_eq!(plant.runs().await, [SyncStatus::Running]);
        // Whoever asked is gone, and the program is told to stop.
        plant.stopping.cancel();
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert!(matches!(on_demand.start(SyncSource::Ftp).await, Start::Failed(_)));
        plant.answers.add_permits(1);
    };
    let jobs = plant.jobs(true);
    tokio::join!(asking, requests.serve(&jobs, &plant.progress));
    assert_eq!(plant.runs().await, [SyncStatus::Succeeded]);
}

#[tokio::test]
async fn one_run_after_the_other() {
    let plant = Plant::new().await;
    plant.answers.add_permits(9);
    let (on_demand, requests) = channel();
    let asking = async {
        let mut begun = 0;
        while begun < 3 {
            match on_demand.start(SyncSource::Ftp).await {
                Start::Begun(_) => begun += 1,
                Start::AlreadyRunning => tokio::time::sleep(Duration::from_millis(1)).await,
                other => panic!("{other:?}"),
            }
        }
        plant.stopping.cancel();
    };
    let jobs = plant.jobs(true);
    tokio::join!(asking, requests.serve(&jobs, &plant.progress));
    assert_eq!(plant.runs().await, [SyncStatus::Succeeded; 3]);
}

#[tokio::test]
async fn what_is_not_configured_says_what_to_do() {
    let plant = Plant::new().await;
    let (on_demand, requests) = channel();
    let asking = async {
        assert_eq!(on_demand.start(SyncSource::Ftp).await, Start::NotConfigured(NO_LOG_SOURCE.to_owned()));
        assert_eq!(on_demand.start(SyncSource::Erp).await, Start::NotConfigured(NO_ERP.to_owned()));
        plant.stopping.cancel();
    };
    let jobs = plant.jobs(false);
    tokio::join!(asking, requests.serve(&jobs, &plant.progress));
}

#[tokio::test]
async fn deriving_again_needs_no_log_source_but_a_machine_that_is_there() {
    let plant = Plant::new().await;
    let (on_demand, requests) = channel();
    let asking = async {
        let nobody = ReplayScope { machine: Some(MachineRef::Id(MachineId(999))), ..ReplayScope::default() };
        let Start::Unknown(text) = on_demand.replay(nobody).await else { panic!() };
        assert!(text.contains("999"), "{text}");
        assert!(matches!(on_demand.replay(ReplayScope::default()).await, Start::Begun(_)));
        plant.stopping.cancel();
    };
    let jobs = plant.jobs(false);
    tokio::join!(asking, requests.serve(&jobs, &plant.progress));
    assert_eq!(plant.runs().await, [SyncStatus::Succeeded]);
}

#[tokio::test]
async fn deriving_again_waits_for_no_run_but_says_that_one_is_at_work() {
    let plant = Plant::new().await;
    let (on_demand, requests) = channel();
    let asking = async {
        assert!(matches!(on_demand.start(SyncSource::Ftp).await, Start::Begun(_)));
        assert_eq!(on_demand.replay(ReplayScope::default()).await, Start::AlreadyRunning);
        plant.answers.add_permits(1);
        plant.stopping.cancel();
    };
    let jobs = plant.jobs(true);
    tokio::join!(asking, requests.serve(&jobs, &plant.progress));
    assert_eq!(plant.runs().await, [SyncStatus::Succeeded]);
}
