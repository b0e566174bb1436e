//! Machines.

use crate::fixture::Fixture;
use atelier_application::ports::audit::{Actor, AuditAction, AuditEntry, AuditLog};
use atelier_application::ports::decisions::DecisionStore;
use atelier_application::ports::ingest_store::IngestStore;
use atelier_application::ports::machines::{
    ConfiguredMachine, Deletion, MachineChange, MachineFilter, MachineRegistry, MachineStore, NewMachine,
};
use atelier_application::ports::sessions::Window;
use atelier_application::ports::store_error::StoreError;
use atelier_domain::calendar::Calendar;
use atelier_domain::ids::{MachineId, UserId};
use atelier_domain::machine::MachineType;
use atelier_domain::time::Instant;

on_both!(
    configured_machines_are_added_once,
    filters,
    a_type_that_is_unknown,
    machines_are_added_changed_and_removed,
    what_was_read_keeps_its_machine
);

fn configured(name: &str, kind: MachineType, folder: &str) -> ConfiguredMachine {
    ConfiguredMachine { name: name.into(), kind, folder: folder.into() }
}

async fn configured_machines_are_added_once(fixture: Fixture) {
    let now = Instant(1_748_412_131_007);
    let first = [
        configured("SU12", MachineType::Hybride, "SU12 (HYBRIDE)"),
        configured("DEM12", MachineType::Pvc, "DEM12 (PVC)"),
    ];
    fixture.store.ensure_machines(&first, now).await.unwrap();
    let again = [
        configured("DEM12", MachineType::Alu, "elsewhere"),
        configured("other", MachineType::Alu, "SU12 (HYBRIDE)"),
        configured("Été", MachineType::Alu, "été"),
    ];
    fixture.store.ensure_machines(&again, Instant(0)).await.unwrap();
    let machines = fixture.store.machines(&MachineFilter::default()).await.unwrap();
    assert_eq!(machines.iter().map(|machine| machine.name.as_str()).collect::<Vec<_>>(), ["DEM12", "SU12", "Été"]);
    let machine = &machines[0];
    assert_eq!((machine.kind, machine.active, machine.created_at), (MachineType::Pvc, true, now));
    assert_eq!((machine.folder.as_deref(), machine.description.as_deref()), (Some("DEM12 (PVC)"), None));
    let found = fixture.store.machines_by_id(&[machine.id, MachineId(99)]).await.unwrap();
    assert_eq!(found, machines[..1]);
}

async fn filters(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    fixture.machine(2, "B\"''", "ALU").await;
    fixture.sql("UPDATE centre_usinage SET actif = false WHERE id = 1").await;
    let ids = async |filter: MachineFilter| {
        fixture.store.machines(&filter).await.unwrap().into_iter().map(|machine| machine.id.0).collect::<Vec<_>>()
    };
    let all = MachineFilter::default();
    assert_eq!(ids(all.clone()).await, [1, 2]);
    assert_eq!(ids(MachineFilter { active: Some(true), ..all.clone() }).await, [2]);
    assert_eq!(ids(MachineFilter { active: Some(false), ..all.clone() }).await, [1]);
    assert_eq!(ids(MachineFilter { types: Some(vec![MachineType::Alu]), ..all.clone() }).await, [2]);
    assert_eq!(ids(MachineFilter { names: Some(vec!["B\"'".into(), "Z".into()]), ..all.clone() }).await, [2]);
    assert!(ids(MachineFilter { names: Some(vec![]), ..all.clone() }).await.is_empty());
    assert!(ids(MachineFilter { types: Some(vec![]), ..all }).await.is_empty());
}

async fn a_type_that_is_unknown(fixture: Fixture) {
    fixture.machine(4, "A", "WOOD").await;
    let error = fixture.store.machines(&MachineFilter::default()).await.unwrap_err();
    let text = "Table centre_usinage, row with id 4: column type_cu holds 'WOOD', which is unknown.";
    assert_eq!(error, StoreError::Inconsistent(text.into()));
}

fn entry(action: AuditAction, at: i64) -> AuditEntry {
    AuditEntry {
        at: Instant(at),
        actor: Actor::User { id: UserId(7), username: "ada".to_owned() },
        action,
        object: "machine ?".to_owned(),
        detail: [("name".to_owned(), "x".to_owned())].into(),
    }
}

