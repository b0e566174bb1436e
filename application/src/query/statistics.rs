//! Figures over many sessions.

use super::Reader;
use crate::error::AppError;
use crate::ports::sessions::SessionFilter;
use crate::ports::statistics::{StatisticsKey, StatisticsRow};

/// So many rows an answer may have: 30 machines day by day for a year and a half.
const MOST_ROWS: usize = 20_000;

impl Reader {
    /// One row a group, in the order of the keys; without keys one row of all sessions that pass, be there none.
    /// More than 20,000 rows are refused.
    /// `with_reasons` tells whether stops are wanted by their reasons.
    pub async fn statistics(
        &self,
        filter: &SessionFilter,
        keys: &[StatisticsKey],
        with_reasons: bool,
    ) -> Result<Vec<StatisticsRow>, AppError> {
        let rows = self.ports.statistics.statistics(filter, keys, with_reasons).await?;
        if rows.len() > MOST_ROWS {
            return Err(AppError::bad_input(
                "groupBy",
                format!("There are {} rows; {MOST_ROWS} are allowed. Narrow the filter, or group by less.", rows.len()),
            ));
        }
        Ok(rows)
    }
}
