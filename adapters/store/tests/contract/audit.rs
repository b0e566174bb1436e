//! Versions that are set aside, the trail of it, and files that leave the server.

use crate::fixture::Fixture;
use atelier_application::ports::audit::{Actor, AuditAction, AuditEntry, AuditLog};
use atelier_application::ports::ingest_store::{
    Exclusion, FileRecord, IngestStore, IngestUnit, KnownFile, Presence, Reach,
};
use atelier_application::ports::log_files::{FileVersion, LogFileReader, VersionExclusion};
use atelier_application::ports::sessions::Window;
use atelier_application::ports::users::{PasswordHash, Role, User, UserStore};
use atelier_domain::ids::{AuditId, LogFileId, MachineId, UserId, VersionId};
use atelier_domain::log_file::{LineCounts, LogFileState};
use atelier_domain::time::{Instant, ProductionDay};
use chrono::NaiveDate;
use std::collections::BTreeMap;

on_both!(exclusions, nothing_without_a_commit, newest_first, leaving_and_coming_back, length_and_age);

const NOW: Instant = Instant(1_748_412_131_007);

async fn user(fixture: &Fixture) -> User {
    fixture.store.add_user("eve", &PasswordHash("x".to_owned()), Role::Admin, NOW).await.unwrap()
}

async fn unit(fixture: &Fixture) -> Box<dyn IngestUnit> {
    fixture.store.begin(MachineId(1)).await.unwrap()
}

/// A file with two versions, the second of which it holds.
async fn two_versions(fixture: &Fixture, path: &str) -> (LogFileId, VersionId, VersionId) {
    let mut unit = unit(fixture).await;
    let record = FileRecord {
        path: path.to_owned(),
        name_date: None,
        state: LogFileState::Complete,
        present: None,
        size: 3,
        consumed: 3,
        modified: Some(NOW.to_utc()),
        read_at: NOW,
        counts: LineCounts::default(),
    };
    let file = unit.save_file(&record).await.unwrap();
    let day = ProductionDay(NaiveDate::from_ymd_opt(2025, 5, 28).unwrap());
    let reach = Reach { days: Some((day, day.next())), ..Reach::default() };
    let first = unit.add_version(file, b"one\n", &reach).await.unwrap();
    let second = unit.add_version(file, b"second\n", &Reach::default()).await.unwrap();
    unit.commit().await.unwrap();
    (file, first, second)
}

fn entry(actor: Actor) -> AuditEntry {
    AuditEntry {
        at: NOW,
        actor,
        action: AuditAction::VersionExcluded,
        object: "version 1 of é.LOG".to_owned(),
        detail: BTreeMap::from([("reason".to_owned(), "\"quoted\" é".to_owned())]),
    }
}

async fn exclusions(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    fixture.machine(2, "B", "PVC").await;
    let user = user(&fixture).await;
    let (file, first, second) = two_versions(&fixture, "a.LOG").await;
    let (other, ..) = two_versions(&fixture, "b.LOG").await;
    let reason = "wrong upload, é".to_owned();
    let mut work = unit(&fixture).await;
    let exclusion = Exclusion { at: NOW, by: Some(user.id), reason: reason.clone() };
    work.set_exclusion(first, Some(&exclusion)).await.unwrap();
    work.commit().await.unwrap();
    let excluded = async || {
        let versions = unit(&fixture).await.versions().await.unwrap();
        versions.iter().filter(|version| version.excluded).map(|version| version.id).collect::<Vec<_>>()
    };
    assert_eq!(excluded().await, [first]);
    let versions = fixture.store.versions(&[file, other, LogFileId(9_999)]).await.unwrap();
    assert_eq!((versions.len(), versions[&other].len()), (2, 2));
    let day = ProductionDay(NaiveDate::from_ymd_opt(2025, 5, 28).unwrap());
    let read = |index: usize| versions[&file][index].first_read;
    let told = VersionExclusion { at: NOW, by: Some(user), reason };
    assert_eq!(
        versions[&file],
        [
            FileVersion {
                id: first,
                size: 4,
                present: false,
                first_read: read(0),
                days: Some((day, day.next())),
                exclusion: Some(told)
            },
            FileVersion { id: second, size: 7, present: true, first_read: read(1), days: None, exclusion: None },
        ]
    );
    assert!(fixture.store.versions(&[]).await.unwrap().is_empty());
    let mut work = unit(&fixture).await;
    work.set_exclusion(first, None).await.unwrap();
    work.set_exclusion(second, Some(&Exclusion { at: NOW, by: None, reason: "x".to_owned() })).await.unwrap();
    work.commit().await.unwrap();
    assert_eq!(excluded().await, [second]);
    let versions = fixture.store.versions(&[file]).await.unwrap();
    assert_eq!(versions[&file][1].exclusion, Some(VersionExclusion { at: NOW, by: None, reason: "x".to_owned() }));
    // A version of another machine is none.
    let mut work = fixture.store.begin(MachineId(2)).await.unwrap();
    assert!(work.set_exclusion(first, None).await.is_err());
}

