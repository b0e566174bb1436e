//! The content of a file, from an offset on.

use std::io::{ErrorKind, SeekFrom};
use std::path::Path;

use atelier_application::ports::log_source::{Content, SourceError};
use bytes::{Bytes, BytesMut};
use futures_util::{StreamExt, stream};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt};

use super::lies_within;
use crate::rules::CHUNK;

struct Reading {
    file: File,
    path: String,
    reached: u64,
    size: u64,
    buffer: BytesMut,
}

/// Opens `path` below `root` and reads it from `offset` on.
pub(super) async fn fetch(root: &Path, path: &str, offset: u64) -> Result<Content, SourceError> {
    let real = root.join(path);
    let explain = |error: std::io::Error| explain(path, &error);
    if !lies_within(root, &real).await.map_err(explain)? {
        return Err(SourceError::Permanent(format!(
            "The file '{path}' is a link that leads out of the log folder and is not read: mount or copy it instead."
        )));
    }
    let mut file = File::open(&real).await.map_err(explain)?;
    let metadata = file.metadata().await.map_err(explain)?;
    if !metadata.is_file() {
        return Err(SourceError::NotFound(format!("'{path}' is not a file.")));
    }
    let size = metadata.len();
    if offset > 0 && offset >= size {
        return Ok(stream::empty().boxed());
    }
    file.seek(SeekFrom::Start(offset)).await.map_err(explain)?;
    let reading = Reading { file, path: path.to_owned(), reached: offset, size, buffer: BytesMut::new() };
    Ok(stream::try_unfold(reading, step).fuse().boxed())
}

async fn step(mut reading: Reading) -> Result<Option<(Bytes, Reading)>, SourceError> {
    reading.buffer.reserve(2 * CHUNK);
    let count = reading.file.read_buf(&mut reading.buffer).await.map_err(|error| explain(&reading.path, &error))?;
    reading.reached += count as u64;
    if count > 0 {
        let bytes = reading.buffer.split().freeze();
        return Ok(Some((bytes, reading)));
    }
    // A file that shrank is whole as it is; one that did not has lost its middle (a network folder).
    let now = reading.file.metadata().await.map_err(|error| explain(&reading.path, &error))?.len();
    if reading.reached < reading.size.min(now) {
        return Err(SourceError::Transient(format!(
            "Only {} of {now} bytes of '{}' could be read: check the disk or the network folder.",
            reading.reached, reading.path
        )));
    }
    Ok(None)
}

fn explain(path: &str, error: &std::io::Error) -> SourceError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => SourceError::NotFound(format!(
            "The file '{path}' is not in the log folder ({error}): it was moved or deleted."
        )),
        ErrorKind::PermissionDenied => SourceError::Permanent(format!(
            "The file '{path}' may not be read ({error}): give the account Atelier runs under the right to."
        )),
        _ => SourceError::Transient(format!(
            "The file '{path}' could not be read ({error}): check the disk or the network folder."
        )),
    }
}
