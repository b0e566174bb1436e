//! Figures over many sessions.

use super::Reader;
use crate::error::AppError;
use crate::ports::sessions::SessionFilter;
use crate::ports::statistics::{StatisticsKey, StatisticsRow};

/// So many rows an answer may have: 30 machines day by day for a year.
const MOST_ROWS: u32 = 12_000;

impl Reader {
    /// One row a group, in the order of the keys; without keys one row of all sessions that pass, be there none.
    /// More than 12,000 rows are refused.
    /// `with_reasons` tells whether stops are wanted by their reasons.
    pub async fn statistics(
        &self,
        filter: &SessionFilter,
        keys: &[StatisticsKey],
        with_reasons: bool,
    ) -> Result<Vec<StatisticsRow>, AppError> {
        let rows = self.ports.statistics.statistics(filter, keys, with_reasons, MOST_ROWS + 1).await?;
        if rows.len() > MOST_ROWS as usize {
            let message = format!("There are more than {MOST_ROWS} rows. Narrow the filter, or group by less.");
            return Err(AppError::bad_input("groupBy", message));
        }
        Ok(rows)
    }
}
