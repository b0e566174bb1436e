//! Learned cycle times follow late data.

use super::{FOLDER, pieces};
use crate::harness::database::Database;
use crate::harness::on_both;
use crate::union::plant::Plant;
use atelier_application::ingest::{AskedBy, Exclusions, Room};
use atelier_application::ports::ingest_store::IngestStore as _;
use atelier_application::ports::machines::{MachineFilter, MachineStore as _};
use atelier_application::ports::sessions::{
    SessionFilter, SessionOrder, SessionOrderField, SessionReader as _, SessionSummary, Window,
};
use atelier_domain::kpi::reference_cycle::CycleSource;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use std::collections::BTreeMap;
use std::sync::Arc;

on_both!(
    any_order => any_order_ends_like_one_import_on_sqlite, any_order_ends_like_one_import_on_postgres;
    a_late_file => a_late_file_teaches_later_days_on_sqlite, a_late_file_teaches_later_days_on_postgres;
    a_file_that_is_set_aside => what_is_set_aside_teaches_nothing_on_sqlite, what_is_set_aside_teaches_nothing_on_postgres;
    a_day_that_vanishes => a_day_that_vanished_teaches_nothing_on_sqlite, a_day_that_vanished_teaches_nothing_on_postgres;
);

/// Room for next to nothing: contents are read in parts.
const SMALL: Room = Room { content: 400, contents: 0, block: 512, lines: 40 };

/// Days with pieces: how many, and how many seconds apart.
const DAYS: [(u32, u32, u32); 9] = [
    (1, 60, 90),
    (2, 130, 70),
    (3, 20, 80),
    (5, 110, 60),
    (6, 1, 1),
    (7, 150, 30),
    (10, 105, 45),
    (11, 90, 20),
    (13, 140, 65),
];

fn files() -> Vec<(String, Vec<u8>)> {
    let file = |(day, count, seconds)| (name(day), pieces(day, count, seconds).into_bytes());
    DAYS.into_iter().map(file).collect()
}

fn name(day: u32) -> String {
    format!("{FOLDER}/202506{day:02}.LOG")
}

/// Whatever rested is finished.
async fn finish(plant: &Plant) {
    plant.pass_hours(48);
    plant.sync().await;
    plant.sync().await;
}

/// Each file in a visit of its own, in this order.
async fn import(plant: &Plant, files: &[(String, Vec<u8>)]) {
    for (path, content) in files {
        plant.shelf.put(path, content.clone());
        plant.sync().await;
    }
    finish(plant).await;
}

async fn sessions(plant: &Plant) -> BTreeMap<String, SessionSummary> {
    let order = SessionOrder { field: SessionOrderField::Date, descending: false };
    let window = Window { limit: 1_000, after: None, before: None, from_end: false };
    let found = plant.store.sessions(&SessionFilter::default(), order, &window).await.unwrap().items;
    found.into_iter().map(|session| (session.day.to_string(), session)).collect()
}

/// Deriving everything again changes nothing.
async fn settled(plant: &Plant) {
    let before = (plant.revision().await, plant.dump().await);
    plant.replay().await;
    assert!(before == (plant.revision().await, plant.dump().await), "deriving again changed something");
    assert_eq!(plant.store.marks().await.unwrap(), []);
}

async fn any_order(first: Database) {
    let database = || match &first {
        Database::Sqlite(_) => Database::sqlite(),
        Database::Postgres(_) => Database::postgres().unwrap(),
    };
    let whole = Plant::open(&first).await;
    for (path, content) in files() {
        whole.shelf.put(&path, content);
    }
    whole.sync().await;
    finish(&whole).await;
    let expected = whole.dump().await;
    settled(&whole).await;
    let learned = sessions(&whole).await;
    let net = |date: &str| (learned[date].trs.cycle_source, learned[date].trs.net_time());
    assert_eq!(net("2025-06-02"), (CycleSource::None, None), "59 net cycle times are too few");
    assert_eq!(net("2025-06-03"), (CycleSource::Learned, Some(20.0 * 70_000.0)), "those of two days are enough");
    assert_eq!(net("2025-06-11"), (CycleSource::Learned, Some(90.0 * 30_000.0)));

    let mut orders = vec![files(), files().into_iter().rev().collect()];
    for seed in 0..2 {
        let mut files = files();
        files.shuffle(&mut StdRng::seed_from_u64(seed));
        orders.push(files);
    }
    for (number, files) in orders.into_iter().enumerate() {
        let database = database();
        let plant = Plant::open_with(&database, if number % 2 == 0 { Room::default() } else { SMALL }).await;
        import(&plant, &files).await;
        let names: Vec<_> = files.iter().map(|(path, _)| path).collect();
        let found = plant.dump().await;
        assert!(found == expected, "in the order {names:?}\n{found}\nnot\n{expected}");
        settled(&plant).await;
    }
}

