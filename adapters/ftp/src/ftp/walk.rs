//! The tree below the root, on one connection.

use std::sync::Arc;

use atelier_application::ports::log_source::{Listing, SourceError};

use super::connection::Connection;
use super::entries::{Below, Found, is_file, read_folder};
use super::fault::Fault;
use super::pool::{Lease, Pool};
use crate::rules::{MAX_DEPTH, MAX_ENTRIES, failure, settle, shown, too_deep, too_many};

/// Broken connections a listing gets over.
const MAX_BREAKS: usize = 8;

struct Folder {
    at: Below,
    depth: usize,
    /// Places of the folders it lies in.
    above: Arc<[String]>,
}

/// Everything below the root that is a log by its name. A folder that cannot be read is a failure in the listing; a root
/// that cannot be read is an error.
pub(crate) async fn list(pool: &Arc<Pool>) -> Result<Listing, SourceError> {
    let mut lease = pool.lease().await?;
    let mut listing = Listing::default();
    let root = Below { path: String::new(), certain: true };
    let mut waiting = vec![Folder { at: root, depth: 0, above: Arc::from([]) }];
    let mut names = 0;
    let mut breaks = 0;
    while let Some(folder) = waiting.pop() {
        if names > MAX_ENTRIES {
            listing.failures.push(too_many(&folder.at.path));
            break;
        }
        let (outcome, kept) = visit(pool, lease, &folder, &mut breaks).await?;
        lease = kept;
        match outcome {
            Ok(found) => {
                names += found.names;
                take(&mut listing, &mut waiting, &folder, found);
            }
            Err(fault) if folder.depth == 0 => return Err(root_error(pool, fault)),
            Err(fault) => {
                let error = fault.explain(pool.config(), "list this folder");
                listing.failures.push(failure(&folder.at.path, error.to_string()));
            }
        }
    }
    lease.give_back();
    Ok(settle(listing))
}

/// Reads one folder; once more on a new connection should the first break.
async fn visit(
    pool: &Arc<Pool>,
    mut lease: Lease,
    folder: &Folder,
    breaks: &mut usize,
) -> Result<(Result<Found, Fault>, Lease), SourceError> {
    let mut again = true;
    loop {
        match look(&mut lease.connection, folder).await {
            Err(fault) if fault.ends_connection() => {
                *breaks += 1;
                if *breaks > MAX_BREAKS {
                    return Err(fault.explain(pool.config(), "list the folders"));
                }
                tracing::debug!(folder = %shown(&folder.at.path), ?fault, "the FTP connection broke");
                lease = pool.renew(lease).await?;
                if !again {
                    return Ok((Err(fault), lease));
                }
                again = false;
            }
            outcome => return Ok((outcome, lease)),
        }
    }
}

async fn look(connection: &mut Connection, folder: &Folder) -> Result<Found, Fault> {
    if folder.depth <= MAX_DEPTH {
        return read_folder(connection, &folder.at, &folder.above).await;
    }
    let mut found = Found::default();
    if folder.at.certain || !is_file(connection, &folder.at.path).await? {
        found.failures.push(too_deep(&folder.at.path));
    }
    Ok(found)
}

fn take(listing: &mut Listing, waiting: &mut Vec<Folder>, folder: &Folder, found: Found) {
    let above: Arc<[String]> = folder.above.iter().cloned().chain(found.place).collect();
    waiting.extend(found.folders.into_iter().map(|at| Folder {
        at,
        depth: folder.depth + 1,
        above: Arc::clone(&above),
    }));
    listing.files.extend(found.files);
    listing.failures.extend(found.failures);
}

fn root_error(pool: &Pool, fault: Fault) -> SourceError {
    let config = pool.config();
    match fault {
        Fault::Refused(reply) if !reply.is_transient() => Fault::Fatal(format!(
            "The FTP server {} cannot list the folder '{}' for user '{}' ({reply}): check ATELIER_FTP_ROOT and the user's rights.",
            config.label(),
            shown(&config.root),
            config.user_name()
        ))
        .explain(config, ""),
        fault => fault.explain(config, "list the root"),
    }
}
