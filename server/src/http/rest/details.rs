//! What a session holds.

use super::error::Failure;
use super::model::{Anomaly, Job, LogFileRef, Piece, StopPeriod, TimelineInterval, WaitPeriod};
use super::page::{self, List, Page, PageInfo, PageParams};
use super::sessions;
use super::signed::Signed;
use actix_web::HttpResponse;
use atelier_application::ports::sessions::{Slice, StoredAnomaly, StoredJob, StoredPiece};
use atelier_application::query::page::numbered;
use atelier_application::query::{Reader, cursor, timeline as strip};
use atelier_domain::ids::{JobId, LogFileId};
use atelier_domain::interval::Interval;
use std::collections::{BTreeSet, HashMap};

/// Its pieces by number, a page at a time.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}/pieces", tag = "Details of sessions", operation_id = "listPieces",
    params(("id" = String, Path, description = "The session's id."), PageParams),
    responses((
        status = 200, description = "A page of them; none once the details were removed.", body = Page<Piece>,
        headers(("Link" = String, description = "The pages beside this one, as `next` and `prev`, where there are any."))
    )),
)]
pub(super) async fn pieces(signed: Signed) -> Result<HttpResponse, Failure> {
    let part: PageParams = signed.query()?;
    let window = part.args().window(signed.reader.max_page(), cursor::read_piece)?;
    let session = sessions::one(&signed).await?;
    let total = if session.details_removed_at.is_some() { 0 } else { session.observed.pieces };
    let (range, has_previous, has_next) = numbered(&window, total);
    let items: Vec<StoredPiece> = match range {
        Some(range) => signed.reader.pieces(&[(session.id, range)]).await?.remove(&session.id).unwrap_or_default(),
        None => Vec::new(),
    };
    let slice = Slice { items, has_next, has_previous };
    let page_info = PageInfo::of(&slice, |piece: &StoredPiece| cursor::piece(piece.number));
    let ids: BTreeSet<JobId> = slice.items.iter().filter_map(|piece| piece.job).collect();
    let found = if ids.is_empty() {
        Vec::new()
    } else {
        signed.reader.jobs_by_id(&ids.into_iter().collect::<Vec<_>>()).await?
    };
    let bars: HashMap<JobId, Job> = counted(&signed.reader, found).await?.collect();
    let with_bar = |piece: StoredPiece| {
        let bar = piece.job.and_then(|id| bars.get(&id)).cloned();
        Piece::new(piece, bar)
    };
    let items = slice.items.into_iter().map(with_bar).collect();
    page::answer(&signed, &Page { items, page_info, total_count: Some(total.into()) })
}

/// The bars loaded in it, in the order of the machine's log.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}/jobs", tag = "Details of sessions", operation_id = "listJobs",
    params(("id" = String, Path, description = "The session's id.")),
    responses((status = 200, description = "The bars; none once the details were removed.", body = List<Job>)),
)]
pub(super) async fn jobs(signed: Signed) -> Result<HttpResponse, Failure> {
    let () = signed.query()?;
    let session = sessions::one(&signed).await?;
    // The bar that lasts into the next day is kept for the pieces of that one.
    if session.details_removed_at.is_some() {
        return signed.json(&List::<Job> { items: Vec::new() });
    }
    let found = signed.reader.jobs(&[session.id]).await?.remove(&session.id).unwrap_or_default();
    signed.json(&List { items: counted(&signed.reader, found).await?.map(|(_, job)| job).collect() })
}

/// Its waits, by start.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}/waits", tag = "Details of sessions", operation_id = "listWaits",
    params(("id" = String, Path, description = "The session's id.")),
    responses((status = 200, description = "The waits; none once the details were removed.", body = List<WaitPeriod>)),
)]
pub(super) async fn waits(signed: Signed) -> Result<HttpResponse, Failure> {
    let () = signed.query()?;
    let session = sessions::one(&signed).await?;
    let found = signed.reader.waits(&[session.id]).await?.remove(&session.id).unwrap_or_default();
    signed.json(&List { items: found.into_iter().map(WaitPeriod::from).collect() })
}

