#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

use super::*;
use crate::ports::clock::MockClock;
use crate::ports::erp::{FailedOrder, MockOrderSource};
use crate::ports::orders::MockOrderStore;
use crate::ports::sync_runs::{MockSyncRunStore, RunLock};
use atelier_domain::ids::SyncRunId;
use atelier_domain::order::{Accessory, Order};
use atelier_domain::time::Instant;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

struct Free;

impl RunLock for Free {}

fn order(number: i32) -> Order {
    Order {
        key: OrderKey(format!("K{number}")),
        number,
        extension: None,
        status: None,
        job_site: None,
        customer_number: None,
        customer_name: None,
        technician: None,
        price_before_tax: None,
        accessories: vec![Accessory { position: None, code: "VR".to_owned(), description: None, quantity: None }],
        operations: Vec::new(),
        notes: Vec::new(),
    }
}

fn known(number: i32, removed: bool) -> KnownOrder {
    let order = order(number);
    KnownOrder { fingerprint: fingerprint(&order), key: order.key, removed }
}

fn started() -> SyncRun {
    SyncRun::begun(SyncRunId(1), SyncSource::Erp, RunKind::Sync, Instant(0))
}

/// What the store was told.
#[derive(Default)]
struct Written {
    /// The numbers of orders, a list a transaction.
    saved: Mutex<Vec<Vec<i32>>>,
    gone: Mutex<Vec<Vec<String>>>,
}

/// Everything a run needs: what the ERP gives, and what is known.
struct Plant {
    gives: Result<(Vec<Order>, Vec<FailedOrder>), ErpError>,
    known: Vec<KnownOrder>,
    /// The store fails at this transaction.
    fails_at: Option<usize>,
}

impl Plant {
    fn of(orders: Vec<Order>, known: Vec<KnownOrder>) -> Self {
        Self { gives: Ok((orders, Vec::new())), known, fails_at: None }
    }

    async fn run(self, removals: Removals, progress: &dyn Progress) -> (SyncRun, Arc<Written>) {
        let written = Arc::new(Written::default());
        let mut source = MockOrderSource::new();
        let mut gives = Some(self.gives);
        source.expect_fetch().times(1).returning(move |_| {
            let (orders, failed) = gives.take().unwrap()?;
            let count = orders.len() as u32;
            Ok(FetchedOrders {
                orders: Box::new(orders.into_iter()),
                count,
                failed,
                left_out: vec!["A remark.".into()],
            })
        });
        let mut store = MockOrderStore::new();
        let known = self.known;
        store.expect_known_orders().returning(move || Ok(known.clone()));
        let (saved, fails_at) = (Arc::clone(&written), self.fails_at);
        store.expect_save_changed().returning(move |orders, _| {
            let mut saved = saved.saved.lock().unwrap();
            if Some(saved.len()) == fails_at {
                return Err(StoreError::Transient("The disk is full.".to_owned()));
            }
            saved.push(orders.iter().map(|changed| changed.order.number).collect());
            Ok(())
        });
        let gone = Arc::clone(&written);
        store.expect_save_gone().returning(move |keys, _| {
            gone.gone.lock().unwrap().push(keys.iter().map(|key| key.0.clone()).collect());
            Ok(())
        });
        store.expect_forget_customer_names().returning(|| Ok(()));
        let mut runs = MockSyncRunStore::new();
        runs.expect_try_lock().returning(|_| Ok(Some(Box::new(Free))));
        runs.expect_start().returning(|_, _, _| Ok(started()));
        runs.expect_save().returning(|_| Ok(()));
        let mut clock = MockClock::new();
        clock.expect_now().returning(|| Instant(7));
        let sync = OrderSync {
            source: Arc::new(source),
            store: Arc::new(store),
            runs: Arc::new(runs),
            clock: Arc::new(clock),
            selection: Selection::default(),
            customer_names: false,
        };
        let Outcome::Ran(run) = sync.run(removals, progress).await.unwrap() else { panic!("nobody else runs") };
        (run, written)
    }
}

/// Says stop after so many questions, and keeps what it is warned of.
#[derive(Default)]
struct Watch {
    stop_after: Option<u32>,
    asked: AtomicU32,
    warned: Mutex<Vec<String>>,
}

impl Progress for Watch {
    fn warned(&self, warning: &str) {
        self.warned.lock().unwrap().push(warning.to_owned());
    }

