//! The content of a file, from an offset on.

use std::sync::Arc;

use atelier_application::ports::log_source::{Content, SourceError};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;

use super::connection::{Connection, Data, finish, read};
use super::fault::{Fault, scrub};
use super::pool::{Lease, Pool};
use crate::config::FtpConfig;

/// Chunks that wait for the reader.
const WAITING: usize = 4;

/// What the transfer tells its reader. The end is said, so that a task that died is not taken for it.
enum Piece {
    Bytes(Bytes),
    Failed(SourceError),
    End,
}

/// A transfer that has begun.
struct Transfer {
    path: String,
    absolute: String,
    data: Data,
    /// Bytes still to be thrown away, where the server cannot begin at the offset.
    skip: u64,
    /// Where the first byte that is not thrown away stands in the file.
    offset: u64,
    /// What the server said before the transfer.
    size: Option<u64>,
}

/// Begins the transfer of `path`.
pub(crate) async fn fetch(pool: &Arc<Pool>, path: &str, offset: u64) -> Result<Content, SourceError> {
    let mut lease = pool.lease().await?;
    // A connection that served before may have died, and a server may refuse an offset: each is worth one more try.
    let mut whole = false;
    let transfer = loop {
        match begin(&mut lease.connection, path, offset, whole).await {
            Ok(Some(transfer)) => break transfer,
            Ok(None) => {
                lease.give_back();
                return Ok(stream::empty().boxed());
            }
            Err(Refusal::Fault(fault)) if fault.ends_connection() && lease.reused => {
                lease = pool.renew(lease).await?;
            }
            Err(Refusal::Offset) => {
                whole = true;
                lease = pool.renew(lease).await?;
            }
            Err(refusal) => return Err(explain(refusal, pool.config(), path)),
        }
    };
    let (sender, mut receiver) = mpsc::channel(WAITING);
    tokio::spawn(run(Arc::clone(pool), lease, transfer, sender));
    let pieces =
        stream::poll_fn(move |context| receiver.poll_recv(context).map(|piece| Some(piece.unwrap_or_else(died))));
    Ok(pieces
        .scan(false, |over, piece| {
            let item = match piece {
                Piece::Bytes(bytes) if !*over => Some(Ok(bytes)),
                Piece::Failed(error) if !std::mem::replace(over, true) => Some(Err(error)),
                _ => None,
            };
            std::future::ready(item)
        })
        .fuse()
        .boxed())
}

fn died() -> Piece {
    Piece::Failed(SourceError::Transient("The transfer ended before its end was confirmed: try again.".to_owned()))
}

/// Why a transfer did not begin.
enum Refusal {
    Fault(Fault),
    /// The server cannot begin at an offset.
    Offset,
    Missing(String),
    Unreadable(String),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

fn explain(refusal: Refusal, config: &FtpConfig, path: &str) -> SourceError {
    let (server, user) = (config.label(), config.user_name());
    match refusal {
        Refusal::Fault(fault) => fault.explain(config, &format!("read '{path}'")),
        Refusal::Offset => SourceError::Permanent(format!("The FTP server {server} refuses to send '{path}'.")),
        Refusal::Missing(why) => SourceError::NotFound(format!(
            "The file '{path}' is not on the FTP server {server} ({}): it was moved or deleted.",
            scrub(config, &why)
        )),
        // Of this one file: the server itself answers, so it is no reason to give up on the others.
        Refusal::Unreadable(why) => SourceError::Permanent(format!(
            "The file '{path}' is on the FTP server {server} but cannot be read ({}): check the rights of user '{user}', and \
             that no program holds it locked.",
            scrub(config, &why)
        )),
    }
}

/// Nothing when the offset is at or past the end.
async fn begin(connection: &mut Connection, path: &str, offset: u64, whole: bool) -> Result<Option<Transfer>, Refusal> {
    let absolute = connection.absolute(path);
    // Servers differ on an offset past the end, so the size comes first; it also tells later whether all has come. And some
    // begin the transfer of a file that is not there, to fail only at its end.
    let reply = connection.command(&format!("SIZE {absolute}")).await?;
    if reply.code == 550 {
        return Err(Refusal::Missing(reply.to_string()));
    }
    let size = reply.size();
    if size.is_some_and(|size| offset > 0 && offset >= size) {
        return Ok(None);
    }
    let start = if whole { 0 } else { offset };
    match connection.retrieve(&absolute, start).await {
        Ok(data) => Ok(Some(Transfer { path: path.to_owned(), absolute, data, skip: offset - start, offset, size })),
        Err(Fault::Refused(reply)) if reply.is_unknown_command() && start > 0 => Err(Refusal::Offset),
        Err(Fault::Refused(reply)) if reply.code == 550 => {
            match connection.size(&absolute).await? {
                None => Err(Refusal::Missing(reply.to_string())),
                // It is there: locked by its writer, or without the right to read it.
                Some(_) => Err(Refusal::Unreadable(reply.to_string())),
            }
        }
        Err(fault) => Err(Refusal::Fault(fault)),
    }
}

/// Carries the bytes to the reader, then says how it ended. The connection outlives only a transfer that was whole.
async fn run(pool: Arc<Pool>, mut lease: Lease, transfer: Transfer, sender: mpsc::Sender<Piece>) {
    let doing = format!("read '{}'", transfer.path);
    let last = match carry(&mut lease.connection, pool.config().timeout, transfer, &sender).await {
        Ok(true) => {
            lease.give_back();
            Piece::End
        }
        // Nobody listens any more: the connection goes with the rest of the data.
        Ok(false) => return,
        Err(fault) => {
            drop(lease);
            Piece::Failed(fault.explain(pool.config(), &doing))
        }
    };
    let _ = sender.send(last).await;
}

/// Whether the transfer came to its end; not, when the reader went away.
async fn carry(
    connection: &mut Connection,
    limit: std::time::Duration,
    transfer: Transfer,
    sender: &mpsc::Sender<Piece>,
) -> Result<bool, Fault> {
    let Transfer { absolute, mut data, mut skip, offset, size, .. } = transfer;
    let mut reached = offset - skip;
    let mut buffer = BytesMut::new();
    loop {
        let count = tokio::select! {
            () = sender.closed() => return Ok(false),
            count = read(&mut data, &mut buffer, limit) => count?,
        };
        if count == 0 {
            break;
        }
        reached += count as u64;
        let mut bytes = buffer.split().freeze();
        if skip > 0 {
            let dropped = skip.min(bytes.len() as u64);
            skip -= dropped;
            let _ = bytes.split_to(dropped as usize);
        }
        if !bytes.is_empty() && sender.send(Piece::Bytes(bytes)).await.is_err() {
            return Ok(false);
        }
    }
    finish(data, limit).await?;
    // A server that was restarted may call half a file whole.
    if size.is_some_and(|size| reached < size)
        && let Some(size) = connection.size(&absolute).await?
        && reached < size
    {
        return Err(Fault::Lost(format!(
            "only {reached} of {size} bytes came, though the server calls the transfer whole"
        )));
    }
    Ok(true)
}
