//! Removing what is old.

use super::ingest_store::StoredVersion;
use super::store_error::StoreResult;
use async_trait::async_trait;
use atelier_domain::ids::{MachineId, SessionId, VersionId};
use atelier_domain::time::{Instant, ProductionDay};
use futures_util::stream::BoxStream;

/// How many rows of each kind a session holds, as far as they can be removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DetailCounts {
    /// Pieces.
    pub pieces: u64,
    /// Bars. One that pieces of other sessions came from, or may still come from, is not removed and not counted.
    pub jobs: u64,
    /// Waits.
    pub waits: u64,
    /// Stops.
    pub stops: u64,
}

impl DetailCounts {
    /// Rows of any kind.
    pub fn total(self) -> u64 {
        self.pieces + self.jobs + self.waits + self.stops
    }
}

impl std::ops::AddAssign for DetailCounts {
    fn add_assign(&mut self, other: Self) {
        self.pieces += other.pieces;
        self.jobs += other.jobs;
        self.waits += other.waits;
        self.stops += other.stops;
    }
}

/// A stored content as far as it matters for removing its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeingContent {
    /// Itself.
    pub version: StoredVersion,
    /// When its file was last read.
    pub read_at: Instant,
    /// Whether its file has no more than a part of it now.
    pub shortened: bool,
    /// Whether it came with lines of days that were no longer derived.
    pub late: bool,
}

/// The rows of a session's details, each as one JSON object that names its table.
pub type DetailRows = BoxStream<'static, StoreResult<String>>;

/// Stored sessions and contents, of which details and bytes can be removed. Each removal is one transaction.
#[cfg_attr(feature = "mocks", mockall::automock)]
#[async_trait]
pub trait RetentionStore: Send + Sync {
    /// The complete sessions of a machine, of days before `before`, whose details were not removed: by day, those after
    /// `after`, at most `limit`.
    async fn sessions_with_details(
        &self,
        machine: MachineId,
        before: ProductionDay,
        after: Option<ProductionDay>,
        limit: u32,
    ) -> StoreResult<Vec<(SessionId, ProductionDay)>>;

    /// What [`remove_details`](Self::remove_details) would remove.
    async fn count_details(&self, session: SessionId) -> StoreResult<DetailCounts>;

    /// All details of a session, also bars that stay.
    fn details(&self, session: SessionId) -> DetailRows;

    /// Removes the details of a session that is complete, and notes when; its figures and anomalies stay. Nothing happens to
    /// one whose details were removed already.
    async fn remove_details(&self, session: SessionId, now: Instant) -> StoreResult<DetailCounts>;

    /// All contents of a machine, those whose bytes were removed too.
    async fn ageing_contents(&self, machine: MachineId) -> StoreResult<Vec<AgeingContent>>;

    /// Removes the bytes of a content that has `length` of them, and notes when, their digest, and the first and the last day
    /// that are never derived again. False when that is not how it is stored.
    async fn remove_bytes(
        &self,
        version: VersionId,
        length: u64,
        digest: &str,
        frozen: Option<(ProductionDay, ProductionDay)>,
        now: Instant,
    ) -> StoreResult<bool>;
}
