//! CSV: sent as it is read.

use super::columns::{Cell, Column, Table};
use super::language::Language;
use super::rows::Rows;
use crate::http::rest::error::Failure;
use crate::http::rest::model::{Date, DateTime};
use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _, TryStreamExt as _};
use std::sync::Arc;

/// A spreadsheet takes a text that begins so for a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// How cells are written.
struct Sheet<R> {
    values: Vec<fn(&R) -> Cell>,
    language: Language,
}

/// A table, part by part. The first part is there before the answer begins, so that what fails at once is told as an error.
pub(super) async fn stream<R: 'static>(
    table: &Table<R>,
    language: Language,
    mut rows: Rows<R>,
) -> Result<impl Stream<Item = Result<Bytes, Failure>> + use<R>, Failure> {
    let sheet = Arc::new(Sheet { values: table.iter().map(|column: &Column<R>| column.value).collect(), language });
    let mut first = language.pick("\u{feff}", "").as_bytes().to_vec();
    let headers = table.iter().map(|column| column.header(language, "UTC"));
    first.extend(sheet.lines([headers.collect::<Vec<_>>()])?);
    let page = rows.try_next().await?.unwrap_or_default();
    first.extend(sheet.page(&page)?);
    let rest = rows.map(move |page| sheet.page(&page?).map(Bytes::from));
    Ok(stream::once(async { Ok(Bytes::from(first)) }).chain(rest))
}

impl<R> Sheet<R> {
    fn page(&self, rows: &[R]) -> Result<Vec<u8>, Failure> {
        self.lines(rows.iter().map(|row| self.values.iter().map(|value| self.text(value(row))).collect()))
    }

    fn lines(&self, lines: impl IntoIterator<Item = Vec<String>>) -> Result<Vec<u8>, Failure> {
        let mut writer = csv::WriterBuilder::new()
            .delimiter(self.language.pick(b';', b','))
            .terminator(csv::Terminator::CRLF)
            .from_writer(Vec::new());
        let fault = |error: &dyn std::fmt::Display| Failure::internal(format!("a table cannot be written: {error}"));
        for line in lines {
            writer.write_record(line).map_err(|error| fault(&error))?;
        }
        writer.into_inner().map_err(|error| fault(&error))
    }

    fn text(&self, cell: Cell) -> String {
        match cell {
            Cell::Empty => String::new(),
            Cell::Text(text) if text.starts_with(FORMULA) => format!("'{text}"),
            Cell::Text(text) => text,
            Cell::Number(number) => self.language.pick(number.to_string().replace('.', ","), number.to_string()),
            Cell::Date(day) => Date(day).text(),
            Cell::Instant(at) => DateTime(at).text(),
        }
    }
}
