//! Anomalies of all machines.

use crate::Store;
use crate::page::Page;
use crate::statement::Values;
use crate::value;
use async_trait::async_trait;
use atelier_application::ports::anomalies::{AnomalyCursor, AnomalyFilter, AnomalyReader};
use atelier_application::ports::sessions::{Slice, StoredAnomaly, Window};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::time::Instant;

/// The years of four digits: anomalies have no other, and not every database can compare with others.
const FIRST: Instant = Instant(-62_135_596_800_000);
const LAST: Instant = Instant(253_402_300_799_999);

#[async_trait]
impl AnomalyReader for Store {
    async fn list_anomalies(
        &self,
        filter: &AnomalyFilter,
        window: &Window<AnomalyCursor>,
    ) -> StoreResult<Slice<StoredAnomaly>> {
        let mut values = Values::new(self.backend());
        let conditions = conditions(filter, &mut values);
        let mut place =
            |cursor: AnomalyCursor| format!("{}, {}", instant(&mut values, cursor.at), values.add(cursor.id.0.into()));
        let page = Page {
            conditions,
            order: vec!["t.instant", "t.id"],
            descending: true,
            after: window.after.map(&mut place),
            before: window.before.map(&mut place),
            from_end: window.from_end,
            limit: window.limit,
            look_on: true,
        };
        let slices = self.pages(&page, values, None).await?;
        Ok(slices.into_iter().next().map(|(_, slice)| slice).unwrap_or_default())
    }
}

fn conditions(filter: &AnomalyFilter, values: &mut Values) -> Vec<String> {
    let mut conditions = Vec::new();
    if let Some(kinds) = &filter.kinds {
        conditions.push(values.one_of_texts("t.type_anomalie", kinds.iter().map(|kind| kind.as_str())));
    }
    if let Some(machines) = &filter.machines {
        conditions.push(values.one_of_numbers("t.centre_usinage_id", machines.iter().map(|machine| machine.0)));
    }
    if let Some(from) = filter.from {
        conditions.push(format!("t.instant >= {}", instant(values, from)));
    }
    if let Some(until) = filter.until {
        conditions.push(format!("t.instant < {}", instant(values, until)));
    }
    conditions
}

fn instant(values: &mut Values, at: Instant) -> String {
    let value = value::instant(values.backend(), at.clamp(FIRST, LAST));
    values.add(value)
}
