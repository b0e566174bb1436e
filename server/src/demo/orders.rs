//! An ERP that never was: orders that are planned, produced and delivered as days go by.

use super::chance;
use async_trait::async_trait;
use atelier_application::ports::erp::{ErpError, FetchedOrders, OrderSource};
use atelier_domain::order::{Accessory, Operation, Order, OrderKey, OrderNote, Selection};
use atelier_domain::time::{Instant, PlantZone};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

/// An order is there for so many days after it was planned.
const KEPT: u32 = 60;

const SITES: [&str; 8] = [
    "Résidence du Parc",
    "École élémentaire",
    "Maison individuelle",
    "Lotissement Les Chênes",
    "Immeuble République",
    "Salle des fêtes",
    "Gîte rural",
    "Crèche municipale",
];

const ARTICLES: [(&str, &str); 5] = [
    ("VR-137", "Coffre de volet roulant 137 mm"),
    ("VR-165", "Coffre de volet roulant 165 mm"),
    ("VR-LAME40", "Tablier, lame aluminium 40 mm"),
    ("SOP-24", "Moteur 24 Nm, commande radio"),
    ("S P 12", "Sangle et enrouleur"),
];

const STEPS: [(&str, &str); 4] =
    [("10", "Débit"), ("20", "Soudure"), ("30", "Assemblage"), ("40", "Contrôle et emballage")];

/// The ERP of the demonstration.
pub(crate) struct DemoErp {
    zone: PlantZone,
    days: u32,
    seed: u64,
    now: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
}

impl DemoErp {
    /// Orders of the last `days` days, at most of 60, in the plant's time.
    pub(crate) fn new(
        zone: PlantZone,
        days: u32,
        seed: u64,
        now: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
    ) -> Self {
        Self { zone, days: days.min(KEPT), seed, now: Box::new(now) }
    }

    /// The orders that were planned on a date.
    fn planned_on(&self, date: NaiveDate, now: Instant) -> Vec<Order> {
        let mut chance = chance(self.seed, "orders", date);
        let count = chance.random_range(1..=4);
        let day = date.signed_duration_since(NaiveDate::from_ymd_opt(2020, 1, 1).unwrap_or_default()).num_days();
        (0..count).map(|place| self.order(&mut chance, date, (day * 5 + place) as i32, now)).collect()
    }

    fn order(&self, chance: &mut StdRng, date: NaiveDate, number: i32, now: Instant) -> Order {
        let at = |days: u64, minutes: u32| {
            let date = date.checked_add_days(Days::new(days)).unwrap_or(date);
            let time = NaiveTime::from_num_seconds_from_midnight_opt(minutes * 60, 0).unwrap_or_default();
            self.zone.candidates(date.and_time(time)).0
        };
        let planned = at(0, chance.random_range(480..1_080));
        let from_stock = chance.random_bool(0.2);
        let mut operations = Vec::new();
        for (place, (step, description)) in (1..).zip(STEPS) {
            let done = at(place * 2, chance.random_range(360..960));
            let number = if from_stock && place == 1 { format!("{step} VR") } else { step.to_owned() };
            operations.push(Operation {
                number,
                description: Some(description.to_owned()),
                at: Some(done).filter(|done| *done <= now),
                user: Some(done).filter(|done| *done <= now).map(|_| "atelier".to_owned()),
                note: None,
            });
        }
        let finished = operations.iter().all(|operation| operation.at.is_some());
        let begun = operations.iter().any(|operation| operation.at.is_some());
        let status = match (begun, finished) {
            (_, true) => "Terminée",
            (true, false) => "En production",
            (false, _) => "Planifiée",
        };
        let accessories = (1..=chance.random_range(1..=3)).map(|position| {
            let (code, description) = ARTICLES.choose(chance).copied().unwrap_or(("VR-137", ""));
            Accessory {
                position: Some(position),
                code: code.to_owned(),
                description: Some(description.to_owned()),
                quantity: Some(f64::from(chance.random_range(1..=12))),
            }
        });
        let accessories = accessories.collect();
        Order {
            key: OrderKey(format!("DEMO-{number}")),
            number,
            extension: Some("A".to_owned()),
            status: Some(status.to_owned()),
            job_site: SITES.choose(chance).map(|site| (*site).to_owned()),
            customer_number: Some(format!("C{:04}", chance.random_range(1..=400))),
            customer_name: None,
            technician: Some(format!("T{}", chance.random_range(1..=6))),
            price_before_tax: Some(f64::from(chance.random_range(20_000..900_000)) / 100.0),
            accessories,
            operations,
            notes: vec![OrderNote {
                code: Some("PLAN".to_owned()),
                at: Some(planned),
                user: Some("adv".to_owned()),
                text: "cde Planifiée".to_owned(),
            }],
        }
    }
}

#[async_trait]
impl OrderSource for DemoErp {
    async fn fetch(&self, selection: &Selection) -> Result<FetchedOrders, ErpError> {
        let now: Instant = (self.now)().into();
        let today = self.zone.local(now).date();
        let dates = (0..=u64::from(self.days)).filter_map(|ago| today.checked_sub_days(Days::new(ago)));
        let planned = |order: &Order| order.planned_at().is_some_and(|planned| planned <= now);
        let wanted = |order: &Order| {
            order.accessories.iter().any(|accessory| selection.wants_accessory(&accessory.code))
                && order.notes.iter().any(|note| selection.wants_note(&note.text))
        };
        let orders: Vec<Order> =
            dates.flat_map(|date| self.planned_on(date, now)).filter(|order| planned(order) && wanted(order)).collect();
        let count = u32::try_from(orders.len()).unwrap_or(u32::MAX);
        Ok(FetchedOrders { orders: Box::new(orders.into_iter()), count, failed: Vec::new(), left_out: Vec::new() })
    }

    async fn check(&self) -> Result<Vec<String>, ErpError> {
        Ok(Vec::new())
    }
}
