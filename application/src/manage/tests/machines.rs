use super::*;
use crate::manage::Machines;
use crate::ports::clock::MockClock;
use crate::ports::machines::{Deletion, MachineChange, MockMachineRegistry, NewMachine};
use atelier_domain::machine::MachineType;
use atelier_domain::time::Instant;

fn subject(role: Role) -> Subject {
    Subject { user: UserId(7), username: "ada".to_owned(), role, expires_at: Instant(0), api_token: None }
}

fn machines(registry: MockMachineRegistry) -> Machines {
    let mut clock = MockClock::new();
    clock.expect_now().returning(|| Instant(5));
    Machines::new(Arc::new(registry), Arc::new(clock))
}

fn new(name: &str, folder: Option<&str>) -> NewMachine {
    NewMachine {
        name: name.to_owned(),
        kind: MachineType::Pvc,
        folder: folder.map(str::to_owned),
        description: Some("  ".to_owned()),
        active: true,
    }
}

fn stored(name: &str) -> Machine {
    Machine {
        id: MachineId(3),
        name: name.to_owned(),
        kind: MachineType::Pvc,
        description: None,
        active: true,
        folder: None,
        created_at: Instant(5),
    }
}

#[tokio::test]
async fn names_and_folders_are_tidied_and_the_act_is_remembered() {
    let mut registry = MockMachineRegistry::new();
    registry.expect_add().times(1).returning(|machine, entry| {
        assert_eq!((machine.name.as_str(), machine.folder.as_deref()), ("DEM13", Some("hall 2/DEM13")));
        assert_eq!(machine.description, None);
        assert_eq!((entry.action, entry.object.as_str()), (AuditAction::MachineCreated, "machine DEM13"));
        let detail: Vec<_> = entry.detail.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(detail, ["active=true", "folder=hall 2/DEM13", "type=PVC"]);
        Ok(stored(&machine.name))
    });
    let machines = machines(registry);
    let made = machines.create(&subject(Role::Admin), new("  DEM13 ", Some("/hall 2/DEM13/"))).await;
    assert_eq!(made.map(|machine| machine.name), Ok("DEM13".to_owned()));
}

#[tokio::test]
async fn what_makes_no_sense_is_told_by_field() {
    let machines = machines(MockMachineRegistry::new());
    let long = "é".repeat(65);
    for (name, folder, field) in [
        ("", None, "name"),
        (" ", None, "name"),
        (long.as_str(), None, "name"),
        ("a\nb", None, "name"),
        ("A", Some(""), "folder"),
        ("A", Some("../A"), "folder"),
        ("A", Some("a//b"), "folder"),
        ("A", Some("a\\b"), "folder"),
    ] {
        let refused = machines.create(&subject(Role::Admin), new(name, folder)).await;
        assert!(matches!(&refused, Err(AppError::BadUserInput { field: told, .. }) if told == field), "{refused:?}");
    }
    let nothing = machines.update(&subject(Role::Admin), MachineId(3), MachineChange::default()).await;
    assert!(matches!(nothing, Err(AppError::BadUserInput { .. })));
}

#[tokio::test]
async fn what_is_taken_unknown_or_in_use_says_so() {
    let mut registry = MockMachineRegistry::new();
    registry.expect_add().returning(|_, _| Err(StoreError::Conflict("UNIQUE".to_owned())));
    registry.expect_change().returning(|_, change, _| {
        assert_eq!(change.description, Some(None));
        Ok(None)
    });
    let mut answers = vec![Deletion::InUse, Deletion::Unknown, Deletion::Deleted];
    registry.expect_delete().returning(move |_, _| Ok(answers.pop().unwrap()));
    let machines = machines(registry);
    let admin = subject(Role::Admin);
    let told = machines.create(&admin, new("A", None)).await.unwrap_err();
    assert!(matches!(&told, AppError::Conflict(text) if !text.contains("UNIQUE")), "{told:?}");
    let change = MachineChange { description: Some(Some(" ".to_owned())), ..MachineChange::default() };
    assert!(matches!(machines.update(&admin, MachineId(3), change).await, Err(AppError::NotFound(_))));
    assert_eq!(machines.delete(&admin, MachineId(3)).await, Ok(MachineId(3)));
    assert!(matches!(machines.delete(&admin, MachineId(3)).await, Err(AppError::NotFound(_))));
    assert!(matches!(machines.delete(&admin, MachineId(3)).await, Err(AppError::Conflict(_))));
}

#[tokio::test]
async fn only_administrators_may() {
    let machines = machines(MockMachineRegistry::new());
    for role in [Role::Viewer, Role::Operator] {
        let subject = subject(role);
        let refused = [
            machines.create(&subject, new("A", None)).await.err(),
            machines.update(&subject, MachineId(3), MachineChange::default()).await.err(),
            machines.delete(&subject, MachineId(3)).await.err(),
        ];
        assert!(refused.iter().all(|error| matches!(error, Some(AppError::Forbidden(_)))), "{refused:?}");
    }
}