async fn nothing_without_a_commit(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    let (file, first, _) = two_versions(&fixture, "a.LOG").await;
    let mut work = unit(&fixture).await;
    work.set_exclusion(first, Some(&Exclusion { at: NOW, by: None, reason: "x".to_owned() })).await.unwrap();
    work.audit(&entry(Actor::CommandLine(None))).await.unwrap();
    drop(work);
    assert_eq!(fixture.store.versions(&[file]).await.unwrap()[&file][0].exclusion, None);
    let window = Window { limit: 9, after: None, before: None, from_end: false };
    assert_eq!(fixture.store.audit_trail(&window).await.unwrap().items, []);
}

async fn newest_first(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    let eve = user(&fixture).await;
    let mut work = unit(&fixture).await;
    for actor in [
        Actor::CommandLine(Some("root".to_owned())),
        Actor::User { id: eve.id, username: "eve".to_owned() },
        Actor::User { id: UserId(9_999), username: "gone".to_owned() },
    ] {
        work.audit(&entry(actor)).await.unwrap();
    }
    work.commit().await.unwrap();
    let list = async |limit: u32, after: Option<AuditId>| {
        let window = Window { limit, after, before: None, from_end: false };
        fixture.store.audit_trail(&window).await.unwrap()
    };
    let all = list(9, None).await;
    let who: Vec<_> = all.items.iter().map(|entry| (entry.actor.as_str(), entry.user.as_ref())).collect();
    assert_eq!(who, [("gone", None), ("eve", Some(&eve)), ("command line (root)", None)]);
    let first = &all.items[2];
    let expected = entry(Actor::CommandLine(None));
    assert_eq!(
        (first.at, first.action, &first.object, &first.detail),
        (NOW, expected.action, &expected.object, &expected.detail)
    );
    let page = list(1, Some(all.items[0].id)).await;
    assert_eq!((page.items.as_slice(), page.has_previous, page.has_next), (&all.items[1..2], true, true));
    assert_eq!(list(1, Some(all.items[1].id)).await.items, all.items[2..]);
}

async fn known(fixture: &Fixture, file: LogFileId) -> KnownFile {
    let known = fixture.store.known_files(MachineId(1)).await.unwrap();
    known.into_iter().find(|known| known.id == file).unwrap()
}

async fn leaving_and_coming_back(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    let (file, ..) = two_versions(&fixture, "a.LOG").await;
    let (other, ..) = two_versions(&fixture, "b.LOG").await;
    let state = async || {
        let known = known(&fixture, file).await;
        let read = fixture.store.log_files_by_id(&[file]).await.unwrap()[0].removed_from_server;
        assert_eq!(known.removed_at, read);
        (known.removal_intended_at, known.removed_at, known.failures)
    };
    assert_eq!(state().await, (None, None, 0));
    fixture.store.note_presence(&[file], Presence::Leaving(NOW)).await.unwrap();
    assert_eq!(state().await, (Some(NOW), None, 0));
    fixture.store.note_presence(&[file], Presence::Gone).await.unwrap();
    assert_eq!(state().await, (None, Some(NOW), 0));
    fixture.store.note_presence(&[file], Presence::There).await.unwrap();
    assert_eq!(state().await, (None, None, 0));
    fixture.store.note_presence(&[file, LogFileId(9_999)], Presence::Leaving(NOW)).await.unwrap();
    fixture.store.note_presence(&[file], Presence::Doubtful).await.unwrap();
    assert_eq!(state().await, (None, None, 1));
    fixture.store.note_presence(&[], Presence::Leaving(NOW)).await.unwrap();
    let untouched = known(&fixture, other).await;
    assert_eq!((untouched.removal_intended_at, untouched.failures), (None, 0));
}

async fn length_and_age(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    let (file, _, second) = two_versions(&fixture, "a.LOG").await;
    let stored = known(&fixture, file).await;
    assert_eq!((stored.present, stored.stored, stored.size, stored.completed_at), (Some(second), 7, 3, Some(NOW)));
    fixture.store.note_failure(MachineId(1), "never.LOG", "why", NOW).await.unwrap();
    let all = fixture.store.known_files(MachineId(1)).await.unwrap();
    let never = all.iter().find(|file| file.path == "never.LOG").unwrap();
    assert_eq!((never.present, never.stored, never.completed_at), (None, 0, None));
}
