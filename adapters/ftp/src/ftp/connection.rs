//! Commands and transfers on one connection, each with a time limit.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use suppaftp::tokio::{AsyncRustlsFtpStream, AsyncRustlsStream, TransferStream};
use suppaftp::{FtpError, FtpResult, Status};
use tokio::io::AsyncReadExt;
use tokio::time::timeout;

use super::ahead::Ahead;
use super::fault::Fault;
use super::reply::Reply;
use crate::rules::CHUNK;

/// What a server says before the data of a transfer.
const OPENING: &[Status] = &[Status::AboutToSend, Status::AlreadyOpen];

/// Bytes of one folder's listing.
const MAX_LISTING: usize = 64 * 1024 * 1024;

/// The data of a running transfer.
pub(crate) type Data = TransferStream<AsyncRustlsStream>;

/// A connection that is logged in, in binary mode.
///
/// After any [`Fault`] that [ends it](Fault::ends_connection) it must be dropped: a late answer would be taken for the
/// next command's.
pub(crate) struct Connection {
    pub(super) ftp: AsyncRustlsFtpStream,
    pub(super) limit: Duration,
    /// Whether the server offers machine listings.
    pub(super) machine_listing: bool,
    /// Whether commands may be sent ahead of the answers; nothing where TLS forbids it.
    pub(super) ahead: Option<Arc<Ahead>>,
    /// The configured root as an absolute path, without `/` at its end.
    pub(super) root: String,
}

impl Connection {
    /// The server's path of what the source calls `path`; the root is the empty path.
    pub(crate) fn absolute(&self, path: &str) -> String {
        if path.is_empty() && !self.root.is_empty() { self.root.clone() } else { format!("{}/{path}", self.root) }
    }

    /// Whether `MLSD` can be used.
    pub(crate) fn has_machine_listing(&self) -> bool {
        self.machine_listing
    }

    /// Remembers that `MLSD` is of no use here, whatever was advertised.
    pub(crate) fn forget_machine_listing(&mut self) {
        self.machine_listing = false;
    }

    /// Sends a line and returns the answer, whatever it is.
    pub(crate) async fn command(&mut self, line: &str) -> Result<Reply, Fault> {
        let verb = line.split(' ').next().unwrap_or_default();
        // Expecting no code at all makes every answer come back whole, several lines included.
        match within(self.limit, verb, self.ftp.custom_command(line, &[])).await {
            Ok(response) => Ok(Reply::read(&response.body)),
            Err(Fault::Refused(reply)) => Ok(reply),
            Err(fault) => Err(fault),
        }
    }

    /// The lines of a listing of the current folder, by `NLST` or `MLSD`.
    pub(crate) async fn lines(&mut self, command: &str) -> Result<Vec<Vec<u8>>, Fault> {
        let opened = within(self.limit, command, self.ftp.custom_data_command(command, OPENING)).await;
        let mut data = match opened {
            Ok((_, data)) => data,
            // 'Nothing to send' without a transfer.
            Err(Fault::Refused(reply)) if reply.is_done() => return Ok(Vec::new()),
            Err(fault) => return Err(fault),
        };
        let mut text = BytesMut::new();
        while read(&mut data, &mut text, self.limit).await? > 0 {
            if text.len() > MAX_LISTING {
                return Err(Fault::Lost(format!("a listing of more than {MAX_LISTING} bytes")));
            }
        }
        finish(data, self.limit).await?;
        let lines =
            text.as_ref().split(|byte: &u8| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        Ok(lines.filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect())
    }

    /// Whether the server opens a way for data when asked. The way is left unused: the next one takes its place.
    pub(crate) async fn has_way_for_data(&mut self) -> Result<bool, Fault> {
        Ok(self.command("PASV").await?.is_done() || self.command("EPSV").await?.is_done())
    }

    /// The size of a file; none where the server refuses to tell.
    pub(crate) async fn size(&mut self, absolute: &str) -> Result<Option<u64>, Fault> {
        Ok(self.command(&format!("SIZE {absolute}")).await?.size())
    }

    /// Begins the transfer of a file from `offset` on.
    pub(crate) async fn retrieve(&mut self, absolute: &str, offset: u64) -> Result<Data, Fault> {
        let offset = usize::try_from(offset)
            .map_err(|_| Fault::Fatal("A file this long cannot be read on a 32-bit system.".to_owned()))?;
        within(self.limit, "REST", self.ftp.resume_transfer(offset)).await?;
        within(self.limit, "RETR", self.ftp.retr_as_stream(absolute)).await
    }

    /// Whether the server still answers, and in step.
    pub(crate) async fn is_alive(&mut self) -> bool {
        matches!(self.command("NOOP").await, Ok(reply) if reply.is_done())
    }
}

/// Awaits a step of the library, no longer than `limit`.
pub(crate) async fn within<T>(
    limit: Duration,
    step: &str,
    work: impl Future<Output = FtpResult<T>>,
) -> Result<T, Fault> {
    match timeout(limit, work).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Fault::of(error, step)),
        Err(_) => Err(Fault::Timeout(step.to_owned())),
    }
}

/// Reads what has come, at most a chunk; 0 at the end.
pub(crate) async fn read(data: &mut Data, into: &mut BytesMut, limit: Duration) -> Result<usize, Fault> {
    into.reserve(CHUNK);
    match timeout(limit, data.read_buf(into)).await {
        Ok(Ok(count)) => Ok(count),
        // Many TLS servers close the data connection without saying so: the final reply and the size tell the truth.
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(0),
        Ok(Err(error)) => Err(Fault::Lost(format!("data connection: {error}"))),
        Err(_) => Err(Fault::Timeout("with data".to_owned())),
    }
}

/// Takes the server's word that the transfer was whole.
pub(crate) async fn finish(data: Data, limit: Duration) -> Result<(), Fault> {
    match timeout(limit, data.finish()).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(FtpError::UnexpectedResponse(response))) => {
            Err(Fault::Lost(format!("the transfer was cut: {}", Reply::read(&response.body))))
        }
        Ok(Err(error)) => Err(Fault::of(error, "end of the transfer")),
        Err(_) => Err(Fault::Timeout("at the end of the transfer".to_owned())),
    }
}
