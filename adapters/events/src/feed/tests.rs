use super::*;
use crate::Broadcast;
use atelier_application::ports::events::Announcement;
use atelier_application::ports::sessions::{MockSessionReader, SessionSummary};
use atelier_application::ports::store_error::StoreError;
use atelier_domain::ids::MachineId;
use atelier_domain::kpi::observed::ObservedProduction;
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
        first_event: at,
        last_event: at,
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

#[tokio::test]
async fn it_wakes_and_ticks_and_stops() {
    let table: Shared = Arc::default();
    let events = Arc::new(Broadcast::new());
    let mut stream = events.listen();
    let (wake, cancel) = (Arc::new(Notify::new()), CancellationToken::new());
    let task = tokio::spawn(ChangeFeed::run(
        Arc::new(reader(&table)),
        events.clone(),
        wake.clone(),
        Duration::from_millis(20),
        cancel.clone(),
    ));
    tokio::time::sleep(Duration::from_millis(100)).await;
    table.lock().unwrap().rows.push((1, 1));
    assert!(matches!(stream.next().await, Some(Announcement::Changed(change)) if change.created));
    table.lock().unwrap().rows.push((2, 2));
    wake.notify_one();
    assert!(matches!(stream.next().await, Some(Announcement::Changed(change)) if change.session.id.0 == 2));
    cancel.cancel();
    tokio::time::timeout(Duration::from_secs(5), task).await.unwrap().unwrap();
}
