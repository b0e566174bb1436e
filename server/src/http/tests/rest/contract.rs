//! The contract says what is so.

use super::{Inside, Role};
use actix_web::http::Method;
use actix_web::test::{TestRequest, call_service, read_body};
use serde_json::Value;
use std::collections::BTreeSet;

const COMMITTED: &str = include_str!("../../../../../docs/openapi.json");

fn contract() -> Value {
    serde_json::from_str(&crate::http::openapi(500)).unwrap()
}

/// Each operation, with its path, method and description.
fn operations(contract: &Value) -> Vec<(String, Method, Value)> {
    let of_path = |(path, methods): (&String, &Value)| -> Vec<_> {
        let methods = methods.as_object().unwrap().iter();
        let method = |name: &str| Method::from_bytes(name.to_uppercase().as_bytes()).unwrap();
        methods.map(|(name, operation)| (path.clone(), method(name), operation.clone())).collect()
    };
    contract["paths"].as_object().unwrap().iter().flat_map(of_path).collect()
}

#[test]
fn it_is_committed() {
    assert!(
        crate::http::openapi(500) == COMMITTED,
        "docs/openapi.json differs from the code: cargo run -- schema --openapi > docs/openapi.json"
    );
}

#[test]
fn a_page_is_as_long_as_it_is_configured() {
    let first = |page| {
        let contract: Value = serde_json::from_str(&crate::http::openapi(page)).unwrap();
        let parameters = contract["paths"]["/api/v1/orders"]["get"]["parameters"].as_array().unwrap().clone();
        parameters.iter().find(|one| one["name"] == "first").unwrap()["schema"]["maximum"].clone()
    };
    assert_eq!((first(500), first(20)), (500.into(), 20.into()));
}

#[test]
fn everything_in_it_is_described_and_there() {
    let contract = contract();
    assert_eq!(contract["openapi"], "3.1.0");
    let mut faults = Vec::new();
    for (path, method, operation) in operations(&contract) {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["description"].as_str().is_none_or(str::is_empty) {
                faults.push(format!("{method} {path}: {} is not described", parameter["name"]));
            }
        }
    }
    let schemas = contract["components"]["schemas"].as_object().unwrap();
    for (name, schema) in schemas {
        if schema["description"].as_str().is_none_or(str::is_empty) && !name.contains('_') {
            faults.push(format!("{name} is not described"));
        }
        for value in schema["enum"].as_array().into_iter().flatten() {
            let value = value.as_str().unwrap();
            if !["fr", "en"].contains(&value) && value != value.to_uppercase() {
                faults.push(format!("{name} has {value}, which is not as the API writes it"));
            }
        }
        for (field, property) in schema["properties"].as_object().into_iter().flatten() {
            let told = property["description"].as_str().or(property["oneOf"][0]["description"].as_str());
            if told.or(property["oneOf"][1]["description"].as_str()).is_none_or(str::is_empty) {
                faults.push(format!("{name}.{field} is not described"));
            }
        }
    }
    for reference in crate::http::openapi(500).split("\"$ref\": \"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        if !schemas.contains_key(name) {
            faults.push(format!("{name} is named and not there"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Addresses exist as they are described, need a token, and know the parameters that are described and no others.
#[actix_web::test]
async fn addresses_take_what_it_says() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let viewer = inside.bearer(Role::Viewer).await;
    for (path, method, operation) in operations(&contract()) {
        let address = path.replace("{id}", "1");
        let request = || TestRequest::default().method(method.clone());
        let response = call_service(&service, request().uri(&address).to_request()).await;
        assert_eq!(response.status(), 401, "{method} {path}");

        let described = operation["parameters"].as_array().into_iter().flatten();
        let described: BTreeSet<&str> =
            described.filter(|one| one["in"] == "query").map(|one| one["name"].as_str().unwrap()).collect();
        let (status, _, told) = ask!(service, viewer, request().uri(&format!("{address}?-=1")));
        let message = told["error"]["message"].as_str().unwrap();
        assert_eq!((status, told["error"]["field"].as_str()), (400, Some("-")), "{method} {path}: {told}");
        let known: BTreeSet<&str> = message.split('`').skip(3).step_by(2).collect();
        assert_eq!(known, described, "{method} {path}: {message}");
    }
}

#[actix_web::test]
async fn it_and_the_page_need_no_token_and_nothing_from_elsewhere() {
    let inside = Inside::new().await;
    let service = service!(inside);
    for (address, content_type) in [
        ("/api/openapi.json", "application/json"),
        ("/api/docs", "text/html; charset=utf-8"),
        ("/api/docs/style.css", "text/css; charset=utf-8"),
        ("/api/docs/script.js", "text/javascript; charset=utf-8"),
    ] {
        let response = call_service(&service, TestRequest::get().uri(address).to_request()).await;
        assert_eq!(response.status(), 200, "{address}");
        assert_eq!(response.headers().get("content-type").unwrap(), content_type);
        let tag = response.headers().get("etag").unwrap().to_str().unwrap().to_owned();
        let policy = response.headers().get("content-security-policy").map(|value| value.to_str().unwrap().to_owned());
        let body = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        if address.starts_with("/api/docs") {
            assert!(policy.unwrap().starts_with("default-src 'none'; script-src 'self'; style-src 'self'"));
            assert!(!body.contains("http://") && !body.contains("https://"), "{address}");
            assert!(!body.contains(" style=") && !body.contains("innerHTML"), "{address}");
        }
        let again = TestRequest::get().uri(address).insert_header(("if-none-match", tag)).to_request();
        assert_eq!(call_service(&service, again).await.status(), 304, "{address}");
    }
}
