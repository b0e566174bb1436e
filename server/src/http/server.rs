//! Listening, and the end of it.

use super::{Api, headers, routes};
use actix_web::dev::ServerHandle;
use actix_web::middleware::Compress;
use actix_web::{App, HttpServer};
use anyhow::{Context, bail};
use std::any::Any;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
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
    if let Some(stream) = connection.downcast_ref::<actix_web::rt::net::TcpStream>()
        && let Err(error) = socket2::SockRef::from(stream).set_tcp_user_timeout(Some(STALL_PATIENCE))
    {
        tracing::debug!(%error, "a connection that stalls will not be cut");
    }
    #[cfg(not(target_os = "linux"))]
    let _ = connection;
}

/// A server at work.
pub(crate) struct Listening {
    address: SocketAddr,
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
}

impl Listening {
    /// Answers at `listener`.
    pub(crate) fn start(listener: TcpListener, api: Api) -> anyhow::Result<Self> {
        let address = listener.local_addr()?;
        let server = HttpServer::new(move || {
            App::new().wrap(Compress::default()).wrap(headers()).configure(routes(api.clone()))
        })
        .client_request_timeout(HEAD_PATIENCE)
        .on_connect(|connection, _| limit_stalls(connection))
        .shutdown_timeout(GRACE_SECONDS)
        .disable_signals()
        .listen(listener)
        .context("The HTTP server cannot start")?
        .run();
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
