//! An FTP server inside this process, on loopback only, that anybody may read.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use libunftp::ServerBuilder;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};
use unftp_sbe_fs::Filesystem;

/// A running server; it stops when this is dropped.
pub(crate) struct FtpServer {
    address: SocketAddr,
    accepting: JoinHandle<()>,
    stop: DropGuard,
}

impl FtpServer {
    /// Serves a folder on a free port of 127.0.0.1. Every user and password is accepted.
    pub(crate) async fn start(root: &Path) -> anyhow::Result<Self> {
        Filesystem::new(root).with_context(|| format!("cannot open the folder {}", root.display()))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("cannot listen on 127.0.0.1")?;
        let address = listener.local_addr()?;
        let cancel = CancellationToken::new();
        let accepting = tokio::spawn(accept(listener, root.to_owned(), cancel.clone()));
        Ok(Self { address, accepting, stop: cancel.drop_guard() })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections, ends those there are and waits until they are gone.
    pub(crate) async fn stop(self) {
        drop(self.stop);
        if let Err(error) = self.accepting.await {
            tracing::warn!(%error, "the demo FTP server did not stop cleanly");
        }
    }
}

/// Serves connections until told to stop. libunftp would listen itself, but does not say on which free port.
async fn accept(listener: TcpListener, root: PathBuf, cancel: CancellationToken) {
    let mut sessions = JoinSet::new();
    loop {
        tokio::select! {
            () = cancel.cancelled() => break,
            Some(_) = sessions.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // Else each short reply waits for the client's delayed acknowledgement of the one before it.
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "the demo FTP server answers slowly");
                    }
                    sessions.spawn(serve(stream, root.clone()));
                }
                Err(error) => tracing::warn!(%error, "the demo FTP server lost a connection"),
            },
        }
    }
    // A session whose future is dropped is told by libunftp to end.
    sessions.shutdown().await;
}

async fn serve(stream: TcpStream, root: PathBuf) {
    #[expect(
        clippy::expect_used,
        reason = "the signature allows no error; the folder was opened at the start, and only this session would end"
    )]
    let storage = move || Filesystem::new(root.clone()).expect("the served folder is there");
    let server = ServerBuilder::new(Box::new(storage)).greeting("Atelier demo plant").build();
    let outcome = match server {
        Ok(server) => server.service(stream).await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    if let Err(error) = outcome {
        tracing::warn!(error, "the demo FTP server dropped a session");
    }
}