/// Its stops, by start.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}/stops", tag = "Details of sessions", operation_id = "listStops",
    params(("id" = String, Path, description = "The session's id.")),
    responses((status = 200, description = "The stops; none once the details were removed.", body = List<StopPeriod>)),
)]
pub(super) async fn stops(signed: Signed) -> Result<HttpResponse, Failure> {
    let () = signed.query()?;
    let session = sessions::one(&signed).await?;
    let found = signed.reader.stops(&[session.id]).await?.remove(&session.id).unwrap_or_default();
    let qualified = found.iter().any(|stop| stop.reason.is_some());
    let reasons = if qualified { sessions::all_reasons(&signed.reader).await? } else { HashMap::new() };
    let told = found.into_iter().map(|stop| {
        let reason = stop.reason.as_deref().and_then(|code| reasons.get(code)).cloned();
        StopPeriod::new(stop, reason)
    });
    signed.json(&List { items: told.collect() })
}

/// What is odd in it, by instant.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}/anomalies", tag = "Details of sessions", operation_id = "listAnomalies",
    params(("id" = String, Path, description = "The session's id.")),
    responses((status = 200, description = "The anomalies.", body = List<Anomaly>)),
)]
pub(super) async fn anomalies(signed: Signed) -> Result<HttpResponse, Failure> {
    let () = signed.query()?;
    let session = sessions::one(&signed).await?;
    let found = signed.reader.anomalies(&[session.id]).await?.remove(&session.id).unwrap_or_default();
    let ids: BTreeSet<LogFileId> = found.iter().filter_map(|anomaly| anomaly.file).collect();
    let files = if ids.is_empty() {
        Vec::new()
    } else {
        signed.reader.log_files_by_id(&ids.into_iter().collect::<Vec<_>>()).await?
    };
    let told = |anomaly: StoredAnomaly| {
        let file = files.iter().find(|file| Some(file.id) == anomaly.file).map(LogFileRef::from);
        Anomaly::new(anomaly, file)
    };
    signed.json(&List { items: found.into_iter().map(told).collect() })
}

/// The day as one strip: intervals in order, without gap or overlap, from the first event to the last.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}/timeline", tag = "Details of sessions", operation_id = "getTimeline",
    params(("id" = String, Path, description = "The session's id.")),
    responses((
        status = 200, body = List<TimelineInterval>,
        description = "The intervals; none once the details were removed, for what the machine did when is not known any more."
    )),
)]
pub(super) async fn timeline(signed: Signed) -> Result<HttpResponse, Failure> {
    let () = signed.query()?;
    let session = sessions::one(&signed).await?;
    if session.details_removed_at.is_some() {
        return signed.json(&List::<TimelineInterval> { items: Vec::new() });
    }
    let id = [session.id];
    let (waits, stops, instants) =
        futures_util::try_join!(signed.reader.waits(&id), signed.reader.stops(&id), signed.reader.piece_instants(&id))?;
    let waiting = waits.into_values().flatten().map(|wait| wait.interval);
    let stopped = stops.into_values().flatten().map(|stop| Interval::new(stop.start, stop.start + stop.length));
    let parts = strip(&session, waiting, stopped, instants.into_values().flatten());
    signed.json(&List { items: parts.into_iter().map(TimelineInterval::from).collect() })
}

/// Bars with the number of their pieces, in the order given: one question, however many there are.
async fn counted(reader: &Reader, jobs: Vec<StoredJob>) -> Result<impl Iterator<Item = (JobId, Job)>, Failure> {
    let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
    let carried = if ids.is_empty() { HashMap::new() } else { reader.carried_pieces(&ids).await? };
    Ok(jobs.into_iter().map(move |job| (job.id, Job::new(job.clone(), carried.get(&job.id).copied().unwrap_or(0)))))
}
