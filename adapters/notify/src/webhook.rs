//! A POST for each alert that is raised or resolved.

#[cfg(test)]
mod tests;

use crate::{body, signature};
use async_trait::async_trait;
use atelier_application::ports::clock::Clock;
use atelier_application::ports::notify::{Notification, Notifier, NotifyError};
use reqwest::header::{CONTENT_TYPE, USER_AGENT};
use reqwest::{Client, Response, StatusCode, redirect};
use rustls::{ClientConfig, RootCertStore};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use zeroize::Zeroizing;

/// All of a delivery takes no longer.
const TIMEOUT: Duration = Duration::from_secs(10);
/// So much of a refusal is read, …
const ANSWER_BYTES: usize = 4 << 10;
/// … and so much of it told.
const ANSWER_CHARS: usize = 200;

/// Where to send to. Whoever knows it may send there, too, so only its host is ever shown.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookUrl(Url);

impl WebhookUrl {
    /// Reads `http://…` or `https://…`; nothing when it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        (matches!(url.scheme(), "http" | "https") && url.has_host()).then_some(Self(url))
    }

    /// What people may be told: the scheme, the host and the port.
    pub fn label(&self) -> String {
        let port = self.0.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}://{}{port}", self.0.scheme(), self.0.host_str().unwrap_or_default())
    }
}

impl fmt::Debug for WebhookUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/***", self.label())
    }
}

/// What signs the deliveries; its memory is overwritten when it is dropped.
#[derive(Clone)]
pub struct SigningSecret(Zeroizing<String>);

impl SigningSecret {
    /// Hides `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Posts alerts to an address.
pub struct WebhookNotifier {
    url: WebhookUrl,
    secret: Option<SigningSecret>,
    clock: Arc<dyn Clock>,
    http: Client,
}

impl WebhookNotifier {
    /// To this address, signed if there is a secret.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(url: WebhookUrl, secret: Option<SigningSecret>, clock: Arc<dyn Clock>) -> Result<Self, NotifyError> {
        Self::with_timeout(url, secret, clock, TIMEOUT)
    }

    fn with_timeout(
        url: WebhookUrl,
        secret: Option<SigningSecret>,
        clock: Arc<dyn Clock>,
        timeout: Duration,
    ) -> Result<Self, NotifyError> {
        let failed = |cause: &dyn fmt::Display| NotifyError::Refused(format!("TLS could not be set up: {cause}."));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|cause| failed(&cause))?
            .with_root_certificates(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
            .with_no_client_auth();
        // A redirect would send what is signed for one receiver to another.
        let http = Client::builder().tls_backend_preconfigured(tls).redirect(redirect::Policy::none()).timeout(timeout);
        Ok(Self { url, secret, clock, http: http.build().map_err(|cause| failed(&cause))? })
    }

    async fn post(&self, notification: &Notification) -> Result<Response, NotifyError> {
        let body = body::of(notification)
            .map_err(|cause| NotifyError::Refused(format!("The alert could not be written as JSON: {cause}.")))?;
        let mut request = self
            .http
            .post(self.url.0.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("atelier/", env!("CARGO_PKG_VERSION")))
            .header("X-Atelier-Delivery", notification.delivery_id());
        if let Some(SigningSecret(secret)) = &self.secret {
            let seconds = self.clock.now().0.div_euclid(1_000);
            request = request.header("X-Atelier-Signature", signature::of(secret.as_bytes(), seconds, &body));
        }
        request.body(body).send().await.map_err(|cause| self.not_sent(cause))
    }

    fn not_sent(&self, cause: reqwest::Error) -> NotifyError {
        let label = self.url.label();
        if cause.is_timeout() {
            return NotifyError::Transient(format!("The webhook at {label} did not answer in time."));
        }
        NotifyError::Transient(format!(
            "The webhook at {label} could not be reached: {}.",
            deepest(&cause.without_url())
        ))
    }
}

impl fmt::Debug for WebhookNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookNotifier").field("url", &self.url).field("secret", &self.secret).finish_non_exhaustive()
    }
}

#[async_trait]
impl Notifier for WebhookNotifier {
    async fn deliver(&self, notification: &Notification) -> Result<(), NotifyError> {
        let answer = self.post(notification).await?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        let label = self.url.label();
        if status.is_redirection() {
            return Err(NotifyError::Refused(format!(
                "The webhook at {label} answered {status}, and redirects are not followed: configure the address that it \
                 redirects to."
            )));
        }
        let text = format!("The webhook at {label} answered {status}{}.", said(answer).await);
        Err(if may_pass(status) { NotifyError::Transient(text) } else { NotifyError::Refused(text) })
    }
}

/// Whether the same may be taken soon.
fn may_pass(status: StatusCode) -> bool {
    let slow = [StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_EARLY, StatusCode::TOO_MANY_REQUESTS];
    !status.is_client_error() || slow.contains(&status)
}

/// The beginning of an answer's text, if it has one.
async fn said(mut answer: Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        bytes.extend(chunk.iter().take(ANSWER_BYTES.saturating_sub(bytes.len())));
        if bytes.len() >= ANSWER_BYTES {
            break;
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let shown: String = text.trim().chars().filter(|c| !c.is_control()).take(ANSWER_CHARS).collect();
    if shown.is_empty() { shown } else { format!(": {shown}") }
}

/// What lies at the bottom of an error: the layers above it only say that something failed.
fn deepest(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
