//! `[alerts]`

use super::Schedule;
use super::error::ConfigError;
use super::keys::{ALERT_CHECK, ALERT_MACHINE_SILENT, ALERT_SYNC_OVERDUE, ALERT_WEBHOOK, ALERT_WEBHOOK_SECRET};
use super::secret::Secret;
use super::values::{Values, duration};
use atelier_notify::WebhookUrl;
use std::time::Duration;

/// The least a secret may have.
const MIN_SECRET_BYTES: usize = 16;

/// When to look for what is wrong, and whom to tell.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AlertConfig {
    /// Where alerts are posted to.
    pub(crate) webhook: Option<WebhookUrl>,
    /// What signs them.
    pub(crate) webhook_secret: Option<Secret>,
    /// When to look, besides after each run.
    pub(crate) check: Schedule,
    /// A source on schedule that was not synchronised for so long is overdue.
    pub(crate) sync_overdue: Duration,
    /// A machine is silent when nothing new came from it in so much of the time that its calendar requires.
    pub(crate) machine_silent: Duration,
}

impl AlertConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let webhook = values.parse(&ALERT_WEBHOOK, |text| {
            WebhookUrl::parse(text).ok_or_else(|| "write an address such as `https://HOST/PATH`".to_owned())
        })?;
        let webhook_secret = values.secret(&ALERT_WEBHOOK_SECRET);
        if webhook_secret.as_ref().is_some_and(|secret| secret.expose().len() < MIN_SECRET_BYTES) {
            let remedy =
                format!("it has less than {MIN_SECRET_BYTES} bytes; `openssl rand -base64 24` makes a good one");
            return Err(values.invalid(&ALERT_WEBHOOK_SECRET, remedy));
        }
        let check = match values.parse(&ALERT_CHECK, Schedule::of)? {
            Some(schedule) => schedule,
            None => Schedule::of("0 * * * *").map_err(|remedy| values.invalid(&ALERT_CHECK, remedy))?,
        };
        let sync_overdue = values.parse(&ALERT_SYNC_OVERDUE, duration)?.unwrap_or(Duration::from_hours(2));
        let machine_silent = values.parse(&ALERT_MACHINE_SILENT, duration)?.unwrap_or(Duration::from_hours(1));
        Ok(Self { webhook, webhook_secret, check, sync_overdue, machine_silent })
    }
}
