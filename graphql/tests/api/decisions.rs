//! Calendars, reference cycle times, scrap, reasons of stops: who may decide, and what is refused.

use crate::fake::{Store, in_role, over};
use async_graphql::{Executor, Request, Variables};
use atelier_application::ports::users::Role;
use atelier_graphql::Limits;
use serde_json::{Value, json};
use std::sync::Arc;

const CYCLE: &str = "mutation($id: ID!, $profile: String, $seconds: Float, $from: Date) { \
    setReferenceCycle(machineId: $id, jobReference: $profile, seconds: $seconds, from: $from) { name } }";
const CALENDAR: &str = "mutation($id: ID!, $input: CalendarInput!, $from: Date) { \
    setCalendar(machineId: $id, input: $input, from: $from) { name } }";
const DECLARE: &str =
    "mutation($id: ID!, $input: ScrapInput!) { declareScrap(sessionId: $id, input: $input) { scrapPieces } }";
const WITHDRAW: &str = "mutation($id: ID!) { withdrawScrap(id: $id) { scrapPieces } }";
const QUALIFY: &str = "mutation($id: ID!, $code: String!, $comment: String) { \
    qualifyStop(periodId: $id, reasonCode: $code, comment: $comment) { reason { code } } }";
const SAVE: &str = "mutation($input: StopReasonInput!) { saveStopReason(input: $input) { code label planned active } }";

async fn ask(store: &Arc<Store>, role: Role, document: &str, variables: Value) -> Value {
    let request = Request::new(document).variables(Variables::from_json(variables)).data(in_role(role));
    serde_json::to_value(over(store, &Limits::default()).execute(request).await).unwrap()
}

/// What an administrator is told who asks for something that is refused; nothing was written then.
async fn refused(document: &str, variables: Value) -> Value {
    let store = Store::of(1, 1);
    let answer = ask(&store, Role::Admin, document, variables.clone()).await;
    let calls = store.calls();
    let writes = ["set_calendar", "set_reference_cycle", "save_stop_reason", "derive_marked"];
    assert!(!calls.iter().any(|call| writes.contains(call)), "{variables} {calls:?}");
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{variables} {answer}");
    answer["errors"][0]["extensions"].clone()
}

fn bad(field: &str) -> Value {
    json!({ "code": "BAD_USER_INPUT", "field": field })
}

fn calendar(change: impl FnOnce(&mut Value)) -> Value {
    let mut input = json!({
        "shifts": [{ "weekday": 1, "name": "matin", "start": "05:00", "end": "13:00" }],
        "plannedStops": [{ "weekday": 1, "label": "pause", "start": "09:00", "end": "09:20" }],
        "exceptions": [{ "date": "2025-05-01", "open": false }],
    });
    change(&mut input);
    json!({ "id": "1", "input": input })
}

fn reason(code: &str, label: &str) -> Value {
    json!({ "input": { "code": code, "label": label, "planned": true } })
}

#[tokio::test]
async fn who_has_too_little_right_is_refused_before_anything_is_asked() {
    let everybody = [
        (Role::Admin, CYCLE, json!({ "id": "1", "seconds": 60 })),
        (Role::Admin, CALENDAR, calendar(|_| {})),
        (Role::Admin, SAVE, reason("PANNE", "panne")),
        (Role::Operator, DECLARE, json!({ "id": "1", "input": { "pieces": 1 } })),
        (Role::Operator, WITHDRAW, json!({ "id": "1" })),
        (Role::Operator, QUALIFY, json!({ "id": "11", "code": "PANNE" })),
    ];
    for (needed, document, variables) in everybody {
        let store = Store::of(1, 1);
        let too_little = if needed == Role::Admin { vec![Role::Viewer, Role::Operator] } else { vec![Role::Viewer] };
        for role in too_little {
            let answer = ask(&store, role, document, variables.clone()).await;
            assert_eq!(answer["errors"][0]["extensions"], json!({ "code": "FORBIDDEN" }), "{role:?} {document}");
        }
        assert_eq!(store.calls(), Vec::<&str>::new(), "{document}");
    }
}

#[tokio::test]
async fn decisions_about_all_days_are_stored_and_derived_in_the_background() {
    let store = Store::of(1, 1);
    for (document, field, variables, stored) in [
        (CALENDAR, "setCalendar", calendar(|_| {}), "set_calendar"),
        (
            CALENDAR,
            "setCalendar",
            json!({ "id": "1", "input": { "shifts": [] }, "from": "2199-12-31" }),
            "set_calendar",
        ),
        (
            CYCLE,
            "setReferenceCycle",
            json!({ "id": "1", "seconds": 83.4, "from": "1970-01-01" }),
            "set_reference_cycle",
        ),
        (CYCLE, "setReferenceCycle", json!({ "id": "1", "profile": "215023", "seconds": null }), "set_reference_cycle"),
    ] {
        let answer = ask(&store, Role::Admin, document, variables).await;
        assert_eq!(answer["data"][field], json!({ "name": "M01" }), "{answer}");
        assert_eq!(store.calls(), ["machines_by_id", stored, "derive_marked"]);
    }
    let answer = ask(&store, Role::Admin, SAVE, reason(" A_1 ", " l'été ")).await;
    let saved = json!({ "code": "A_1", "label": "l'été", "planned": true, "active": true });
    assert_eq!(answer["data"]["saveStopReason"], saved, "{answer}");
    assert_eq!(store.calls(), ["save_stop_reason", "derive_marked"]);
}

