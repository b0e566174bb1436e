//! Lines of the program's log.

use async_trait::async_trait;
use atelier_application::ports::notify::{AlertEvent, Notification, Notifier, NotifyError};
use atelier_domain::alert::Severity;

/// Tells alerts in the program's log: the critical as errors, the others as warnings, the least as information.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogNotifier;

#[async_trait]
impl Notifier for LogNotifier {
    async fn deliver(&self, notification: &Notification) -> Result<(), NotifyError> {
        let Notification { event, alert, machine_name, .. } = notification;
        let (id, kind, machine, message) = (alert.id.0, alert.kind.as_str(), machine_name.as_deref(), &alert.message);
        match (event, alert.severity) {
            (AlertEvent::Resolved, _) => tracing::info!(id, kind, machine, message, "an alert is resolved"),
            (_, Severity::Info) => tracing::info!(id, kind, machine, message, "an alert was raised"),
            (_, Severity::Warning) => tracing::warn!(id, kind, machine, message, "an alert was raised"),
            (_, Severity::Critical) => tracing::error!(id, kind, machine, message, "an alert was raised"),
        }
        Ok(())
    }
}
