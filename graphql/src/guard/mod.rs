//! What is checked before anything of a request is executed.
//!
//! The library drops a failed field from the data of its parent. So that no client ever sees half an answer because it was
//! not signed in, or because the rest was too much, such requests are refused whole, with `data: null` and one error.

mod cost;
mod nesting;

use crate::error::{ApiError, ApiResult};
use crate::shape::{Shape, Types};
use crate::{Caller, Introspection, Limits};
use async_graphql::Request;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use atelier_application::error::AppError;
use atelier_application::ports::identity::{Subject, TokenError};
use atelier_application::ports::users::Role;
use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use std::collections::HashSet;

/// How long after its end a token is still good, for clocks that differ.
const LEEWAY: Millis = Millis::from_seconds(5);

/// The root fields that need no token.
const OPEN: [&str; 3] = ["login", "refreshToken", "__typename"];

/// Queries that may give more values than this are heavy.
const HEAVY: u64 = 500_000;

/// How many fragments an operation that needs no token may have at its root.
const OPEN_FRAGMENTS: usize = 20;

/// A request that may be executed.
pub(crate) struct Admitted {
    pub(crate) request: Request,
    /// Who asks; nobody where no token is needed.
    pub(crate) subject: Option<Subject>,
    /// The shape of its answer.
    pub(crate) shape: Shape,
    /// What it does.
    pub(crate) operation: OperationType,
    /// Whether its answer may be so large that few of them are to be in memory at once.
    pub(crate) heavy: bool,
}

/// Checks who asks, and how much.
pub(crate) fn admit(
    mut request: Request,
    caller: &Caller,
    limits: &Limits,
    types: &Types,
    now: Instant,
) -> ApiResult<Admitted> {
    let subject = match proven(caller, now) {
        Ok(subject) => Some(subject),
        Err(_) if is_open(&mut request) => None,
        Err(error) => return Err(error),
    };
    let Checked { shape, operation, heavy } = check(&mut request, subject.as_ref(), limits, types)?;
    Ok(Admitted { request, subject, shape, operation, heavy })
}

fn proven(caller: &Caller, now: Instant) -> ApiResult<Subject> {
    let subject = caller.subject()?;
    if now >= subject.expires_at + LEEWAY { Err(TokenError::Expired.into()) } else { Ok(subject.clone()) }
}

/// What was found of a request.
struct Checked {
    shape: Shape,
    operation: OperationType,
    heavy: bool,
}

/// Checks how much a request asks for.
fn check(request: &mut Request, subject: Option<&Subject>, limits: &Limits, types: &Types) -> ApiResult<Checked> {
    let (name, variables) = (request.operation_name.clone(), request.variables.clone());
    let document = read(request)?;
    let operation = operation(document, name.as_deref())?;
    let found = cost::check(document, operation, &variables, limits)?;
    if found.introspects {
        check_introspection(subject, limits.introspection)?;
    }
    if operation.ty == OperationType::Subscription {
        check_subscription(&operation.selection_set.node)?;
    }
    let heavy = found.values > HEAVY;
    Ok(Checked { shape: Shape::new(types, document, operation, &variables), operation: operation.ty, heavy })
}

fn check_introspection(subject: Option<&Subject>, allowed: Introspection) -> ApiResult<()> {
    let refusal = match allowed {
        Introspection::SignedIn => return Ok(()),
        Introspection::Admins if subject.is_some_and(|subject| subject.role == Role::Admin) => return Ok(()),
        Introspection::Admins => "What the schema is is told to administrators only.",
        Introspection::Off => "What the schema is is not told here: `atelier schema` prints it.",
    };
    Err(AppError::Forbidden(refusal.to_owned()).into())
}

fn read(request: &mut Request) -> ApiResult<&ExecutableDocument> {
    nesting::check(&request.query)?;
    request.parsed_query().map_err(|error| {
        let message = error.message.trim();
        if message.starts_with("recursion limit") {
            return ApiError::too_complex("The query is nested too deep.");
        }
        let at =
            error.locations.first().map(|at| format!(" (line {}, column {})", at.line, at.column)).unwrap_or_default();
        // The parser draws a picture; its last line is the sentence.
        let message = message.rsplit_once("= ").map_or(message, |(_, sentence)| sentence);
        ApiError::bad_request(format!("The query cannot be read{at}: {message}."))
    })
}

/// Whether all root fields of a request are among those that need no token.
fn is_open(request: &mut Request) -> bool {
    let name = request.operation_name.clone();
    let Ok(document) = read(request) else { return false };
    let Ok(operation) = operation(document, name.as_deref()) else { return false };
    operation.ty != OperationType::Subscription
        && all_open(document, &operation.selection_set.node, &mut HashSet::new())
}

fn operation<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> ApiResult<&'a OperationDefinition> {
    let found = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => all.values().next(),
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name),
        _ => None,
    };
    let found = found.ok_or_else(|| match name {
        Some(name) => ApiError::bad_request(format!("The document has no operation named `{name}`.")),
        None => ApiError::bad_request("The document has several operations: say which one with `operationName`."),
    });
    Ok(&found?.node)
}

/// Whether all fields of a selection are open; each fragment is looked at once.
fn all_open<'a>(document: &'a ExecutableDocument, set: &'a SelectionSet, seen: &mut HashSet<&'a str>) -> bool {
    set.items.iter().all(|item| match &item.node {
        Selection::Field(field) => OPEN.contains(&field.node.name.node.as_str()),
        Selection::InlineFragment(fragment) => all_open(document, &fragment.node.selection_set.node, seen),
        Selection::FragmentSpread(spread) => {
            let name = &spread.node.fragment_name.node;
            let Some(fragment) = document.fragments.get(name) else { return false };
            // A bound, for a long chain of fragments is as deep as it is long.
            seen.len() < OPEN_FRAGMENTS
                && (!seen.insert(name) || all_open(document, &fragment.node.selection_set.node, seen))
        }
    })
}

/// The specification wants one root field; the library would run several at once, and none out of a fragment.
fn check_subscription(set: &SelectionSet) -> ApiResult<()> {
    match set.items.as_slice() {
        [item] if matches!(&item.node, Selection::Field(field) if !field.node.name.node.starts_with("__")) => Ok(()),
        _ => Err(ApiError::bad_request("A subscription has exactly one root field, and not in a fragment.")),
    }
}