#[tokio::test]
async fn a_calendar_that_is_wrong_is_told_by_its_place() {
    let changes: [(&str, &str, Value); 12] = [
        ("shifts[0].start", "/shifts/0/start", json!("5:00")),
        ("shifts[0].start", "/shifts/0/start", json!("24:00")),
        ("shifts[0].end", "/shifts/0/end", json!("13h00")),
        ("shifts[0].end", "/shifts/0/end", json!("")),
        ("shifts[0].weekday", "/shifts/0/weekday", json!(0)),
        ("shifts[0].weekday", "/shifts/0/weekday", json!(8)),
        ("shifts[0].name", "/shifts/0/name", json!("é".repeat(501))),
        ("plannedStops[0].weekday", "/plannedStops/0/weekday", json!(-1)),
        ("plannedStops[0].label", "/plannedStops/0/label", json!("  ")),
        ("plannedStops[0].end", "/plannedStops/0/end", json!("25:00")),
        ("exceptions[0].start", "/exceptions/0", json!({ "date": "2025-05-01", "open": true, "end": "12:00" })),
        ("exceptions[0].label", "/exceptions/0", json!({ "date": "2025-05-01", "open": true, "label": "a\nb" })),
    ];
    for (field, place, value) in changes {
        let variables = calendar(|input| *input.pointer_mut(place).unwrap() = value);
        assert_eq!(refused(CALENDAR, variables.clone()).await, bad(field), "{variables}");
    }
    let many = vec![json!({ "weekday": 1, "start": "05:00", "end": "13:00" }); 201];
    assert_eq!(refused(CALENDAR, calendar(|input| input["shifts"] = many.into())).await, bad("shifts"));
}

#[tokio::test]
async fn a_cycle_time_is_positive_and_whole_milliseconds() {
    for seconds in [json!(0), json!(-0.0), json!(-1), json!(0.0004), json!(12.345_6), json!(86_400.001), json!(1e308)] {
        assert_eq!(refused(CYCLE, json!({ "id": "1", "seconds": seconds })).await, bad("seconds"), "{seconds}");
    }
    for literal in ["1e999", "\"NaN\"", "NaN", "Infinity", "-1e999"] {
        let document = format!("mutation {{ setReferenceCycle(machineId: 1, seconds: {literal}) {{ name }} }}");
        assert_eq!(refused(&document, json!({})).await["code"], "BAD_USER_INPUT", "{literal}");
    }
    for profile in ["", " ", "a\tb"] {
        let variables = json!({ "id": "1", "profile": profile, "seconds": 60 });
        assert_eq!(refused(CYCLE, variables).await, bad("jobReference"), "{profile:?}");
    }
}

#[tokio::test]
async fn scrap_and_reasons_that_make_no_sense_are_refused() {
    let scrap = |pieces: i64, reason: &str| json!({ "id": "1", "input": { "pieces": pieces, "reason": reason } });
    assert_eq!(refused(DECLARE, scrap(0, "")).await, bad("pieces"));
    assert_eq!(refused(DECLARE, scrap(-1, "")).await, bad("pieces"));
    assert_eq!(refused(DECLARE, scrap(1 << 40, "")).await["code"], "BAD_USER_INPUT");
    assert_eq!(refused(DECLARE, scrap(1, &"x".repeat(501))).await, bad("reason"));
    let long = json!({ "id": "1", "input": { "pieces": 1, "jobReference": "x".repeat(501) } });
    assert_eq!(refused(DECLARE, long).await, bad("jobReference"));
    for code in ["", "panne", "PANNE!", "É", "A B", &"A".repeat(41)] {
        assert_eq!(refused(SAVE, reason(code, "panne")).await, bad("code"), "{code:?}");
    }
    for label in ["", " ", "a\nb", &"é".repeat(501)] {
        assert_eq!(refused(SAVE, reason("PANNE", label)).await, bad("label"), "{label:?}");
    }
    for code in ["", "panne", "NONE"] {
        assert_eq!(refused(QUALIFY, json!({ "id": "11", "code": code })).await, bad("reasonCode"), "{code:?}");
    }
    let comment = json!({ "id": "11", "code": "PANNE", "comment": "a\0b" });
    assert_eq!(refused(QUALIFY, comment).await, bad("comment"));
}

#[tokio::test]
async fn days_out_of_range_and_ids_that_are_none_are_told() {
    for from in ["1969-12-31", "2200-01-01", "9999-12-31", "0001-01-01"] {
        assert_eq!(refused(CYCLE, json!({ "id": "1", "seconds": 60, "from": from })).await, bad("from"), "{from}");
        let mut variables = calendar(|_| {});
        variables["from"] = json!(from);
        assert_eq!(refused(CALENDAR, variables).await, bad("from"), "{from}");
    }
    let not_there = json!({ "code": "NOT_FOUND" });
    let with = |id: &str, more: Value| {
        let mut variables = more;
        variables["id"] = json!(id);
        variables
    };
    for (document, field, more) in [
        (CYCLE, "machineId", json!({ "seconds": 60 })),
        (CALENDAR, "machineId", calendar(|_| {})),
        (DECLARE, "sessionId", json!({ "input": { "pieces": 1 } })),
        (WITHDRAW, "id", json!({})),
        (QUALIFY, "periodId", json!({ "code": "PANNE" })),
    ] {
        for id in ["99", "0", "-1", "9223372036854775807"] {
            assert_eq!(refused(document, with(id, more.clone())).await, not_there, "{id} {document}");
        }
        for id in ["x", "", "1.5", "9223372036854775808"] {
            assert_eq!(refused(document, with(id, more.clone())).await, bad(field), "{id} {document}");
        }
    }
}
