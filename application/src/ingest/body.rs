//! A content on its way into the store: in memory, or too large for it.

use crate::ports::ingest_store::IngestUnit;
use crate::ports::scratch::{Scratch, ScratchError, Sheet};
use crate::ports::store_error::{StoreError, StoreResult};
use atelier_domain::ids::VersionId;

/// Bytes that came from the source.
#[derive(Debug)]
pub(super) enum Gathered {
    Memory(Vec<u8>),
    Sheet(Box<dyn Sheet>, u64),
}

impl Gathered {
    pub(super) fn length(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Sheet(_, length) => *length,
        }
    }

    /// Adds bytes; from more than `room` of them on they lie on a sheet.
    pub(super) async fn add(&mut self, bytes: &[u8], room: usize, scratch: &dyn Scratch) -> Result<(), ScratchError> {
        if let Self::Memory(before) = self {
            if before.len() + bytes.len() <= room {
                before.extend_from_slice(bytes);
                return Ok(());
            }
            let mut sheet = scratch.sheet().await?;
            sheet.append(before).await?;
            *self = Self::Sheet(sheet, before.len() as u64);
        }
        if let Self::Sheet(sheet, length) = self {
            sheet.append(bytes).await?;
            *length += bytes.len() as u64;
        }
        Ok(())
    }

    async fn read(&mut self, offset: u64, length: usize) -> StoreResult<Vec<u8>> {
        match self {
            Self::Memory(bytes) => {
                let rest = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..)).unwrap_or_default();
                Ok(rest.get(..length).unwrap_or(rest).to_vec())
            }
            Self::Sheet(sheet, _) => {
                sheet.read(offset, length).await.map_err(|error| StoreError::Transient(error.to_string()))
            }
        }
    }
}

/// The present content of a file: what is stored of it already, if anything, and what follows.
#[derive(Debug)]
pub(super) struct Body {
    /// A stored version and how much of it.
    pub(super) stored: Option<(VersionId, u64)>,
    pub(super) rest: Gathered,
}

impl Body {
    /// Of what is stored and no more.
    pub(super) fn of_stored(stored: Option<(VersionId, u64)>) -> Self {
        Self { stored, rest: Gathered::Memory(Vec::new()) }
    }

    fn stored_length(&self) -> u64 {
        self.stored.map_or(0, |(_, length)| length)
    }

    pub(super) fn length(&self) -> u64 {
        self.stored_length() + self.rest.length()
    }

    /// At most `length` bytes from `offset` on; fewer where it ends, or where what is stored ends.
    pub(super) async fn read(&mut self, unit: &mut dyn IngestUnit, offset: u64, length: usize) -> StoreResult<Vec<u8>> {
        let stored_length = self.stored_length();
        if let Some((version, _)) = self.stored.filter(|_| offset < stored_length) {
            let left = usize::try_from(stored_length - offset).unwrap_or(usize::MAX);
            return unit.read_content(version, offset, length.min(left)).await;
        }
        self.rest.read(offset - stored_length, length).await
    }

    /// All of it.
    pub(super) async fn into_memory(mut self, unit: &mut dyn IngestUnit) -> StoreResult<Vec<u8>> {
        let mut bytes = match self.stored {
            Some((version, length)) => {
                let mut bytes = unit.content(version).await?;
                bytes.truncate(usize::try_from(length).unwrap_or(usize::MAX));
                bytes
            }
            None => Vec::new(),
        };
        match &mut self.rest {
            Gathered::Memory(rest) if bytes.is_empty() => bytes = std::mem::take(rest),
            Gathered::Memory(rest) => bytes.extend_from_slice(rest),
            Gathered::Sheet(sheet, length) => {
                let rest = sheet.read(0, usize::try_from(*length).unwrap_or(usize::MAX)).await;
                bytes.extend(rest.map_err(|error| StoreError::Transient(error.to_string()))?);
            }
        }
        Ok(bytes)
    }

    /// How many bytes of its beginning are those of a stored version that has `length` bytes.
    pub(super) async fn common(
        &mut self,
        unit: &mut dyn IngestUnit,
        (version, length): (VersionId, u64),
        block: usize,
    ) -> StoreResult<u64> {
        let end = self.length().min(length);
        let mut at = match self.stored {
            Some((stored, known)) if stored == version => known.min(end),
            _ => 0,
        };
        while at < end {
            let wanted = block.min(usize::try_from(end - at).unwrap_or(usize::MAX));
            let ours = self.read(unit, at, wanted).await?;
            let theirs = unit.read_content(version, at, ours.len()).await?;
            let same = ours.iter().zip(&theirs).take_while(|(one, other)| one == other).count();
            at += same as u64;
            if same < ours.len() || ours.is_empty() {
                break;
            }
        }
        Ok(at)
    }
}
