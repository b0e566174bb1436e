//! A unit of work on a machine without any log: it writes down what is asked of it.

use crate::ports::audit::AuditEntry;
use crate::ports::ingest_store::{
    Begun, Exclusion, FileRecord, IngestUnit, NewQualification, NewScrap, Reach, SessionWritten, StoredVersion,
};
use crate::ports::store_error::{StoreError, StoreResult};
use async_trait::async_trait;
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{LogFileId, ScrapId, VersionId};
use atelier_domain::kpi::reference_cycle::CycleSpread;
use atelier_domain::log_file::RejectedLine;
use atelier_domain::session::{Assessment, Carry, Details, Inputs};
use atelier_domain::time::{Instant, ProductionDay};
use atelier_domain::units::Millis;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex};

/// What was asked of a unit.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Asked {
    pub(super) declared: Vec<(ProductionDay, NewScrap)>,
    pub(super) withdrawn: Vec<ScrapId>,
    pub(super) qualified: Vec<(Instant, NewQualification)>,
    pub(super) audited: Vec<AuditEntry>,
    pub(super) derived: Vec<RangeInclusive<ProductionDay>>,
    pub(super) committed: bool,
}

#[derive(Default)]
pub(super) struct Unit {
    pub(super) versions: Vec<StoredVersion>,
    pub(super) inputs: Inputs,
    pub(super) pieces: Option<u32>,
    pub(super) days_of_stop: BTreeSet<ProductionDay>,
    /// Whether a declaration is there to be withdrawn.
    pub(super) has_scrap: bool,
    pub(super) commit_fails: Option<StoreError>,
    pub(super) asked: Arc<Mutex<Asked>>,
}

fn never<T>() -> StoreResult<T> {
    panic!("a decision has no reason to ask for that")
}

#[async_trait]
impl IngestUnit for Unit {
    async fn versions(&mut self) -> StoreResult<Vec<StoredVersion>> {
        Ok(self.versions.clone())
    }

    async fn content(&mut self, _: VersionId) -> StoreResult<Vec<u8>> {
        never()
    }

    async fn read_content(&mut self, _: VersionId, _: u64, _: usize) -> StoreResult<Vec<u8>> {
        never()
    }

    async fn save_file(&mut self, _: &FileRecord) -> StoreResult<LogFileId> {
        never()
    }

    async fn save_rejects(&mut self, _: LogFileId, _: RangeInclusive<u32>, _: &[RejectedLine]) -> StoreResult<()> {
        never()
    }

    async fn add_version(&mut self, _: LogFileId, _: &[u8], _: &Reach) -> StoreResult<VersionId> {
        never()
    }

    async fn append(&mut self, _: VersionId, _: u64, _: &[u8], _: &Reach) -> StoreResult<()> {
        never()
    }

    async fn keep_late(&mut self, _: VersionId) -> StoreResult<()> {
        never()
    }

    async fn save_file_anomaly(
        &mut self,
        _: LogFileId,
        _: AnomalyKind,
        _: Instant,
        _: Option<u32>,
        _: &str,
    ) -> StoreResult<()> {
        never()
    }

    async fn drop_file_anomaly(&mut self, _: LogFileId, _: AnomalyKind) -> StoreResult<()> {
        never()
    }

    async fn note_arrival(&mut self, _: Instant) -> StoreResult<()> {
        never()
    }

    async fn idle_days(&mut self, _: ProductionDay, _: Option<ProductionDay>) -> StoreResult<Vec<ProductionDay>> {
        Ok(Vec::new())
    }

    async fn carry_before(&mut self, _: ProductionDay) -> StoreResult<Carry> {
        Ok(Carry::default())
    }

    async fn next_day(&mut self, _: ProductionDay) -> StoreResult<Option<ProductionDay>> {
        Ok(None)
    }

    async fn save_carries(
        &mut self,
        _: RangeInclusive<ProductionDay>,
        _: &BTreeMap<ProductionDay, Carry>,
    ) -> StoreResult<()> {
        Ok(())
    }

    async fn inputs(&mut self) -> StoreResult<Inputs> {
        Ok(self.inputs.clone())
    }

    async fn cycle_spreads(
        &mut self,
        _: RangeInclusive<ProductionDay>,
    ) -> StoreResult<BTreeMap<ProductionDay, CycleSpread>> {
        Ok(BTreeMap::new())
    }

    async fn learned(
        &mut self,
        _: RangeInclusive<ProductionDay>,
    ) -> StoreResult<BTreeMap<ProductionDay, Option<Millis>>> {
        Ok(BTreeMap::new())
    }

    async fn begin_sessions(
        &mut self,
        days: &[RangeInclusive<ProductionDay>],
        _: Vec<Begun>,
        _: Instant,
    ) -> StoreResult<()> {
        self.asked.lock().unwrap().derived.extend_from_slice(days);
        Ok(())
    }

    async fn add_details(&mut self, _: Vec<(ProductionDay, Details)>) -> StoreResult<()> {
        Ok(())
    }

    async fn end_sessions(&mut self, _: BTreeMap<ProductionDay, Assessment>) -> StoreResult<Vec<SessionWritten>> {
        Ok(Vec::new())
    }

    async fn set_exclusion(&mut self, _: VersionId, _: Option<&Exclusion>) -> StoreResult<()> {
        never()
    }

    async fn declare_scrap(&mut self, day: ProductionDay, scrap: &NewScrap) -> StoreResult<()> {
        self.asked.lock().unwrap().declared.push((day, scrap.clone()));
        Ok(())
    }

    async fn withdraw_scrap(&mut self, id: ScrapId, _: Instant) -> StoreResult<bool> {
        self.asked.lock().unwrap().withdrawn.push(id);
        Ok(self.has_scrap)
    }

    async fn qualify_stop(&mut self, since: Instant, qualification: &NewQualification) -> StoreResult<()> {
        self.asked.lock().unwrap().qualified.push((since, qualification.clone()));
        Ok(())
    }

    async fn days_of_stop(&mut self, _: Instant) -> StoreResult<BTreeSet<ProductionDay>> {
        Ok(self.days_of_stop.clone())
    }

    async fn pieces_of(&mut self, _: ProductionDay) -> StoreResult<Option<u32>> {
        Ok(self.pieces)
    }

    async fn audit(&mut self, entry: &AuditEntry) -> StoreResult<()> {
        self.asked.lock().unwrap().audited.push(entry.clone());
        Ok(())
    }

    async fn commit(self: Box<Self>) -> StoreResult<()> {
        if let Some(error) = self.commit_fails {
            return Err(error);
        }
        self.asked.lock().unwrap().committed = true;
        Ok(())
    }
}
