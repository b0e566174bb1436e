//! Figures over many sessions.

use super::error::Failure;
use super::filter::SessionParams;
use super::machines;
use super::model::{StatisticsKey, StatisticsRow};
use super::page::List;
use super::query::{FromQuery, Query};
use super::sessions;
use super::signed::Signed;
use actix_web::HttpResponse;
use atelier_application::ports::statistics as port;
use utoipa::IntoParams;

/// What rows are grouped by.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct GroupParams {
    /// The keys, each at most once, in the order of the rows; without keys there is one row of all.
    group_by: Option<Vec<StatisticsKey>>,
}

impl FromQuery for GroupParams {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        let group_by: Option<Vec<StatisticsKey>> = query.many("groupBy")?;
        let keys = group_by.as_deref().unwrap_or_default();
        if keys.iter().enumerate().any(|(place, key)| keys.iter().take(place).any(|other| other == key)) {
            return Err(Failure::bad_input("groupBy", "`groupBy` names a key twice."));
        }
        Ok(Self { group_by })
    }
}

impl GroupParams {
    /// What the use cases are asked.
    pub(super) fn keys(self) -> Vec<port::StatisticsKey> {
        self.group_by.unwrap_or_default().into_iter().map(Into::into).collect()
    }
}

/// Figures over any period, one row a group.
///
/// Times are summed, rates are ratios of the sums. Rows are in the order of the keys, machines by name. More than 12,000 rows are
/// refused.
#[utoipa::path(
    get, path = "/api/v1/statistics", tag = "Statistics", operation_id = "listStatistics",
    params(SessionParams, GroupParams),
    responses((status = 200, description = "The rows.", body = List<StatisticsRow>)),
)]
pub(super) async fn list(signed: Signed) -> Result<HttpResponse, Failure> {
    let (filter, group): (SessionParams, GroupParams) = signed.query()?;
    let rows = signed.reader.statistics(&filter.filter(), &group.keys(), true).await?;
    let machines = machines::refs(&signed.reader, rows.iter().filter_map(|row| row.machine)).await?;
    let reasons = sessions::reasons(&signed.reader, rows.iter().map(|row| &row.trs)).await?;
    let told = |row: &port::StatisticsRow| {
        let machine = row.machine.and_then(|id| machines.get(&id)).cloned();
        StatisticsRow::new(row, machine, &reasons)
    };
    signed.json(&List { items: rows.iter().map(told).collect() })
}
