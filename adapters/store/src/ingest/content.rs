//! Raw bytes: the truth. Kept compressed, in chunks, so that a grown file adds a chunk and rewrites none.

use sea_orm::{DbErr, Value};

/// How many raw bytes a chunk holds at most.
const CHUNK: usize = 1 << 20;

/// zstd's own default: fast, and logs shrink about eightfold.
const LEVEL: i32 = 3;

/// A chunk is never larger than this, whatever a row says.
const LARGEST: usize = 1 << 26;

/// The values of the rows (version, position, length, bytes) that hold `bytes` from `offset` on.
pub(super) fn rows(version: i64, offset: u64, bytes: &[u8]) -> Result<Vec<Vec<Value>>, DbErr> {
    let mut position = offset as i64;
    let mut rows = Vec::new();
    for chunk in bytes.chunks(CHUNK) {
        let packed = zstd::bulk::compress(chunk, LEVEL)
            .map_err(|error| DbErr::Custom(format!("compressing a log failed: {error}")))?;
        rows.push(vec![version.into(), position.into(), (chunk.len() as i32).into(), packed.into()]);
        position += chunk.len() as i64;
    }
    Ok(rows)
}

/// Appends the raw bytes of the chunk at `position`, which belong at `place` of what is being put together.
pub(super) fn unpack(
    version: i64,
    position: i64,
    place: i64,
    length: i32,
    packed: &[u8],
    into: &mut Vec<u8>,
) -> Result<(), DbErr> {
    let wrong = |what: String| DbErr::Custom(format!("contenu_log (version {version}, position {position}): {what}"));
    let length = usize::try_from(length)
        .ok()
        .filter(|length| *length <= LARGEST)
        .ok_or_else(|| wrong(format!("no length: {length}")))?;
    if into.len() as i64 != place {
        return Err(wrong("a chunk before it is missing".to_owned()));
    }
    let raw = zstd::bulk::decompress(packed, length).map_err(|error| wrong(error.to_string()))?;
    if raw.len() != length {
        return Err(wrong(format!("holds {} bytes instead of {length}", raw.len())));
    }
    into.extend_from_slice(&raw);
    Ok(())
}
