//! Figures over many sessions: what the database sums is what the domain sums.

use crate::fixture::Fixture;
use atelier_application::ports::sessions::{
    SessionCursor, SessionFilter, SessionOrder, SessionOrderField, SessionReader, SessionSummary, Window,
};
use atelier_application::ports::statistics::{StatisticsKey, StatisticsReader, StatisticsRow};
use atelier_application::ports::store_error::StoreError;
use atelier_domain::ids::{MachineId, SessionId};
use atelier_domain::kpi::reference_cycle::CycleSource;
use atelier_domain::kpi::trs::{CalendarSource, QualitySource, Trs};
use atelier_domain::machine::MachineType;
use atelier_domain::session::SessionStatus;
use atelier_domain::time::ProductionDay;
use chrono::Datelike;
use std::collections::BTreeMap;

on_both!(
    sums_are_those_of_the_domain,
    no_session,
    weeks_and_months,
    reasons_that_make_no_sense,
    low_rates,
    pages_by_rate
);

const MACHINES: [(i64, &str, MachineType); 3] =
    [(1, "Z", MachineType::Pvc), (2, "a", MachineType::Alu), (3, "É", MachineType::Pvc)];
const DAYS: [&str; 7] =
    ["2024-12-30", "2025-12-28", "2025-12-29", "2025-12-31", "2026-01-01", "2026-12-31", "2027-01-01"];
const KEYS: [StatisticsKey; 5] =
    [StatisticsKey::Machine, StatisticsKey::Type, StatisticsKey::Date, StatisticsKey::Week, StatisticsKey::Month];

/// A session a machine and day, no two alike, some without net or useful time; but for the last day of the last machine.
async fn fill(fixture: &Fixture) {
    for (id, name, kind) in MACHINES {
        fixture.machine(id, name, kind.as_str()).await;
    }
    let mut id = 0;
    for (machine, ..) in MACHINES {
        for day in DAYS {
            id += 1;
            if id == 21 {
                break;
            }
            fixture.session(id, machine, day, id as u32, 1_000 * id, 400 * id).await;
            let (net, scrap) = match id % 5 {
                0 => ("NULL".to_owned(), "NULL".to_owned()),
                1 => ((7 * id).to_string(), "NULL".to_owned()),
                _ => ((300 * id * id).to_string(), format!("{id}.25")),
            };
            let reasons = match id % 3 {
                0 => r#"{"PANNE":[5,2]}"#,
                1 => r#"{"AUTRE":[7,1],"PANNE":[11,1]}"#,
                _ => "{}",
            };
            let required = if id == 7 { 0 } else { 50_000 - 100 * id };
            let sources =
                [["PROFILE", "MACHINE", "LEARNED", "NONE"][id as usize % 4], ["DECLARED", "ASSUMED"][id as usize % 2]];
            let calendar = if machine == 2 { "CONFIGURED" } else { "OBSERVED" };
            fixture
                .sql(&format!(
                    "UPDATE session_production SET nombre_arrets = {id}, nombre_attentes = {}, temps_total_ms = 86400000, \
                     temps_ouverture_ms = 60000, temps_requis_ms = {required}, temps_fonctionnement_ms = {}, \
                     temps_net_ms = {net}, temps_rebut_ms = {scrap}, arrets_planifies = {}, arrets_requis = {}, \
                     arrets_requis_ms = {}, arrets_par_motif = '{reasons}', attentes_requises = 3, \
                     attentes_requises_ms = {}, ralenti_ms = {}, perte_rebut_ms = {}.5, pieces_rebut = {}, \
                     source_cycle = '{}', source_qualite = '{}', source_calendrier = '{calendar}' WHERE id = {id}",
                    id * 2, 30_000 - id, id % 4, 2 + id % 2, 20 + id, id * 3, id * 5, id, id % 6, sources[0], sources[1]
                ))
                .await;
        }
    }
    for session in all(fixture, &SessionFilter::default()).await {
        if let Some(trs) = session.trs.trs() {
            fixture.sql(&format!("UPDATE session_production SET taux_trs = {trs:?} WHERE id = {}", session.id)).await;
        }
    }
}

async fn all(fixture: &Fixture, filter: &SessionFilter) -> Vec<SessionSummary> {
    let order = SessionOrder { field: SessionOrderField::Date, descending: false };
    let window = Window { limit: 1_000, after: None, before: None, from_end: false };
    fixture.store.sessions(filter, order, &window).await.unwrap().items
}

fn machine(id: MachineId) -> (&'static str, MachineType) {
    let (_, name, kind) = MACHINES.into_iter().find(|(known, ..)| *known == id.0).unwrap();
    (name, kind)
}

