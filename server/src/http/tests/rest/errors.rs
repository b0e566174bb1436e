//! Every refusal has the same form, whatever was asked.

use super::{Inside, Role};
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service};
use serde_json::json;

#[actix_web::test]
async fn without_a_valid_token_nothing_is_told() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let expired = format!("Bearer {}", inside.token(-60_000).await);
    for token in ["", "Bearer made.up", "Basic am86eA==", "Bearer atl_made_up", expired.as_str()] {
        let mut request = TestRequest::get().uri("/api/v1/sessions?nonsense=1");
        if !token.is_empty() {
            request = request.insert_header(("authorization", token));
        }
        let response = call_service(&service, request.to_request()).await;
        assert_eq!(response.status(), 401, "{token}");
        assert_eq!(response.headers().get("www-authenticate").unwrap(), "Bearer");
        let told = super::super::json_of(response).await;
        assert_eq!(told["error"]["code"], "UNAUTHENTICATED", "{told}");
    }
}

#[actix_web::test]
async fn a_query_that_is_not_right_names_the_parameter() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let viewer = inside.bearer(Role::Viewer).await;
    for (address, field) in [
        ("sessions?nonsense=1", "nonsense"),
        ("sessions?first=501", "first"),
        ("sessions?first=-1", "first"),
        ("sessions?first=1e3", "first"),
        ("sessions?first=99999999999999999999", "first"),
        ("sessions?first=1&first=2", "first"),
        ("sessions?first=1&last=1", "last"),
        ("sessions?after=x", "after"),
        ("sessions?machine=DEM12", "machine"),
        ("sessions?machine=1,,2", "machine"),
        ("sessions?machine=-1", "machine"),
        ("sessions?type=pvc", "type"),
        ("sessions?from=2025-02-30", "from"),
        ("sessions?from=-999-01-01", "from"),
        ("sessions?to=%00", "to"),
        ("sessions?to=%FF", "to"),
        ("sessions?to=%zz", "to"),
        ("sessions?minPieces=4294967296", "minPieces"),
        ("sessions?trsBelow=NaN", "trsBelow"),
        ("sessions?trsBelow=1e999", "trsBelow"),
        ("sessions?count=maybe", "count"),
        ("sessions?orderBy=NAME", "orderBy"),
        ("sessions?orderBy=DATE,TRS", "orderBy"),
        ("sessions.csv?first=1", "first"),
        ("sessions.xlsx?lang=de", "lang"),
        ("sessions/x", "id"),
        ("sessions/0", "id"),
        ("sessions/99999999999999999999", "id"),
        ("sessions/%00", "id"),
        ("machines?name=a%0Ab", "name"),
        ("machines/1?active=true", "active"),
        ("orders?search=a%09b", "search"),
        ("orders?stockManaged=1", "stockManaged"),
        ("statistics?groupBy=MACHINE,MACHINE", "groupBy"),
        ("statistics?groupBy=YEAR", "groupBy"),
        ("statistics.csv?groupBy=", "groupBy"),
    ] {
        let (status, headers, told) = ask!(service, viewer, TestRequest::get().uri(&format!("/api/v1/{address}")));
        assert_eq!((status, &told["error"]["code"]), (400, &json!("BAD_USER_INPUT")), "{address}: {told}");
        assert_eq!(told["error"]["field"], field, "{address}: {told}");
        assert_eq!(headers.get("cache-control").unwrap(), "no-store");
    }
    let many = vec!["1"; 501].join(",");
    let request = TestRequest::get().uri(&format!("/api/v1/sessions?machine={many}"));
    assert_eq!(ask!(service, viewer, request).0, 400);
}

#[actix_web::test]
async fn what_is_not_there_or_asked_in_the_wrong_way_says_so() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let viewer = inside.bearer(Role::Viewer).await;
    for address in [
        "sessions/1",
        "sessions/1/pieces",
        "sessions/1/timeline",
        "orders/1",
        "machines/99",
        "nothing",
        "sessions/1/nothing",
        "",
    ] {
        let (status, _, told) = ask!(service, viewer, TestRequest::get().uri(&format!("/api/v1/{address}")));
        assert_eq!((status, &told["error"]["code"]), (404, &json!("NOT_FOUND")), "{address}: {told}");
    }
    for (method, address, allowed) in [
        (Method::PUT, "/api/v1/machines", "GET, HEAD, POST"),
        (Method::POST, "/api/v1/machines/1", "GET, HEAD, PATCH, DELETE"),
        (Method::DELETE, "/api/v1/sessions", "GET, HEAD"),
        (Method::TRACE, "/api/v1/statistics.csv", "GET, HEAD"),
        (Method::POST, "/api/openapi.json", "GET, HEAD"),
        (Method::POST, "/api/docs", "GET, HEAD"),
    ] {
        let (status, headers, told) = ask!(service, viewer, TestRequest::default().method(method.clone()).uri(address));
        assert_eq!((status, headers.get("allow").unwrap().to_str().unwrap()), (405, allowed), "{method} {address}");
        assert_eq!(told["error"]["code"], "BAD_USER_INPUT", "{told}");
    }
}

#[actix_web::test]
async fn who_has_an_answer_already_is_told_that_nothing_changed() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let admin = inside.bearer(Role::Admin).await;
    let machines = || TestRequest::get().uri("/api/v1/machines");
    let (_, headers, _) = ask!(service, admin, machines());
    assert_eq!(headers.get("cache-control").unwrap(), "private, no-cache");
    let tag = headers.get("etag").unwrap().to_str().unwrap().to_owned();
    let (status, headers, body) = ask!(service, admin, machines().insert_header(("if-none-match", tag.as_str())));
    assert_eq!((status, body.is_null(), headers.get("etag").unwrap().to_str().unwrap()), (304, true, tag.as_str()));
    let renamed = TestRequest::patch().uri("/api/v1/machines/1").set_json(json!({"name": "DEM11"}));
    assert_eq!(ask!(service, admin, renamed).0, 200);
    assert_eq!(ask!(service, admin, machines().insert_header(("if-none-match", tag.as_str()))).0, 200);
}
