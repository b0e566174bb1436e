//! A server between the program and PostgreSQL that counts the statements of requests.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What was counted so far.
#[derive(Clone, Default)]
pub(super) struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub(super) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Another address of the same database.
pub(super) async fn before(url: &str) -> (String, Counter) {
    let (user, rest) = url.split_once('@').unwrap();
    let (server, database) = rest.split_once('/').unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("{user}@{}/{database}?sslmode=disable", listener.local_addr().unwrap());
    let (counter, server) = (Counter::default(), server.to_owned());
    let told = counter.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect(&server).await.unwrap();
            tokio::spawn(pass_on(client, server, told.clone()));
        }
    });
    (url, counter)
}

/// Passes messages on. Connections for requests say at their beginning how long a statement may take; those of the background do
/// not, and do not count.
async fn pass_on(client: TcpStream, server: TcpStream, counter: Counter) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    let mut for_requests = None;
    loop {
        // Only the first message has no letter before its length.
        let mut head = vec![0; if for_requests.is_none() { 4 } else { 5 }];
        if from_client.read_exact(&mut head).await.is_err() {
            return;
        }
        let length = head.last_chunk::<4>().map(|length| u32::from_be_bytes(*length)).unwrap();
        let mut body = vec![0; length as usize - 4];
        if from_client.read_exact(&mut body).await.is_err() {
            return;
        }
        match for_requests {
            None => for_requests = Some(body.windows(17).any(|part| part == b"statement_timeout")),
            Some(true) if matches!(head.first(), Some(b'E' | b'Q')) => drop(counter.0.fetch_add(1, Ordering::SeqCst)),
            Some(_) => {}
        }
        if to_server.write_all(&[head, body].concat()).await.is_err() {
            return;
        }
    }
}
