//! Machines are added, changed and removed as over GraphQL.

use super::{Inside, Role};
use actix_web::test::TestRequest;
use serde_json::{Value, json};

const MACHINES: &str = "/api/v1/machines";

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|machine| machine["name"].as_str().unwrap()).collect()
}

#[actix_web::test]
async fn they_come_and_go() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let admin = inside.bearer(Role::Admin).await;
    let (status, headers, list) = ask!(service, admin, TestRequest::get().uri(MACHINES));
    assert_eq!((status, headers.get("content-type").unwrap().to_str().unwrap()), (200, "application/json"));
    assert_eq!(names(&list), ["DEM12", "DEMALU", "SU12"]);
    assert_eq!(
        list["items"][1],
        json!({
            "id": list["items"][1]["id"], "name": "DEMALU", "type": "ALU", "description": null, "active": true,
            "folder": "DEMALU (ALU)", "createdAt": list["items"][1]["createdAt"], "state": "UNKNOWN", "stateSince": null,
        })
    );

    let new = json!({"name": " DEM13 ", "type": "PVC", "folder": "DEM13 (PVC)"});
    let (status, headers, added) = ask!(service, admin, TestRequest::post().uri(MACHINES).set_json(&new));
    assert_eq!((status, &added["name"], &added["active"]), (201, &json!("DEM13"), &json!(true)), "{added}");
    let place = headers.get("location").unwrap().to_str().unwrap().to_owned();
    assert_eq!(place, format!("{MACHINES}/{}", added["id"].as_str().unwrap()));
    let (status, _, same) = ask!(service, admin, TestRequest::get().uri(&place));
    assert_eq!((status, &same), (200, &added));
    let (status, _, refused) = ask!(service, admin, TestRequest::post().uri(MACHINES).set_json(&new));
    assert_eq!((status, &refused["error"]["code"]), (409, &json!("CONFLICT")), "{refused}");

    let change = json!({"active": false, "folder": null, "description": "en réserve"});
    let (status, _, changed) = ask!(service, admin, TestRequest::patch().uri(&place).set_json(&change));
    assert_eq!(status, 200, "{changed}");
    assert_eq!(
        (&changed["active"], &changed["folder"], &changed["description"], &changed["name"]),
        (&json!(false), &Value::Null, &json!("en réserve"), &json!("DEM13"))
    );
    for (query, expected) in [
        ("?active=false", vec!["DEM13"]),
        ("?type=ALU,HYBRIDE", vec!["DEMALU", "SU12"]),
        ("?type=ALU&type=HYBRIDE&active=true", vec!["DEMALU", "SU12"]),
        ("?name=SU12&name=DEM12&name=nobody", vec!["DEM12", "SU12"]),
    ] {
        let (status, _, list) = ask!(service, admin, TestRequest::get().uri(&format!("{MACHINES}{query}")));
        assert_eq!((status, names(&list)), (200, expected), "{query}");
    }

    assert_eq!(ask!(service, admin, TestRequest::delete().uri(&place)).0, 204);
    let (status, _, gone) = ask!(service, admin, TestRequest::delete().uri(&place));
    assert_eq!((status, &gone["error"]["code"]), (404, &json!("NOT_FOUND")));
    assert_eq!(ask!(service, admin, TestRequest::get().uri(&place)).0, 404);
}

#[actix_web::test]
async fn only_administrators_change_them() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let operator = inside.bearer(Role::Operator).await;
    let new = json!({"name": "DEM13", "type": "PVC"});
    for request in [
        TestRequest::post().uri(MACHINES).set_json(&new),
        TestRequest::patch().uri("/api/v1/machines/1").set_json(json!({"active": false})),
        TestRequest::delete().uri("/api/v1/machines/1"),
    ] {
        let (status, _, refused) = ask!(service, operator, request);
        assert_eq!((status, &refused["error"]["code"]), (403, &json!("FORBIDDEN")), "{refused}");
    }
    assert_eq!(ask!(service, operator, TestRequest::get().uri(MACHINES)).2["items"].as_array().unwrap().len(), 3);
}

#[actix_web::test]
async fn a_body_that_is_none_of_theirs_is_refused_by_field() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let admin = inside.bearer(Role::Admin).await;
    for (body, field) in [
        (json!({"name": "X", "type": "WOOD"}), "type"),
        (json!({"name": 5, "type": "PVC"}), "name"),
        (json!({"name": "X", "type": "PVC", "colour": "red"}), "colour"),
        (json!({"name": "X", "type": "PVC", "folder": "../etc"}), "folder"),
        (json!({"name": "X", "type": "PVC", "active": null}), "active"),
        (json!({"name": "a\u{0}b", "type": "PVC"}), "name"),
        (json!({"name": "x".repeat(65), "type": "PVC"}), "name"),
        (json!({"type": "PVC"}), ""),
        (json!([]), ""),
        (json!(null), ""),
    ] {
        let (status, _, refused) = ask!(service, admin, TestRequest::post().uri(MACHINES).set_json(&body));
        assert_eq!((status, &refused["error"]["code"]), (400, &json!("BAD_USER_INPUT")), "{body}: {refused}");
        assert_eq!(refused["error"]["field"].as_str().unwrap_or_default(), field, "{body}: {refused}");
    }
    for body in [json!({}), json!({"name": null}), json!({"active": "yes"})] {
        let request = TestRequest::patch().uri("/api/v1/machines/1").set_json(&body);
        assert_eq!(ask!(service, admin, request).0, 400, "{body}");
    }
    let raw = |content_type: &'static str, body: &'static [u8]| {
        TestRequest::post().uri(MACHINES).insert_header(("content-type", content_type)).set_payload(body)
    };
    for (request, expected) in [
        (raw("text/plain", b"{}"), 415),
        (raw("application/json", b"{\"name\":"), 400),
        (raw("application/json", b"{\"name\":\"X\",\"type\":\"PVC\"} more"), 400),
        (raw("application/json", b"{\"name\":\"\xff\",\"type\":\"PVC\"}"), 400),
        (raw("application/json", b"{\"name\":\"X\",\"name\":\"Y\",\"type\":\"PVC\"}"), 400),
        (raw("application/json", b"").insert_header(("content-encoding", "gzip")), 415),
        (raw("application/json", b"").insert_header(("content-length", "99999999999999999999999")), 400),
        (TestRequest::post().uri(MACHINES).set_json(json!({"name": "x".repeat(5_000), "type": "PVC"})), 413),
    ] {
        let (status, _, refused) = ask!(service, admin, request);
        assert_eq!((status, &refused["error"]["code"]), (expected, &json!("BAD_USER_INPUT")), "{refused}");
    }
}
