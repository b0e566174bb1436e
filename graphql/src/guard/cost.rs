//! What a request may cost, found from the document alone.
//!
//! The cost is about the number of objects asked for: a list counts as many as its page may hold, or as a usual machine-day
//! has. Numbers only saturate, each fragment is read once, and a cycle of fragments is found: no document makes this slow.

use crate::Limits;
use crate::error::{ApiError, ApiResult};
use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Variables};
use atelier_application::query::page::DEFAULT_PAGE;
use std::collections::HashMap;

/// How many fields a document may have once its fragments are spread out.
const FIELDS: u64 = 10_000;

/// How deep selections may stand in each other, fragments counted.
const HEIGHT: usize = 100;

/// How often one request may sign in, or set a password: it hashes a password, which is slow on purpose, and no request tries a dictionary.
const SIGN_INS: u64 = 10;

/// Refuses an operation that asks for too much; tells what it asks for.
pub(super) fn check(
    document: &ExecutableDocument,
    operation: &OperationDefinition,
    variables: &Variables,
    limits: &Limits,
) -> ApiResult<Found> {
    let mut survey = Survey { document, operation, variables, limits, fragments: HashMap::new() };
    let mut found = survey.selection(&operation.selection_set.node, 0)?;
    // Validation reads all there is in the document, executed or not.
    let others = document.operations.iter().map(|(_, other)| &other.node);
    for other in others.filter(|other| !std::ptr::eq(*other, operation)) {
        let other = survey.selection(&other.selection_set.node, 0)?;
        found.fields = found.fields.saturating_add(other.fields);
        found.directives = found.directives.saturating_add(other.directives);
    }
    for name in document.fragments.keys() {
        survey.fragment(name, 0)?;
    }
    if found.depth > limits.depth {
        return Err(ApiError::too_complex(format!(
            "The query is {} levels deep; {} are allowed.",
            found.depth, limits.depth
        )));
    }
    if found.fields > FIELDS {
        return Err(ApiError::too_complex(format!("The query has more than {FIELDS} fields.")));
    }
    let counts = [
        (found.root_fields, limits.root_fields, "fields at its root"),
        (found.aliases, limits.aliases, "aliases"),
        (found.directives, limits.directives, "directives"),
    ];
    for (found, allowed, what) in counts {
        if found > allowed {
            return Err(ApiError::too_complex(format!("The query has {found} {what}; {allowed} are allowed.")));
        }
    }
    if found.objects > limits.complexity {
        let message = format!(
            "The query asks for about {} objects; {} are allowed. Ask for smaller pages.",
            found.objects, limits.complexity
        );
        return Err(ApiError::too_complex(message));
    }
    if found.values > limits.values {
        let message = format!(
            "The query asks for about {} values; {} are allowed. Ask for smaller pages, or fewer fields.",
            found.values, limits.values
        );
        return Err(ApiError::too_complex(message));
    }
    Ok(found)
}

/// What a selection asks for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Found {
    /// Levels of fields, introspection aside.
    depth: usize,
    /// Levels of selections.
    height: usize,
    objects: u64,
    /// Values of an answer: those of lists as often as these have items.
    pub(super) values: u64,
    fields: u64,
    /// Fields of the selection itself.
    root_fields: u64,
    aliases: u64,
    directives: u64,
    /// Whether it asks what the schema is.
    pub(super) introspects: bool,
}

impl Found {
    /// This and `other`, one beside the other.
    fn and(self, other: Self) -> Self {
        Self {
            depth: self.depth.max(other.depth),
            height: self.height.max(other.height),
            objects: self.objects.saturating_add(other.objects),
            values: self.values.saturating_add(other.values),
            fields: self.fields.saturating_add(other.fields),
            root_fields: self.root_fields.saturating_add(other.root_fields),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            introspects: self.introspects || other.introspects,
        }
    }
}

struct Survey<'a> {
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    limits: &'a Limits,
    /// What each fragment asks for; nothing while it is being read.
    fragments: HashMap<Name, Option<Found>>,
}

