//! `[erp]`

use super::error::ConfigError;
use super::ftp::Schedule;
use super::keys::{
    ERP_ACCESSORIES, ERP_CUSTOMER_NAME, ERP_NOTES, ERP_ORDER_IN_DETAILS, ERP_RETRIES, ERP_SCHEDULE, ERP_TIMEOUT,
    ERP_TLS, ERP_TLS_CA, ERP_URL,
};
use super::secret::Secret;
use super::values::{Values, duration, list, number, truth};
use atelier_application::order_links::OrderPattern;
use atelier_domain::order::Selection;
use atelier_domain::order::text::fold;
use atelier_domain::time::PlantZone;
use atelier_erp_mysql::{ErpSettings, ErpTls, InvalidErpUrl};
use std::path::PathBuf;
use std::time::Duration;

/// Where orders come from, which, and when.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ErpConfig {
    /// The database, if one is named.
    url: Option<Secret>,
    tls: ErpTls,
    timeout: Duration,
    retries: u32,
    /// Whether the names of customers are read and kept.
    pub(crate) store_customer_name: bool,
    /// Which orders are wanted.
    pub(crate) selection: Selection,
    /// When they are read.
    pub(crate) schedule: Schedule,
    /// Where pieces name the order they are for.
    pub(crate) order_in_details: Option<OrderPattern>,
}

impl ErpConfig {
    pub(super) fn read(values: &Values, zone: PlantZone) -> Result<Self, ConfigError> {
        let well_formed = |text: &str| match ErpSettings::new(text, zone) {
            Ok(_) => Ok(Secret::new(text)),
            Err(InvalidErpUrl) => Err(InvalidErpUrl.to_string()),
        };
        let authority = values.text(&ERP_TLS_CA).map(PathBuf::from);
        let encrypted = values.parse(&ERP_TLS, on_or_off)?.unwrap_or(authority.is_some());
        let accessories = values.parse(&ERP_ACCESSORIES, list)?.unwrap_or_else(|| owned(&["VR", "SOP", "S P"]));
        let notes = values.parse(&ERP_NOTES, visible)?.unwrap_or_else(|| owned(&["cde Planifiée"]));
        let schedule = values.parse(&ERP_SCHEDULE, Schedule::of)?;
        Ok(Self {
            url: values.parse(&ERP_URL, well_formed)?,
            tls: if encrypted { ErpTls::On { authority } } else { ErpTls::Off },
            timeout: values.parse(&ERP_TIMEOUT, duration)?.unwrap_or(Duration::from_mins(1)),
            retries: values.parse(&ERP_RETRIES, number(1, 100))?.unwrap_or(3),
            store_customer_name: values.parse(&ERP_CUSTOMER_NAME, truth)?.unwrap_or(false),
            selection: Selection::new(accessories.iter().map(String::as_str), notes.iter().map(String::as_str)),
            schedule: match schedule {
                Some(schedule) => schedule,
                None => Schedule::of("0 9,14 * * *").map_err(|remedy| values.invalid(&ERP_SCHEDULE, remedy))?,
            },
            order_in_details: values.parse(&ERP_ORDER_IN_DETAILS, OrderPattern::new)?,
        })
    }

    /// What people may be told.
    pub(crate) fn label(&self, zone: PlantZone) -> String {
        self.to_adapter(zone).map_or_else(|| "no ERP".to_owned(), |settings| format!("ERP {}", settings.label()))
    }

    /// As the adapter wants it, if an ERP is configured.
    pub(crate) fn to_adapter(&self, zone: PlantZone) -> Option<ErpSettings> {
        let mut settings = ErpSettings::new(self.url.as_ref()?.expose(), zone).ok()?;
        settings.tls = self.tls.clone();
        settings.timeout = self.timeout;
        settings.tries = self.retries;
        settings.store_customer_name = self.store_customer_name;
        Some(settings)
    }
}

/// Texts of which something is left without case and accents.
fn visible(text: &str) -> Result<Vec<String>, String> {
    let texts = list(text)?;
    match texts.iter().find(|text| fold(text).trim().is_empty()) {
        Some(_) => Err("write texts that have more than accents".to_owned()),
        None => Ok(texts),
    }
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn on_or_off(text: &str) -> Result<bool, String> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err("write `on` or `off`".to_owned()),
    }
}
