//! The committed schema is what the code says, and what it says is what the contract says.

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{InputValueDefinition, TypeKind, TypeSystemDefinition};
use std::collections::{BTreeMap, BTreeSet};

/// For each type, field and argument, its signature. Enum values have none.
fn signatures(sdl: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for definition in parse_schema(sdl).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node.to_string();
        let input = |found: &mut BTreeMap<String, String>, at: &str, input: &InputValueDefinition| {
            let default = input.default_value.as_ref().map(|value| format!(" = {}", value.node)).unwrap_or_default();
            found.insert(format!("{at}{}", input.name.node), format!("{}{default}", input.ty.node));
        };
        let kind = match definition.node.kind {
            TypeKind::Scalar => "scalar",
            TypeKind::Enum(it) => {
                found
                    .extend(it.values.iter().map(|value| (format!("{name}.{}", value.node.value.node), String::new())));
                "enum"
            }
            TypeKind::InputObject(it) => {
                it.fields.iter().for_each(|field| input(&mut found, &format!("{name}."), &field.node));
                "input"
            }
            TypeKind::Object(it) => {
                for field in &it.fields {
                    let at = format!("{name}.{}", field.node.name.node);
                    field
                        .node
                        .arguments
                        .iter()
                        .for_each(|argument| input(&mut found, &format!("{at}("), &argument.node));
                    found.insert(at, field.node.ty.node.to_string());
                }
                "type"
            }
            TypeKind::Interface(_) | TypeKind::Union(_) => "abstract",
        };
        found.insert(name, kind.to_owned());
    }
    found
}

/// Setting versions aside, and who did.
const VERSIONS_AND_AUDIT: [&str; 54] = [
    "AuditAction",
    "AuditAction.CALENDAR_SET",
    "AuditAction.MACHINE_CREATED",
    "AuditAction.MACHINE_DELETED",
    "AuditAction.MACHINE_UPDATED",
    "AuditAction.PASSWORD_CHANGED",
    "AuditAction.API_TOKEN_CREATED",
    "AuditAction.API_TOKEN_REVOKED",
    "AuditAction.REFERENCE_CYCLE_SET",
    "AuditAction.SCRAP_DECLARED",
    "AuditAction.SCRAP_WITHDRAWN",
    "AuditAction.STOP_QUALIFIED",
    "AuditAction.STOP_REASON_SAVED",
    "AuditAction.USER_CREATED",
    "AuditAction.USER_UPDATED",
    "AuditAction.VERSION_EXCLUDED",
    "AuditAction.VERSION_INCLUDED",
    "AuditConnection",
    "AuditConnection.edges",
    "AuditConnection.nodes",
    "AuditConnection.pageInfo",
    "AuditDetail",
    "AuditDetail.name",
    "AuditDetail.value",
    "AuditEdge",
    "AuditEdge.cursor",
    "AuditEdge.node",
    "AuditEntry",
    "AuditEntry.action",
    "AuditEntry.actor",
    "AuditEntry.at",
    "AuditEntry.detail",
    "AuditEntry.id",
    "AuditEntry.object",
    "AuditEntry.user",
    "LogFile.versions",
    "LogFileVersion",
    "LogFileVersion.excludedAt",
    "LogFileVersion.excludedBy",
    "LogFileVersion.exclusionReason",
    "LogFileVersion.firstDate",
    "LogFileVersion.firstReadAt",
    "LogFileVersion.id",
    "LogFileVersion.lastDate",
    "LogFileVersion.present",
    "LogFileVersion.sizeBytes",
    "Mutation.excludeLogVersion",
    "Mutation.excludeLogVersion(id",
    "Mutation.excludeLogVersion(reason",
    "Mutation.includeLogVersion",
    "Mutation.includeLogVersion(id",
    "Query.auditTrail",
    "Query.auditTrail(after",
    "Query.auditTrail(first",
];

#[test]
fn the_schema_keeps_to_the_contract() {
    let contract = signatures(include_str!("../contract.graphql"));
    let ours = signatures(&atelier_graphql::sdl());
    let mut more = BTreeSet::new();
    for (name, signature) in &ours {
        match contract.get(name) {
            Some(wanted) => assert_eq!(signature, wanted, "{name}"),
            None => drop(more.insert(name.as_str())),
        }
    }
    let allowed = [
        "EventCount",
        "EventCount.count",
        "EventCount.name",
        "Session.detailsRemovedAt",
        "Order.sessions",
        "Query.unmatchedOrderNumbers",
        "Query.unmatchedOrderNumbers(first",
        "Session.events",
        "Session.orders",
        "Session.otherEvents",
        "SyncRun.ordersFailed",
        "SyncRun.ordersSeen",
        "UnmatchedOrderNumber",
        "UnmatchedOrderNumber.extension",
        "UnmatchedOrderNumber.lastDate",
        "UnmatchedOrderNumber.number",
        "UnmatchedOrderNumber.pieces",
        "UnmatchedOrderNumber.sessions",
    ];
    let allowed: BTreeSet<_> = allowed.into_iter().chain(VERSIONS_AND_AUDIT).collect();
    assert_eq!(more, allowed, "names that the contract does not know");
    // A field that we have takes all arguments that the contract gives it.
    for name in contract.keys().filter(|name| name.contains('(')) {
        let (field, _) = name.split_once('(').unwrap();
        assert!(!ours.contains_key(field) || ours.contains_key(name), "missing argument {name}");
    }
}

#[test]
fn everything_is_described() {
    let sdl = atelier_graphql::sdl();
    let document = parse_schema(&sdl).unwrap();
    let mut bare = Vec::new();
    for definition in document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = definition.node.name.node;
        if definition.node.description.is_none() {
            bare.push(name.to_string());
        }
        match definition.node.kind {
            TypeKind::Object(it) => {
                for field in it.fields {
                    if field.node.description.is_none() {
                        bare.push(format!("{name}.{}", field.node.name.node));
                    }
                    bare.extend(
                        field
                            .node
                            .arguments
                            .iter()
                            .filter(|argument| argument.node.description.is_none())
                            .map(|argument| format!("{name}.{}({}", field.node.name.node, argument.node.name.node)),
                    );
                }
            }
            TypeKind::InputObject(it) => bare.extend(
                it.fields
                    .iter()
                    .filter(|field| field.node.description.is_none())
                    .map(|field| format!("{name}.{}", field.node.name.node)),
            ),
            TypeKind::Enum(it) => bare.extend(
                it.values
                    .iter()
                    .filter(|value| value.node.description.is_none())
                    .map(|value| format!("{name}.{}", value.node.value.node)),
            ),
            _ => {}
        }
    }
    assert_eq!(bare, Vec::<String>::new());
}

#[test]
fn the_committed_schema_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema.graphql");
    let sdl = atelier_graphql::sdl();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, &sdl).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed.trim() == sdl.trim(),
        "graphql/schema.graphql is out of date: cargo run -- schema > graphql/schema.graphql"
    );
}
