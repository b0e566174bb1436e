//! One connection from its first message to its last.

use super::message::{ClientMessage, Closing, ServerMessage};
use super::operations::{Operations, Step};
use crate::http::connections::{self, Open, SLOW, STANDING, every};
use crate::http::graphql::refused_before_execution;
use crate::http::{Api, caller};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use async_graphql::{Data, Request, ServerError};
use atelier_application::ports::identity::Subject;
use atelier_graphql::{Caller, Origin, refusal};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use serde_json::Value;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, Interval, sleep, sleep_until};

/// A client says who it is in so long.
const INIT_PATIENCE: Duration = Duration::from_secs(10);
/// A client is asked so often whether it is there.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// A client that was silent for so long is gone.
const SILENCE: Duration = Duration::from_secs(40);
/// A client says so many messages at once, and then so many a second.
const MESSAGES_AT_ONCE: NonZeroU32 = NonZeroU32::new(1_000).unwrap();
const MESSAGES_PER_SECOND: NonZeroU32 = NonZeroU32::new(100).unwrap();
/// The most operations of a connection.
const MAX_OPERATIONS: usize = 50;

/// How a connection ends.
#[derive(Debug)]
enum End {
    /// The server says why.
    Close(Closing),
    /// The client is gone, or takes nothing: there is nobody to say anything to.
    Cut,
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Close(closing)
    }
}

/// A connection.
pub(super) struct Connection {
    session: Session,
    api: Api,
    /// Where the client is.
    origin: Option<Origin>,
    /// The client's token and whom it proves, once it said so.
    welcomed: Option<(String, Subject, Arc<Data>)>,
    /// Counted among those of the user.
    open: Option<Open>,
    /// When the client must have said who it is, or its token ends.
    deadline: Instant,
    /// When the client was last heard.
    heard: Instant,
    operations: Operations,
    /// What the client may still say.
    budget: DefaultDirectRateLimiter,
}

impl Connection {
    /// A connection with a client that has said nothing yet.
    pub(super) fn new(session: Session, api: Api, origin: Option<IpAddr>) -> Self {
        let now = Instant::now();
        Self {
            session,
            api,
            origin: origin.map(Origin),
            welcomed: None,
            open: None,
            deadline: now + INIT_PATIENCE,
            heard: now,
            operations: Operations::default(),
            budget: RateLimiter::direct(Quota::per_second(MESSAGES_PER_SECOND).allow_burst(MESSAGES_AT_ONCE)),
        }
    }

    /// Serves the client until either side ends.
    pub(super) async fn run(mut self, mut messages: AggregatedMessageStream) {
        let (mut keepalive, mut standing) = (every(KEEPALIVE), every(STANDING));
        let end = loop {
            if let Err(end) = self.step(&mut messages, &mut keepalive, &mut standing).await {
                break end;
            }
        };
        if let End::Close(Closing { code, reason }) = end {
            tracing::debug!(code, reason, "closing a WebSocket");
            let reason = CloseReason { code: CloseCode::from(code), description: Some(reason) };
            let _ = tokio::time::timeout(Duration::from_secs(1), self.session.close(Some(reason))).await;
        }
    }

    async fn step(
        &mut self,
        messages: &mut AggregatedMessageStream,
        keepalive: &mut Interval,
        standing: &mut Interval,
    ) -> Result<(), End> {
        let stopping = self.api.stopping.clone();
        tokio::select! {
            biased;
            () = stopping.cancelled() => Err(Closing::going_away().into()),
            () = sleep_until(self.deadline) => Err(self.overdue().into()),
            message = messages.recv() => match message {
                Some(Ok(message)) => {
                    // A client that never stops talking shall not keep the thread.
                    tokio::task::yield_now().await;
                    if self.budget.check().is_err() {
                        return Err(Closing::too_many_messages().into());
                    }
                    self.hear(message).await
                }
                Some(Err(error)) => {
                    tracing::debug!(%error, "a WebSocket message cannot be read");
                    Err(Closing::bad_message().into())
                }
                None => Err(End::Cut),
            },
            _ = keepalive.tick() => self.ask().await,
            _ = standing.tick() => self.check().await,
            step = self.operations.next() => self.tell(step).await,
        }
    }

    /// Why the deadline ends the connection.
    fn overdue(&self) -> Closing {
        if self.welcomed.is_some() {
            Closing::forbidden("The token has expired: sign in again and reconnect.")
        } else {
            Closing::init_timeout()
        }
    }

    async fn hear(&mut self, message: AggregatedMessage) -> Result<(), End> {
        self.heard = Instant::now();
        match message {
            AggregatedMessage::Text(text) => match serde_json::from_str::<ClientMessage>(&text) {
                Ok(message) => self.answer(message).await,
                Err(_) => Err(Closing::bad_message().into()),
            },
            AggregatedMessage::Binary(_) => Err(Closing::bad_message().into()),
            AggregatedMessage::Ping(bytes) => {
                let patience = self.patience();
                tokio::select! {
                    sent = self.session.pong(&bytes) => sent.map_err(|_| End::Cut),
                    end = patience => Err(end),
                }
            }
            AggregatedMessage::Pong(_) => Ok(()),
            AggregatedMessage::Close(_) => Err(End::Close(Closing { code: 1000, reason: String::new() })),
        }
    }