fn new(name: &str, folder: Option<&str>, active: bool) -> NewMachine {
    NewMachine {
        name: name.to_owned(),
        kind: MachineType::Alu,
        folder: folder.map(str::to_owned),
        description: Some("l'autre".to_owned()),
        active,
    }
}

async fn machines_are_added_changed_and_removed(fixture: Fixture) {
    let store = &fixture.store;
    let add = async |machine: &NewMachine| store.add(machine, entry(AuditAction::MachineCreated, 5_000)).await;
    let first = add(&new("A", Some("fa"), true)).await.unwrap();
    assert_eq!((first.name.as_str(), first.kind, first.created_at), ("A", MachineType::Alu, Instant(5_000)));
    let idle = add(&new("B", None, false)).await.unwrap();
    for taken in [new("A", None, true), new("C", Some("fa"), true)] {
        assert!(matches!(add(&taken).await, Err(StoreError::Conflict(_))), "{taken:?}");
    }
    let change =
        async |id, change: &MachineChange, at| store.change(id, change, entry(AuditAction::MachineUpdated, at)).await;
    let nothing = MachineChange::default();
    let renamed = MachineChange {
        name: Some("Z".to_owned()),
        kind: Some(MachineType::Pvc),
        folder: Some(None),
        description: Some(None),
        ..nothing.clone()
    };
    let changed = change(first.id, &renamed, 6_000).await.unwrap().unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.kind, changed.folder, changed.description),
        ("Z", MachineType::Pvc, None, None)
    );
    assert!(changed.active);
    let taken = MachineChange { name: Some("B".to_owned()), ..nothing.clone() };
    assert!(matches!(change(first.id, &taken, 6_000).await, Err(StoreError::Conflict(_))));
    assert_eq!(change(MachineId(99), &renamed, 6_000).await, Ok(None));

    // When it was out of use is remembered.
    let closed = Calendar { shifts: Vec::new(), planned_stops: Vec::new(), exceptions: Vec::new() };
    store.set_calendar(None, crate::decisions::day("2025-01-01"), &closed, None).await.unwrap();
    let unused = async |id| store.attendance().await.unwrap()[&id].out_of_use.clone();
    let active = |active| MachineChange { active: Some(active), ..MachineChange::default() };
    for (value, at) in [(true, 7_000), (false, 8_000), (false, 9_000), (true, 10_000)] {
        change(first.id, &active(value), at).await.unwrap();
    }
    let spans = |spans: &[atelier_domain::interval::Interval]| {
        spans.iter().map(|span| (span.start().0, span.end().0)).collect::<Vec<_>>()
    };
    assert_eq!(spans(&unused(first.id).await), [(8_000, 10_000)]);
    assert_eq!(spans(&unused(idle.id).await), [(5_000, i64::MAX)]);

    let delete = async |id| store.delete(id, entry(AuditAction::MachineDeleted, 11_000)).await.unwrap();
    assert_eq!((delete(first.id).await, delete(first.id).await), (Deletion::Deleted, Deletion::Unknown));
    let window = Window { limit: 20, after: None, before: None, from_end: false };
    let trail = store.audit_trail(&window).await.unwrap().items;
    let told: Vec<_> = trail.iter().rev().map(|entry| format!("{:?} {}", entry.action, entry.object)).collect();
    assert_eq!(
        told,
        [
            "MachineCreated machine ?",
            "MachineCreated machine ?",
            "MachineUpdated machine Z",
            "MachineUpdated machine Z",
            "MachineUpdated machine Z",
            "MachineUpdated machine Z",
            "MachineUpdated machine Z",
            "MachineDeleted machine Z"
        ],
        "what was refused is no act"
    );
}

async fn what_was_read_keeps_its_machine(fixture: Fixture) {
    fixture.machine(1, "A", "PVC").await;
    fixture.machine(2, "B", "PVC").await;
    fixture.session(10, 1, "2025-05-01", 9, 0, 0).await;
    fixture.store.note_failure(MachineId(2), "f2/20250507.LOG", "no", Instant(5)).await.unwrap();
    for id in [1, 2] {
        let refused = fixture.store.delete(MachineId(id), entry(AuditAction::MachineDeleted, 5)).await;
        assert_eq!(refused, Ok(Deletion::InUse));
    }
    assert_eq!(fixture.store.machines(&MachineFilter::default()).await.unwrap().len(), 2);
}
