//! Tables: whole or broken, never cut short, and as many statements a page as rows do not matter.

use super::plant::Plant;
use super::{Inside, Role};
use crate::http::Listening;
use crate::http::listen;
use actix_web::test::{TestRequest, call_service, read_body, try_read_body};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

async fn over(plant: Plant) -> (Inside, String) {
    let mut inside = Inside::new().await;
    let viewer = inside.bearer(Role::Viewer).await;
    plant.stand_in(&mut inside);
    (inside, viewer)
}

fn get(address: &str, bearer: &str) -> TestRequest {
    TestRequest::get().uri(address).insert_header(("authorization", bearer))
}

#[actix_web::test]
async fn a_table_takes_two_questions_a_page() {
    for (sessions, pages) in [(0, 1), (1, 1), (500, 1), (501, 2), (1_300, 3)] {
        let asked = if sessions == 0 { None } else { Some(pages) };
        let (inside, viewer) = over(Plant { pages: asked, ..Plant::of(sessions) }).await;
        let service = service!(inside);
        let response = call_service(&service, get("/api/v1/sessions.csv?lang=en", &viewer).to_request()).await;
        assert_eq!(response.status(), 200);
        let text = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        assert_eq!(text.lines().count(), sessions as usize + 1, "{sessions}");
    }
    let (inside, viewer) = over(Plant { pages: Some(3), ..Plant::of(1_300) }).await;
    let service = service!(inside);
    assert_eq!(call_service(&service, get("/api/v1/sessions.xlsx", &viewer).to_request()).await.status(), 200);
    let (inside, viewer) = over(Plant { pages: Some(1), ..Plant::of(1_300) }).await;
    let service = service!(inside);
    assert_eq!(
        call_service(&service, get("/api/v1/sessions?first=500&count=true", &viewer).to_request()).await.status(),
        200
    );
}

#[actix_web::test]
async fn csv_has_the_habits_of_its_language_and_no_formulas() {
    let (inside, viewer) = over(Plant::of(1)).await;
    let service = service!(inside);
    let lines = async |address: &str, accept: &str| {
        let request = TestRequest::get().uri(address).insert_header(("authorization", viewer.as_str()));
        let response = call_service(&service, request.insert_header(("accept-language", accept)).to_request()).await;
        let headers = response.headers().clone();
        assert_eq!(headers.get("content-type").unwrap(), "text/csv; charset=utf-8");
        assert_eq!(headers.get("cache-control").unwrap(), "no-store");
        let name = headers.get("content-disposition").unwrap().to_str().unwrap().to_owned();
        (name, String::from_utf8(read_body(response).await.to_vec()).unwrap())
    };
    let (name, french) = lines("/api/v1/sessions.csv?from=2025-05-01", "de").await;
    assert_eq!(name, "attachment; filename=\"sessions_2025-05-01.csv\"");
    let start =
        "\u{feff}Machine;Type;Date;Statut;Premier événement (UTC);Dernier événement (UTC);Première pièce (UTC);";
    assert!(french.starts_with(start), "{french}");
    let row = "\r\n'=1+1;PVC;2025-05-28;COMPLETE;2025-05-28T04:02:11Z;2025-05-28T06:02:11Z;;;;;7;0;2;8;1;2,5;4,5;0,5625;0,125;0,3125;3150;";
    assert!(french.contains(row), "{french}");
    let (_, english) = lines("/api/v1/sessions.csv", "en-GB,fr;q=0.5").await;
    assert!(english.starts_with("Machine,Type,Date,Status,First event (UTC),"), "{english}");
    assert!(english.contains("\r\n'=1+1,PVC,2025-05-28,COMPLETE,2025-05-28T04:02:11Z,"), "{english}");
    assert!(english.contains(",8,1,2.5,4.5,0.5625,0.125,0.3125,3150,"), "{english}");
}

