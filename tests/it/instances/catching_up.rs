//! Clients that come late, leave, come again, or do not listen for a while: no gap, no repeat.

use super::writers::Writer;
use super::{CREATED, Two, UPDATED, id};
use crate::harness::database::Database;
use crate::harness::graphql::{Client, Received};
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::watch;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Created,
    Updated,
}

/// What a client was told: (id, revision), in the order it was.
type Told = Vec<(i64, i64)>;

/// A client that follows from the beginning, leaves at random and goes on from its position, until `last` is reached.
async fn follow(client: Client, kind: Kind, seed: u64, mut last: watch::Receiver<Option<i64>>) -> Told {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut told = Told::new();
    let mut position = 0;
    loop {
        let mut socket = client.connect().await.acknowledged().await;
        let (document, after) = match kind {
            Kind::Created => (CREATED, json!(position.to_string())),
            Kind::Updated => (UPDATED, json!(position)),
        };
        socket.subscribe("s", document, json!({"after": after})).await;
        let mut stays = rng.random_range(1..40);
        while stays > 0 {
            if last.borrow_and_update().is_some_and(|last| position >= last) {
                return told;
            }
            match socket.receive(Duration::from_millis(250)).await {
                Received::Message(message) if message["type"] == "next" => {
                    let data = &message["payload"]["data"];
                    let session = if kind == Kind::Created { &data["sessionCreated"] } else { &data["sessionUpdated"] };
                    let (id, revision) = (id(session), session["revision"].as_i64().unwrap());
                    position = if kind == Kind::Created { id } else { revision };
                    told.push((id, revision));
                    stays -= 1;
                }
                Received::Nothing => {}
                other => panic!("{other:?}"),
            }
        }
    }
}

/// The revision of each session, by id.
fn stored(database: &Database) -> BTreeMap<i64, i64> {
    let Database::Postgres(database) = database else { unreachable!("it has two instances") };
    let rows = database.sql("SELECT id, revision FROM session_production");
    rows.iter()
        .map(|row| row.split_once('|').unwrap())
        .map(|(id, revision)| (id.parse().unwrap(), revision.parse().unwrap()))
        .collect()
}

fn check(kind: Kind, told: &Told) {
    let place = |&(id, revision): &(i64, i64)| if kind == Kind::Created { id } else { revision };
    assert!(told.is_sorted_by(|one, next| place(one) < place(next)), "{kind:?}: a repeat, or out of order: {told:?}");
}

