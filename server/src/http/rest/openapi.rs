//! `/api/openapi.json`: the contract, OpenAPI 3.1, out of the code.
//!
//! The macros describe what each address takes and gives. What holds for all of them is added here, once.

use super::super::Api;
use super::error::ErrorBody;
use super::export::Language;
use super::model::{OrderDirection, SessionOrderField, StatisticsKey};
use super::{answer, details, export, machines, orders, sessions, statistics};
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

/// What stands at the head of the contract.
const INTRODUCTION: &str = "Production data of machining centres, for those who cannot speak GraphQL: the same figures under the \
same names.\n\nDurations are seconds, rates are fractions (0.83 is 83 %), instants are RFC 3339 in UTC, dates are the plant's, ids \
are texts. Every field of an answer is always there; what is not known is null.\n\nSend `Authorization: Bearer TOKEN`, with an \
access token of `POST /token` or an API token. Parameters that an address does not know are refused by name. Lists are given \
by repeating a parameter; ids and fixed values also between commas.\n\nAnswers have an `ETag`: who sends it back in \
`If-None-Match` gets 304 for as long as the answer is the same.";

#[derive(OpenApi)]
#[openapi(
    paths(
        machines::list, machines::create, machines::get, machines::update, machines::delete,
        sessions::list, sessions::get,
        details::pieces, details::jobs, details::waits, details::stops, details::anomalies, details::timeline,
        orders::list, orders::get,
        statistics::list,
        export::sessions_csv, export::sessions_xlsx, export::statistics_csv, export::statistics_xlsx,
    ),
    // Only parameters name the others.
    components(schemas(ErrorBody, Language, OrderDirection, SessionOrderField, StatisticsKey)),
    tags(
        (name = "Machines", description = "Machining centres."),
        (name = "Sessions", description = "What each machine did on each production day."),
        (name = "Details of sessions", description = "What a session holds."),
        (name = "Orders", description = "Orders of roller shutters, as the ERP has them."),
        (name = "Statistics", description = "Figures over many sessions."),
        (name = "Exports", description = "Tables for spreadsheets, with headers in French or English."),
    ),
)]
struct Contract;

/// The bodies of requests: what they leave out has a default.
const INPUTS: [&str; 2] = ["CreateMachine", "UpdateMachine"];
/// What errors leave out when there is none.
const OPTIONAL: [&str; 2] = ["field", "reference"];

const ID: &str = "^[1-9][0-9]{0,17}$";
/// Text on one line: no control characters.
const LINE: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";
/// The same with something to read in it.
const NAME: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
/// A path whose parts are names, and neither `.` nor `..`.
const FOLDER: &str = r"^/*(?:[^/\\.\x00-\x1f\x7f-\x9f][^/\\\x00-\x1f\x7f-\x9f]*|\.[^/\\.\x00-\x1f\x7f-\x9f][^/\\\x00-\x1f\x7f-\x9f]*|\.\.[^/\\\x00-\x1f\x7f-\x9f]+)(?:/(?:[^/\\.\x00-\x1f\x7f-\x9f][^/\\\x00-\x1f\x7f-\x9f]*|\.[^/\\.\x00-\x1f\x7f-\x9f][^/\\\x00-\x1f\x7f-\x9f]*|\.\.[^/\\\x00-\x1f\x7f-\x9f]+))*/*$";

/// Where a response tells of a workbook.
const WORKBOOK: &str = "/content/application~1vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// Whether an operation may fail so.
type Applies = fn(Place<'_>) -> bool;

/// What may go wrong, and where.
const ERRORS: [(&str, &str, Applies); 11] = [
    ("400", "Something that was sent is not right; `field` names it.", |_| true),
    ("401", "No token, or one that is no longer good.", |_| true),
    ("403", "This needs another role.", |_| true),
    ("404", "What the path names does not exist.", |place| place.path.contains("{id}")),
    ("408", "The body did not arrive in time.", |place| place.has_body()),
    ("409", "It clashes with what is there.", |place| place.method != "get"),
    ("413", "The body is too large.", |place| place.has_body()),
    ("415", "The body is no JSON.", |place| place.has_body()),
    ("429", "Too many requests.", |_| true),
    ("500", "A fault of the server; `reference` finds it in its log.", |_| true),
    ("503", "The database does not answer; `reference` finds it in the server's log.", |_| true),
];

/// An operation's address.
#[derive(Clone, Copy)]
struct Place<'a> {
    path: &'a str,
    method: &'a str,
}

impl Place<'_> {
    fn has_body(self) -> bool {
        ["post", "patch"].contains(&self.method)
    }
}

/// The contract where pages have at most so many items: the same text at each call.
pub(crate) fn text(page: u32) -> String {
    let mut contract = serde_json::to_value(Contract::openapi()).unwrap_or_default();
    if let Some(root) = contract.as_object_mut() {
        complete(root, page);
    }
    format!("{contract:#}\n")
}

