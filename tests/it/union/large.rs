//! Days that hold a great deal.

use super::plant::Plant;
use super::{FOLDER, SMALL};
use crate::harness::database::Database;
use atelier_application::ingest::Room;

/// More anomalies than are compared in memory: pieces while stopped.
fn odd_day(pieces: u32) -> Vec<u8> {
    let mut bytes = b"20250614 00:00:00|@MachineStop\n".to_vec();
    for piece in 0..pieces {
        let (hour, minute, second) = (piece / 3600, piece / 60 % 60, piece % 60);
        bytes.extend(format!("20250614 {hour:02}:{minute:02}:{second:02}|@StukUitgevoerd: {piece}\n").into_bytes());
    }
    bytes
}

async fn many_anomalies(database: fn() -> Option<Database>, room: Room) {
    let (Some(one), Some(other)) = (database(), database()) else { return };
    let path = format!("{FOLDER}/20250614.LOG");
    let late = format!("{FOLDER}/late/20250614.LOG");
    let plant = Plant::open_with(&one, room).await;
    plant.shelf.put(&path, odd_day(10_500));
    plant.sync().await;
    let anomalies = |dump: &str| dump.matches("PieceWhileStopped").count();
    assert_eq!(anomalies(&plant.dump().await), 10_500);
    plant.shelf.put(&path, odd_day(10_600));
    plant.sync().await;
    plant.sync().await;
    assert_eq!(anomalies(&plant.dump().await), 10_600);
    let before = plant.revision().await;
    plant.replay().await;
    assert_eq!(plant.revision().await, before, "deriving again changed something");

    // A late line: the machine was started after all, right after the 7,201st piece.
    plant.shelf.put(&late, b"20250614 02:00:00|@MachineStart\n".to_vec());
    plant.sync().await;
    let clean = Plant::open(&other).await;
    clean.shelf.put(&path, odd_day(10_600));
    clean.shelf.put(&late, b"20250614 02:00:00|@MachineStart\n".to_vec());
    clean.sync().await;
    let dump = clean.dump().await;
    assert_eq!(anomalies(&dump), 7201);
    assert!(plant.dump().await == dump, "what was taken back left a mark");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_many_anomalies_on_sqlite() {
    many_anomalies(|| Some(Database::sqlite()), Room::default()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_of_many_anomalies_in_parts_on_postgres() {
    many_anomalies(Database::postgres, Room { lines: 1000, block: 10_000, ..SMALL }).await;
}
