//! Sessions and statistics as tables: CSV that is sent as it is read, and workbooks.
//!
//! ```text
//! language.rs  French or English
//! columns.rs   what a table holds, once for both forms
//! rows.rs      its rows, a page at a time: nothing grows with their number
//! csv.rs xlsx.rs
//! ```

mod columns;
mod csv;
mod language;
mod rows;
mod xlsx;

use super::error::Failure;
use super::filter::{OrderParams, SessionParams};
use super::signed::Signed;
use super::statistics::GroupParams;
use actix_web::HttpResponse;
use actix_web::http::header::{self, ContentEncoding};
use atelier_application::ports::sessions::SessionFilter;
use columns::Table;
pub(super) use language::Language;
use language::LanguageParams;
use rows::Rows;

/// Sessions as CSV, as they are read.
///
/// In French: UTF-8 with a byte order mark, `;` between columns and a decimal comma, as a French Excel expects it. In English: UTF-8,
/// `,` and a decimal point. Instants are RFC 3339 in UTC, times are seconds, rates are fractions. A text that a spreadsheet
/// would take for a formula begins with `'`. A transfer that fails is cut: a file that arrived whole is whole.
#[utoipa::path(
    get, path = "/api/v1/sessions.csv", tag = "Exports", operation_id = "exportSessionsCsv",
    params(SessionParams, OrderParams, LanguageParams),
    responses((
        status = 200, description = "The table.", body = String, content_type = "text/csv",
        headers(("Content-Disposition" = String, description = "A name for the file."))
    )),
)]
pub(super) async fn sessions_csv(signed: Signed) -> Result<HttpResponse, Failure> {
    let (filter, order, language): (SessionParams, OrderParams, LanguageParams) = signed.query()?;
    let (filter, language) = (filter.filter(), language.chosen(signed.headers()));
    let name = file_name(language.pick("sessions", "sessions"), &filter, "csv");
    let rows = rows::sessions(signed.reader.clone(), filter, order.order());
    send_csv(&columns::sessions(), language, rows, &name).await
}

/// Sessions as a workbook.
///
/// Numbers and dates are such, instants are local to the plant, rates are percentages. At most 1,048,575 sessions.
#[utoipa::path(
    get, path = "/api/v1/sessions.xlsx", tag = "Exports", operation_id = "exportSessionsXlsx",
    params(SessionParams, OrderParams, LanguageParams),
    responses((
        status = 200, description = "The workbook.", body = String,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers(("Content-Disposition" = String, description = "A name for the file."))
    )),
)]
pub(super) async fn sessions_xlsx(signed: Signed) -> Result<HttpResponse, Failure> {
    let (filter, order, language): (SessionParams, OrderParams, LanguageParams) = signed.query()?;
    let (filter, language) = (filter.filter(), language.chosen(signed.headers()));
    xlsx::check(signed.reader.count_sessions(&filter).await?)?;
    let name = file_name(language.pick("sessions", "sessions"), &filter, "xlsx");
    let rows = rows::sessions(signed.reader.clone(), filter, order.order());
    send_xlsx(&signed, &columns::sessions(), language, rows, &name).await
}

/// Statistics as CSV, in the form that sessions have.
#[utoipa::path(
    get, path = "/api/v1/statistics.csv", tag = "Exports", operation_id = "exportStatisticsCsv",
    params(SessionParams, GroupParams, LanguageParams),
    responses((
        status = 200, description = "The table.", body = String, content_type = "text/csv",
        headers(("Content-Disposition" = String, description = "A name for the file."))
    )),
)]
pub(super) async fn statistics_csv(signed: Signed) -> Result<HttpResponse, Failure> {
    let (filter, group, language): (SessionParams, GroupParams, LanguageParams) = signed.query()?;
    let (filter, keys, language) = (filter.filter(), group.keys(), language.chosen(signed.headers()));
    let name = file_name(language.pick("statistiques", "statistics"), &filter, "csv");
    let table = columns::statistics(&keys);
    send_csv(&table, language, rows::statistics(&signed.reader, filter, keys).await?, &name).await
}

/// Statistics as a workbook, in the form that sessions have.
#[utoipa::path(
    get, path = "/api/v1/statistics.xlsx", tag = "Exports", operation_id = "exportStatisticsXlsx",
    params(SessionParams, GroupParams, LanguageParams),
    responses((
        status = 200, description = "The workbook.", body = String,
        content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        headers(("Content-Disposition" = String, description = "A name for the file."))
    )),
)]
pub(super) async fn statistics_xlsx(signed: Signed) -> Result<HttpResponse, Failure> {
    let (filter, group, language): (SessionParams, GroupParams, LanguageParams) = signed.query()?;
    let (filter, keys, language) = (filter.filter(), group.keys(), language.chosen(signed.headers()));
    let name = file_name(language.pick("statistiques", "statistics"), &filter, "xlsx");
    let table = columns::statistics(&keys);
    let rows = rows::statistics(&signed.reader, filter, keys).await?;
    send_xlsx(&signed, &table, language, rows, &name).await
}

/// What a file is to be called. It is made of our own words and of dates, so no letter of it can be harmful.
fn file_name(what: &str, filter: &SessionFilter, extension: &str) -> String {
    let days = [filter.from, filter.to].into_iter().flatten();
    let days: String = days.map(|day| day.0.format("_%Y-%m-%d").to_string()).collect();
    format!("{what}{days}.{extension}")
}

fn disposition(name: &str) -> (header::HeaderName, String) {
    (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))
}

async fn send_csv<R: 'static>(
    table: &Table<R>,
    language: Language,
    rows: Rows<R>,
    name: &str,
) -> Result<HttpResponse, Failure> {
    let body = csv::stream(table, language, rows).await?;
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept-Language, Authorization"))
        .insert_header((header::CONTENT_LANGUAGE, language.code()))
        .insert_header(disposition(name))
        .streaming(body))
}

async fn send_xlsx<R: 'static>(
    signed: &Signed,
    table: &Table<R>,
    language: Language,
    rows: Rows<R>,
    name: &str,
) -> Result<HttpResponse, Failure> {
    let body = xlsx::write(signed.rest(), table, language, rows).await?;
    Ok(HttpResponse::Ok()
        .content_type("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::VARY, "Accept-Language, Authorization"))
        .insert_header((header::CONTENT_LANGUAGE, language.code()))
        // A workbook is compressed already.
        .insert_header(ContentEncoding::Identity)
        .insert_header(disposition(name))
        .body(body))
}
