//! Adding, changing and removing machines.

use crate::fake::{Store, admin, in_role, json, over};
use async_graphql::{Executor, Request};
use atelier_application::ports::users::Role;
use atelier_graphql::{AtelierSchema, Caller, Limits};
use serde_json::{Value, json};

const FIELDS: &str = "{ id name type folder description active }";

async fn as_caller(schema: &AtelierSchema, caller: Caller, document: &str) -> Value {
    json(&schema.execute(Request::new(document).data(caller)).await)
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_takes_away() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    let done = async |document: String| as_caller(&schema, admin(), &document).await["data"].take();
    let made = done(format!(
        "mutation {{ createMachine(input: {{name: \" DEM13 \", type: ALU, folder: \"hall 2/DEM13\", description: \"neuve\"}}) {FIELDS} }}"
    ))
    .await;
    let machine = |name: &str, folder: Value, description: Value, active: bool| json!({ "id": "2", "name": name, "type": "ALU", "folder": folder, "description": description, "active": active });
    assert_eq!(made["createMachine"], machine("DEM13", json!("hall 2/DEM13"), json!("neuve"), true));
    let update = |input: &str| format!("mutation {{ updateMachine(id: 2, input: {{{input}}}) {FIELDS} }}");
    let changed = done(update("name: \"DEM14\", active: false")).await;
    assert_eq!(changed["updateMachine"], machine("DEM14", json!("hall 2/DEM13"), json!("neuve"), false));
    let changed = done(update("folder: null, description: \"\"")).await;
    assert_eq!(changed["updateMachine"], machine("DEM14", Value::Null, Value::Null, false));
    let idle =
        done("mutation { createMachine(input: {name: \"X\", type: PVC, active: false}) { active folder } }".to_owned())
            .await;
    assert_eq!(idle["createMachine"], json!({ "active": false, "folder": null }));
    assert_eq!(done("mutation { deleteMachine(id: 2) }".to_owned()).await["deleteMachine"], "2");
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    let schema = over(&Store::of(1, 1), &Limits::default());
    for (document, code) in [
        ("createMachine(input: {name: \"M01\", type: PVC}) { id }", "CONFLICT"),
        ("createMachine(input: {name: \"\", type: PVC}) { id }", "BAD_USER_INPUT"),
        ("createMachine(input: {name: \"A\", type: PVC, folder: \"../x\"}) { id }", "BAD_USER_INPUT"),
        ("updateMachine(id: 1, input: {}) { id }", "BAD_USER_INPUT"),
        ("updateMachine(id: \"x\", input: {active: true}) { id }", "BAD_USER_INPUT"),
        ("updateMachine(id: 9, input: {active: true}) { id }", "NOT_FOUND"),
        ("deleteMachine(id: 1)", "CONFLICT"),
        ("deleteMachine(id: 9)", "NOT_FOUND"),
    ] {
        let refused = as_caller(&schema, admin(), &format!("mutation {{ {document} }}")).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], code, "{document}: {refused}");
        for role in [Role::Viewer, Role::Operator] {
            let refused = as_caller(&schema, in_role(role), &format!("mutation {{ {document} }}")).await;
            let told = refused["errors"][0]["extensions"]["code"].clone();
            assert!(told == "FORBIDDEN" || told == "BAD_USER_INPUT", "{document}: {refused}");
        }
    }
}
