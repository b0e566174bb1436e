//! What client and server say, in `graphql-transport-ws`.

use async_graphql::{Request, Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a client says.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ClientMessage {
    /// Who it is.
    ConnectionInit {
        /// `{"Authorization": "Bearer …"}`
        #[serde(default)]
        payload: Value,
    },
    /// What it wants.
    Subscribe {
        /// Its name for it.
        id: String,
        /// The operation.
        payload: Box<Request>,
    },
    /// What it no longer wants.
    Complete {
        /// Its name for it.
        id: String,
    },
    /// Are you there?
    Ping {},
    /// I am.
    Pong {},
}

impl ClientMessage {
    /// The token of a `connection_init` payload.
    pub(super) fn token(payload: &Value) -> Option<&str> {
        let fields = payload.as_object()?;
        let (_, value) = fields.iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization"))?;
        super::super::caller::bearer(value.as_str()?)
    }
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum ServerMessage<'a> {
    /// Welcome.
    ConnectionAck,
    /// A result.
    Next {
        /// Of which operation.
        id: &'a str,
        /// What it is.
        payload: &'a Response,
    },
    /// An operation was refused before it began; it is over.
    Error {
        /// Which operation.
        id: &'a str,
        /// Why.
        payload: &'a [ServerError],
    },
    /// An operation is over.
    Complete {
        /// Which operation.
        id: &'a str,
    },
    /// I am there.
    Pong,
}

/// Why a connection is closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closing {
    /// Its code.
    pub(super) code: u16,
    /// One sentence, of at most 123 bytes.
    pub(super) reason: String,
}

impl Closing {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        Self { code, reason: reason.into() }
    }

    /// The program stops.
    pub(super) fn going_away() -> Self {
        Self::new(1001, "The server is stopping: connect again in a moment.")
    }

    /// Something that is no message of the protocol.
    pub(super) fn bad_message() -> Self {
        Self::new(4400, "This is no message of graphql-transport-ws.")
    }

    /// An operation before the client was welcomed, or a client without a token.
    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Send connection_init with {\"Authorization\": \"Bearer …\"} first.")
    }

    /// A token that proves nobody, or no longer.
    pub(super) fn forbidden(reason: impl std::fmt::Display) -> Self {
        Self::new(4403, reason.to_string())
    }

    /// No `connection_init` in time.
    pub(super) fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// An id that is in use.
    pub(super) fn already_exists(id: &str) -> Self {
        let id: String = id.chars().take(40).collect();
        Self::new(4409, format!("Subscriber for {id} already exists"))
    }

    /// A user who has too many already; clients do not try again after this code.
    pub(super) fn too_many_connections(reason: String) -> Self {
        Self::new(4429, reason)
    }

    /// A client that never stops talking.
    pub(super) fn too_many_messages() -> Self {
        Self::new(4429, "Too many messages: 1,000 at once and then 100 a second are allowed.")
    }

    /// A second `connection_init`.
    pub(super) fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }
}