    fn cancelled(&self) -> bool {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        self.stop_after.is_some_and(|after| asked >= after)
    }
}

#[tokio::test]
async fn only_what_is_new_changed_or_back_is_written_and_what_is_gone_is_noted() {
    let mut changed = order(2);
    changed.status = Some("Fertig".to_owned());
    let orders = vec![order(1), changed, order(3), order(4)];
    let watch = Watch::default();
    let known = vec![known(1, false), known(2, false), known(3, true), known(5, false), known(6, true)];
    let (run, written) = Plant::of(orders, known).run(Removals::Plausible, &watch).await;
    assert_eq!((run.status, run.orders_seen, run.orders_changed), (SyncStatus::Succeeded, 4, 4));
    assert_eq!((run.progress, run.finished_at, run.error), (1.0, Some(Instant(7)), None));
    assert_eq!(*written.saved.lock().unwrap(), [[2, 3, 4]]);
    assert_eq!(*written.gone.lock().unwrap(), [["K5"]]);
    assert_eq!(*watch.warned.lock().unwrap(), ["A remark."]);
}

#[tokio::test]
async fn many_are_written_some_at_a_time() {
    let (run, written) =
        Plant::of((0..1_203).map(order).collect(), Vec::new()).run(Removals::Plausible, &Watch::default()).await;
    assert_eq!((run.orders_changed, run.status), (1_203, SyncStatus::Succeeded));
    let sizes: Vec<_> = written.saved.lock().unwrap().iter().map(Vec::len).collect();
    assert_eq!(sizes, [500, 500, 203]);
}

#[tokio::test]
async fn more_than_half_gone_is_not_believed_unless_somebody_says_so() {
    let present = |count| (0..count).map(|number| known(number, false)).collect::<Vec<_>>();
    for (left, of, removals, gone, missing) in [
        (2, 4, Removals::Plausible, 2, 0),
        (2, 5, Removals::Plausible, 0, 3),
        (0, 1, Removals::Plausible, 0, 1),
        (0, 4, Removals::All, 4, 0),
        (0, 0, Removals::Plausible, 0, 0),
    ] {
        let orders = (0..left).map(order).collect();
        let (run, written) = Plant::of(orders, present(of)).run(removals, &Watch::default()).await;
        let removed = written.gone.lock().unwrap().concat().len();
        assert_eq!((removed, run.orders_missing), (gone, missing), "{left} of {of}");
        let status = if missing > 0 { SyncStatus::Partial } else { SyncStatus::Succeeded };
        assert_eq!(run.status, status);
        assert_eq!(run.error.is_some(), missing > 0);
    }
}

#[tokio::test]
async fn orders_that_are_gone_already_do_not_count() {
    let known = vec![known(1, false), known(2, true), known(3, true), known(4, true)];
    let (run, _) = Plant::of(vec![order(1)], known).run(Removals::Plausible, &Watch::default()).await;
    assert_eq!((run.status, run.orders_changed), (SyncStatus::Succeeded, 0));
}

#[tokio::test]
async fn what_cannot_be_read_is_told_and_not_taken_for_gone() {
    let failed = |number: i32| FailedOrder {
        key: (number > 0).then(|| OrderKey(format!("K{number}"))),
        reason: format!("{number} is wrong."),
    };
    let plant = Plant {
        gives: Ok((vec![order(1)], (0..13).filter(|number| *number != 1).map(failed).collect())),
        known: (1..=12).map(|number| known(number, false)).collect(),
        fails_at: None,
    };
    let (run, written) = plant.run(Removals::Plausible, &Watch::default()).await;
    assert_eq!((run.status, run.orders_seen, run.orders_failed, run.orders_changed), (SyncStatus::Partial, 1, 12, 0));
    assert!(written.gone.lock().unwrap().is_empty());
    let error = run.error.unwrap();
    assert_eq!(error.lines().count(), 11, "{error}");
    assert!(
        error.starts_with("0 is wrong.\n") && error.ends_with("2 more orders could not be read; the log names them.")
    );
}

