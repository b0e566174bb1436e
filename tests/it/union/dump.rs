//! All that derived sessions are, as text.

use atelier_application::ports::sessions::{
    PieceRange, SessionFilter, SessionOrder, SessionOrderField, SessionReader as _, Window,
};
use atelier_store::Store;
use std::collections::HashMap;
use std::fmt::Write as _;

/// All sessions and what they hold, without what depends on when things were read.
pub(crate) async fn dump(store: &Store) -> String {
    let order = SessionOrder { field: SessionOrderField::Date, descending: false };
    let window = Window { limit: 10_000, after: None, before: None, from_end: false };
    let sessions = store.sessions(&SessionFilter::default(), order, &window).await.unwrap().items;
    let ids: Vec<_> = sessions.iter().map(|session| session.id).collect();
    let ranges: Vec<_> = ids.iter().map(|id| (*id, PieceRange { from: 1, to: u32::MAX >> 1 })).collect();
    let (jobs, waits, stops, pieces, anomalies) = tokio::try_join!(
        store.jobs(&ids),
        store.waits(&ids),
        store.stops(&ids),
        store.pieces(&ranges),
        store.anomalies(&ids)
    )
    .unwrap();
    let job_ids: Vec<_> = jobs.values().flatten().map(|job| job.id).collect();
    let carried = store.carried_pieces(&job_ids).await.unwrap();
    let names: HashMap<_, _> =
        jobs.values().flatten().map(|job| (job.id, format!("{} {:?}", job.reference, job.started_at))).collect();
    let mut text = String::new();
    for session in &sessions {
        let (day, status, observed) = (session.day, session.status, session.observed);
        writeln!(text, "{day} {status:?} {observed:?} {:?}", session.other_events).unwrap();
        writeln!(
            text,
            "  {:?} {:?} {:?} {:?}",
            session.first_event, session.last_event, session.first_start, session.last_stop
        )
        .unwrap();
        writeln!(text, "  {:?}", session.trs).unwrap();
        for job in jobs.get(&session.id).into_iter().flatten() {
            let pieces = u64::from(job.own_pieces) + carried.get(&job.id).copied().unwrap_or(0);
            writeln!(text, "  job {} {:?} {:?} {pieces}", job.reference, job.length_mm, job.started_at).unwrap();
        }
        for wait in waits.get(&session.id).into_iter().flatten() {
            writeln!(text, "  wait {:?}", wait.interval).unwrap();
        }
        for stop in stops.get(&session.id).into_iter().flatten() {
            writeln!(text, "  stop {:?} {:?} {:?}", stop.start, stop.end, stop.length).unwrap();
        }
        for piece in pieces.get(&session.id).into_iter().flatten() {
            let job = piece.job.and_then(|job| names.get(&job));
            writeln!(text, "  piece {} {:?} {:?} {job:?} {:?}", piece.number, piece.at, piece.details, piece.cycle)
                .unwrap();
        }
        let mut found: Vec<_> = anomalies.get(&session.id).into_iter().flatten().collect();
        found.sort_by_key(|anomaly| (anomaly.at, anomaly.kind, anomaly.line));
        for anomaly in found {
            writeln!(text, "  anomaly {:?} {:?} {:?}", anomaly.kind, anomaly.at, anomaly.line).unwrap();
        }
    }
    text
}
