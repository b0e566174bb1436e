//! What one folder holds: by `MLSD` where the server offers it, else by `NLST` and questions about each name.
//!
//! The portable way is `CWD` and a listing without a path, for servers take brackets and spaces of a path for patterns or
//! options. `LIST` is not used: it loses seconds and the year, and no two servers write it alike.

use atelier_application::ports::log_source::{ListingFailure, RemoteFile};

use super::connection::Connection;
use super::fault::Fault;
use super::reply::{Entry, Kind, Reply, last_part, machine_line};
use crate::rules::{failure, is_dots, is_log, is_safe, join, shown};

/// Something below a folder that is to be entered.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Below {
    pub(crate) path: String,
    /// Whether the server said that it is a folder; else it is one only if it can be entered.
    pub(crate) certain: bool,
}

/// What one folder holds. Paths are the source's.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) files: Vec<RemoteFile>,
    pub(crate) folders: Vec<Below>,
    pub(crate) failures: Vec<ListingFailure>,
    /// How many names were looked at.
    pub(crate) names: usize,
    /// What the server calls this folder, links resolved if it does that.
    pub(crate) place: Option<String>,
}

/// Reads what may be a folder; `above` are the places of the folders it lies in.
pub(crate) async fn read_folder(connection: &mut Connection, at: &Below, above: &[String]) -> Result<Found, Fault> {
    let path = at.path.as_str();
    let absolute = connection.absolute(path);
    let reply = connection.command(&format!("CWD {absolute}")).await?;
    if !reply.is_done() {
        return if at.certain { Err(Fault::Refused(reply)) } else { no_folder(connection, path, &reply).await };
    }
    let place = connection.command("PWD").await?.folder();
    if place.as_ref().is_some_and(|place| above.contains(place)) {
        tracing::debug!(folder = %shown(path), "a link back to a folder above it, not entered again");
        return Ok(Found::default());
    }
    let mut found = Found { place, ..Found::default() };
    let lines = lines(connection).await?;
    if lines.is_empty() && !path.is_empty() && is_closed(connection, &absolute).await? {
        found
            .failures
            .push(failure(path, "The server lists nothing of it, not even itself: check the rights of the user."));
    }
    let mut unsized_logs = Vec::new();
    for line in lines {
        found.names += 1;
        match parse(&line, connection.has_machine_listing()) {
            Ok(Some(entry)) => sort(path, entry, &mut found, &mut unsized_logs),
            Ok(None) => {}
            Err((name, reason)) => found.failures.push(failure(&join(path, &name), reason)),
        }
    }
    ask_sizes(connection, unsized_logs, &mut found).await?;
    Ok(found)
}

/// What a name is that cannot be entered: a file of no interest, or something to be said.
async fn no_folder(connection: &mut Connection, path: &str, refusal: &Reply) -> Result<Found, Fault> {
    let mut found = Found::default();
    if is_log(path) {
        let reason = "The server lists the file but tells no size of it: check its rights, and that it still exists.";
        found.failures.push(failure(path, reason));
    } else if !is_file(connection, path).await? {
        // Neither a folder we may enter nor a file: most likely a folder we may not.
        let reason = format!("It can neither be entered nor read ({refusal}): check the rights of the user.");
        found.failures.push(failure(path, reason));
    }
    Ok(found)
}

/// Whether the server tells a size of it.
pub(crate) async fn is_file(connection: &mut Connection, path: &str) -> Result<bool, Fault> {
    let absolute = connection.absolute(path);
    Ok(connection.size(&absolute).await?.is_some())
}

/// Whether the current folder, which seems to be empty, may only not be read: vsftpd tells the two apart in words alone.
/// A server that lists the folder itself when asked for everything, but not here, hides this one.
async fn is_closed(connection: &mut Connection, absolute: &str) -> Result<bool, Fault> {
    if connection.has_machine_listing() || lists_itself(connection).await? {
        return Ok(false);
    }
    let (above, _) = absolute.rsplit_once('/').unwrap_or_default();
    let entered = connection.command(&format!("CWD {}", if above.is_empty() { "/" } else { above })).await?;
    Ok(entered.is_done() && lists_itself(connection).await?)
}

async fn lists_itself(connection: &mut Connection) -> Result<bool, Fault> {
    match connection.lines("NLST -a").await {
        Ok(lines) => Ok(lines.iter().any(|line| line == b".")),
        Err(Fault::Refused(_)) => Ok(false),
        Err(fault) => Err(fault),
    }
}

