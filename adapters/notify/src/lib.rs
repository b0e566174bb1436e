//! Who is told of alerts: the program's log, or a webhook.
//!
//! ```text
//! log.rs        lines of the program's log
//! webhook.rs    a signed POST
//! body.rs       what it says
//! signature.rs  what proves that it is ours
//! ```

mod body;
mod log;
mod signature;
mod webhook;

pub use log::LogNotifier;
pub use webhook::{SigningSecret, WebhookNotifier, WebhookUrl};
