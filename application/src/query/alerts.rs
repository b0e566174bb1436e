//! Alerts.

use super::Reader;
use super::cursor;
use super::page::PageArgs;
use crate::error::AppError;
use crate::ports::alerts::StoredAlert;
use crate::ports::sessions::{Slice, Window};
use crate::ports::users::User;
use atelier_domain::ids::{AlertId, UserId};

impl Reader {
    /// The window that a client asks for.
    pub fn alert_window(&self, page: &PageArgs) -> Result<Window<AlertId>, AppError> {
        page.window(self.max_page, cursor::read_alert)
    }

    /// A part of all alerts, or of those that are open or not, the newest first.
    pub async fn alerts(&self, open: Option<bool>, window: &Window<AlertId>) -> Result<Slice<StoredAlert>, AppError> {
        Ok(self.ports.alerts.alerts(open, window).await?)
    }

    /// Those who take care of alerts: the users of these ids that exist.
    pub async fn users_by_id(&self, ids: &[UserId]) -> Result<Vec<User>, AppError> {
        Ok(self.ports.users.users_by_id(ids).await?)
    }
}
