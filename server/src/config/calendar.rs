//! `[calendar]`: when the plant works, for machines without a calendar of their own.

use super::error::ConfigError;
use super::layers::CalendarTable;
use atelier_application::error::AppError;
use atelier_application::manage::{CalendarInput, ExceptionInput, WeeklyInput, parse_calendar};
use atelier_domain::calendar::Calendar;
use atelier_domain::time::ProductionDay;
use chrono::NaiveDate;
use serde::Deserialize;

/// The plant's calendar and the production day from which on it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PlantCalendar {
    pub(crate) from: ProductionDay,
    pub(crate) calendar: Calendar,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    from: Option<String>,
    #[serde(default)]
    shifts: Vec<Weekly>,
    #[serde(default)]
    planned_stops: Vec<Weekly>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Weekly {
    /// From 1, Monday, to 7.
    weekdays: Vec<i32>,
    #[serde(alias = "label")]
    name: Option<String>,
    start: String,
    end: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    date: String,
    label: Option<String>,
    open: bool,
    start: Option<String>,
    end: Option<String>,
}

/// Reads the table, if it is there.
pub(super) fn read(table: CalendarTable) -> Result<Option<PlantCalendar>, ConfigError> {
    let Some((path, value)) = table else { return Ok(None) };
    let wrong = |problem: String| ConfigError::calendar(&path, problem);
    let written: Written = value.try_into().map_err(|error: toml::de::Error| {
        wrong(error.message().lines().next().unwrap_or("it makes no sense").to_owned())
    })?;
    let date = |key: &str, text: &str| {
        let parsed = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        parsed.ok_or_else(|| wrong(format!("`{key}` is '{text}', which is no date; write such as \"2025-01-06\"")))
    };
    let from = written.from.as_deref().map(|text| date("from", text)).transpose()?.unwrap_or_default();
    let each = |weekly: Vec<Weekly>| -> Vec<WeeklyInput> {
        let days = weekly.into_iter().flat_map(|entry| {
            let Weekly { weekdays, name, start, end } = entry;
            weekdays.into_iter().map(move |weekday| WeeklyInput {
                weekday,
                name: name.clone(),
                start: start.clone(),
                end: end.clone(),
            })
        });
        days.collect()
    };
    let mut exceptions = Vec::new();
    for Exception { date: day, label, open, start, end } in written.exceptions {
        exceptions.push(ExceptionInput { date: date("exceptions.date", &day)?, label, open, start, end });
    }
    let input = CalendarInput { shifts: each(written.shifts), planned_stops: each(written.planned_stops), exceptions };
    let calendar = parse_calendar(&input)
        .map_err(|error: AppError| wrong(error.to_string().replace("plannedStops", "planned_stops")))?;
    Ok(Some(PlantCalendar { from: ProductionDay(from), calendar }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn read_text(text: &str) -> Result<Option<PlantCalendar>, String> {
        let value: toml::Table = text.parse().unwrap();
        read(Some((PathBuf::from("a.toml"), toml::Value::Table(value)))).map_err(|error| error.to_string())
    }

    #[test]
    fn each_weekday_is_a_shift() {
        let text = r#"
            from = "2025-01-06"
            shifts = [{ weekdays = [1, 2], name = "matin", start = "05:00", end = "13:00" }]
            planned_stops = [{ weekdays = [1], label = "pause", start = "09:00", end = "09:20" }]
            exceptions = [{ date = "2025-05-01", label = "fête du travail", open = false }]
        "#;
        let calendar = read_text(text).unwrap().unwrap();
        assert_eq!(calendar.from.to_string(), "2025-01-06");
        let calendar = calendar.calendar;
        assert_eq!((calendar.shifts.len(), calendar.planned_stops.len(), calendar.exceptions.len()), (2, 1, 1));
        assert_eq!(calendar.planned_stops[0].label, "pause");
    }

    #[test]
    fn what_is_wrong_is_told_with_the_file_and_the_place() {
        for (text, told) in [
            ("from = \"1 May\"", "`from` is '1 May'"),
            ("shift = []", "unknown field `shift`"),
            ("shifts = [{ weekdays = [8], start = \"05:00\", end = \"13:00\" }]", "from 1 (Monday) to 7 (Sunday)"),
            (
                "planned_stops = [{ weekdays = [1], start = \"5\", end = \"13:00\" }]",
                "`planned_stops[0].start` must be a time",
            ),
        ] {
            let error = read_text(text).unwrap_err();
            assert!(error.contains("a.toml") && error.contains("[calendar]") && error.contains(told), "{error}");
        }
    }
}
