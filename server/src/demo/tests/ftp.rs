use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, TimeZone};
use chrono_tz::Europe::Paris;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;

use super::super::DemoPlant;
use super::super::generator::day;
use super::super::machines::MACHINES;
use super::super::shifts::Hours;
use super::{at, date};

/// Just enough of an FTP client.
struct Client(BufReader<TcpStream>);

impl Client {
    async fn connect(plant: &DemoPlant) -> Self {
        let stream = TcpStream::connect(plant.ftp_addr()).await.unwrap();
        let mut client = Self(BufReader::new(stream));
        client.answer().await;
        client.command("USER anonymous").await;
        assert!(client.command("PASS x").await.starts_with("230"));
        client.command("TYPE I").await;
        client
    }

    async fn command(&mut self, command: &str) -> String {
        let line = format!("{command}\r\n");
        self.0.get_mut().write_all(line.as_bytes()).await.unwrap();
        self.answer().await
    }

    async fn answer(&mut self) -> String {
        let mut line = String::new();
        while line.as_bytes().get(3) != Some(&b' ') {
            line.clear();
            assert!(self.0.read_line(&mut line).await.unwrap() > 0, "gone");
        }
        line
    }

    async fn retrieve(&mut self, path: &str, from: usize) -> Vec<u8> {
        let passive = self.command("PASV").await;
        let numbers: Vec<u16> =
            passive.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
        let port = numbers[5] * 256 + numbers[6];
        let mut data = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        self.command(&format!("REST {from}")).await;
        self.command(&format!("RETR {path}")).await;
        let mut content = Vec::new();
        data.read_to_end(&mut content).await.unwrap();
        self.answer().await;
        content
    }
}

#[tokio::test]
async fn today_is_served_while_it_is_written() {
    let root = tempfile::tempdir().unwrap();
    let begun = Paris.from_local_datetime(&at("2025-06-17T14:00:00")).unwrap().timestamp();
    let clock = Arc::new(AtomicI64::new(begun));
    let shown = Arc::clone(&clock);
    let now = move || DateTime::from_timestamp(shown.load(Ordering::Relaxed), 0).unwrap();
    let mut plant = DemoPlant::start(root.path(), Paris, 2, 7, now).await.unwrap();

    let path = "/DEM12 (PVC)/20250617.LOG";
    let mut client = Client::connect(&plant).await;
    let before = client.retrieve(path, 0).await;
    let whole = day(7, &MACHINES[0], date("2025-06-17"), Hours::live(5));
    assert_eq!(before, whole.until(at("2025-06-17T14:00:00")));

    plant.spawn_writer(&CancellationToken::new());
    clock.fetch_add(TimeDelta::hours(1).num_seconds(), Ordering::Relaxed);
    let mut more = Vec::new();
    while before.len() + more.len() < whole.until(at("2025-06-17T15:00:00")).len() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        more = client.retrieve(path, before.len()).await;
    }
    assert_eq!([before, more].concat(), whole.until(at("2025-06-17T15:00:00")));

    // With a session open: it is ended, not waited for.
    let address = plant.ftp_addr();
    tokio::time::timeout(Duration::from_secs(5), plant.shutdown()).await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
