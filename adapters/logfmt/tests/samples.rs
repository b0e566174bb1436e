//! The hostile samples, and what an independent implementation finds in them.

use atelier_application::ports::log_format::LogFormat;
use atelier_domain::log_file::date_in_name;
use atelier_domain::time::PlantZone;
use atelier_logfmt::MachineLog;
use chrono::NaiveTime;
use serde_json::{Value, json};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/test_data/");

#[test]
fn the_samples_are_read_as_expected() {
    let zone = PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN);
    let expected = std::fs::read(format!("{FOLDER}expected.json")).unwrap();
    let expected: Vec<Value> = serde_json::from_slice(&expected).unwrap();
    assert_eq!(expected.len(), 19);
    for file in expected {
        let path = file["path"].as_str().unwrap();
        let content = std::fs::read(format!("{FOLDER}{path}")).unwrap();
        let log = MachineLog.parse(&content, zone, date_in_name(path), true);
        let counts = log.counts;
        let found = json!([content.len(), log.consumed, counts.lines, counts.events, counts.ignored, counts.rejected]);
        let names = ["sizeBytes", "consumedBytes", "lines", "events", "ignoredLines", "rejectedCount"];
        assert_eq!(found, Value::from(names.map(|name| file[name].clone()).to_vec()), "{path}");

        // The texts of the reasons are examples.
        let place = |reject: &Value| json!([reject["lineNumber"], reject["byteOffset"], reject["text"]]);
        let expected: Vec<Value> = file["rejectedLines"].as_array().unwrap().iter().map(place).collect();
        let found: Vec<Value> = log.rejects.iter().map(|line| json!([line.number, line.offset, line.text])).collect();
        assert_eq!(found, expected, "{path}");
    }
}
