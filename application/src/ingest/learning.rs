//! What a machine's days teach: the learned cycle time of each, and how far a change of it reaches.

use crate::ports::ingest_store::IngestUnit;
use crate::ports::store_error::StoreResult;
use atelier_domain::kpi::reference_cycle::{CycleSource, CycleSpread, LEARNED_OVER_DAYS, Learned};
use atelier_domain::session::{Assessment, Details, Inputs, Session, SpreadBuilder, assess, assessment_anomaly};
use atelier_domain::time::{PlantZone, ProductionDay};
use chrono::Days;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

type Stretch = RangeInclusive<ProductionDay>;

/// The net cycle times of the days around those that are derived: as stored, but for the days that were derived since.
#[derive(Default)]
pub(super) struct Learning {
    stored: BTreeMap<ProductionDay, CycleSpread>,
    derived: BTreeMap<ProductionDay, CycleSpread>,
    /// The stored days that are known here.
    known: Option<Stretch>,
    /// The days that were derived: nothing that is stored of them counts any more.
    done: BTreeSet<ProductionDay>,
}

fn before(day: ProductionDay, days: u64) -> ProductionDay {
    ProductionDay(day.0.checked_sub_days(Days::new(days)).unwrap_or(day.0))
}

fn after(day: ProductionDay, days: u64) -> ProductionDay {
    ProductionDay(day.0.checked_add_days(Days::new(days)).unwrap_or(day.0))
}

impl Learning {
    /// Reads what the days of a stretch learn from, and what is stored of the stretch itself: that counts no more, be nothing
    /// left of a day.
    pub(super) async fn look_back(&mut self, unit: &mut dyn IngestUnit, stretch: &Stretch) -> StoreResult<()> {
        self.done.extend(days(stretch.clone()));
        self.know(unit, before(*stretch.start(), LEARNED_OVER_DAYS)..=*stretch.end()).await
    }

    async fn know(&mut self, unit: &mut dyn IngestUnit, wanted: Stretch) -> StoreResult<()> {
        if self.known.as_ref().is_some_and(|known| known.contains(wanted.start()) && known.contains(wanted.end())) {
            return Ok(());
        }
        let from = self.known.as_ref().map_or(*wanted.start(), |known| (*known.start()).min(*wanted.start()));
        let to = self.known.as_ref().map_or(*wanted.end(), |known| (*known.end()).max(*wanted.end()));
        self.stored = unit.cycle_spreads(from..=to).await?;
        self.known = Some(from..=to);
        Ok(())
    }

    /// What a day learned from those before it.
    pub(super) fn of(&self, day: ProductionDay) -> Option<Learned> {
        let window = before(day, LEARNED_OVER_DAYS)..day;
        let stored = self.stored.range(window.clone()).filter(|(day, _)| !self.done.contains(day));
        Learned::from_spreads(stored.chain(self.derived.range(window)).map(|(_, spread)| spread))
    }

    /// Figures of a session, whose net cycle times these are; a later one of the same stretch learns from them.
    pub(super) fn assess(
        &mut self,
        session: &Session,
        zone: PlantZone,
        inputs: &Inputs,
        cycles: CycleSpread,
    ) -> Assessment {
        let learned = self.of(session.day);
        let trs = assess(session, zone, inputs, learned);
        self.derived.insert(session.day, cycles.clone());
        // Figures that do not use it do not depend on it.
        let learned = learned.filter(|_| trs.cycle_source >= CycleSource::Learned);
        Assessment { trs, cycles, learned }
    }

    /// The days after a stretch, which was derived, whose learned cycle time is another one now.
    pub(super) async fn reached(
        &mut self,
        unit: &mut dyn IngestUnit,
        stretch: &Stretch,
    ) -> StoreResult<BTreeSet<ProductionDay>> {
        let (from, to) = (*stretch.start(), *stretch.end());
        let none = CycleSpread::default();
        let differs = |day: &ProductionDay| {
            let (stored, derived) = (self.stored.get(day), self.derived.get(day));
            stored.unwrap_or(&none) != derived.unwrap_or(&none)
        };
        let mut changes = days(from..=to).filter(differs);
        let Some(first) = changes.next() else { return Ok(BTreeSet::new()) };
        let last = changes.next_back().unwrap_or(first);
        let reach = to.next()..=after(last, LEARNED_OVER_DAYS);
        let learned = if reach.is_empty() { BTreeMap::new() } else { unit.learned(reach).await? };
        let Some((latest, _)) = learned.last_key_value() else { return Ok(BTreeSet::new()) };
        self.know(unit, before(from, LEARNED_OVER_DAYS)..=*latest).await?;
        let outdated = |(day, stored): (ProductionDay, _)| {
            (self.of(day).map(|learned| learned.cycle) != stored && !self.done.contains(&day)).then_some(day)
        };
        Ok(learned.into_iter().filter_map(outdated).collect())
    }
}

fn days(stretch: Stretch) -> impl DoubleEndedIterator<Item = ProductionDay> {
    let (from, to) = stretch.into_inner();
    let count = u64::try_from((to.0 - from.0).num_days() + 1).unwrap_or(0);
    (0..count).map(move |days| after(from, days))
}

/// Figures of sessions whose details are all here; adds the anomaly that these show to them.
pub(super) fn assess_whole(
    learning: &mut Learning,
    zone: PlantZone,
    inputs: &Inputs,
    session: &Session,
    details: &mut Details,
) -> Assessment {
    let mut spread = SpreadBuilder::default();
    spread.add(&details.pieces);
    let assessment = learning.assess(session, zone, inputs, spread.build());
    if let Some(anomaly) = assessment_anomaly(session, &assessment.trs) {
        let place = details.anomalies.partition_point(|other| {
            (other.at, other.kind, other.source) <= (anomaly.at, anomaly.kind, anomaly.source)
        });
        details.anomalies.insert(place, anomaly);
    }
    assessment
}
