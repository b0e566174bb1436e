//! Figures over many sessions.

use super::Reader;
use crate::error::AppError;
use crate::ports::sessions::SessionFilter;
use crate::ports::statistics::{StatisticsKey, StatisticsRow};

impl Reader {
    /// One row a group, in the order of the keys; without keys one row of all sessions that pass, be there none.
    /// `with_reasons` tells whether stops are wanted by their reasons.
    pub async fn statistics(
        &self,
        filter: &SessionFilter,
        keys: &[StatisticsKey],
        with_reasons: bool,
    ) -> Result<Vec<StatisticsRow>, AppError> {
        Ok(self.ports.statistics.statistics(filter, keys, with_reasons).await?)
    }
}
