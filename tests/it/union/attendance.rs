//! Days on which nothing came: told only where it is known that nothing will.

use super::FOLDER;
use super::plant::Plant;
use crate::harness::database::Database;
use atelier_application::ports::sessions::{
    SessionFilter, SessionOrder, SessionOrderField, SessionReader as _, Window,
};
use atelier_application::ports::sync_runs::SyncStatus;
use atelier_domain::session::SessionStatus;

/// Pieces of an hour of a day of June 2025.
fn content(day: u32) -> Vec<u8> {
    (10..40).flat_map(|minute| format!("202506{day} 06:{minute}:00|@StukUitgevoerd: 1\r\n").into_bytes()).collect()
}

fn path(day: u32) -> String {
    format!("{FOLDER}/202506{day}.LOG")
}

/// The days of June 2025 that are sessions although nothing came.
async fn idle(plant: &Plant) -> Vec<String> {
    let order = SessionOrder { field: SessionOrderField::Date, descending: false };
    let window = Window { limit: 10_000, after: None, before: None, from_end: false };
    let sessions = plant.store.sessions(&SessionFilter::default(), order, &window).await.unwrap().items;
    let idle = sessions.iter().filter(|session| session.events == 0);
    idle.inspect(|session| assert_eq!(session.status, SessionStatus::Complete))
        .map(|session| session.day.to_string())
        .collect()
}

fn june(days: impl IntoIterator<Item = u32>) -> Vec<String> {
    days.into_iter().map(|day| format!("2025-06-{day}")).collect()
}

/// A plant that should work each day from the 16th on, and did on the 16th, at noon of the 17th.
async fn plant(database: &Database) -> Plant {
    let plant = Plant::open(database).await;
    plant.decide().await;
    plant.shelf.put(&path(16), content(16));
    plant.pass_hours(48);
    plant.sync().await;
    assert_eq!(idle(&plant).await, june([]));
    plant
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_out_of_use_keeps_the_days_it_lost_and_loses_no_more() {
    let Some(database) = Database::postgres() else { return };
    let Database::Postgres(rows) = &database else { unreachable!() };
    let plant = plant(&database).await;
    let use_it = |active: bool| drop(rows.sql(&format!("UPDATE centre_usinage SET actif = {active}")));
    plant.pass_hours(48);
    plant.sync().await;
    let lost = june([17, 18]);
    assert_eq!(idle(&plant).await, lost);
    use_it(false);
    plant.pass_hours(48);
    plant.sync().await;
    plant.replay().await;
    assert_eq!(idle(&plant).await, lost, "it is out of use since the 19th");
    use_it(true);
    plant.pass_hours(24);
    plant.sync().await;
    plant.replay().await;
    assert_eq!(idle(&plant).await, lost, "since the 22nd it is in use again");
    plant.pass_hours(24);
    plant.sync().await;
    assert_eq!(idle(&plant).await, lost);
    plant.pass_hours(24);
    plant.sync().await;
    assert_eq!(idle(&plant).await, june([17, 18, 23]), "the first whole day");
    plant.replay().await;
    assert_eq!(idle(&plant).await, june([17, 18, 23]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_leaves_open_only_the_days_around_its_date() {
    let database = Database::sqlite();
    let plant = plant(&database).await;
    plant.shelf.put(&path(20), content(20));
    plant.shelf.break_after(&path(20), Some(1));
    plant.pass_hours(24 * 9);
    for _ in 0..3 {
        assert_eq!(plant.run().await.status, SyncStatus::Partial);
        assert_eq!(idle(&plant).await, june([]), "anything may be missing");
    }
    plant.sync().await;
    assert_eq!(idle(&plant).await, june([17, 23, 24, 25]));
    plant.replay().await;
    assert_eq!(idle(&plant).await, june([17, 23, 24, 25]));
    plant.shelf.mend();
    plant.pass_hours(2);
    plant.sync().await;
    assert_eq!(idle(&plant).await, june([17, 18, 19, 21, 22, 23, 24, 25]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_without_a_date_that_cannot_be_read_leaves_all_days_open() {
    let database = Database::sqlite();
    let plant = plant(&database).await;
    let machine = format!("{FOLDER}/MACHINE.LOG");
    plant.shelf.put(&machine, content(18));
    plant.shelf.break_after(&machine, Some(1));
    plant.pass_hours(24 * 4);
    for _ in 0..3 {
        plant.run().await;
    }
    plant.sync().await;
    assert_eq!(idle(&plant).await, june([]));
    plant.shelf.mend();
    plant.pass_hours(2);
    plant.sync().await;
    assert_eq!(idle(&plant).await, june([17, 19, 20]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_of_long_ago_is_warned_of_when_it_makes_many_days_lost() {
    let database = Database::sqlite();
    let plant = Plant::open(&database).await;
    plant.decide_from("2021-01-01").await;
    plant.shelf.put(&format!("{FOLDER}/MACHINE.LOG"), [b"20220101 06:00:00|@Alarm\r\n".to_vec(), content(14)].concat());
    let warned = plant.sync_warned().await;
    let [warning] = &warned[..] else { panic!("{warned:?}") };
    assert!(
        warning.contains("DEM12") && warning.contains("2022-01-01") && warning.contains("`excludeLogVersion`"),
        "{warning}"
    );
    assert_eq!(plant.sync_warned().await, [""; 0]);
}