/// What a session is grouped by, and where that lies in the order of rows.
fn group(session: &SessionSummary, keys: &[StatisticsKey]) -> (Vec<String>, StatisticsRow) {
    let (name, kind) = machine(session.machine);
    let (date, week) = (session.day.0, session.day.0.iso_week());
    let (mut order, mut row) = (Vec::new(), StatisticsRow::default());
    for key in keys {
        let text = match key {
            StatisticsKey::Machine => {
                row.machine = Some(session.machine);
                name.to_owned()
            }
            StatisticsKey::Type => {
                row.kind = Some(kind);
                kind.as_str().to_owned()
            }
            StatisticsKey::Date => {
                row.day = Some(session.day);
                date.to_string()
            }
            StatisticsKey::Week => row.week.insert(format!("{}-W{:02}", week.year(), week.week())).clone(),
            StatisticsKey::Month => row.month.insert(date.format("%Y-%m").to_string()).clone(),
        };
        order.push(text);
    }
    (order, row)
}

/// The rows as the domain sums them. The sources of no session at all are the least sure.
fn summed(sessions: &[SessionSummary], keys: &[StatisticsKey]) -> Vec<StatisticsRow> {
    let mut rows = BTreeMap::new();
    for session in sessions {
        let (order, empty) = group(session, keys);
        let row = rows.entry(order).or_insert(empty);
        row.trs.add(&session.trs);
        row.observed.pieces += session.observed.pieces;
        row.observed.span += session.observed.span;
        row.observed.wait += session.observed.wait;
        row.observed.stop += session.observed.stop;
        row.stops += session.id.0.unsigned_abs();
        row.waits += 2 * session.id.0.unsigned_abs();
    }
    if rows.is_empty() && keys.is_empty() {
        return vec![nothing()];
    }
    rows.into_values().collect()
}

fn nothing() -> StatisticsRow {
    let trs = Trs {
        cycle_source: CycleSource::None,
        quality_source: QualitySource::Assumed,
        calendar_source: CalendarSource::Observed,
        ..Trs::default()
    };
    StatisticsRow { trs, ..StatisticsRow::default() }
}

/// Every choice of keys, forwards and backwards.
fn choices() -> Vec<Vec<StatisticsKey>> {
    let chosen = |bits: u32| KEYS.into_iter().enumerate().filter(move |(place, _)| bits >> place & 1 == 1);
    let forwards = (0..32).map(|bits| chosen(bits).map(|(_, key)| key).collect::<Vec<_>>());
    forwards.flat_map(|keys| [keys.iter().rev().copied().collect(), keys]).collect()
}

fn day(text: &str) -> ProductionDay {
    ProductionDay(text.parse().unwrap())
}

async fn sums_are_those_of_the_domain(fixture: Fixture) {
    fill(&fixture).await;
    let every = SessionFilter::default();
    let filters = [
        every.clone(),
        SessionFilter { types: Some(vec![MachineType::Pvc]), ..every.clone() },
        SessionFilter { types: Some(vec![]), ..every.clone() },
        SessionFilter { machines: Some(vec![MachineId(3), MachineId(2)]), ..every.clone() },
        SessionFilter { trs_below: Some(0.5), ..every.clone() },
        SessionFilter { status: Some(SessionStatus::Open), ..every.clone() },
        SessionFilter { min_pieces: Some(9), ..every.clone() },
        SessionFilter { from: Some(day("2025-12-29")), to: Some(day("2026-12-31")), ..every },
    ];
    for filter in filters {
        let sessions = all(&fixture, &filter).await;
        for keys in choices() {
            let expected = summed(&sessions, &keys);
            let found = fixture.store.statistics(&filter, &keys, true, 99_999).await.unwrap();
            assert_eq!(found, expected, "{keys:?} of {filter:?}");
            let without = fixture.store.statistics(&filter, &keys, false, 99_999).await.unwrap();
            let bare = |mut row: StatisticsRow| {
                row.trs.reasons.clear();
                row
            };
            assert_eq!(without, expected.into_iter().map(bare).collect::<Vec<_>>(), "{keys:?} of {filter:?}");
        }
    }
}

async fn no_session(fixture: Fixture) {
    let all = SessionFilter::default();
    assert_eq!(fixture.store.statistics(&all, &[], true, 99_999).await.unwrap(), [nothing()]);
    for key in KEYS {
        assert_eq!(fixture.store.statistics(&all, &[key], true, 99_999).await.unwrap(), [], "{key:?}");
    }
}

