//! `POST /graphql` with `Accept: text/event-stream`: an operation whose results come one by one, in the distinct connections
//! mode of the GraphQL over Server-Sent Events protocol.

use super::connections::{self, Open, SLOW, STANDING, every};
use super::graphql::{Form, refuse};
use super::{Api, caller};
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Bytes;
use async_graphql::{Request, Response};
use atelier_application::error::AppError;
use atelier_application::ports::identity::Subject;
use atelier_graphql::{Origin, refusal};
use futures_util::Stream;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep_until, timeout};

/// Something is said so often, so that nobody between takes the connection for dead.
const KEEPALIVE: Duration = Duration::from_secs(12);
/// What is said when a token ends.
const EXPIRED: &str = "The token has expired: sign in again.";

/// Who asks, and with what.
pub(super) struct Asked {
    pub(super) token: String,
    pub(super) subject: Subject,
    pub(super) origin: Option<Origin>,
    pub(super) request: Request,
}

/// Answers with the results of an operation as they come.
pub(super) fn answer(asked: Asked, api: &Api) -> HttpResponse {
    let open = match api.connections.open(asked.subject.user) {
        Ok(open) => open,
        Err(message) => return refuse(AppError::RateLimited { message, after: None }, Form::Standard),
    };
    // One result at a time: whoever does not take it has us wait, not pile up.
    let (sender, receiver) = mpsc::channel(1);
    actix_web::rt::spawn(Connection { api: api.clone(), sender, _open: open }.run(asked));
    HttpResponse::Ok()
        .content_type("text/event-stream; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // A compressor, ours or a proxy's, would wait for more.
        .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static("identity")))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(events(receiver))
}

fn events(receiver: mpsc::Receiver<Bytes>) -> impl Stream<Item = Result<Bytes, actix_web::Error>> {
    futures_util::stream::unfold(receiver, |mut receiver| async move {
        let event = receiver.recv().await?;
        Some((Ok(event), receiver))
    })
}

/// The client is gone, or takes nothing.
struct Gone;

struct Connection {
    api: Api,
    sender: mpsc::Sender<Bytes>,
    _open: Open,
}

impl Connection {
    async fn run(self, asked: Asked) {
        // What the client does not hear needs no handling.
        let _ = self.serve(asked).await;
    }

    async fn serve(&self, Asked { token, subject, origin, request }: Asked) -> Result<(), Gone> {
        let deadline = connections::deadline(&subject, self.api.clock.as_ref());
        let session = connections::session(subject, origin);
        let (mut results, _task) = connections::results(request, &self.api.schema, session, &self.api.runtime);
        let (mut keepalive, mut standing) = (every(KEEPALIVE), every(STANDING));
        loop {
            tokio::select! {
                biased;
                () = self.sender.closed() => return Err(Gone),
                () = self.api.stopping.cancelled() => return Ok(()),
                () = sleep_until(deadline) => return self.unauthenticated(EXPIRED).await,
                _ = standing.tick() => if let Err(error) = caller::subject(&token, &self.api).await {
                    return self.unauthenticated(&error.to_string()).await;
                },
                _ = keepalive.tick() => self.send(Bytes::from_static(b":\n\n")).await?,
                result = results.recv() => match result {
                    Some(response) => self.next(&response).await?,
                    None if connections::ends_with_its_token(deadline) => return self.unauthenticated(EXPIRED).await,
                    None => return self.complete().await,
                },
            }
        }
    }

    async fn unauthenticated(&self, why: &str) -> Result<(), Gone> {
        self.next(&refusal(AppError::Unauthenticated(why.to_owned()))).await?;
        self.complete().await
    }

    async fn next(&self, response: &Response) -> Result<(), Gone> {
        let Ok(json) = serde_json::to_string(response) else {
            tracing::error!("a response cannot be written as JSON");
            return Err(Gone);
        };
        self.send(Bytes::from(format!("event: next\ndata: {json}\n\n"))).await
    }

    async fn complete(&self) -> Result<(), Gone> {
        self.send(Bytes::from_static(b"event: complete\ndata:\n\n")).await
    }

    async fn send(&self, event: Bytes) -> Result<(), Gone> {
        match timeout(SLOW, self.sender.send(event)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Gone),
        }
    }
}
