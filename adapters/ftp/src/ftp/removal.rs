//! Deleting a file of the server.

use std::sync::Arc;

use atelier_application::ports::log_source::{RemoteFile, Removal, SourceError};

use super::connection::Connection;
use super::fault::Fault;
use super::pool::Pool;
use crate::config::FtpConfig;

/// Deletes `file`, if it still has its size and date.
pub(crate) async fn remove(pool: &Arc<Pool>, file: &RemoteFile) -> Result<Removal, SourceError> {
    let mut lease = pool.lease().await?;
    loop {
        let mut asked = false;
        match try_remove(&mut lease.connection, file, &mut asked, pool.config()).await {
            Ok(removal) => {
                lease.give_back();
                return Ok(removal);
            }
            // A connection that served before may have died: worth one more try, unless the server was asked already.
            Err(fault) if fault.ends_connection() && lease.reused && !asked => lease = pool.renew(lease).await?,
            Err(fault) => {
                // Sentences of our own are no fault of the connection.
                if !fault.ends_connection() || matches!(fault, Fault::Fatal(_)) {
                    lease.give_back();
                }
                return Err(fault.explain(pool.config(), &format!("delete '{}'", file.path)));
            }
        }
    }
}

async fn try_remove(
    connection: &mut Connection,
    file: &RemoteFile,
    asked: &mut bool,
    config: &FtpConfig,
) -> Result<Removal, Fault> {
    let (path, absolute) = (&file.path, connection.absolute(&file.path));
    let reply = connection.command(&format!("SIZE {absolute}")).await?;
    match reply.size() {
        Some(size) if size == file.size => {}
        Some(_) => return Ok(Removal::Changed),
        None if reply.code == 550 => return Ok(Removal::Gone),
        None => return Err(untold("size", path, config, &reply.to_string())),
    }
    if file.modified.is_some() {
        let reply = connection.command(&format!("MDTM {absolute}")).await?;
        match reply.modified() {
            None => return Err(untold("date", path, config, &reply.to_string())),
            modified if modified == file.modified => {}
            Some(_) => return Ok(Removal::Changed),
        }
    }
    *asked = true;
    let reply = connection.command(&format!("DELE {absolute}")).await?;
    if reply.is_done() {
        return Ok(Removal::Removed);
    }
    if reply.is_transient() {
        return Err(Fault::Refused(reply));
    }
    if connection.command(&format!("SIZE {absolute}")).await?.code == 550 {
        return Ok(Removal::Gone);
    }
    Err(Fault::Fatal(format!(
        "The FTP server {} refused to delete '{path}' ({reply}): give user '{}' there the right to delete, or set \
         ATELIER_FTP_CLEANUP=keep.",
        config.label(),
        config.user_name()
    )))
}

fn untold(what: &str, path: &str, config: &FtpConfig, reply: &str) -> Fault {
    Fault::Fatal(format!(
        "The FTP server {} no longer tells the {what} of '{path}' ({reply}), so the file was not deleted.",
        config.label()
    ))
}
