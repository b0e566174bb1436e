//! Why machines stopped.

use crate::error::ApiResult;
use crate::model::{Reasons, StopReason};
use atelier_application::query::Reader;
use atelier_domain::kpi::trs::Trs;
use std::sync::Arc;

/// All reasons by code, if some of these figures name one.
pub(crate) async fn reasons<'t>(reader: &Reader, figures: impl Iterator<Item = &'t Trs>) -> ApiResult<Reasons> {
    let mut named = figures.filter(|trs| !trs.reasons.is_empty());
    if named.next().is_none() { Ok(Reasons::default()) } else { all_reasons(reader).await }
}

/// All reasons by code.
pub(crate) async fn all_reasons(reader: &Reader) -> ApiResult<Reasons> {
    let found = reader.stop_reasons().await?;
    let by_code = found.into_iter().map(|reason| (reason.code.clone(), StopReason(Arc::new(reason))));
    Ok(Arc::new(by_code.collect()))
}
