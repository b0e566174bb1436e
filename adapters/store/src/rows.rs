//! Rows, decoded by position straight into domain values.
//!
//! A row type lists its columns once: the list makes the `SELECT` and names the column when a value makes no sense.

use crate::value::parse_instant;
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_domain::time::{Instant, ProductionDay};
use chrono::{Days, NaiveDate};
use sea_orm::QueryResult;
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::sqlite::SqliteRow;
use sea_orm::sqlx::{Row, ValueRef};

/// What a row is decoded into.
pub(crate) trait FromRow: Sized {
    /// Where it lies.
    const TABLE: &'static str;
    /// The columns it is made of; the first is its key.
    const COLUMNS: &'static [&'static str];

    /// Takes the columns one after the other.
    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self>;
}

/// The columns of a row type, of the table that the statement calls `alias`.
pub(crate) fn columns<T: FromRow>(alias: &str) -> String {
    T::COLUMNS.iter().map(|column| format!("{alias}.{column}")).collect::<Vec<_>>().join(", ")
}

/// Decodes rows that hold nothing but the columns of `T`.
pub(crate) fn all<T: FromRow>(rows: &[QueryResult]) -> StoreResult<Vec<T>> {
    rows.iter().map(|row| T::from_row(&mut Fields::new::<T>(row, 0))).collect()
}

/// Where 2000-01-01 lies, PostgreSQL's beginning of time, in ms.
const POSTGRES_EPOCH_MS: i64 = 946_684_800_000;

#[derive(Clone, Copy)]
enum Raw<'r> {
    Postgres(&'r PgRow),
    Sqlite(&'r SqliteRow),
    Neither,
}

/// Takes a row's columns, one after the other.
pub(crate) struct Fields<'r> {
    row: Raw<'r>,
    table: &'static str,
    columns: &'static [&'static str],
    first: usize,
    next: usize,
}

impl<'r> Fields<'r> {
    /// The columns of `T`, which begin at position `first` of the row.
    pub(crate) fn new<T: FromRow>(row: &'r QueryResult, first: usize) -> Self {
        Self::of(row, T::TABLE, T::COLUMNS, first)
    }

