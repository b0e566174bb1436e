//! Which sessions, and in which order.

use super::error::Failure;
use super::model::{MachineType, OrderDirection, SessionOrderField, SessionStatus};
use super::query::{FromQuery, Query};
use atelier_application::ports::sessions::{SessionFilter, SessionOrder};
use atelier_domain::ids::MachineId;
use atelier_domain::time::ProductionDay;
use utoipa::IntoParams;

/// Which sessions; all when nothing is given.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct SessionParams {
    /// Of these machines: ids.
    #[param(value_type = Option<Vec<String>>)]
    machine: Option<Vec<MachineId>>,
    /// Of machines of these types.
    #[param(value_type = Option<Vec<MachineType>>, rename = "type")]
    kind: Option<Vec<MachineType>>,
    /// From this production day on.
    #[param(value_type = Option<String>, format = Date)]
    from: Option<ProductionDay>,
    /// Up to this production day, which is in.
    #[param(value_type = Option<String>, format = Date)]
    to: Option<ProductionDay>,
    /// With this status.
    status: Option<SessionStatus>,
    /// With at least so many pieces.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 2_147_483_647)]
    min_pieces: Option<u32>,
    /// With a TRS below this fraction; a session without a TRS does not pass.
    trs_below: Option<f64>,
}

impl FromQuery for SessionParams {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        Ok(Self {
            machine: query.many("machine")?,
            kind: query.many("type")?,
            from: query.one("from")?,
            to: query.one("to")?,
            status: query.one("status")?,
            min_pieces: query.one("minPieces")?,
            trs_below: query.one("trsBelow")?,
        })
    }
}

impl SessionParams {
    /// What the use cases are asked.
    pub(super) fn filter(self) -> SessionFilter {
        let Self { machine, kind, from, to, status, min_pieces, trs_below } = self;
        SessionFilter {
            machines: machine,
            types: kind.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            from,
            to,
            status: status.map(Into::into),
            min_pieces,
            trs_below,
        }
    }
}

/// In which order; the latest day first when nothing is given.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct OrderParams {
    /// By what; the production day when left out.
    order_by: Option<SessionOrderField>,
    /// Which way; from the largest down when left out.
    direction: Option<OrderDirection>,
}

impl FromQuery for OrderParams {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        Ok(Self { order_by: query.one("orderBy")?, direction: query.one("direction")? })
    }
}

impl OrderParams {
    /// What the use cases are asked.
    pub(super) fn order(self) -> SessionOrder {
        SessionOrder {
            field: self.order_by.unwrap_or(SessionOrderField::Date).into(),
            descending: self.direction != Some(OrderDirection::Asc),
        }
    }
}
