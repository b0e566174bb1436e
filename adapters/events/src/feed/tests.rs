use super::*;
use crate::Broadcast;
use atelier_application::ports::events::Announcement;
use atelier_application::ports::sessions::{MockSessionReader, SessionSummary};
use atelier_application::ports::store_error::StoreError;
use atelier_domain::ids::MachineId;
use atelier_domain::kpi::observed::ObservedProduction;
use atelier_domain::kpi::trs::Trs;
use atelier_domain::session::SessionStatus;
use atelier_domain::time::{Instant, ProductionDay};
use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use std::sync::Mutex;

pub(crate) fn session(id: i64, revision: i64) -> SessionSummary {
    let at = Instant(0);
    SessionSummary {
        id: SessionId(id),
        machine: MachineId(1),
        day: ProductionDay(chrono::NaiveDate::default()),
        status: SessionStatus::Open,
        first_event: Some(at),
        last_event: Some(at),
        trs: Trs::default(),
        first_piece: None,
        last_piece: None,
        first_start: None,
        last_stop: None,
        events: 1,
        other_events: std::collections::BTreeMap::new(),
        observed: ObservedProduction::default(),
        created_at: at,
        updated_at: at,
        revision: Revision(revision),
        details_removed_at: None,
    }
}

/// A table of sessions: (id, revision). Reading it fails while `broken`.
#[derive(Default)]
struct Table {
    rows: Vec<(i64, i64)>,
    broken: bool,
}

impl Table {
    fn answer<T>(&self, value: impl FnOnce(&Self) -> T) -> StoreResult<T> {
        if self.broken { Err(StoreError::Transient("away".into())) } else { Ok(value(self)) }
    }
}

type Shared = Arc<Mutex<Table>>;

fn reader(table: &Shared) -> MockSessionReader {
    let mut reader = MockSessionReader::new();
    let rows = table.clone();
    reader.expect_revision().returning(move || {
        rows.lock().unwrap().answer(|table| Revision(table.rows.iter().map(|row| row.1).max().unwrap_or(0)))
    });
    let rows = table.clone();
    reader.expect_last_session().returning(move || {
        rows.lock().unwrap().answer(|table| SessionId(table.rows.iter().map(|row| row.0).max().unwrap_or(0)))
    });
    let rows = table.clone();
    reader.expect_changed_since().returning(move |after, limit| {
        rows.lock().unwrap().answer(|table| {
            let mut changed: Vec<_> = table.rows.iter().filter(|row| row.1 > after.0).copied().collect();
            changed.sort_by_key(|row| row.1);
            changed.into_iter().take(limit as usize).map(|(id, revision)| session(id, revision)).collect()
        })
    });
    reader
}

fn feed(table: &Shared) -> (ChangeFeed, BoxStream<'static, Announcement>) {
    let events = Broadcast::new();
    let heard = events.listen();
    let reader = Arc::new(reader(table));
    (ChangeFeed { reader, events: Arc::new(events), place: None, told: HashSet::new(), failing: false }, heard)
}

/// What was announced: (id, revision, created).
async fn heard(feed: ChangeFeed, stream: BoxStream<'static, Announcement>) -> Vec<(i64, i64, bool)> {
    drop(feed);
    stream
        .map(|announcement| match announcement {
            Announcement::Changed(change) => (change.session.id.0, change.session.revision.0, change.created),
            Announcement::Missed => (0, 0, false),
        })
        .collect()
        .await
}

#[tokio::test]
async fn what_was_there_before_is_not_announced_and_what_comes_is_in_order() {
    let table: Shared = Arc::default();
    table.lock().unwrap().rows = vec![(1, 1), (2, 2)];
    let (mut feed, stream) = feed(&table);
    feed.look().await;
    feed.look().await;
    table.lock().unwrap().rows = vec![(1, 5), (2, 2), (4, 3), (3, 4)];
    feed.look().await;
    table.lock().unwrap().rows = vec![(1, 5), (2, 2), (4, 3), (3, 6)];
    feed.look().await;
    assert_eq!(heard(feed, stream).await, [(4, 3, true), (3, 4, true), (1, 5, false), (3, 6, false)]);
}

