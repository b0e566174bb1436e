//! Pages of sessions: every order, both directions, with ties and without rates, checked against a plain sort.

use crate::fixture::Fixture;
use atelier_application::ports::sessions::{
    SessionCursor, SessionFilter, SessionOrder, SessionOrderField, SessionReader, SessionSummary, Slice, Window,
};
use atelier_domain::ids::{MachineId, SessionId};
use chrono::NaiveDate;

on_both!(forwards_and_backwards, each_machine, between_two_places, beyond_the_ends);

/// Two machines; several sessions a day, pieces and rates that tie, and sessions without a rate.
async fn fill(fixture: &Fixture) {
    for (id, name) in [(1, "A"), (2, "B"), (3, "C")] {
        fixture.machine(id, name, "PVC").await;
    }
    let rows = [
        (1, 1, "2025-05-01", 10, 100, 50),
        (2, 2, "2025-05-01", 10, 300, 100),
        (3, 1, "2025-05-02", 0, 0, 0),
        (4, 2, "2025-05-02", 5, 200, 100),
        (5, 1, "2025-05-03", 5, 0, 0),
        (6, 2, "2025-04-30", 7, 3, 1),
        (7, 1, "1969-12-30", 7, 7, 3),
        (8, 1, "2025-05-04", 10, 9, 3),
        (9, 2, "2025-05-05", 10, 28_800_000, 9_600_000),
    ];
    for (id, machine, day, pieces, span, effective) in rows {
        fixture.session(id, machine, day, pieces, span, effective).await;
    }
}

fn orders() -> Vec<SessionOrder> {
    let fields =
        [SessionOrderField::Date, SessionOrderField::TotalPieces, SessionOrderField::Occupancy, SessionOrderField::Trs];
    fields.into_iter().flat_map(|field| [false, true].map(|descending| SessionOrder { field, descending })).collect()
}

fn cursor(session: &SessionSummary, field: SessionOrderField) -> SessionCursor {
    let key = match field {
        SessionOrderField::Date => (session.day.0 - NaiveDate::default()).num_days() as f64,
        SessionOrderField::TotalPieces => f64::from(session.observed.pieces),
        SessionOrderField::Trs => session.trs.trs().unwrap_or(-1.0),
        SessionOrderField::Occupancy => session.observed.occupancy_rate().unwrap_or(-1.0),
    };
    SessionCursor { key, id: session.id }
}

fn sorted(mut sessions: Vec<SessionSummary>, order: SessionOrder) -> Vec<SessionSummary> {
    sessions.sort_by(|a, b| {
        let (a, b) = (cursor(a, order.field), cursor(b, order.field));
        let ordering = a.key.total_cmp(&b.key).then(a.id.cmp(&b.id));
        if order.descending { ordering.reverse() } else { ordering }
    });
    sessions
}

fn window(limit: u32) -> Window<SessionCursor> {
    Window { limit, after: None, before: None, from_end: false }
}

fn ids(sessions: &[SessionSummary]) -> Vec<i64> {
    sessions.iter().map(|session| session.id.0).collect()
}

async fn all(fixture: &Fixture) -> Vec<SessionSummary> {
    let ids: Vec<_> = (1..=9).map(SessionId).collect();
    fixture.store.sessions_by_id(&ids).await.unwrap()
}

async fn forwards_and_backwards(fixture: Fixture) {
    fill(&fixture).await;
    let filter = SessionFilter::default();
    for order in orders() {
        let expected = ids(&sorted(all(&fixture).await, order));
        for limit in [1, 2, 4, 9, 100] {
            let (mut window, mut seen) = (window(limit), Vec::new());
            loop {
                let slice = fixture.store.sessions(&filter, order, &window).await.unwrap();
                assert_eq!(slice.has_previous, !seen.is_empty(), "{order:?} {window:?}");
                seen.extend(ids(&slice.items));
                assert_eq!(slice.has_next, seen.len() < expected.len(), "{order:?} {window:?}");
                window.after = slice.items.last().map(|last| cursor(last, order.field));
                if !slice.has_next {
                    break;
                }
            }
            assert_eq!(seen, expected, "{order:?} by {limit}");

            let (mut window, mut seen) = (Window { from_end: true, ..self::window(limit) }, Vec::new());
            loop {
                let slice = fixture.store.sessions(&filter, order, &window).await.unwrap();
                assert_eq!(slice.has_next, !seen.is_empty(), "{order:?} {window:?}");
                seen.splice(0..0, ids(&slice.items));
                assert_eq!(slice.has_previous, seen.len() < expected.len(), "{order:?} {window:?}");
                window.before = slice.items.first().map(|first| cursor(first, order.field));
                if !slice.has_previous {
                    break;
                }
            }
            assert_eq!(seen, expected, "{order:?} by {limit} from the end");
        }
    }
}