async fn a_late_file(database: Database) {
    let plant = Plant::open(&database).await;
    let (late, early): (Vec<_>, Vec<_>) = files().into_iter().partition(|(path, _)| *path == name(7));
    import(&plant, &early).await;
    settled(&plant).await;
    let before = sessions(&plant).await;
    let far = pieces(14, 10, 60);
    plant.shelf.put(&name(14), far.into_bytes());
    plant.sync().await;
    plant.shelf.put(&name(7), late[0].1.clone());
    plant.sync().await;
    let after = sessions(&plant).await;
    let net = |of: &BTreeMap<String, SessionSummary>, date: &str| {
        of[date].trs.net_time().unwrap() / f64::from(of[date].observed.pieces)
    };
    for date in ["2025-06-10", "2025-06-11"] {
        assert_eq!(after[date].trs.cycle_source, CycleSource::Learned, "{date}");
        assert!(net(&after, date) < net(&before, date), "{date} learns from 7 June");
        assert!(after[date].revision > before[date].revision, "{date}");
    }
    for date in ["2025-06-01", "2025-06-02", "2025-06-03", "2025-06-05", "2025-06-06", "2025-06-13"] {
        assert_eq!(after[date], before[date], "what comes before stays, and what learns the same");
    }
    settled(&plant).await;

    // Late lines at the end of a file that was finished.
    let more = plant.shelf.content(&name(2)).unwrap();
    plant.shelf.put(&name(2), [more, pieces(2, 160, 10).into_bytes()].concat());
    plant.sync().await;
    let again = sessions(&plant).await;
    assert!(net(&again, "2025-06-03") < net(&after, "2025-06-03"));
    finish(&plant).await;
    settled(&plant).await;
}

async fn a_file_that_is_set_aside(database: Database) {
    let plant = Plant::open(&database).await;
    import(&plant, &[4, 5, 9].map(|day| (name(day), pieces(day, if day == 4 { 120 } else { 9 }, 75).into_bytes())))
        .await;
    let before = plant.dump().await;
    let sources = async || {
        let found = sessions(&plant).await;
        found.into_iter().map(|(date, session)| (date, session.trs.cycle_source)).collect::<Vec<_>>()
    };
    let (fifth, ninth) = ("2025-06-05".to_owned(), "2025-06-09".to_owned());
    let taught = [
        ("2025-06-04".to_owned(), CycleSource::None),
        (fifth.clone(), CycleSource::Learned),
        (ninth.clone(), CycleSource::Learned),
    ];
    assert_eq!(sources().await, taught);
    let store = Arc::new(plant.store.clone());
    let exclusions = Exclusions::new(plant.ingest.clone(), store.clone(), store);
    let machine = plant.store.machines(&MachineFilter::default()).await.unwrap()[0].id;
    let versions = plant.store.begin(machine).await.unwrap().versions().await.unwrap();
    let version = versions.iter().find(|version| version.path == name(4)).unwrap().id;
    exclusions.exclude(AskedBy::CommandLine(None), version, "a test").await.unwrap();
    assert_eq!(sources().await, [(fifth, CycleSource::None), (ninth, CycleSource::None)]);
    settled(&plant).await;
    exclusions.include(AskedBy::CommandLine(None), version).await.unwrap();
    assert_eq!(plant.dump().await, before);
    settled(&plant).await;
}

async fn a_day_that_vanishes(database: Database) {
    let plant = Plant::open(&database).await;
    // One file of two days, and another of the second of them.
    let both = [pieces(4, 120, 60), pieces(5, 2, 60)].concat();
    import(&plant, &[(name(4), both.into_bytes()), (name(5), pieces(5, 9, 75).into_bytes())]).await;
    let store = Arc::new(plant.store.clone());
    let exclusions = Exclusions::new(plant.ingest.clone(), store.clone(), store);
    let machine = plant.store.machines(&MachineFilter::default()).await.unwrap()[0].id;
    let versions = plant.store.begin(machine).await.unwrap().versions().await.unwrap();
    let version = versions.iter().find(|version| version.path == name(4)).unwrap().id;
    exclusions.exclude(AskedBy::CommandLine(None), version, "a test").await.unwrap();
    let found = sessions(&plant).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found["2025-06-05"].trs.cycle_source, CycleSource::None);
    settled(&plant).await;
}
