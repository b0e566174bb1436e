//! Instants, dates and lists as each database keeps them.
//!
//! PostgreSQL has types for them. SQLite keeps instants as text with exactly three decimals, all in UTC, so that the order of
//! texts is the order of time; dates as `YYYY-MM-DD`; and takes lists as JSON.

use atelier_domain::time::{Instant, ProductionDay};
use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};
use sea_orm::sea_query::ArrayType;
use sea_orm::{ColIdx, DbBackend, DbErr, QueryResult, Value};

/// An instant as a statement's value.
pub(crate) fn instant(backend: DbBackend, at: Instant) -> Value {
    instant_option(backend, Some(at))
}

/// An instant, or NULL.
pub(crate) fn instant_option(backend: DbBackend, at: Option<Instant>) -> Value {
    match backend {
        DbBackend::Postgres => Value::ChronoDateTimeUtc(at.map(Instant::to_utc)),
        _ => Value::String(at.map(instant_text)),
    }
}

/// A production day as a statement's value.
pub(crate) fn day(backend: DbBackend, day: ProductionDay) -> Value {
    date_option(backend, Some(day.0))
}

/// A date, or NULL.
pub(crate) fn date_option(backend: DbBackend, date: Option<NaiveDate>) -> Value {
    match backend {
        DbBackend::Postgres => Value::ChronoDate(date),
        _ => Value::String(date.map(|date| date.to_string())),
    }
}

/// A list of whole numbers as one value, for [`is_in`] or `unnest` and `json_each`.
pub(crate) fn numbers(backend: DbBackend, list: impl IntoIterator<Item = i64>) -> Value {
    if backend == DbBackend::Postgres {
        let list = list.into_iter().map(|number| Value::BigInt(Some(number))).collect();
        Value::Array(ArrayType::BigInt, Some(Box::new(list)))
    } else {
        let texts: Vec<String> = list.into_iter().map(|number| number.to_string()).collect();
        Value::String(Some(format!("[{}]", texts.join(","))))
    }
}

/// A list of texts as one value, for [`is_in`].
pub(crate) fn texts(backend: DbBackend, list: impl IntoIterator<Item = impl Into<String>>) -> Value {
    // PostgreSQL knows no NUL, and so nothing that is stored has one.
    let list = list.into_iter().map(Into::into).filter(|text| !text.contains('\0'));
    match backend {
        DbBackend::Postgres => {
            Value::Array(ArrayType::String, Some(Box::new(list.map(|text| Value::String(Some(text))).collect())))
        }
        _ => Value::String(Some(serde_json::Value::from(list.collect::<Vec<String>>()).to_string())),
    }
}

/// The condition that a column is in the list that is the statement's value number `number`, from 1.
pub(crate) fn is_in(backend: DbBackend, column: &str, number: usize) -> String {
    match backend {
        DbBackend::Postgres => format!("{column} = ANY(${number})"),
        _ => format!("{column} IN (SELECT value FROM json_each(${number}))"),
    }
}

/// The text of an instant in SQLite.
pub(crate) fn instant_text(at: Instant) -> String {
    let at = at.to_utc();
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}+00:00",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.timestamp_subsec_millis()
    )
}

/// Reads what [`instant_text`] wrote.
pub(crate) fn parse_instant(text: &str) -> Option<Instant> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc().into())
}

/// An instant in a row.
pub(crate) fn get_instant(row: &QueryResult, column: impl ColIdx) -> Result<Instant, DbErr> {
    get_instant_option(row, column)?.ok_or_else(|| DbErr::Type(format!("{column:?} is NULL")))
}

/// An instant in a row, or NULL.
pub(crate) fn get_instant_option(row: &QueryResult, column: impl ColIdx) -> Result<Option<Instant>, DbErr> {
    if row.try_as_pg_row().is_some() {
        return Ok(row.try_get_by::<Option<DateTime<Utc>>, _>(column)?.map(Instant::from));
    }
    row.try_get_by::<Option<String>, _>(column)?
        .map(|text| parse_instant(&text).ok_or_else(|| DbErr::Type(format!("{column:?} is no instant: '{text}'"))))
        .transpose()
}

/// A production day in a row.
pub(crate) fn get_day(row: &QueryResult, column: impl ColIdx) -> Result<ProductionDay, DbErr> {
    get_date_option(row, column)?.map(ProductionDay).ok_or_else(|| DbErr::Type(format!("{column:?} is NULL")))
}

/// A date in a row, or NULL.
pub(crate) fn get_date_option(row: &QueryResult, column: impl ColIdx) -> Result<Option<NaiveDate>, DbErr> {
    if row.try_as_pg_row().is_some() {
        return row.try_get_by::<Option<NaiveDate>, _>(column);
    }
    row.try_get_by::<Option<String>, _>(column)?
        .map(|text| text.parse().map_err(|_| DbErr::Type(format!("{column:?} is no date: '{text}'"))))
        .transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_with_three_decimals_and_read_back() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000+00:00"),
            (1_748_412_131_007, "2025-05-28T06:02:11.007+00:00"),
            (-1, "1969-12-31T23:59:59.999+00:00"),
        ] {
            assert_eq!(instant_text(Instant(millis)), text);
            assert_eq!(parse_instant(text), Some(Instant(millis)));
        }
    }

    #[test]
    fn texts_are_quoted_in_lists() {
        let Value::String(Some(json)) = texts(DbBackend::Sqlite, ["a\"b", "é"]) else { panic!() };
        assert_eq!(json, r#"["a\"b","é"]"#);
    }
}
