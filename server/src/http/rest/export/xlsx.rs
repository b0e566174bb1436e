//! Workbooks: written row by row into a file without a name, which is then sent.

use super::columns::{Cell, Kind, Table};
use super::language::Language;
use super::rows::Rows;
use crate::http::rest::Rest;
use crate::http::rest::error::Failure;
use actix_web::body::SizedStream;
use atelier_application::error::AppError;
use atelier_domain::time::PlantZone;
use bytes::Bytes;
use futures_util::stream::{Stream, TryStreamExt as _};
use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};
use std::fs::File;
use std::io::{self, BufWriter, Seek as _, Write as _};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;

/// A sheet of Excel has so many rows, the header's included.
const ROWS: u64 = 1_048_576;
/// Who waits longer for others' workbooks is told to come back.
const PATIENCE: Duration = Duration::from_secs(30);
/// The file is sent in pieces of so many bytes.
const PIECE: usize = 64 * 1024;

/// Refuses more rows than a sheet can have.
pub(super) fn check(rows: u64) -> Result<(), Failure> {
    if rows < ROWS {
        return Ok(());
    }
    let message = format!(
        "There are {rows} sessions, and a sheet of Excel has room for {}: narrow the filter with `from` and `to`, or take the CSV.",
        ROWS - 1
    );
    Err(Failure::bad_input("from", message))
}

/// What the writing thread is told.
enum Told {
    Rows(Vec<Vec<Cell>>),
    End,
}

/// A table as a workbook, ready to be sent. Its rows are never in memory together.
pub(super) async fn write<R: 'static>(
    rest: &Rest,
    table: &Table<R>,
    language: Language,
    mut rows: Rows<R>,
) -> Result<SizedStream<impl Stream<Item = io::Result<Bytes>> + use<R>>, Failure> {
    let busy = || AppError::RateLimited {
        message: "Other workbooks are being written: try again in a minute, or take the CSV.".to_owned(),
        after: Some(60),
    };
    let turn = tokio::time::timeout(PATIENCE, rest.workbooks.clone().acquire_owned()).await;
    let turn = turn.map_err(|_| busy())?.map_err(|_| busy())?;
    let sheet = Sheet::new(table, language, rest.zone);
    let (sender, told) = mpsc::channel(1);
    let writing = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        sheet.write(told)
    });
    while let Some(page) = rows.try_next().await? {
        let cells = page.iter().map(|row| table.iter().map(|column| (column.value)(row)).collect()).collect();
        // Should the writing have failed, its own error tells more.
        if sender.send(Told::Rows(cells)).await.is_err() {
            break;
        }
    }
    let _ = sender.send(Told::End).await;
    let written = writing.await.map_err(|error| Failure::internal(format!("a workbook's thread ended: {error}")))?;
    let file = written.map_err(|error| Failure::internal(format!("a workbook cannot be written: {error}")))?;
    let length = file.metadata().map_err(|error| Failure::internal(format!("a workbook is lost: {error}")))?.len();
    Ok(SizedStream::new(length, ReaderStream::with_capacity(tokio::fs::File::from_std(file), PIECE)))
}

/// How cells are written.
struct Sheet {
    columns: Vec<(String, Kind)>,
    zone: PlantZone,
    title: Format,
    rate: Format,
    decimal: Format,
    date: Format,
    instant: Format,
}

impl Sheet {
    fn new<R>(table: &Table<R>, language: Language, zone: PlantZone) -> Self {
        let local_to = zone.zone().name();
        Self {
            columns: table.iter().map(|column| (column.header(language, local_to), column.kind)).collect(),
            zone,
            title: Format::new().set_bold(),
            rate: Format::new().set_num_format("0.0%"),
            decimal: Format::new().set_num_format("0.00"),
            date: Format::new().set_num_format("yyyy-mm-dd"),
            instant: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
        }
    }

    /// Writes what it is told until the end. When that does not come, nobody waits for the workbook any more.
    fn write(&self, mut told: mpsc::Receiver<Told>) -> Result<File, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name("Atelier")?;
        self.head(sheet)?;
        let mut line = 1;
        loop {
            match told.blocking_recv() {
                Some(Told::Rows(rows)) => {
                    for row in rows {
                        self.row(sheet, line, row)?;
                        line += 1;
                    }
                }
                Some(Told::End) => {
                    let last = u16::try_from(self.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
                    sheet.autofilter(0, 0, line.saturating_sub(1), last)?;
                    break;
                }
                None => return Err(io::Error::from(io::ErrorKind::BrokenPipe).into()),
            }
        }
        let mut file = BufWriter::new(tempfile::tempfile()?);
        workbook.save_to_writer(&mut file)?;
        file.flush()?;
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(file)
    }

    fn head(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        sheet.set_freeze_panes(1, 0)?;
        for (place, (header, kind)) in (0..).zip(&self.columns) {
            let least = match kind {
                Kind::Instant => 19,
                Kind::Date | Kind::Number | Kind::Text => 11,
                Kind::Rate => 8,
            };
            let width = u32::try_from(header.chars().count()).unwrap_or(u32::MAX).clamp(least, 40);
            sheet.set_column_width(place, f64::from(width) + 1.0)?;
        }
        for (place, (header, _)) in (0..).zip(&self.columns) {
            sheet.write_string_with_format(0, place, header, &self.title)?;
        }
        Ok(())
    }

    fn row(&self, sheet: &mut Worksheet, line: u32, row: Vec<Cell>) -> Result<(), XlsxError> {
        for ((place, cell), (_, kind)) in (0..).zip(row).zip(&self.columns) {
            match cell {
                Cell::Empty => {}
                Cell::Text(text) => drop(sheet.write_string(line, place, text)?),
                Cell::Number(number) if *kind == Kind::Rate => {
                    sheet.write_number_with_format(line, place, number, &self.rate)?;
                }
                // A few decimals of a second or a rate per hour are all that people read.
                Cell::Number(number) if number.fract() != 0.0 => {
                    sheet.write_number_with_format(line, place, number, &self.decimal)?;
                }
                Cell::Number(number) => drop(sheet.write_number(line, place, number)?),
                Cell::Date(day) => drop(sheet.write_datetime_with_format(line, place, day.0, &self.date)?),
                Cell::Instant(at) => {
                    sheet.write_datetime_with_format(line, place, self.zone.local(at), &self.instant)?;
                }
            }
        }
        Ok(())
    }
}