/// The contract, for everybody: it is no secret.
pub(super) async fn get(request: HttpRequest, api: Data<Api>) -> HttpResponse {
    let written = || {
        let text = text(api.rest.page);
        let tag = answer::tag_of(text.as_bytes());
        (Bytes::from(text), tag)
    };
    let (text, tag) = api.rest.contract.get_or_init(written);
    let mut response = answer::tagged(request.headers(), "application/json", tag, text.clone());
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

/// Adds what holds for all addresses.
fn complete(root: &mut Map<String, Value>, page: u32) {
    root.insert(
        "info".to_owned(),
        json!({
            "title": "Atelier",
            "version": env!("CARGO_PKG_VERSION"),
            "description": INTRODUCTION,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        }),
    );
    root.insert("servers".to_owned(), json!([{ "url": "/" }]));
    root.insert("security".to_owned(), json!([{ "bearer": [] }]));
    for (path, operations) in objects(root.get_mut("paths")) {
        for (method, operation) in objects(Some(operations)) {
            complete_operation(Place { path, method }, operation, page);
        }
    }
    let Some(components) = root.get_mut("components").and_then(Value::as_object_mut) else { return };
    components.insert(
        "securitySchemes".to_owned(),
        json!({ "bearer": {
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT, or an API token that begins with `atl_`",
    } }),
    );
    for (name, schema) in objects(components.get_mut("schemas")) {
        complete_schema(name, schema);
    }
}

fn objects(value: Option<&mut Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    value.and_then(Value::as_object_mut).into_iter().flatten()
}

fn complete_operation(place: Place<'_>, operation: &mut Value, page: u32) {
    let parameters = operation.get_mut("parameters").and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        complete_parameter(parameter, page);
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    // What is no text is bytes.
    for media in responses.values_mut().filter_map(|response| response.pointer_mut(WORKBOOK)) {
        media["schema"] = json!({ "type": "string", "format": "binary" });
    }
    for (status, description, _) in ERRORS.iter().filter(|(.., applies)| applies(place)) {
        let content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
        responses.insert((*status).to_owned(), json!({ "description": description, "content": content }));
    }
}

/// A parameter that is left out is left out: none is null. Texts are on one line, ids are ids, lists are not endless.
fn complete_parameter(parameter: &mut Value, page: u32) {
    let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    let Some(schema) = parameter.get_mut("schema") else { return };
    without_null(schema);
    if ["first", "last"].contains(&name.as_str()) {
        schema["maximum"] = json!(page);
    }
    let is_list = schema.get("type") == Some(&json!("array"));
    let of_id = ["id", "machine"].contains(&name.as_str());
    let one = if is_list { schema.get_mut("items") } else { Some(&mut *schema) };
    if let Some(one) = one.filter(|one| one.get("type") == Some(&json!("string")) && one.get("format").is_none()) {
        one["pattern"] = json!(if of_id { ID } else { LINE });
    }
    if is_list {
        schema["minItems"] = json!(1);
        schema["maxItems"] = json!(500);
        if name == "groupBy" {
            schema["uniqueItems"] = json!(true);
        }
        parameter["style"] = json!("form");
        parameter["explode"] = json!(true);
    }
}

fn without_null(schema: &mut Value) {
    if let Some(types) = schema.get_mut("type").filter(|types| types.is_array()) {
        let one = types.as_array().and_then(|types| types.iter().find(|one| **one != json!("null"))).cloned();
        *types = one.unwrap_or_default();
    }
    let choices = schema.get("oneOf").and_then(Value::as_array);
    if let Some(one) = choices.and_then(|all| all.iter().find(|one| one.get("type") != Some(&json!("null")))).cloned() {
        *schema = one;
    }
}

fn complete_schema(name: &str, schema: &mut Value) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    let optional: &[&str] = if name == "ErrorDetail" { &OPTIONAL } else { &[] };
    if INPUTS.contains(&name) {
        for (property, pattern) in [("name", NAME), ("folder", FOLDER), ("description", LINE)] {
            if let Some(property) = properties.get_mut(property) {
                property["pattern"] = json!(pattern);
            }
        }
        return;
    }
    complete_properties(properties);
    let required: Vec<&String> = properties.keys().filter(|name| !optional.contains(&name.as_str())).collect();
    let required = json!(required);
    schema["required"] = required;
}

/// Objects inside others are complete, too.
fn complete_properties(properties: &mut Map<String, Value>) {
    for (_, property) in properties.iter_mut() {
        let inner = if property.get("items").is_some() { property.get_mut("items") } else { Some(property) };
        let Some(inner) = inner else { continue };
        let Some(inside) = inner.get_mut("properties").and_then(Value::as_object_mut) else { continue };
        complete_properties(inside);
        let required = json!(inside.keys().collect::<Vec<_>>());
        inner["required"] = required;
    }
}