#[tokio::test]
async fn many_changes_are_read_in_batches() {
    let table: Shared = Arc::default();
    let (mut feed, stream) = feed(&table);
    feed.look().await;
    table.lock().unwrap().rows = (1..=1000).map(|id| (id, id)).collect();
    feed.look().await;
    feed.look().await;
    let heard = heard(feed, stream).await;
    assert_eq!(heard, (1..=1000).map(|id| (id, id, true)).collect::<Vec<_>>());
}

#[tokio::test]
async fn an_outage_loses_nothing() {
    let table: Shared = Arc::default();
    table.lock().unwrap().broken = true;
    let (mut feed, stream) = feed(&table);
    feed.look().await;
    assert!(feed.failing && feed.place.is_none());
    table.lock().unwrap().broken = false;
    feed.look().await;
    assert!(!feed.failing && feed.place.is_some());
    *table.lock().unwrap() = Table { rows: vec![(1, 1)], broken: true };
    feed.look().await;
    feed.look().await;
    table.lock().unwrap().broken = false;
    feed.look().await;
    assert_eq!(heard(feed, stream).await, [(1, 1, true)]);
}

/// Signals that a test gives, where the database tells of commits.
struct Told(Option<Arc<Notify>>);

impl CommitSignals for Told {
    fn signals(&self) -> Option<BoxStream<'static, ()>> {
        let told = self.0.clone()?;
        let heard = async |told: Arc<Notify>| {
            told.notified().await;
            Some(((), told))
        };
        Some(futures_util::stream::unfold(told, heard).boxed())
    }
}

/// A feed at work over a table, and what it announces.
struct Running {
    table: Shared,
    stream: BoxStream<'static, Announcement>,
    wake: Arc<Notify>,
    cancel: CancellationToken,
    task: tokio::task::JoinHandle<()>,
}

impl Running {
    async fn start(told: Option<Arc<Notify>>) -> Self {
        let (table, events) = (Shared::default(), Arc::new(Broadcast::new()));
        let (stream, wake, cancel) = (events.listen(), Arc::new(Notify::new()), CancellationToken::new());
        let reader = Arc::new(reader(&table));
        let task = tokio::spawn(ChangeFeed::run(reader, events, Arc::new(Told(told)), wake.clone(), cancel.clone()));
        // It has looked once.
        tokio::time::sleep(Duration::from_millis(20)).await;
        Self { table, stream, wake, cancel, task }
    }

    /// The id of the session that is announced next, and after how long.
    async fn next(&mut self) -> (i64, Duration) {
        let begun = tokio::time::Instant::now();
        match self.stream.next().await {
            Some(Announcement::Changed(change)) => (change.session.id.0, begun.elapsed()),
            other => panic!("{other:?}"),
        }
    }

    async fn stop(self) {
        self.cancel.cancel();
        tokio::time::timeout(Duration::from_secs(5), self.task).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn without_signals_it_wakes_and_ticks_and_stops() {
    let mut feed = Running::start(None).await;
    feed.table.lock().unwrap().rows.push((1, 1));
    let (id, after) = feed.next().await;
    assert!(id == 1 && after < TOLD / 2, "{after:?}");
    feed.table.lock().unwrap().rows.push((2, 2));
    feed.wake.notify_one();
    assert_eq!(feed.next().await.0, 2);
    feed.stop().await;
}

#[tokio::test]
async fn a_signal_is_followed_at_once_and_one_that_was_lost_later() {
    let told = Arc::new(Notify::new());
    let mut feed = Running::start(Some(told.clone())).await;
    feed.table.lock().unwrap().rows.push((1, 1));
    told.notify_one();
    let (id, after) = feed.next().await;
    assert!(id == 1 && after < TOLD / 2, "{after:?}");
    feed.table.lock().unwrap().rows.push((2, 2));
    let (id, after) = feed.next().await;
    assert!(id == 2 && after > UNTOLD * 2, "it does not ask all the time: {after:?}");
    feed.stop().await;
}
