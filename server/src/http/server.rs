//! Listening, and the end of it.

use super::{Api, Certificate, headers, routes};
use actix_cors::Cors;
use actix_tls::accept::rustls_0_23::TlsStream;
use actix_web::dev::ServerHandle;
use actix_web::http::{Method, header};
use actix_web::middleware::Compress;
use actix_web::middleware::Condition;
use actix_web::rt::net::TcpStream;
use actix_web::{App, HttpServer};
use anyhow::{Context, bail};
use std::any::Any;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Requests at work are waited for so long.
const GRACE_SECONDS: u64 = 3;
/// A client that takes nothing of what is sent is cut after so long.
#[cfg(target_os = "linux")]
const STALL_PATIENCE: Duration = Duration::from_secs(20);
/// A client that does not say what it wants is given up after so long.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);

/// Takes an address.
///
/// # Errors
/// One sentence with the remedy.
pub(crate) fn listen(addr: &str) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(addr).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "The address {addr} is taken by another program: stop that, or choose another with --addr or ATELIER_HTTP_ADDR."
        ),
        ErrorKind::PermissionDenied => anyhow::anyhow!(
            "The address {addr} needs rights that this account lacks: choose a port from 1024 on with --addr or ATELIER_HTTP_ADDR."
        ),
        _ => anyhow::anyhow!("The address {addr} cannot be used ({error}): choose another with --addr or ATELIER_HTTP_ADDR."),
    })?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Has the system end a connection whose client takes nothing: a response that nobody reads would be kept for ever.
fn limit_stalls(connection: &dyn Any) {
    #[cfg(target_os = "linux")]
    if let Some(stream) = connection
        .downcast_ref::<TcpStream>()
        .or_else(|| Some(connection.downcast_ref::<TlsStream<TcpStream>>()?.get_ref().0))
        && let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(STALL_PATIENCE))
    {
        tracing::debug!(%error, "a connection that stalls will not be cut");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = connection;
}

/// Has browsers let pages of these origins ask. Tokens go in a header, so that no cookie is lent to anybody.
fn cors(origins: &[String]) -> Cors {
    let cors = Cors::default()
        .allowed_methods([Method::GET, Method::POST, Method::PATCH, Method::DELETE])
        .allowed_headers([header::AUTHORIZATION, header::CONTENT_TYPE, header::ACCEPT, header::IF_NONE_MATCH])
        .expose_headers([header::ETAG, header::LINK, header::RETRY_AFTER, header::CONTENT_DISPOSITION])
        .max_age(3600);
    origins.iter().fold(cors, |cors, origin| cors.allowed_origin(origin))
}

/// A server at work.
pub(crate) struct Listening {
    address: SocketAddr,
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

impl Listening {
    /// Answers at `listener`; with a certificate, over TLS.
    pub(crate) fn start(
        listener: TcpListener,
        api: Api,
        certificate: Option<Arc<Certificate>>,
    ) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        let (stopping, encrypted) = (api.stopping.clone(), certificate.is_some());
        tokio::spawn(api.rates.clone().forget(stopping.clone()));
        let server = HttpServer::new(move || {
            App::new()
                .wrap(Compress::default())
                .wrap(Condition::new(!api.cors_origins.is_empty(), cors(&api.cors_origins)))
                .wrap(headers(encrypted))
                .configure(routes(api.clone()))
        })
        .client_request_timeout(HEAD_PATIENCE)
        // Whoever is gone is noticed at once: what they asked for is given up, and their stream no longer counted.
        .h1_allow_half_closed(false)
        .on_connect(|connection, _| limit_stalls(connection))
        .shutdown_timeout(GRACE_SECONDS)
        .disable_signals();
        let server = match certificate {
            None => server.listen(listener),
            Some(certificate) => {
                let tls = certificate.server()?;
                tokio::spawn(certificate.follow(stopping));
                server.listen_rustls_0_23(listener, tls)
            }
        };
        let server = server.context("The HTTP server cannot start")?.run();
        Ok(Self { address, handle: server.handle(), task: tokio::spawn(server) })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until the server ends by itself, which it should not.
    pub(crate) async fn failed(&mut self) -> anyhow::Error {
        match (&mut self.task).await {
            Ok(Ok(())) => anyhow::anyhow!("The HTTP server ended by itself"),
            Ok(Err(error)) => anyhow::Error::new(error).context("The HTTP server ended"),
            Err(error) => anyhow::Error::new(error).context("The HTTP server broke"),
        }
    }

    /// Takes no more requests and finishes those at work.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        self.handle.stop(true).await;
        match self.task.await {
            Ok(ended) => ended.context("The HTTP server did not end well"),
            Err(error) => bail!("The HTTP server broke at its end: {error}"),
        }
    }
}
