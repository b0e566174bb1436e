//! What a webhook is told: the fields that the API gives an alert, what happened to it, and which delivery it is.

use atelier_application::ports::notify::{AlertEvent, Notification};
use atelier_domain::time::Instant;
use chrono::SecondsFormat;
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'n> {
    event: &'static str,
    delivery_id: String,
    id: String,
    kind: &'static str,
    severity: &'static str,
    message: &'n str,
    machine: Option<Machine<'n>>,
    raised_at: String,
    resolved_at: Option<String>,
}

#[derive(Serialize)]
struct Machine<'n> {
    id: String,
    name: &'n str,
}

/// As JSON.
pub(crate) fn of(notification: &Notification) -> serde_json::Result<Vec<u8>> {
    let Notification { event, alert, machine_name, .. } = notification;
    let at = |at: Instant| at.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let machine = alert.machine.map(|id| Machine { id: id.to_string(), name: machine_name.as_deref().unwrap_or("") });
    serde_json::to_vec(&Body {
        event: match event {
            AlertEvent::Raised => "alert.raised",
            AlertEvent::Resolved => "alert.resolved",
        },
        delivery_id: notification.delivery_id(),
        id: alert.id.to_string(),
        kind: alert.kind.as_str(),
        severity: alert.severity.as_str(),
        message: &alert.message,
        machine,
        raised_at: at(alert.raised_at),
        resolved_at: alert.resolved_at.map(at),
    })
}