    /// These columns of a table, which begin at position `first` of the row.
    pub(crate) fn of(
        row: &'r QueryResult,
        table: &'static str,
        columns: &'static [&'static str],
        first: usize,
    ) -> Self {
        let row = match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
            (Some(row), _) => Raw::Postgres(row),
            (None, Some(row)) => Raw::Sqlite(row),
            (None, None) => Raw::Neither,
        };
        Self { row, table, columns, first, next: first }
    }

    /// Whether the row has no key: that of an outer join that found nothing.
    pub(crate) fn is_missing(&self) -> bool {
        match self.row {
            Raw::Postgres(row) => row.try_get_raw(self.first).map_or(true, |value| value.is_null()),
            Raw::Sqlite(row) => row.try_get_raw(self.first).map_or(true, |value| value.is_null()),
            Raw::Neither => true,
        }
    }

    /// A whole number of any width.
    pub(crate) fn number(&mut self) -> StoreResult<i64> {
        let value = self.number_option()?;
        value.ok_or_else(|| self.nonsense("is NULL"))
    }

    /// A whole number of any width, or NULL.
    pub(crate) fn number_option(&mut self) -> StoreResult<Option<i64>> {
        let value = match self.row {
            Raw::Postgres(row) => bytes(row, self.next).and_then(|bytes| bytes.map(big_endian).transpose()),
            Raw::Sqlite(row) => row.try_get::<Option<i64>, _>(self.next).map_err(|_| ()),
            Raw::Neither => Err(()),
        };
        self.step(value, "is no whole number")
    }

    /// A number of things.
    pub(crate) fn count(&mut self) -> StoreResult<u32> {
        let number = self.number()?;
        u32::try_from(number).map_err(|_| self.nonsense(&format!("holds {number}")))
    }

    /// A number of things, or NULL.
    pub(crate) fn count_option(&mut self) -> StoreResult<Option<u32>> {
        let Some(number) = self.number_option()? else { return Ok(None) };
        u32::try_from(number).map(Some).map_err(|_| self.nonsense(&format!("holds {number}")))
    }

    /// A number of bytes.
    pub(crate) fn size(&mut self) -> StoreResult<u64> {
        let number = self.number()?;
        u64::try_from(number).map_err(|_| self.nonsense(&format!("holds {number}")))
    }

    /// A number with decimals, or NULL.
    pub(crate) fn float_option(&mut self) -> StoreResult<Option<f64>> {
        let value = match self.row {
            Raw::Postgres(row) => bytes(row, self.next).and_then(|bytes| {
                bytes.map(|bytes| bytes.try_into().map(f64::from_be_bytes).map_err(drop)).transpose()
            }),
            Raw::Sqlite(row) => row.try_get::<Option<f64>, _>(self.next).map_err(|_| ()),
            Raw::Neither => Err(()),
        };
        self.step(value, "is no number")
    }

    /// Yes or no.
    pub(crate) fn flag(&mut self) -> StoreResult<bool> {
        let value = match self.row {
            Raw::Postgres(row) => bytes(row, self.next).map(|bytes| bytes.map(|bytes| bytes != [0])),
            Raw::Sqlite(row) => row.try_get::<Option<bool>, _>(self.next).map_err(|_| ()),
            Raw::Neither => Err(()),
        };
        self.step(value, "is neither true nor false")?.ok_or_else(|| self.nonsense("is NULL"))
    }

    /// A text.
    pub(crate) fn text(&mut self) -> StoreResult<&'r str> {
        let text = self.text_option()?;
        text.ok_or_else(|| self.nonsense("is NULL"))
    }

    /// A text, or NULL.
    pub(crate) fn text_option(&mut self) -> StoreResult<Option<&'r str>> {
        let value = match self.row {
            Raw::Postgres(row) => bytes(row, self.next)
                .and_then(|bytes| bytes.map(|bytes| std::str::from_utf8(bytes).map_err(drop)).transpose()),
            Raw::Sqlite(row) => row.try_get::<Option<&'r str>, _>(self.next).map_err(|_| ()),
            Raw::Neither => Err(()),
        };
        self.step(value, "is no text")
    }

    /// A text that stands for one of a few values.
    pub(crate) fn one_of<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> StoreResult<T> {
        let text = self.text()?;
        read(text).ok_or_else(|| self.nonsense(&format!("holds '{text}', which is unknown")))
    }

    /// An instant.
    pub(crate) fn instant(&mut self) -> StoreResult<Instant> {
        let at = self.instant_option()?;
        at.ok_or_else(|| self.nonsense("is NULL"))
    }

    /// An instant, or NULL.
    pub(crate) fn instant_option(&mut self) -> StoreResult<Option<Instant>> {
        let value = match self.row {
            Raw::Postgres(row) => bytes(row, self.next).and_then(|bytes| {
                bytes
                    .map(|bytes| big_endian(bytes).map(|micros| Instant(micros.div_euclid(1000) + POSTGRES_EPOCH_MS)))
                    .transpose()
            }),
            Raw::Sqlite(row) => row
                .try_get::<Option<&str>, _>(self.next)
                .map_err(|_| ())
                .and_then(|text| text.map(|text| parse_instant(text).ok_or(())).transpose()),
            Raw::Neither => Err(()),
        };
        self.step(value, "is no instant")
    }

    /// A production day.
    pub(crate) fn day(&mut self) -> StoreResult<ProductionDay> {
        let day = self.day_option()?;
        day.ok_or_else(|| self.nonsense("is NULL"))
    }

    /// A production day, or NULL.
    pub(crate) fn day_option(&mut self) -> StoreResult<Option<ProductionDay>> {
        let value = match self.row {
            Raw::Postgres(row) => bytes(row, self.next).and_then(|bytes| bytes.map(postgres_date).transpose()),
            Raw::Sqlite(row) => row
                .try_get::<Option<&str>, _>(self.next)
                .map_err(|_| ())
                .and_then(|text| text.map(|text| text.parse().map_err(drop)).transpose()),
            Raw::Neither => Err(()),
        };
        Ok(self.step(value, "is no date")?.map(ProductionDay))
    }

    /// The error that the column taken last makes no sense.
    pub(crate) fn nonsense(&self, what: &str) -> StoreError {
        let column = self.next.checked_sub(self.first + 1).and_then(|index| self.columns.get(index)).unwrap_or(&"?");
        let key_column = self.columns.first().unwrap_or(&"?");
        let key = Fields { next: self.first, ..*self }.number_or_text();
        StoreError::Inconsistent(format!("Table {}, row with {key_column} {key}: column {column} {what}.", self.table))
    }

    fn number_or_text(mut self) -> String {
        let at = self.next;
        let number = match self.row {
            Raw::Postgres(row) => bytes(row, at).ok().flatten().and_then(|bytes| big_endian(bytes).ok()),
            Raw::Sqlite(row) => row.try_get::<Option<i64>, _>(at).ok().flatten(),
            Raw::Neither => None,
        };
        match number {
            Some(number) => number.to_string(),
            None => self.text_option().ok().flatten().unwrap_or("?").to_owned(),
        }
    }

    fn step<T>(&mut self, value: Result<Option<T>, ()>, what: &str) -> StoreResult<Option<T>> {
        self.next += 1;
        value.map_err(|()| self.nonsense(what))
    }
}

/// The bytes of a value; statements with values answer in PostgreSQL's binary format.
fn bytes(row: &PgRow, index: usize) -> Result<Option<&[u8]>, ()> {
    let value = row.try_get_raw(index).map_err(drop)?;
    if value.is_null() { Ok(None) } else { value.as_bytes().map(Some).map_err(drop) }
}

fn big_endian(bytes: &[u8]) -> Result<i64, ()> {
    match bytes.len() {
        8 => bytes.try_into().map(i64::from_be_bytes).map_err(drop),
        4 => bytes.try_into().map(i32::from_be_bytes).map(i64::from).map_err(drop),
        _ => Err(()),
    }
}

fn postgres_date(bytes: &[u8]) -> Result<NaiveDate, ()> {
    let days = bytes.try_into().map(i32::from_be_bytes).map_err(drop)?;
    let epoch = NaiveDate::from_ymd_opt(2000, 1, 1).ok_or(())?;
    let distance = Days::new(u64::from(days.unsigned_abs()));
    if days < 0 { epoch.checked_sub_days(distance) } else { epoch.checked_add_days(distance) }.ok_or(())
}