#[actix_web::test]
async fn what_fails_at_once_is_an_error_and_what_fails_later_breaks_off() {
    let (inside, viewer) = over(Plant { fails_after: Some(0), ..Plant::of(900) }).await;
    let service = service!(inside);
    for address in ["/api/v1/sessions.csv", "/api/v1/sessions.xlsx", "/api/v1/sessions"] {
        let (status, headers, told) = ask!(service, viewer, TestRequest::get().uri(address));
        assert_eq!((status, headers.get("retry-after").unwrap().to_str().unwrap()), (503, "5"), "{address}");
        assert_eq!(told["error"]["code"], "INTERNAL", "{told}");
        assert_eq!(told["error"]["reference"].as_str().unwrap().len(), 16, "{told}");
        assert!(!told.to_string().contains("secret"), "{told}");
    }
    let (inside, viewer) = over(Plant { fails_after: Some(500), ..Plant::of(900) }).await;
    let service = service!(inside);
    let response = call_service(&service, get("/api/v1/sessions.csv", &viewer).to_request()).await;
    assert_eq!(response.status(), 200);
    assert!(try_read_body(response).await.is_err());
    let response = call_service(&service, get("/api/v1/sessions.xlsx", &viewer).to_request()).await;
    assert_eq!(response.status(), 503, "a workbook is sent once it is whole");
}

/// What a client gets of a table over a real connection.
async fn transfer(plant: Plant, headers: &str) -> Vec<u8> {
    let (inside, viewer) = over(plant).await;
    let listening = Listening::start(listen("127.0.0.1:0").unwrap(), inside.api.clone(), None).unwrap();
    let mut stream = TcpStream::connect(listening.address()).await.unwrap();
    let request = format!(
        "GET /api/v1/sessions.csv HTTP/1.1\r\nHost: x\r\nAuthorization: {viewer}\r\n{headers}Connection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut got = Vec::new();
    let _ = stream.read_to_end(&mut got).await;
    listening.stop().await.unwrap();
    got
}

#[actix_web::test]
async fn a_client_sees_that_a_transfer_broke() {
    for headers in ["", "Accept-Encoding: gzip\r\n"] {
        let whole = transfer(Plant::of(900), headers).await;
        assert!(whole.starts_with(b"HTTP/1.1 200 OK\r\n") && whole.ends_with(b"\r\n0\r\n\r\n"), "{headers}");
        let broken = transfer(Plant { fails_after: Some(500), ..Plant::of(900) }, headers).await;
        assert!(broken.starts_with(b"HTTP/1.1 200 OK\r\n") && !broken.ends_with(b"\r\n0\r\n\r\n"), "{headers}");
    }
}

#[actix_web::test]
async fn more_rows_than_a_sheet_has_are_refused_with_the_remedy() {
    let (inside, viewer) = over(Plant::of(1_048_576)).await;
    let service = service!(inside);
    let (status, _, told) = ask!(service, viewer, TestRequest::get().uri("/api/v1/sessions.xlsx"));
    assert_eq!((status, &told["error"]["field"]), (400, &json!("from")), "{told}");
    assert!(told["error"]["message"].as_str().unwrap().contains("or take the CSV"), "{told}");
}

#[actix_web::test]
async fn no_text_becomes_a_formula_or_another_cell() {
    for (machine, cell) in [
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("a-b=c", "a-b=c"),
        ("a,b", "\"a,b\""),
        ("say \"a\"", "\"say \"\"a\"\"\""),
        ("=a\r\nb", "\"'=a\r\nb\""),
    ] {
        let (inside, viewer) = over(Plant { machine, ..Plant::of(1) }).await;
        let service = service!(inside);
        let response = call_service(&service, get("/api/v1/sessions.csv?lang=en", &viewer).to_request()).await;
        let text = String::from_utf8(read_body(response).await.to_vec()).unwrap();
        let (_, row) = text.split_once("\r\n").unwrap();
        assert!(row.starts_with(&format!("{cell},PVC,2025-05-28,")), "{machine:?}: {row}");
    }
}