/// Who follows both has each session once as a new one, and in the end each as it is stored.
fn check_both(created: &Told, updated: &Told, stored: &BTreeMap<i64, i64>) {
    check(Kind::Created, created);
    check(Kind::Updated, updated);
    assert!(created.iter().map(|(id, _)| id).eq(stored.keys()), "a gap: {created:?} of {stored:?}");
    let mut latest: BTreeMap<i64, i64> = created.iter().copied().collect();
    for (id, revision) in updated {
        let known = latest.entry(*id).or_default();
        *known = (*known).max(*revision);
    }
    assert_eq!(latest, *stored, "a state was missed");
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_that_come_and_go_miss_nothing_while_writers_commit_at_once() {
    let Some(two) = Two::start().await else { return };
    let clients = two.clients().await;
    let (end, last) = watch::channel(None);
    let (end_created, last_created) = watch::channel(None);
    let mut followers = Vec::new();
    for seed in 0..6 {
        let client = clients[seed % 2].clone();
        let (kind, last) = if seed < 3 { (Kind::Created, last_created.clone()) } else { (Kind::Updated, last.clone()) };
        followers.push((kind, tokio::spawn(follow(client, kind, seed as u64, last))));
    }
    let url = two.database.url();
    let mut writers = Vec::new();
    for number in 0..4 {
        writers.push(tokio::spawn(Writer::new(&url, number).await.work(20)));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let stored = stored(&two.database);
    assert!(stored.len() > 60, "{}", stored.len());
    end.send(stored.values().max().copied()).unwrap();
    end_created.send(stored.keys().max().copied()).unwrap();
    let (mut created, mut updated) = (Vec::new(), Vec::new());
    for (kind, follower) in followers {
        let told = tokio::time::timeout(Duration::from_mins(1), follower);
        let told = told.await.expect("a follower waits for ever").unwrap();
        if kind == Kind::Created { created.push(told) } else { updated.push(told) }
    }
    for (created, updated) in created.iter().zip(&updated) {
        check_both(created, updated, &stored);
    }
}

/// Each session changed after it was new, so that who follows changes alone has all of them.
fn check_all(updated: &Told, stored: &BTreeMap<i64, i64>) {
    check(Kind::Updated, updated);
    assert_eq!(updated.iter().copied().collect::<BTreeMap<_, _>>(), *stored, "a state was missed");
}

/// A client that takes nothing for so long is cut.
const SLOW: Duration = Duration::from_secs(10);

/// Reads nothing for `pause`, then everything; goes on from its position should the server have cut it. Gives what it was
/// told and how often it was cut.
async fn dawdle(client: Client, pause: Duration, mut last: watch::Receiver<Option<i64>>) -> (Told, u32) {
    // 40 kB a session, so that the sockets' buffers hold few of them.
    let long = "x".repeat(40_000);
    let document =
        format!("subscription($after: Long) {{ sessionUpdated(afterRevision: $after) {{ id revision {long}: id }} }}");
    let (mut told, mut cuts, mut position) = (Told::new(), 0, 0);
    loop {
        let mut socket = client.connect().await.acknowledged().await;
        socket.subscribe("s", &document, json!({"after": position})).await;
        if cuts == 0 {
            if pause > SLOW {
                // Counted from when there is nothing more to come: until then it may not have been slow.
                last.wait_for(Option::is_some).await.unwrap();
            }
            tokio::time::sleep(pause).await;
        }
        loop {
            match socket.receive(Duration::from_millis(250)).await {
                Received::Message(message) if message["type"] == "next" => {
                    let session = &message["payload"]["data"]["sessionUpdated"];
                    position = session["revision"].as_i64().unwrap();
                    told.push((id(session), position));
                }
                Received::Nothing if last.borrow_and_update().is_some_and(|last| position >= last) => {
                    return (told, cuts);
                }
                Received::Nothing => {}
                Received::Closed(_) => break,
                Received::Message(other) => panic!("{other}"),
            }
        }
        cuts += 1;
        assert!(cuts < 20, "cut again and again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_listen_for_a_while_misses_nothing() {
    let Some(two) = Two::start().await else { return };
    let clients = two.clients().await;
    let (end, last) = watch::channel(None);
    let patient = tokio::spawn(dawdle(clients[0].clone(), Duration::from_secs(4), last.clone()));
    let cut = tokio::spawn(dawdle(clients[1].clone(), SLOW + Duration::from_secs(2), last));
    tokio::time::sleep(Duration::from_millis(300)).await;
    // 1,440 announcements, more than wait for a slow subscription.
    let mut writers = Vec::new();
    for number in 0..3 {
        let mut writer = Writer::new(&two.database.url(), number).await;
        writers.push(tokio::spawn(async move {
            for _ in 0..6 {
                writer.write_days(80).await;
            }
        }));
    }
    for writer in writers {
        writer.await.unwrap();
    }
    let stored = stored(&two.database);
    assert_eq!(stored.len(), 240);
    end.send(stored.values().max().copied()).unwrap();
    let ended = async |task| tokio::time::timeout(Duration::from_mins(1), task).await.expect("waits for ever");
    let (told, _) = ended(patient).await.unwrap();
    check_all(&told, &stored);
    let (told, cuts) = ended(cut).await.unwrap();
    check_all(&told, &stored);
    assert!(cuts > 0, "a client that takes nothing for so long is cut");
    let _: Value = clients[0].query("{ me { username } }", json!({})).await;
}
