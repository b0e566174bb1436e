//! Tables hold what lists tell, in both languages.

use super::{Answer, Plant};
use crate::harness::compare::{list, text};
use crate::harness::database::Database;
use crate::harness::on_both;
use calamine::{Data, Reader as _, Xlsx};
use chrono::{DateTime, NaiveDate};
use serde_json::Value;
use std::io::Cursor;

on_both! {
    csv => csv_holds_the_sessions_on_sqlite, csv_holds_the_sessions_on_postgres;
    workbooks => workbooks_hold_the_sessions_on_sqlite, workbooks_hold_the_sessions_on_postgres;
}

/// Some columns: French, English, and where the value is in a session.
const COLUMNS: [(&str, &str, &str); 12] = [
    ("Machine", "Machine", "/machine/name"),
    ("Type", "Type", "/machine/type"),
    ("Date", "Date", "/date"),
    ("Statut", "Status", "/status"),
    ("Première pièce", "First piece", "/firstPieceAt"),
    ("Pièces", "Pieces", "/totalPieces"),
    ("Rebuts", "Scrap", "/scrapPieces"),
    ("Attente (s)", "Wait time (s)", "/observed/waitSeconds"),
    ("Taux d'occupation", "Occupancy rate", "/observed/occupancyRate"),
    ("TRS", "TRS (OEE)", "/trs/trs"),
    ("Temps requis TR (s)", "Required time TR (s)", "/trs/requiredSeconds"),
    ("Origine du calendrier", "Calendar source", "/trs/calendarSource"),
];

const EXCEL: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// No text of the samples holds a separator or a quote.
fn lines(answer: &Answer, separator: char) -> Vec<Vec<String>> {
    let text = std::str::from_utf8(&answer.bytes).unwrap();
    let line = |line: &str| line.split(separator).map(str::to_owned).collect();
    text.trim_start_matches('\u{feff}').split_terminator("\r\n").map(line).collect()
}

async fn csv(database: Database) {
    let plant = Plant::new(&database).await;
    let sessions = plant.pages("sessions?type=PVC,ALU&direction=ASC").await;
    for (language, separator, mark) in [("fr", ';', true), ("en", ',', false)] {
        let answer = plant.get(&format!("sessions.csv?type=PVC,ALU&direction=ASC&lang={language}")).await;
        assert_eq!((answer.status, answer.header("content-language")), (200, language));
        assert_eq!(answer.bytes.starts_with("\u{feff}".as_bytes()), mark);
        let lines = lines(&answer, separator);
        assert_eq!(lines.len(), sessions.len() + 1);
        for (french, english, place) in COLUMNS {
            let name = if mark { french } else { english };
            let header = |one: &String| one == name || *one == format!("{name} (UTC)");
            let column = lines[0].iter().position(header).unwrap_or_else(|| panic!("no {name} in {:?}", lines[0]));
            for (line, session) in lines.iter().skip(1).zip(&sessions) {
                let cell = if mark { line[column].replace(',', ".") } else { line[column].clone() };
                match session.pointer(place).unwrap() {
                    Value::Null => assert_eq!(cell, "", "{name}"),
                    Value::Number(number) => assert_eq!(cell.parse::<f64>().ok(), number.as_f64(), "{name}"),
                    told => assert_eq!(cell, text(told), "{name}"),
                }
            }
        }
    }
    let statistics = plant.items("statistics?groupBy=MACHINE,MONTH").await;
    let table = lines(&plant.get("statistics.csv?groupBy=MACHINE,MONTH&lang=en").await, ',');
    assert_eq!(table[0][..5], ["Machine", "Month", "Sessions", "Pieces", "Scrap"]);
    assert_eq!(table.len(), statistics.len() + 1);
    for (line, row) in table.iter().skip(1).zip(&statistics) {
        assert_eq!((line[0].as_str(), line[1].as_str()), (text(&row["machine"]["name"]), text(&row["month"])));
        assert_eq!(line[3], row["totalPieces"].to_string());
    }
}

fn sheet(answer: &Answer) -> Vec<Vec<Data>> {
    assert_eq!((answer.status, answer.header("content-type")), (200, EXCEL));
    assert_eq!(answer.header("content-length"), answer.bytes.len().to_string());
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes.clone())).unwrap();
    let range = workbook.worksheet_range_at(0).unwrap().unwrap();
    range.rows().map(<[Data]>::to_vec).collect()
}

/// Days since the one Excel counts from, local to the plant.
fn serial(instant: &str) -> f64 {
    let local = DateTime::parse_from_rfc3339(instant).unwrap().with_timezone(&chrono_tz::Europe::Paris).naive_local();
    let start = NaiveDate::from_ymd_opt(1899, 12, 30).unwrap().and_hms_opt(0, 0, 0).unwrap();
    (local - start).num_milliseconds() as f64 / 86_400_000.0
}

async fn workbooks(database: Database) {
    let plant = Plant::new(&database).await;
    let sessions = plant.pages("sessions").await;
    for french in [true, false] {
        let answer = plant.get(&format!("sessions.xlsx?lang={}", if french { "fr" } else { "en" })).await;
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"sessions.xlsx\"");
        let rows = sheet(&answer);
        assert_eq!(rows.len(), sessions.len() + 1);
        for (in_french, in_english, place) in COLUMNS {
            let name = if french { in_french } else { in_english };
            let header = |one: &Data| *one == *name || *one == *format!("{name} (Europe/Paris)");
            let column = rows[0].iter().position(header).unwrap_or_else(|| panic!("no {name} in {:?}", rows[0]));
            for (row, session) in rows.iter().skip(1).zip(&sessions) {
                match (&row[column], session.pointer(place).unwrap()) {
                    (Data::Empty, Value::Null) => {}
                    (Data::Float(cell), Value::Number(number)) => assert_eq!(Some(*cell), number.as_f64(), "{name}"),
                    (Data::DateTime(cell), Value::String(told)) => {
                        let told = if told.len() == 10 { format!("{told}T12:00:00Z") } else { told.clone() };
                        let expected = if place == "/date" { serial(&told).floor() } else { serial(&told) };
                        assert!((cell.as_f64() - expected).abs() < 1e-6, "{name}: {told} is {}", cell.as_f64());
                    }
                    (Data::String(cell), told) => assert_eq!(cell, text(told), "{name}"),
                    (cell, told) => panic!("{name}: {cell:?} is not {told}"),
                }
            }
        }
    }
    let statistics = plant.get("statistics.xlsx?groupBy=WEEK&lang=fr").await;
    assert_eq!(statistics.header("content-disposition"), "attachment; filename=\"statistiques.xlsx\"");
    let rows = sheet(&statistics);
    assert_eq!((&rows[0][0], &rows[0][1]), (&Data::String("Semaine".to_owned()), &Data::String("Sessions".to_owned())));
    let total: f64 = rows.iter().skip(1).map(|row| if let Data::Float(count) = row[1] { count } else { 0.0 }).sum();
    assert!((total - list(&Value::Array(sessions)).len() as f64).abs() < 0.5, "{total}");
}