#[tokio::test]
async fn an_erp_that_fails_changes_nothing() {
    let plant = Plant {
        gives: Err(ErpError::Transient("It went away.".to_owned())),
        known: vec![known(1, false)],
        fails_at: None,
    };
    let (run, written) = plant.run(Removals::All, &Watch::default()).await;
    assert_eq!((run.status, run.error.as_deref()), (SyncStatus::Failed, Some("It went away.")));
    assert!(written.saved.lock().unwrap().is_empty() && written.gone.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_database_that_fails_keeps_what_it_took() {
    for (fails_at, status, changed) in [(0, SyncStatus::Failed, 0), (1, SyncStatus::Partial, 500)] {
        let plant =
            Plant { fails_at: Some(fails_at), ..Plant::of((0..700).map(order).collect(), vec![known(900, false)]) };
        let (run, written) = plant.run(Removals::All, &Watch::default()).await;
        assert_eq!((run.status, run.orders_changed), (status, changed));
        assert!(run.error.unwrap().contains("The disk is full."));
        assert!(written.gone.lock().unwrap().is_empty(), "nothing is gone before all is known");
    }
}

#[tokio::test]
async fn a_run_that_is_told_to_stop_stops_between_two_steps_and_removes_nothing() {
    for (stop_after, saved) in [(0, 0), (1, 1), (2, 2)] {
        let watch = Watch { stop_after: Some(stop_after), ..Watch::default() };
        let plant = Plant::of((0..1_100).map(order).collect(), vec![known(9_000, false)]);
        let (run, written) = plant.run(Removals::All, &watch).await;
        assert_eq!((run.status, written.saved.lock().unwrap().len()), (SyncStatus::Partial, saved));
        assert!(written.gone.lock().unwrap().is_empty() && run.error.unwrap().contains("interrupted"));
    }
}

#[tokio::test]
async fn while_another_one_runs_nothing_is_done() {
    let mut runs = MockSyncRunStore::new();
    runs.expect_try_lock().returning(|source| {
        assert_eq!(source, SyncSource::Erp);
        Ok(None)
    });
    let sync = OrderSync {
        source: Arc::new(MockOrderSource::new()),
        store: Arc::new(MockOrderStore::new()),
        runs: Arc::new(runs),
        clock: Arc::new(MockClock::new()),
        selection: Selection::default(),
        customer_names: true,
    };
    let outcome = sync.run(Removals::Plausible, &Watch::default()).await.unwrap();
    assert_eq!(outcome, Outcome::AlreadyRunning);
}

#[test]
fn whatever_differs_makes_another_fingerprint() {
    let mut seen = BTreeSet::new();
    let mut differs = |change: &dyn Fn(&mut Order)| {
        let mut order = order(1);
        change(&mut order);
        let Fingerprint(bytes) = fingerprint(&order);
        assert!(seen.insert(bytes), "{order:?}");
    };
    let text = |text: &str| Some(text.to_owned());
    differs(&|_| {});
    differs(&|order| order.key.0 = "K".to_owned());
    differs(&|order| order.number = 2);
    differs(&|order| order.extension = text(""));
    differs(&|order| order.extension = text("A"));
    differs(&|order| order.status = text("A"));
    differs(&|order| order.job_site = text("A"));
    differs(&|order| order.customer_number = text("A"));
    differs(&|order| order.customer_name = text("A"));
    differs(&|order| order.technician = text("A"));
    differs(&|order| order.price_before_tax = Some(0.0));
    differs(&|order| order.price_before_tax = Some(0.01));
    differs(&|order| order.accessories[0].position = Some(0));
    differs(&|order| order.accessories[0].code = "VR1".to_owned());
    differs(&|order| order.accessories[0].description = text("VR"));
    differs(&|order| order.accessories[0].quantity = Some(1.0));
    differs(&|order| order.accessories.push(order.accessories[0].clone()));
    differs(&|order| order.accessories.clear());
    let operation = |note: Option<&str>, at| atelier_domain::order::Operation {
        number: "VR".to_owned(),
        description: None,
        at,
        user: None,
        note: note.map(str::to_owned),
    };
    differs(&|order| order.operations.push(operation(None, None)));
    differs(&|order| order.operations.push(operation(Some("x"), None)));
    differs(&|order| order.operations.push(operation(None, Some(Instant(0)))));
    let note = |at| atelier_domain::order::OrderNote { code: None, at, user: None, text: "VR".to_owned() };
    differs(&|order| order.notes.push(note(None)));
    differs(&|order| order.notes.push(note(Some(Instant(0)))));
}
