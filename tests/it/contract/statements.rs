//! How many statements an answer takes: as many, however many rows there are.

use super::demo::Demo;
use super::documents::everything;
use super::proxy::{self, Counter};
use super::types::{Field, Types};
use crate::harness::database::Database;
use serde_json::json;
use std::collections::BTreeMap;

/// So deep everything is asked for.
const DEPTH: usize = 4;
/// What a query may take, whatever it asks.
const MOST: usize = 120;

/// Those that need an argument, with one that finds something.
const ARGUMENTS: [(&str, &str); 4] = [
    ("machine", "(name: \"SU12\")"),
    ("statistics", "(groupBy: [MACHINE, WEEK])"),
    ("order", "(id: \"1\")"),
    ("sessions", "(first: 100)"),
];

/// How many it takes to ask everything of a field.
async fn statements(demo: &Demo, counter: &Counter, types: &Types, field: &Field, args: &str) -> usize {
    let mut depth = DEPTH;
    // As deep as the limits let it.
    let document = loop {
        let selection = everything(types, field.of.name(), depth, &mut Vec::new());
        let document = format!("{{ {}{args} {selection} }}", field.name);
        let answer = demo.client.ask(&document, json!({})).await;
        match answer["errors"][0]["extensions"]["code"].as_str() {
            None => break document,
            Some("QUERY_TOO_COMPLEX") if depth > 2 => depth -= 1,
            Some(_) => panic!("{document}: {}", answer["errors"]),
        }
    };
    let already = counter.get();
    demo.client.query(&document, json!({})).await;
    counter.get() - already
}

async fn counts(demo: &Demo, counter: &Counter) -> BTreeMap<String, usize> {
    let types = Types::of(&demo.client).await;
    let mut counts = BTreeMap::new();
    for field in &types.get("Query").fields {
        // Not every session has all there is: the one that takes most counts.
        let args: Vec<String> = if field.name == "session" {
            (1..=9).map(|id| format!("(id: \"{id}\")")).collect()
        } else {
            vec![ARGUMENTS.iter().find(|(name, _)| *name == field.name).map_or("", |(_, args)| args).to_owned()]
        };
        let mut most = 0;
        for args in args {
            most = most.max(statements(demo, counter, &types, field, &args).await);
        }
        assert!(most <= MOST, "{}: {most} statements", field.name);
        counts.insert(field.name.clone(), most);
    }
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_can_be_asked_takes_as_many_statements_for_weeks_as_for_days() {
    let (Some(few), Some(many)) = (Database::postgres(), Database::postgres()) else { return };
    let mut all = Vec::new();
    for (database, days) in [(few, 5), (many, 20)] {
        let (url, counter) = proxy::before(&database.url()).await;
        let demo = Demo::start(days, Some(&url)).await;
        all.push(counts(&demo, &counter).await);
    }
    eprintln!("{:?}", all[1]);
    assert_eq!(all[0], all[1]);
}
