//! What alerts point to.

use super::{MachineGroup, Shared};
use crate::error::{ApiError, ApiResult};
use crate::model::{Alert, Machine};
use atelier_application::error::AppError;
use atelier_application::ports::alerts::StoredAlert;
use atelier_application::ports::users::User;
use atelier_application::query::Reader;
use atelier_domain::ids::{MachineId, UserId};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// Alerts out of one list.
pub(crate) struct AlertGroup {
    reader: Reader,
    alerts: Vec<Arc<StoredAlert>>,
    machines: Shared<(), Arc<HashMap<MachineId, Machine>>>,
    users: Shared<(), Arc<HashMap<UserId, User>>>,
}

impl AlertGroup {
    /// These alerts as nodes that share a group.
    pub(crate) fn nodes(reader: &Reader, alerts: impl IntoIterator<Item = StoredAlert>) -> Vec<Alert> {
        let alerts: Vec<_> = alerts.into_iter().map(Arc::new).collect();
        let group = Arc::new(Self {
            reader: reader.clone(),
            alerts: alerts.clone(),
            machines: Shared::default(),
            users: Shared::default(),
        });
        alerts.into_iter().map(|alert| Alert::new(alert, Arc::clone(&group))).collect()
    }

    /// A single alert as a node.
    pub(crate) fn node(reader: &Reader, alert: StoredAlert) -> ApiResult<Alert> {
        let node = Self::nodes(reader, [alert]).pop();
        node.ok_or_else(|| ApiError::from(AppError::Internal("an alert has no node".to_owned())))
    }

    /// The machines of all.
    pub(crate) async fn machines(&self) -> ApiResult<Arc<HashMap<MachineId, Machine>>> {
        let load = async || {
            let ids: BTreeSet<_> = self.alerts.iter().filter_map(|alert| alert.machine).collect();
            let found = self.reader.machines_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
            let nodes = MachineGroup::nodes(&self.reader, found.into_iter().map(Arc::new));
            Ok(Arc::new(nodes.into_iter().map(|machine| (machine.id(), machine)).collect()))
        };
        self.machines.get((), load).await
    }

    /// Who takes care of them.
    pub(crate) async fn users(&self) -> ApiResult<Arc<HashMap<UserId, User>>> {
        let load = async || {
            let ids: BTreeSet<_> = self.alerts.iter().filter_map(|alert| alert.acknowledged_by).collect();
            let found = self.reader.users_by_id(&ids.into_iter().collect::<Vec<_>>()).await?;
            Ok(Arc::new(found.into_iter().map(|user| (user.id, user)).collect()))
        };
        self.users.get((), load).await
    }
}
