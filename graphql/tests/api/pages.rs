//! Pages in both directions, and what is no page.

use crate::fake::{Store, ask, data, over};
use atelier_graphql::{AtelierSchema, Limits};
use serde_json::{Value, json};

/// Walks a connection of sessions from one end to the other; the ids it meets.
async fn walk(schema: &AtelierSchema, arguments: &str, forward: bool) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = if forward { format!("first: 2 {cursor}") } else { format!("last: 2 {cursor}") };
        let query = format!(
            "{{ sessions({arguments} {page}) {{ totalCount edges {{ cursor node {{ id }} }} nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        );
        let sessions = data(schema, &query).await["sessions"].take();
        let ids: Vec<String> =
            sessions["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
        let info = &sessions["pageInfo"];
        assert_eq!(sessions["totalCount"], 5);
        assert_eq!(info["startCursor"], sessions["edges"][0]["cursor"]);
        assert_eq!(sessions["edges"][0]["node"]["id"], ids[0].as_str());
        assert_eq!(info["hasPreviousPage"], forward && !pages.is_empty() || !forward && ids.len() == 2);
        pages.push(ids);
        let (more, place, name) =
            if forward { ("hasNextPage", "endCursor", "after") } else { ("hasPreviousPage", "startCursor", "before") };
        if info[more] == false {
            return pages;
        }
        cursor = format!("{name}: {}", info[place]);
    }
}

#[tokio::test]
async fn sessions_page_in_both_directions_and_every_order() {
    let store = Store::of(1, 5);
    let schema = over(&store, &Limits::default());
    for field in ["DATE", "TOTAL_PIECES", "OCCUPANCY"] {
        let down = format!("orderBy: {{field: {field}, direction: DESC}}");
        let up = format!("orderBy: {{field: {field}, direction: ASC}}");
        assert_eq!(walk(&schema, &down, true).await, [vec!["5", "4"], vec!["3", "2"], vec!["1"]]);
        assert_eq!(walk(&schema, &down, false).await, [vec!["2", "1"], vec!["4", "3"], vec!["5"]]);
        assert_eq!(walk(&schema, &up, true).await, [vec!["1", "2"], vec!["3", "4"], vec!["5"]]);
    }
}

#[tokio::test]
async fn pieces_page_in_both_directions() {
    let store = Store::of(1, 1);
    let schema = over(&store, &Limits::default());
    let forward = "{ session(id: 1) { pieces(first: 2) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { number } } } } }";
    let page = data(&schema, forward).await["session"]["pieces"].take();
    let next = page["pageInfo"]["endCursor"].as_str().unwrap();
    assert_eq!(page["edges"][1]["cursor"], next);
    assert_eq!(page["totalCount"], 120);
    let numbers = async |arguments: String| {
        let query = format!(
            "{{ session(id: 1) {{ pieces({arguments}) {{ pageInfo {{ hasNextPage hasPreviousPage }} nodes {{ number }} }} }} }}"
        );
        let page = data(&schema, &query).await["session"]["pieces"].take();
        let numbers: Vec<u64> =
            page["nodes"].as_array().unwrap().iter().map(|node| node["number"].as_u64().unwrap()).collect();
        (numbers, page["pageInfo"]["hasPreviousPage"] == true, page["pageInfo"]["hasNextPage"] == true)
    };
    assert_eq!(numbers(format!("first: 2, after: \"{next}\"")).await, (vec![3, 4], true, true));
    assert_eq!(numbers("last: 2".to_owned()).await, (vec![119, 120], true, false));
    assert_eq!(numbers(format!("last: 5, before: \"{next}\"")).await, (vec![1], false, true));
    assert_eq!(numbers("first: 0".to_owned()).await, (vec![], false, true));
}

