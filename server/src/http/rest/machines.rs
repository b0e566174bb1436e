//! Machines.

use super::answer;
use super::body;
use super::error::Failure;
use super::model::{CreateMachine, Machine, MachineRef, MachineType, UpdateMachine};
use super::page::List;
use super::query::{FromQuery, Query};
use super::signed::Signed;
use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Payload;
use atelier_application::ports::machines::MachineFilter;
use atelier_application::query::Reader;
use atelier_domain::ids::MachineId;
use atelier_domain::machine;
use std::collections::{BTreeSet, HashMap};
use utoipa::IntoParams;

/// Which machines; all when nothing is given.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct MachineParams {
    /// Of these types.
    #[param(value_type = Option<Vec<MachineType>>, rename = "type")]
    kind: Option<Vec<MachineType>>,
    /// In use, or not.
    active: Option<bool>,
    /// With these names, letter for letter. A comma is part of a name: give several names one by one.
    name: Option<Vec<String>>,
}

impl FromQuery for MachineParams {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        Ok(Self { kind: query.many("type")?, active: query.one("active")?, name: query.texts("name")? })
    }
}

/// The machines, by name.
#[utoipa::path(
    get, path = "/api/v1/machines", tag = "Machines", operation_id = "listMachines",
    params(MachineParams),
    responses((status = 200, description = "The machines.", body = List<Machine>)),
)]
pub(super) async fn list(signed: Signed) -> Result<HttpResponse, Failure> {
    let MachineParams { kind, active, name } = signed.query()?;
    let types = kind.map(|kinds| kinds.into_iter().map(Into::into).collect());
    let found = signed.reader.machines(&MachineFilter { types, active, names: name }).await?;
    signed.json(&List { items: with_states(&signed.reader, found).await? })
}

/// One machine.
#[utoipa::path(
    get, path = "/api/v1/machines/{id}", tag = "Machines", operation_id = "getMachine",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 200, description = "The machine.", body = Machine)),
)]
pub(super) async fn get(signed: Signed) -> Result<HttpResponse, Failure> {
    let id = MachineId(signed.id()?);
    let () = signed.query()?;
    let found = signed.reader.machine(Some(id), None).await?;
    let found = found.ok_or_else(|| Failure::not_found(format!("There is no machine {id}.")))?;
    signed.json(&with_state(&signed.reader, found).await?)
}

/// Adds a machine.
///
/// Its logs are read from the next run on, if it has a folder. Needs the role `ADMIN`, and is audited.
#[utoipa::path(
    post, path = "/api/v1/machines", tag = "Machines", operation_id = "createMachine",
    request_body(content = CreateMachine, description = "The machine."),
    responses((
        status = 201, description = "It was added.", body = Machine,
        headers(("Location" = String, description = "Where it is."))
    )),
)]
pub(super) async fn create(signed: Signed, payload: Payload) -> Result<HttpResponse, Failure> {
    let () = signed.query()?;
    let input: CreateMachine = body::read(&signed, payload).await?;
    let added = signed.rest().machines.create(&signed.subject, input.into()).await?;
    let mut response = HttpResponse::Created();
    response.insert_header((header::LOCATION, format!("/api/v1/machines/{}", added.id)));
    answer::done(response, &with_state(&signed.reader, added).await?)
}

/// Changes a machine.
///
/// What is left out stays. One that is not active is out of use from now on: its logs are not read, and days on which nothing
/// comes are not told. Needs the role `ADMIN`, and is audited.
#[utoipa::path(
    patch, path = "/api/v1/machines/{id}", tag = "Machines", operation_id = "updateMachine",
    params(("id" = String, Path, description = "Its id.")),
    request_body(content = UpdateMachine, description = "What of it is to be changed."),
    responses((status = 200, description = "It was changed.", body = Machine)),
)]
pub(super) async fn update(signed: Signed, payload: Payload) -> Result<HttpResponse, Failure> {
    let id = MachineId(signed.id()?);
    let () = signed.query()?;
    let input: UpdateMachine = body::read(&signed, payload).await?;
    let changed = signed.rest().machines.update(&signed.subject, id, input.into()).await?;
    answer::done(HttpResponse::Ok(), &with_state(&signed.reader, changed).await?)
}

/// Removes a machine of which nothing was ever read.
///
/// One with sessions or log files stays, and is told as `CONFLICT`: deactivate it instead. One that the configuration lists is
/// added again when the program starts. Needs the role `ADMIN`, and is audited.
#[utoipa::path(
    delete, path = "/api/v1/machines/{id}", tag = "Machines", operation_id = "deleteMachine",
    params(("id" = String, Path, description = "Its id.")),
    responses((status = 204, description = "It is gone.")),
)]
pub(super) async fn delete(signed: Signed) -> Result<HttpResponse, Failure> {
    let id = MachineId(signed.id()?);
    let () = signed.query()?;
    signed.rest().machines.delete(&signed.subject, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn with_states(reader: &Reader, machines: Vec<machine::Machine>) -> Result<Vec<Machine>, Failure> {
    let ids: Vec<MachineId> = machines.iter().map(|machine| machine.id).collect();
    let states = if ids.is_empty() { HashMap::new() } else { reader.states(&ids).await? };
    Ok(machines
        .into_iter()
        .map(|machine| (states.get(&machine.id), machine))
        .map(|(now, one)| Machine::new(one, now))
        .collect())
}

async fn with_state(reader: &Reader, machine: machine::Machine) -> Result<Machine, Failure> {
    let states = reader.states(&[machine.id]).await?;
    let now = states.get(&machine.id);
    Ok(Machine::new(machine, now))
}

/// The machines of these ids, in one question.
pub(super) async fn refs(
    reader: &Reader,
    ids: impl Iterator<Item = MachineId>,
) -> Result<HashMap<MachineId, MachineRef>, Failure> {
    let ids: BTreeSet<MachineId> = ids.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = reader.machines_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
    Ok(found.iter().map(|machine| (machine.id, MachineRef::from(machine))).collect())
}
