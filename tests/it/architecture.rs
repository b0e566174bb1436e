//! Dependencies point inward. What each crate of the workspace may depend on, held by what Cargo says it does.
//!
//! Only what is built into the program counts: development dependencies may point anywhere (an adapter's tests may use
//! another adapter), and this package, which is all tests, is exempt.

use std::collections::BTreeMap;

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// The crates of ours that each may know.
const MAY_KNOW: [(&str, &[&str]); 14] = [
    ("atelier-domain", &[]),
    ("atelier-application", &["atelier-domain"]),
    ("atelier-logfmt", &["atelier-domain", "atelier-application"]),
    ("atelier-ftp", &["atelier-domain", "atelier-application"]),
    ("atelier-erp-mysql", &["atelier-domain", "atelier-application"]),
    ("atelier-identity", &["atelier-domain", "atelier-application"]),
    ("atelier-events", &["atelier-domain", "atelier-application"]),
    ("atelier-notify", &["atelier-domain", "atelier-application"]),
    ("atelier-scratch", &["atelier-application"]),
    ("atelier-archive", &["atelier-application"]),
    ("atelier-store", &["atelier-domain", "atelier-application", "atelier-migration"]),
    ("atelier-graphql", &["atelier-domain", "atelier-application"]),
    ("atelier-migration", &[]),
    ("atelier", &["*"]),
];

/// Families of crates, by the beginning of their names, and who alone may use them.
const ONLY_IN: [(&str, &[&str]); 6] = [
    ("actix", &["atelier"]),
    ("async-graphql", &["atelier", "atelier-graphql"]),
    ("sea-orm", &["atelier-store", "atelier-migration"]),
    ("sqlx", &["atelier-store", "atelier-migration"]),
    ("mysql", &["atelier-erp-mysql"]),
    ("anyhow", &["atelier"]),
];

/// The domain is plain Rust: no executor, no wire format, no framework.
const NOT_IN_DOMAIN: [&str; 5] = ["tokio", "serde", "async-trait", "futures", "tracing"];

fn metadata() -> Metadata {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    MetadataCommand::new().manifest_path(manifest).no_deps().exec().expect("`cargo metadata` runs")
}

/// Each crate of the workspace but this one, with what it depends on outside tests.
fn dependencies() -> BTreeMap<String, Vec<String>> {
    metadata()
        .packages
        .iter()
        .filter(|package| package.name.as_str() != env!("CARGO_PKG_NAME"))
        .map(|package| {
            let built_in = package.dependencies.iter().filter(|one| one.kind != DependencyKind::Development);
            (package.name.to_string(), built_in.map(|one| one.name.clone()).collect())
        })
        .collect()
}

#[test]
fn crates_know_only_what_lies_further_in() {
    let all = dependencies();
    let mut faults = Vec::new();
    for (name, uses) in &all {
        let Some((_, may_know)) = MAY_KNOW.iter().find(|(one, _)| one == name) else {
            faults.push(format!("{name} has no place in the architecture: give it one here"));
            continue;
        };
        for used in uses.iter().filter(|used| all.contains_key(*used)) {
            if !may_know.contains(&"*") && !may_know.contains(&used.as_str()) {
                faults.push(format!("{name} must not depend on {used}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn frameworks_stay_in_their_rooms() {
    let mut faults = Vec::new();
    for (name, uses) in &dependencies() {
        for used in uses {
            for (family, rooms) in ONLY_IN {
                if used.starts_with(family) && !rooms.contains(&name.as_str()) {
                    faults.push(format!("{name} must not use {used}, which belongs in {rooms:?}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_domain_is_plain_rust() {
    let all = dependencies();
    let uses = all.get("atelier-domain").expect("there is a domain");
    let family = |used: &&String| NOT_IN_DOMAIN.iter().any(|banned| used.starts_with(banned));
    let faults: Vec<_> = uses.iter().filter(family).collect();
    assert!(faults.is_empty(), "the domain must not use {faults:?}");
}