async fn each_machine(fixture: Fixture) {
    fill(&fixture).await;
    let filter = SessionFilter::default();
    let machines = [MachineId(2), MachineId(1), MachineId(3), MachineId(1)];
    for order in orders() {
        let everything = sorted(all(&fixture).await, order);
        let place = cursor(&everything[3], order.field);
        for from_end in [false, true] {
            for (after, before) in [(None, None), (Some(place), None), (None, Some(place))] {
                let window = Window { limit: 2, after, before, from_end };
                let slices = fixture.store.sessions_by_machine(&machines, &filter, order, &window).await.unwrap();
                for machine in [1, 2] {
                    let own: Vec<_> =
                        everything.iter().filter(|session| session.machine.0 == machine).cloned().collect();
                    let at = everything[..4].iter().filter(|session| session.machine.0 == machine).count();
                    let here = usize::from(everything[3].machine.0 == machine);
                    let (first, last) = match (after, before) {
                        (Some(_), _) => (at, own.len()),
                        (_, Some(_)) => (0, at - here),
                        _ => (0, own.len()),
                    };
                    let (from, to) =
                        if from_end { (last.saturating_sub(2).max(first), last) } else { (first, last.min(first + 2)) };
                    let expected =
                        Slice { items: own[from..to].to_vec(), has_next: to < own.len(), has_previous: from > 0 };
                    assert_eq!(slices[&MachineId(machine)], expected, "{order:?} {window:?} of {machine}");
                }
                assert!(slices.get(&MachineId(3)).is_none_or(|slice| *slice == Slice::default()));
            }
        }
    }
}

async fn between_two_places(fixture: Fixture) {
    fill(&fixture).await;
    let order = SessionOrder { field: SessionOrderField::TotalPieces, descending: true };
    let expected = sorted(all(&fixture).await, order);
    let place = |index: usize| Some(cursor(&expected[index], order.field));
    let window = Window { limit: 3, after: place(1), before: place(7), from_end: false };
    let slice = fixture.store.sessions(&SessionFilter::default(), order, &window).await.unwrap();
    assert_eq!((ids(&slice.items), slice.has_previous, slice.has_next), (ids(&expected[2..5]), true, true));
    let slice = fixture.store.sessions(&SessionFilter::default(), order, &Window { limit: 9, ..window }).await.unwrap();
    assert_eq!((ids(&slice.items), slice.has_previous, slice.has_next), (ids(&expected[2..7]), true, true));
    let nothing = Window { after: place(7), before: place(1), ..window };
    let slice = fixture.store.sessions(&SessionFilter::default(), order, &nothing).await.unwrap();
    assert!(slice.items.is_empty());
}

async fn beyond_the_ends(fixture: Fixture) {
    fill(&fixture).await;
    for order in orders() {
        for key in [1e300, -1e300, f64::INFINITY] {
            let place = Some(SessionCursor { key, id: SessionId(0) });
            let none = (key > 0.0) != order.descending;
            let page = Window { after: place, ..window(20) };
            let slice = fixture.store.sessions(&SessionFilter::default(), order, &page).await.unwrap();
            assert_eq!(
                (slice.items.len(), slice.has_previous, slice.has_next),
                (if none { 0 } else { 9 }, none, false),
                "{order:?} {key}"
            );
            let page = Window { before: place, from_end: true, ..window(20) };
            let slice = fixture.store.sessions(&SessionFilter::default(), order, &page).await.unwrap();
            assert_eq!(
                (slice.items.len(), slice.has_previous, slice.has_next),
                (if none { 9 } else { 0 }, false, !none),
                "{order:?} {key}"
            );
        }
    }
    let order = orders()[0];
    let slice = fixture.store.sessions(&SessionFilter::default(), order, &window(0)).await.unwrap();
    assert_eq!((slice.items.len(), slice.has_next), (0, true));
}