async fn weeks_and_months(fixture: Fixture) {
    fill(&fixture).await;
    let filter = SessionFilter { machines: Some(vec![MachineId(1)]), ..SessionFilter::default() };
    let rows = fixture.store.statistics(&filter, &[StatisticsKey::Week], false, 99_999).await.unwrap();
    let weeks: Vec<_> = rows.iter().map(|row| (row.week.as_deref().unwrap(), row.trs.sessions)).collect();
    assert_eq!(weeks, [("2025-W01", 1), ("2025-W52", 1), ("2026-W01", 3), ("2026-W53", 2)]);
    let rows = fixture.store.statistics(&filter, &[StatisticsKey::Month], false, 99_999).await.unwrap();
    let months: Vec<_> = rows.iter().map(|row| (row.month.as_deref().unwrap(), row.trs.sessions)).collect();
    assert_eq!(months, [("2024-12", 1), ("2025-12", 3), ("2026-01", 1), ("2026-12", 1), ("2027-01", 1)]);
    let every = SessionFilter::default();
    let rows = fixture.store.statistics(&every, &[StatisticsKey::Machine], false, 99_999).await.unwrap();
    let machines: Vec<_> = rows.iter().map(|row| row.machine.unwrap().0).collect();
    assert_eq!(machines, [1, 2, 3], "by name: Z, a, É");
    for with_reasons in [true, false] {
        let first = fixture.store.statistics(&every, &[StatisticsKey::Machine], with_reasons, 2).await.unwrap();
        assert_eq!(first.len(), 2, "no more are read than are wanted");
        assert!(first.iter().zip(&rows).all(|(first, row)| first.machine == row.machine));
    }
}

async fn reasons_that_make_no_sense(fixture: Fixture) {
    fill(&fixture).await;
    fixture.sql("UPDATE session_production SET arrets_par_motif = '[1]' WHERE id = 3").await;
    let all = SessionFilter::default();
    assert_eq!(fixture.store.statistics(&all, &[], false, 99_999).await.unwrap().len(), 1);
    let error = fixture.store.statistics(&all, &[], true, 99_999).await.unwrap_err();
    assert!(matches!(&error, StoreError::Inconsistent(text) if text.contains("no list of reasons")), "{error:?}");
}

async fn low_rates(fixture: Fixture) {
    fill(&fixture).await;
    let sessions = all(&fixture, &SessionFilter::default()).await;
    let rates: Vec<f64> = sessions.iter().filter_map(|session| session.trs.trs()).collect();
    assert!(rates.len() > 8 && rates.len() < sessions.len(), "{rates:?}");
    for limit in rates.iter().copied().chain([0.0, 0.5, 1.0, 1e9]) {
        let filter = SessionFilter { trs_below: Some(limit), ..SessionFilter::default() };
        let below = |session: &&SessionSummary| session.trs.trs().is_some_and(|trs| trs < limit);
        let expected: Vec<_> = sessions.iter().filter(below).map(|session| session.id).collect();
        let found: Vec<_> = all(&fixture, &filter).await.iter().map(|session| session.id).collect();
        assert_eq!(found, expected, "below {limit}");
        assert_eq!(fixture.store.count_sessions(&filter).await.unwrap(), expected.len() as u64);
    }
}

async fn pages_by_rate(fixture: Fixture) {
    fill(&fixture).await;
    // One of each machine with the same rate.
    fixture
        .sql("UPDATE session_production SET temps_net_ms = 0, temps_rebut_ms = 0, taux_trs = 0 WHERE id IN (2, 9, 16)")
        .await;
    let place = |session: &SessionSummary| SessionCursor { key: session.trs.trs().unwrap_or(-1.0), id: session.id };
    for descending in [false, true] {
        let order = SessionOrder { field: SessionOrderField::Trs, descending };
        let mut expected: Vec<_> = all(&fixture, &SessionFilter::default()).await.iter().map(place).collect();
        expected.sort_by(|a, b| a.key.total_cmp(&b.key).then(a.id.cmp(&b.id)));
        if descending {
            expected.reverse();
        }
        let expected: Vec<SessionId> = expected.iter().map(|cursor| cursor.id).collect();
        for (limit, from_end) in [(1, false), (3, false), (20, false), (1, true), (3, true)] {
            let mut window = Window { limit, after: None, before: None, from_end };
            let mut seen = Vec::new();
            loop {
                let slice = fixture.store.sessions(&SessionFilter::default(), order, &window).await.unwrap();
                let ids: Vec<_> = slice.items.iter().map(|session| session.id).collect();
                let more = if from_end {
                    seen.splice(0..0, ids);
                    window.before = slice.items.first().map(place);
                    slice.has_previous
                } else {
                    seen.extend(ids);
                    window.after = slice.items.last().map(place);
                    slice.has_next
                };
                if !more {
                    break;
                }
            }
            assert_eq!(seen, expected, "by {limit}, descending {descending}, from the end {from_end}");
        }
    }
}