    async fn answer(&mut self, message: ClientMessage) -> Result<(), End> {
        match message {
            ClientMessage::ConnectionInit { payload } => self.welcome(&payload).await,
            ClientMessage::Subscribe { id, payload } => self.subscribe(&id, *payload).await,
            ClientMessage::Complete { .. } if self.welcomed.is_none() => Err(Closing::unauthorized().into()),
            ClientMessage::Complete { id } => {
                self.operations.stop(&id);
                Ok(())
            }
            ClientMessage::Ping {} => self.say(&ServerMessage::Pong).await,
            ClientMessage::Pong {} => Ok(()),
        }
    }

    async fn welcome(&mut self, payload: &Value) -> Result<(), End> {
        if self.welcomed.is_some() {
            return Err(Closing::too_many_inits().into());
        }
        let token = ClientMessage::token(payload).ok_or_else(Closing::unauthorized)?;
        let subject = caller::subject(token, &self.api).await.map_err(Closing::forbidden)?;
        self.open = Some(self.api.connections.open(subject.user).map_err(Closing::too_many_connections)?);
        self.deadline = connections::deadline(&subject, self.api.clock.as_ref());
        self.know(token.to_owned(), subject);
        self.say(&ServerMessage::ConnectionAck).await
    }

    /// What follows is asked by this subject.
    fn know(&mut self, token: String, subject: Subject) {
        let session = connections::session(subject.clone(), self.origin);
        self.welcomed = Some((token, subject, session));
    }

    /// Ends the connection of somebody who may no longer ask.
    async fn check(&mut self) -> Result<(), End> {
        let Some((token, known, _)) = &self.welcomed else { return Ok(()) };
        let current = caller::subject(token, &self.api).await.map_err(Closing::forbidden)?;
        if current.role != known.role {
            self.know(token.clone(), current);
        }
        Ok(())
    }

    async fn subscribe(&mut self, id: &str, request: Request) -> Result<(), End> {
        let Some((_, subject, session)) = self.welcomed.clone() else { return Err(Closing::unauthorized().into()) };
        let from = self.origin.map(|Origin(address)| address);
        if let Err(too_many) = self.api.rates.charge(&Caller::Known(subject), from, 1) {
            return self.say(&ServerMessage::Error { id, payload: &refusal(too_many.into()).errors }).await;
        }
        if self.operations.len() >= MAX_OPERATIONS {
            let error =
                ServerError::new(format!("A connection has at most {MAX_OPERATIONS} operations at once."), None);
            return self.say(&ServerMessage::Error { id, payload: &[error] }).await;
        }
        if self.operations.start(id, request, &self.api.schema, session, &self.api.runtime) {
            Ok(())
        } else {
            Err(Closing::already_exists(id).into())
        }
    }

    async fn tell(&mut self, step: Step) -> Result<(), End> {
        let id = &*step.id;
        match step.response {
            Some(response) if refused_before_execution(&response) => {
                self.operations.stop(id);
                self.say(&ServerMessage::Error { id, payload: &response.errors }).await
            }
            Some(response) => self.say(&ServerMessage::Next { id, payload: &response }).await,
            // A subscription ends with its token; the closing tells why.
            None if connections::ends_with_its_token(self.deadline) => Err(self.overdue().into()),
            None => self.say(&ServerMessage::Complete { id }).await,
        }
    }

    async fn ask(&mut self) -> Result<(), End> {
        if self.heard.elapsed() > SILENCE {
            tracing::debug!("a WebSocket client fell silent");
            return Err(End::Cut);
        }
        let patience = self.patience();
        tokio::select! {
            sent = self.session.ping(b"") => sent.map_err(|_| End::Cut),
            end = patience => Err(end),
        }
    }

    /// Sends a message; meanwhile nothing else is read or made for this client.
    async fn say(&mut self, message: &ServerMessage<'_>) -> Result<(), End> {
        let Ok(text) = serde_json::to_string(message) else {
            tracing::error!("a message cannot be written as JSON");
            return Err(End::Cut);
        };
        let patience = self.patience();
        tokio::select! {
            sent = self.session.text(text) => sent.map_err(|_| End::Cut),
            end = patience => Err(end),
        }
    }

    /// Ends when the client takes nothing for too long, its token ends, or the program does.
    fn patience(&self) -> impl Future<Output = End> + use<> {
        let (stopping, overdue, deadline) = (self.api.stopping.clone(), self.overdue(), self.deadline);
        async move {
            tokio::select! {
                () = sleep(SLOW) => {
                    tracing::info!("a WebSocket client that takes nothing was cut");
                    End::Cut
                }
                () = stopping.cancelled() => Closing::going_away().into(),
                () = sleep_until(deadline) => overdue.into(),
            }
        }
    }
}
