//! How many statements an answer takes: as many, however many rows there are. A server between the store and PostgreSQL counts
//! them.

use crate::fixture::Fixture;
use atelier_application::ports::decisions::DecisionStore;
use atelier_application::ports::machines::MachineStore;
use atelier_application::ports::sessions::SessionFilter;
use atelier_application::ports::statistics::{StatisticsKey, StatisticsReader};
use atelier_domain::ids::{MachineId, SessionId};
use atelier_domain::time::ProductionDay;
use atelier_store::{Store, StoreOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Passes on what comes, and counts the statements that are to be run.
async fn pass_on(client: TcpStream, server: TcpStream, count: Arc<AtomicUsize>) {
    let (mut client_reads, mut client_writes) = client.into_split();
    let (mut server_reads, mut server_writes) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut server_reads, &mut client_writes).await });
    // The first message has no letter in front of its length, as all others have.
    let mut letters = 0;
    loop {
        let mut head = vec![0; letters + 4];
        if client_reads.read_exact(&mut head).await.is_err() {
            return;
        }
        if letters == 1 && [b'E', b'Q'].contains(&head[0]) {
            count.fetch_add(1, Ordering::SeqCst);
        }
        let length = u32::from_be_bytes(head[letters..].try_into().unwrap()) as usize;
        let mut body = vec![0; length - 4];
        client_reads.read_exact(&mut body).await.unwrap();
        server_writes.write_all(&[head, body].concat()).await.unwrap();
        letters = 1;
    }
}

/// A store whose statements are counted.
async fn counted(url: &str) -> (Store, Arc<AtomicUsize>) {
    let (user, rest) = url.split_once('@').unwrap();
    let (server, database) = rest.split_once('/').unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{user}@{}/{database}?sslmode=disable", listener.local_addr().unwrap());
    let (count, server) = (Arc::new(AtomicUsize::new(0)), server.to_owned());
    let counter = count.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(pass_on(client, server, counter.clone()));
        }
    });
    (Store::connect(&url, StoreOptions { pool_size: Some(1), ..StoreOptions::default() }).await.unwrap(), count)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_do_not_grow_with_rows() {
    let Some(fixture) = Fixture::postgres().await else { return };
    let (store, count) = counted(&fixture.url).await;
    let mut before: Option<Vec<usize>> = None;
    let mut sessions = Vec::new();
    for machine in 1..=12 {
        fixture.machine(machine, &format!("M{machine}"), "PVC").await;
        for day in 1..=9 {
            let id = machine * 10 + day;
            fixture.session(id, machine, &format!("2025-05-0{day}"), 9, 1_000, 500).await;
            sessions.push(SessionId(id));
        }
        fixture.sql("UPDATE session_production SET arrets_requis = 1, arrets_par_motif = '{\"PANNE\":[5,1]}'").await;
        if ![1, 12].contains(&machine) {
            continue;
        }
        let machines: Vec<_> = (1..=machine).map(MachineId).collect();
        let days = ProductionDay("2025-05-01".parse().unwrap())..=ProductionDay("2025-05-09".parse().unwrap());
        let keys = [StatisticsKey::Machine, StatisticsKey::Date];
        let mut each = Vec::new();
        for what in 0..7 {
            let already = count.load(Ordering::SeqCst);
            match what {
                0 => assert_eq!(
                    store.statistics(&SessionFilter::default(), &keys, true, 99_999).await.unwrap().len(),
                    sessions.len()
                ),
                1 => drop(store.statistics(&SessionFilter::default(), &keys, false, 99_999).await.unwrap()),
                2 => drop(store.calendars(&machines).await.unwrap()),
                3 => drop(store.given_cycles(&machines).await.unwrap()),
                4 => drop(store.recent_cycles(&machines, days.clone()).await.unwrap()),
                5 => drop(store.scrap(&sessions).await.unwrap()),
                _ => assert_eq!(store.activities(&machines, *days.end()).await.unwrap().len(), machine as usize),
            }
            each.push(count.load(Ordering::SeqCst) - already);
        }
        if let Some(before) = &before {
            assert_eq!(*before, each);
        }
        before = Some(each);
    }
    assert_eq!(before, Some(vec![2, 1, 1, 1, 1, 1, 1]));
}
