//! Room for what does not fit into memory, for as long as it is needed.

use async_trait::async_trait;

/// Why there is no room: one plain sentence with the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ScratchError(pub String);

/// Gives room.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait Scratch: Send + Sync {
    /// An empty sheet. It goes away when it is dropped, or when the program ends, however that ends.
    async fn sheet(&self) -> Result<Box<dyn Sheet>, ScratchError>;
}

/// Bytes that are written once and read again.
#[async_trait]
pub trait Sheet: Send + Sync + std::fmt::Debug {
    /// Adds bytes to the end.
    async fn append(&mut self, bytes: &[u8]) -> Result<(), ScratchError>;

    /// At most `length` bytes from `offset` on; fewer where it ends.
    async fn read(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, ScratchError>;
}
