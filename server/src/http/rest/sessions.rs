//! Sessions.

use super::error::Failure;
use super::filter::{OrderParams, SessionParams};
use super::machines;
use super::model::{MachineRef, Session, StopReason};
use super::page::{self, CountParams, Page, PageInfo, PageParams};
use super::signed::Signed;
use actix_web::HttpResponse;
use atelier_application::ports::sessions::SessionSummary;
use atelier_application::query::{Reader, cursor, place};
use atelier_domain::ids::{MachineId, SessionId};
use atelier_domain::kpi::trs::Trs;
use std::collections::HashMap;

/// Sessions of all machines, a page at a time.
#[utoipa::path(
    get, path = "/api/v1/sessions", tag = "Sessions", operation_id = "listSessions",
    params(SessionParams, OrderParams, PageParams, CountParams),
    responses((
        status = 200, description = "A page of them.", body = Page<Session>,
        headers(("Link" = String, description = "The pages beside this one, as `next` and `prev`, where there are any."))
    )),
)]
pub(super) async fn list(signed: Signed) -> Result<HttpResponse, Failure> {
    let (filter, (order, part), count): (SessionParams, (OrderParams, PageParams), CountParams) = signed.query()?;
    let (filter, order) = (filter.filter(), order.order());
    let window = signed.reader.session_window(order, &part.args())?;
    let slice = signed.reader.sessions(&filter, order, &window).await?;
    let total_count = if count.wanted() { Some(signed.reader.count_sessions(&filter).await?) } else { None };
    let page_info = PageInfo::of(&slice, |session| cursor::session(order, place(order, session)));
    let items = told(&signed.reader, &slice.items).await?;
    page::answer(&signed, &Page { items, page_info, total_count })
}

/// One session.
#[utoipa::path(
    get, path = "/api/v1/sessions/{id}", tag = "Sessions", operation_id = "getSession",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The session.", body = Session)),
)]
pub(super) async fn get(signed: Signed) -> Result<HttpResponse, Failure> {
    let () = signed.query()?;
    let found = one(&signed).await?;
    let mut told = told(&signed.reader, std::slice::from_ref(&found)).await?;
    let told = told.pop().ok_or_else(|| Failure::internal("a session is told as none"))?;
    signed.json(&told)
}

/// The session that the path names.
pub(super) async fn one(signed: &Signed) -> Result<SessionSummary, Failure> {
    let id = SessionId(signed.id()?);
    let found = signed.reader.sessions_by_id(&[id]).await?.pop();
    found.ok_or_else(|| Failure::not_found(format!("There is no session {id}.")))
}

/// Sessions with their machines and the reasons of their stops: two questions, however many there are.
async fn told(reader: &Reader, sessions: &[SessionSummary]) -> Result<Vec<Session>, Failure> {
    let machines = machines::refs(reader, sessions.iter().map(|session| session.machine)).await?;
    let reasons = reasons(reader, sessions.iter().map(|session| &session.trs)).await?;
    let told = |session: &SessionSummary| {
        Ok(Session::new(session, machine_of(session.id, session.machine, &machines)?, &reasons))
    };
    sessions.iter().map(told).collect()
}

/// The machine of a session, out of those that were found.
pub(super) fn machine_of(
    session: SessionId,
    machine: MachineId,
    machines: &HashMap<MachineId, MachineRef>,
) -> Result<MachineRef, Failure> {
    let found = machines.get(&machine).cloned();
    found.ok_or_else(|| Failure::internal(format!("session {session} has no machine {machine}")))
}

/// All reasons of stops by code, if some of these figures name one.
pub(super) async fn reasons<'t>(
    reader: &Reader,
    mut figures: impl Iterator<Item = &'t Trs>,
) -> Result<HashMap<String, StopReason>, Failure> {
    if figures.all(|trs| trs.reasons.is_empty()) { Ok(HashMap::new()) } else { all_reasons(reader).await }
}

/// All reasons of stops by code.
pub(super) async fn all_reasons(reader: &Reader) -> Result<HashMap<String, StopReason>, Failure> {
    let found = reader.stop_reasons().await?;
    Ok(found.into_iter().map(|reason| (reason.code.clone(), reason.into())).collect())
}
