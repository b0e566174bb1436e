//! Pages that are part of the program.

use super::Inside;
use actix_web::test::{TestRequest, call_service, read_body};
use flate2::read::GzDecoder;
use std::io::Read;

fn get(address: &str) -> TestRequest {
    TestRequest::get().uri(address)
}

#[actix_web::test]
async fn graphiql_comes_with_all_it_loads_and_loads_nothing_from_elsewhere() {
    let inside = Inside::new().await;
    let service = service!(inside);
    for address in ["/graphiql", "/graphiql/"] {
        let response = call_service(&service, get(address).to_request()).await;
        assert_eq!(response.status(), 200, "{address}");
        assert_eq!(response.headers().get("content-type").unwrap(), "text/html; charset=utf-8");
        let policy = response.headers().get("content-security-policy").unwrap().to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';") && !policy.contains("http"), "{policy}");
        let page = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        let parts: Vec<&str> = page.split('"').filter(|part| part.starts_with("/graphiql/")).collect();
        assert!(parts.len() >= 2, "{page}");
        for part in parts {
            let response = call_service(&service, get(part).to_request()).await;
            assert_eq!(response.status(), 200, "{part}");
        }
    }
}

#[actix_web::test]
async fn a_file_is_sent_packed_and_once() {
    let inside = Inside::new().await;
    let service = service!(inside);
    let address = "/graphiql/assets/index.js";
    let plain = call_service(&service, get(address).to_request()).await;
    let packed = call_service(&service, get(address).insert_header(("accept-encoding", "gzip, br")).to_request()).await;
    assert_eq!(plain.headers().get("content-type").unwrap(), "text/javascript; charset=utf-8");
    assert_eq!(packed.headers().get("content-encoding").unwrap(), "gzip");
    assert_eq!(packed.headers().get("vary").unwrap(), "accept-encoding");
    let tags = [&plain, &packed].map(|response| response.headers().get("etag").unwrap().clone());
    assert_ne!(tags[0], tags[1]);
    let (plain, packed) = (read_body(plain).await, read_body(packed).await);
    let mut unpacked = Vec::new();
    GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain && packed.len() < plain.len());

    let again = get(address).insert_header(("if-none-match", tags[0].clone())).to_request();
    let again = call_service(&service, again).await;
    assert_eq!((again.status().as_u16(), again.headers().get("etag").unwrap()), (304, &tags[0]));
    assert!(read_body(again).await.is_empty());
    let other = get(address).insert_header(("if-none-match", "\"0123\"")).to_request();
    assert_eq!(call_service(&service, other).await.status(), 200);
}

#[actix_web::test]
async fn no_address_leads_out_of_the_page() {
    let inside = Inside::new().await;
    let service = service!(inside);
    for address in [
        "/graphiql/nothing",
        "/graphiql/../Cargo.toml",
        "/graphiql/..%2f..%2fCargo.toml",
        "/graphiql/assets/../../package.json",
        "/graphiql/%2e%2e/%2e%2e/etc/passwd",
        "/graphiql//etc/passwd",
        "/graphiql/assets/",
        "/graphiql/%00",
        "/graphiql/%ff",
    ] {
        let response = call_service(&service, get(address).to_request()).await;
        assert!([400, 404].contains(&response.status().as_u16()), "{address}: {}", response.status());
    }
}

#[actix_web::test]
async fn the_page_can_be_turned_off() {
    let inside = Inside::with("[http]\ngraphiql = false\n").await;
    let service = service!(inside);
    for address in ["/graphiql", "/graphiql/assets/index.js"] {
        assert_eq!(call_service(&service, get(address).to_request()).await.status(), 404, "{address}");
    }
    let index = read_body(call_service(&service, get("/").to_request()).await).await;
    assert!(!String::from_utf8(index.to_vec()).unwrap().contains("/graphiql"));
}