async fn lines(connection: &mut Connection) -> Result<Vec<Vec<u8>>, Fault> {
    if connection.has_machine_listing() {
        match connection.lines("MLSD").await {
            Err(Fault::Refused(reply)) if reply.is_unknown_command() => {
                connection.forget_machine_listing();
            }
            other => return other,
        }
    }
    match connection.lines("NLST").await {
        // Of a folder that could be entered, this is how some servers say 'empty'. Unless it was the way for the data that
        // was refused, before the list was even asked for.
        Err(Fault::Refused(reply)) if matches!(reply.code, 450 | 550) && reply.speaks_of_nothing() => {
            if connection.has_way_for_data().await? { Ok(Vec::new()) } else { Err(Fault::Refused(reply)) }
        }
        other => other,
    }
}

/// An entry, nothing for one that is of no interest, or a name that cannot be used and why.
fn parse(line: &[u8], machine: bool) -> Result<Option<Entry>, (String, &'static str)> {
    let Ok(text) = std::str::from_utf8(line) else {
        let text = String::from_utf8_lossy(line);
        let name = if machine { text.split_once(' ').map_or(&*text, |(_, name)| name) } else { &*text };
        return Err((
            name.to_owned(),
            "The name is not UTF-8 and cannot be asked for: rename it, or make the server speak UTF-8.",
        ));
    };
    let entry = if machine {
        machine_line(text).ok_or_else(|| (text.to_owned(), "The server listed a line that makes no sense."))?
    } else {
        Entry { name: last_part(text).to_owned(), kind: Kind::Unknown, size: None, modified: None }
    };
    let unwanted =
        entry.kind == Kind::Dots || is_dots(&entry.name) || (entry.kind == Kind::File && !is_log(&entry.name));
    if unwanted {
        Ok(None)
    } else if is_safe(&entry.name) {
        Ok(Some(entry))
    } else {
        Err((entry.name, "The name is empty or holds control characters and cannot be asked for: rename it."))
    }
}

/// `unsized_logs` gets the paths of those that may be logs, and have to be asked for.
fn sort(folder: &str, entry: Entry, found: &mut Found, unsized_logs: &mut Vec<String>) {
    let path = join(folder, &entry.name);
    match entry {
        Entry { kind: Kind::Folder, .. } => found.folders.push(Below { path, certain: true }),
        Entry { kind: Kind::File, size: Some(size), modified, .. } => {
            found.files.push(RemoteFile { path, size, modified });
        }
        Entry { name, .. } if is_log(&name) => unsized_logs.push(path),
        Entry { .. } => found.folders.push(Below { path, certain: false }),
    }
}

/// Asks for size and date of each. What has no size is a folder, if it can be entered.
async fn ask_sizes(connection: &mut Connection, paths: Vec<String>, found: &mut Found) -> Result<(), Fault> {
    let commands: Vec<String> = paths
        .iter()
        .map(|path| connection.absolute(path))
        .flat_map(|absolute| [format!("SIZE {absolute}"), format!("MDTM {absolute}")])
        .collect();
    // Both are answered with 213, so that a missing answer would show as a size with a date's digits.
    let fits = |command: &str, reply: &Reply| match reply.code {
        213 if command.starts_with("SIZE") => reply.size().is_some() && reply.modified().is_none(),
        213 => reply.modified().is_some(),
        _ => true,
    };
    let replies = connection.ask(&commands, fits).await?;
    for (path, answers) in paths.into_iter().zip(replies.chunks_exact(2)) {
        match answers.first().and_then(Reply::size) {
            Some(size) => {
                let modified = answers.get(1).and_then(Reply::modified);
                found.files.push(RemoteFile { path, size, modified });
            }
            None => found.folders.push(Below { path, certain: false }),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_no_interest_are_left_out_and_bad_ones_are_said() {
        assert_eq!(parse(b"..", false).unwrap(), None);
        assert_eq!(parse(b"type=pdir; /", true).unwrap(), None);
        assert_eq!(parse(b"type=file;size=1; a.txt", true).unwrap(), None);
        assert!(parse(b"caf\xe9.log", false).unwrap_err().1.contains("UTF-8"));
        assert_eq!(parse(b"type=file; caf\xe9 x.log", true).unwrap_err().0, "caf\u{fffd} x.log");
        assert!(parse(b"a\rDELE b.log", false).is_err());
        assert!(parse(b"type=file;size=1; a\0.log", true).is_err());
        assert!(parse(b"type=dir;", true).is_err());
        assert_eq!(parse("./é (b).LOG".as_bytes(), false).unwrap().unwrap().name, "é (b).LOG");
    }
}