#[tokio::test]
async fn log_files_page_forward() {
    let store = Store::of(2, 2);
    let schema = over(&store, &Limits::default());
    let page =
        data(&schema, "{ logFiles(first: 3) { nodes { id } pageInfo { hasNextPage endCursor } } }").await["logFiles"]
            .take();
    assert_eq!(page["nodes"], json!([{ "id": "1" }, { "id": "2" }, { "id": "3" }]));
    let next = format!(
        "{{ logFiles(after: {}) {{ nodes {{ id }} pageInfo {{ hasNextPage hasPreviousPage }} }} }}",
        page["pageInfo"]["endCursor"]
    );
    assert_eq!(
        data(&schema, &next).await,
        json!({ "logFiles": { "nodes": [{ "id": "4" }], "pageInfo": { "hasNextPage": false, "hasPreviousPage": true } } })
    );
}

#[tokio::test]
async fn an_empty_list_in_a_filter_matches_nothing() {
    let store = Store::of(2, 2);
    let schema = over(&store, &Limits::default());
    let empty = json!({ "totalCount": 0, "nodes": [], "pageInfo": { "startCursor": null } });
    for filter in ["machineIds: []", "types: []", "minPieces: 121", "from: \"2025-06-03\"", "status: OPEN"] {
        let query =
            format!("{{ sessions(filter: {{{filter}}}) {{ totalCount nodes {{ id }} pageInfo {{ startCursor }} }} }}");
        assert_eq!(data(&schema, &query).await["sessions"], empty, "{filter}");
    }
    assert_eq!(data(&schema, "{ machines(filter: {names: []}) { id } }").await, json!({ "machines": [] }));
}

#[tokio::test]
async fn what_is_not_selected_is_not_counted() {
    let store = Store::of(1, 2);
    let schema = over(&store, &Limits::default());
    data(&schema, "{ sessions { nodes { id } } }").await;
    assert_eq!(store.calls(), ["sessions"]);
    data(&schema, "{ sessions { totalCount } }").await;
    assert_eq!(store.calls(), ["count_sessions"]);
    data(&schema, "{ session(id: 1) { pieces { totalCount } } }").await;
    assert_eq!(store.calls(), ["sessions_by_id"]);
}

async fn refused(schema: &AtelierSchema, query: &str) -> Value {
    let mut response = ask(schema, query).await;
    assert_eq!(response["data"], Value::Null, "{response}");
    let error = response["errors"][0].take();
    json!([error["extensions"], error["message"]])
}

#[tokio::test]
async fn what_is_no_page_is_bad_input_with_its_field() {
    let store = Store::of(1, 2);
    let schema = over(&store, &Limits::default());
    let bad = |field: &str, message: &str| json!([{ "code": "BAD_USER_INPUT", "field": field }, message]);
    assert_eq!(
        refused(&schema, "{ sessions(first: 501) { totalCount } }").await,
        bad("first", "`first` must be at most 500.")
    );
    assert_eq!(
        refused(&schema, "{ sessions(last: -1) { totalCount } }").await,
        bad("last", "`last` must not be negative.")
    );
    assert_eq!(
        refused(&schema, "{ sessions(first: 1, last: 1) { totalCount } }").await,
        bad("last", "Give `first` or `last`, not both.")
    );
    assert_eq!(
        refused(&schema, "{ machines { sessions(first: 501) { totalCount } } }").await,
        bad("first", "`first` must be at most 500.")
    );
    assert_eq!(
        refused(&schema, "{ logFiles(first: 501) { nodes { id } } }").await,
        bad("first", "`first` must be at most 500.")
    );
    assert_eq!(
        refused(&schema, "{ logFiles { nodes { rejectedLines(first: 501) { text } } } }").await,
        bad("first", "`first` must be at most 500.")
    );
    assert_eq!(
        refused(&schema, "{ sessions(filter: {machineIds: [\"x\"]}) { totalCount } }").await[0],
        json!({ "code": "BAD_USER_INPUT", "field": "machineIds" })
    );
    let of_dates =
        data(&schema, "{ sessions { pageInfo { endCursor } } }").await["sessions"]["pageInfo"]["endCursor"].take();
    let other = format!(
        "{{ sessions(after: {of_dates}, orderBy: {{field: TOTAL_PIECES, direction: DESC}}) {{ totalCount }} }}"
    );
    assert_eq!(refused(&schema, &other).await, bad("after", "`after` is no cursor of this list in this order."));
}
