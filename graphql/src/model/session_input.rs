//! Which sessions, and in which order.

use super::{MachineType, OrderDirection, SessionOrderField, SessionStatus};
use crate::error::ApiResult;
use crate::scalar::{Date, ids};
use async_graphql::{ID, InputObject};
use atelier_application::ports::sessions as port;

/// Which sessions. A missing value means all, an empty list none.
#[derive(InputObject)]
pub(crate) struct SessionFilter {
    /// Of these machines.
    machine_ids: Option<Vec<ID>>,
    /// Of machines of these types.
    types: Option<Vec<MachineType>>,
    /// From this production day on.
    from: Option<Date>,
    /// Up to this production day, which is in.
    to: Option<Date>,
    /// With this status.
    status: Option<SessionStatus>,
    /// With at least so many pieces.
    min_pieces: Option<i32>,
    /// With a TRS below this fraction; a session without a TRS does not pass.
    trs_below: Option<f64>,
}

impl SessionFilter {
    /// What the store is asked.
    pub(crate) fn port(filter: Option<Self>) -> ApiResult<port::SessionFilter> {
        let Some(Self { machine_ids, types, from, to, status, min_pieces, trs_below }) = filter else {
            return Ok(port::SessionFilter::default());
        };
        Ok(port::SessionFilter {
            machines: ids("machineIds", machine_ids.as_deref())?,
            types: types.map(|types| types.into_iter().map(Into::into).collect()),
            from: from.map(|date| date.0),
            to: to.map(|date| date.0),
            status: status.map(Into::into),
            min_pieces: min_pieces.map(|count| u32::try_from(count).unwrap_or(0)),
            trs_below,
        })
    }
}

/// The order of a list of sessions; ties by id in the same direction.
#[derive(InputObject, Clone, Copy)]
pub(crate) struct SessionOrder {
    /// By what.
    field: SessionOrderField,
    /// Which way.
    direction: OrderDirection,
}

impl Default for SessionOrder {
    fn default() -> Self {
        Self { field: SessionOrderField::Date, direction: OrderDirection::Desc }
    }
}

impl SessionOrder {
    /// What the store is asked.
    pub(crate) fn port(self) -> port::SessionOrder {
        port::SessionOrder { field: self.field.into(), descending: self.direction == OrderDirection::Desc }
    }
}
