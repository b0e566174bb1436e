//! Machines.

use crate::fixture::Fixture;
use atelier_application::ports::machines::{ConfiguredMachine, MachineFilter, MachineStore};
use atelier_application::ports::store_error::StoreError;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::MachineType;
use atelier_domain::time::Instant;

on_both!(configured_machines_are_added_once, filters, a_type_that_is_unknown);

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