impl Survey<'_> {
    fn selection(&mut self, set: &SelectionSet, level: usize) -> ApiResult<Found> {
        if level > HEIGHT {
            return Err(ApiError::too_complex(format!("The query nests more than {HEIGHT} selections.")));
        }
        let mut sum = Found::default();
        for item in &set.items {
            let (part, directives) = match &item.node {
                Selection::Field(field) => (self.field(&field.node, level)?, &field.node.directives),
                Selection::InlineFragment(fragment) => {
                    (self.selection(&fragment.node.selection_set.node, level + 1)?, &fragment.node.directives)
                }
                Selection::FragmentSpread(spread) => {
                    (self.fragment(&spread.node.fragment_name.node, level)?, &spread.node.directives)
                }
            };
            let directives = part.directives.saturating_add(directives.len() as u64);
            sum = sum.and(Found { height: part.height + 1, directives, ..part });
        }
        if sum.height > HEIGHT {
            return Err(ApiError::too_complex(format!("The query nests more than {HEIGHT} selections.")));
        }
        Ok(sum)
    }

    fn field(&mut self, field: &Field, level: usize) -> ApiResult<Found> {
        let inner = self.selection(&field.selection_set.node, level + 1)?;
        let name = field.name.node.as_str();
        let objects = match name {
            "login" | "refreshToken" | "createUser" | "updateUser" | "changePassword" => {
                self.limits.complexity / SIGN_INS
            }
            _ if field.selection_set.node.items.is_empty() => 0,
            // A row of figures is as much as ten objects.
            "statistics" => self.size(field).saturating_mul(inner.objects.saturating_add(10)),
            _ => self.size(field).saturating_mul(inner.objects.saturating_add(1)),
        };
        let depth = if name.starts_with("__") { 0 } else { inner.depth + 1 };
        let values = if field.selection_set.node.items.is_empty() {
            1
        } else {
            self.size(field).saturating_mul(inner.values.saturating_add(1))
        };
        Ok(Found {
            depth,
            objects,
            values,
            fields: inner.fields.saturating_add(1),
            root_fields: 1,
            aliases: inner.aliases.saturating_add(u64::from(field.alias.is_some())),
            introspects: inner.introspects || name == "__schema" || name == "__type",
            ..inner
        })
    }

    fn fragment(&mut self, name: &Name, level: usize) -> ApiResult<Found> {
        match self.fragments.get(name) {
            Some(Some(found)) => return Ok(*found),
            Some(None) => return Err(ApiError::bad_request(format!("The fragment `{name}` contains itself."))),
            None => {}
        }
        // An unknown fragment is told by validation.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(Found::default()) };
        self.fragments.insert(name.clone(), None);
        let found = self.selection(&fragment.node.selection_set.node, level + 1)?;
        self.fragments.insert(name.clone(), Some(found));
        Ok(found)
    }

    /// How many objects a field stands for; introspection has lists too.
    fn size(&self, field: &Field) -> u64 {
        match field.name.node.as_str() {
            // Those of an order, or of a session, are a list, and few.
            "sessions" | "orders" if !is_page(field) => 5,
            "sessions"
            | "pieces"
            | "logFiles"
            | "rejectedLines"
            | "syncRuns"
            | "alerts"
            | "auditTrail"
            | "orders"
            | "unmatchedOrderNumbers" => self.page_size(field),
            // Those of all machines; of a session there are but a few.
            "anomalies" if field.get_argument("first").is_some() => self.page_size(field),
            "machines" => 30,
            "waitPeriods" => 120,
            "jobs" | "types" => 60,
            "statistics" if field.get_argument("groupBy").is_some() => statistics_rows(field),
            "stopPeriods" | "anomalies" | "ledger" | "lossPareto" | "stopReasons" | "shifts" | "plannedStops"
            | "operations" | "exceptions" | "referenceCycles" | "fields" | "inputFields" | "enumValues" => 10,
            "timeline" => 250,
            "otherEvents" | "accessories" => 5,
            "versions" | "detail" | "scrap" => 2,
            "args" | "directives" | "possibleTypes" => 4,
            _ => 1,
        }
    }

    fn page_size(&self, field: &Field) -> u64 {
        let asked = |name: &str| {
            let value = field.get_argument(name)?.node.clone();
            let value = value.into_const_with(|variable| self.variable(&variable).ok_or(())).ok()?;
            match value {
                async_graphql::Value::Number(number) => number.as_u64(),
                _ => None,
            }
        };
        let size = asked("first").or_else(|| asked("last")).unwrap_or(u64::from(DEFAULT_PAGE));
        // A larger page is refused where it is asked for, in better words.
        size.min(u64::from(self.limits.page))
    }

    fn variable(&self, name: &Name) -> Option<async_graphql::Value> {
        self.variables.get(name).cloned().or_else(|| {
            let definition =
                self.operation.variable_definitions.iter().find(|definition| definition.node.name.node == *name)?;
            Some(definition.node.default_value.as_ref()?.node.clone())
        })
    }
}

/// Whether nothing is asked of a field but what pages have.
fn is_page(field: &Field) -> bool {
    let of_page = |name: &str| ["nodes", "edges", "pageInfo", "totalCount", "__typename"].contains(&name);
    field.selection_set.node.items.iter().all(|item| match &item.node {
        Selection::Field(field) => of_page(field.node.name.node.as_str()),
        Selection::InlineFragment(_) | Selection::FragmentSpread(_) => true,
    })
}

/// How many rows figures may have: a year of 30 machines day by day, else some hundreds. A variable may name any key.
fn statistics_rows(field: &Field) -> u64 {
    let keys = field.get_argument("groupBy").map(|keys| keys.node.to_string()).unwrap_or_default();
    if keys.contains("DATE") || keys.contains('$') { 12_000 } else { 400 }
}
