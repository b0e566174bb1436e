#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

mod machines;
mod plant;
mod unit;

use super::*;
use crate::ports::decisions::StopReason;
use crate::ports::users::Role;
use atelier_domain::ids::{PeriodId, ScrapId, SessionId, UserId};
use atelier_domain::session::Scrap;
use atelier_domain::units::Millis;
use mockall::Sequence;
use plant::{NOW, Plant, day, removed, subject};
use std::sync::Mutex;
use unit::{Asked, Unit};

fn scrap(pieces: i32) -> ScrapInput {
    ScrapInput { pieces, reason: Some(" rayé ".to_owned()), reference: None }
}

/// A session of five pieces, three of which are scrap.
fn five() -> Unit {
    let mut unit =
        Unit { pieces: Some(5), has_scrap: true, days_of_stop: [day(10), day(11)].into(), ..Unit::default() };
    let declared = |pieces| Scrap { pieces, reference: None };
    unit.inputs.scrap.insert(day(10), vec![declared(2), declared(1)]);
    unit.inputs.scrap.insert(day(11), vec![declared(5)]);
    unit
}

/// What comes of each of the decisions about single days.
async fn each(of: impl Fn() -> (Decisions, Arc<Mutex<Asked>>)) -> Vec<(Result<(), AppError>, Asked)> {
    let operator = subject(Role::Operator);
    let mut results = Vec::new();
    for what in 0..3 {
        let (decisions, asked) = of();
        let result = match what {
            0 => decisions.declare_scrap(&operator, SessionId(3), &scrap(2)).await.map(drop),
            1 => decisions.withdraw_scrap(&operator, ScrapId(9)).await.map(drop),
            _ => decisions.qualify_stop(&operator, PeriodId(5), "PAUSE", Some("vu")).await.map(drop),
        };
        drop(decisions);
        results.push((result, std::mem::take(&mut *asked.lock().unwrap())));
    }
    results
}

fn entry(action: AuditAction, object: &str, detail: &[(&str, &str)]) -> AuditEntry {
    let actor = Actor::User { id: UserId(7), username: "ada".to_owned() };
    let detail = detail.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    AuditEntry { at: NOW, actor, action, object: object.to_owned(), detail }
}

#[tokio::test]
async fn decisions_are_derived_and_audited_in_the_same_unit() {
    let expected = [
        (
            vec![day(10)],
            entry(AuditAction::ScrapDeclared, "session of DEM12 on 2025-06-10", &[("pieces", "2"), ("reason", "rayé")]),
        ),
        (vec![day(10)], entry(AuditAction::ScrapWithdrawn, "session of DEM12 on 2025-06-10", &[("declaration", "9")])),
        (
            vec![day(10), day(11)],
            entry(
                AuditAction::StopQualified,
                "stop of DEM12 since 2025-06-09T20:13:20.250Z",
                &[("comment", "vu"), ("reason", "PAUSE")],
            ),
        ),
    ];
    for ((result, asked), (days, entry)) in each(|| Plant::new().at_work(five())).await.into_iter().zip(expected) {
        assert_eq!(result, Ok(()));
        assert_eq!((asked.committed, &asked.audited[..]), (true, &[entry][..]));
        assert!(days.iter().all(|day| asked.derived.iter().any(|derived| derived.contains(day))), "{asked:?}");
    }
}

#[tokio::test]
async fn more_scrap_than_pieces_is_refused() {
    let declare = async |unit: Unit, pieces: i32| {
        let (decisions, asked) = Plant::new().at_work(unit);
        let result = decisions.declare_scrap(&subject(Role::Operator), SessionId(3), &scrap(pieces)).await;
        let asked = std::mem::take(&mut *asked.lock().unwrap());
        (result, asked)
    };
    for pieces in [3, 5, i32::MAX] {
        let (result, asked) = declare(five(), pieces).await;
        let Err(AppError::BadUserInput { field, message }) = result else { panic!("{result:?}") };
        assert_eq!(field, "pieces");
        assert!(message.contains("5 pieces, of which 3"), "{message}");
        assert_eq!(asked, Asked::default(), "nothing was written");
    }
    let (result, asked) = declare(Unit::default(), 1).await;
    assert!(matches!(result, Err(AppError::BadUserInput { .. })), "without a piece: {result:?}");
    assert_eq!(asked, Asked::default());
    let (result, asked) = declare(five(), 2).await;
    assert_eq!((result, asked.committed, asked.declared[0].1.pieces), (Ok(SessionId(3)), true, 2));
    assert_eq!((asked.declared[0].0, asked.declared[0].1.reason.as_deref()), (day(10), Some("rayé")));
}

#[tokio::test]
async fn days_whose_bytes_were_removed_stay_as_they_are() {
    let frozen = || Plant::new().at_work(Unit { versions: vec![removed()], ..five() });
    for (result, asked) in each(frozen).await {
        assert!(matches!(&result, Err(AppError::Conflict(text)) if text.contains("2025-06-10")), "{result:?}");
        assert!(!asked.committed && asked.derived.is_empty());
    }
}

#[tokio::test]
async fn others_at_work_are_a_conflict_and_no_fault() {
    let failing = |error: StoreError| {
        move || {
            let (mut plant, error) = (Plant::new(), error.clone());
            plant.ingest.expect_begin_soon().returning(move |_| Err(error.clone()));
            (plant.decide(), Arc::default())
        }
    };
    for (result, _) in each(failing(StoreError::Transient("locked".to_owned()))).await {
        assert!(matches!(&result, Err(AppError::Conflict(text)) if !text.contains("locked")), "{result:?}");
    }
    for (result, _) in each(failing(StoreError::Permanent("gone".to_owned()))).await {
        assert_eq!(result, Err(AppError::Internal("gone".to_owned())));
    }
    let late = || Plant::new().at_work(Unit { commit_fails: Some(StoreError::Transient("busy".to_owned())), ..five() });
    for (result, asked) in each(late).await {
        assert!(matches!(result, Err(AppError::Conflict(_))) && !asked.committed, "{result:?}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_before_anything_is_written() {
    let operator = subject(Role::Operator);
    let unknown = |result: Result<(), AppError>| assert!(matches!(result, Err(AppError::NotFound(_))), "{result:?}");
    let decisions = Plant::new().decide();
    unknown(decisions.declare_scrap(&operator, SessionId(4), &scrap(1)).await.map(drop));
    unknown(decisions.withdraw_scrap(&operator, ScrapId(8)).await.map(drop));
    unknown(decisions.qualify_stop(&operator, PeriodId(6), "PAUSE", None).await.map(drop));
    let old = decisions.qualify_stop(&operator, PeriodId(5), "OLD", None).await;
    assert!(matches!(&old, Err(AppError::BadUserInput { field, .. }) if field == "reasonCode"), "{old:?}");
    // Withdrawn by somebody else meanwhile.
    let (decisions, asked) = Plant::new().at_work(Unit { has_scrap: false, ..five() });
    unknown(decisions.withdraw_scrap(&operator, ScrapId(9)).await.map(drop));
    assert!(!asked.lock().unwrap().committed && asked.lock().unwrap().audited.is_empty());
}

#[tokio::test]
async fn days_are_derived_in_the_background_once_a_decision_is_stored() {
    let admin = subject(Role::Admin);
    let mut plant = Plant::new();
    let mut order = Sequence::new();
    let today = day(21);
    plant.decisions.expect_set_calendar().times(1).in_sequence(&mut order).returning(
        move |machine, from, calendar, told| {
            assert_eq!((machine, from, calendar.shifts.len()), (Some(MachineId(1)), today, 0));
            let detail = [("calendar", "0 shifts, 0 planned stops, 0 exceptions"), ("from", "2025-06-21")];
            assert_eq!(told, Some(entry(AuditAction::CalendarSet, "machine DEM12", &detail)));
            Ok(())
        },
    );
    plant.runner.expect_derive_marked().times(1).in_sequence(&mut order).returning(|| ());
    plant.decisions.expect_set_reference_cycle().times(1).in_sequence(&mut order).returning(|_, given, told| {
        assert_eq!((given.from, given.cycle, given.reference.as_deref()), (day(1), Some(Millis(83_400)), Some("700")));
        let detail = [("from", "2025-06-01"), ("profile", "700"), ("seconds", "83.4")];
        assert_eq!(told, entry(AuditAction::ReferenceCycleSet, "machine DEM12", &detail));
        Ok(())
    });
    plant.runner.expect_derive_marked().times(1).in_sequence(&mut order).returning(|| ());
    plant.decisions.expect_save_stop_reason().times(1).in_sequence(&mut order).returning(|_, told| {
        let detail = [("active", "true"), ("label", "panne"), ("planned", "false")];
        assert_eq!(told, entry(AuditAction::StopReasonSaved, "reason PANNE", &detail));
        Ok(())
    });
    plant.runner.expect_derive_marked().times(1).in_sequence(&mut order).returning(|| ());
    let decisions = plant.decide();
    decisions.set_calendar(&admin, MachineId(1), &CalendarInput::default(), None).await.unwrap();
    let input = CycleInput { reference: Some(" 700 ".to_owned()), seconds: Some(83.4), from: Some(day(1)) };
    decisions.set_reference_cycle(&admin, MachineId(1), &input).await.unwrap();
    let reason = StopReason { code: "PANNE".to_owned(), label: " panne".to_owned(), planned: false, active: true };
    decisions.save_stop_reason(&admin, reason).await.unwrap();
}

#[tokio::test]
async fn nothing_is_derived_for_what_could_not_be_stored_or_was_refused() {
    let mut plant = Plant::new();
    plant.decisions.expect_set_calendar().returning(|_, _, _, _| Err(StoreError::Permanent("gone".to_owned())));
    let decisions = plant.decide();
    let set = async |role, machine| {
        decisions.set_calendar(&subject(role), MachineId(machine), &CalendarInput::default(), None).await.map(drop)
    };
    assert_eq!(set(Role::Admin, 1).await, Err(AppError::Internal("gone".to_owned())));
    assert!(matches!(set(Role::Admin, 2).await, Err(AppError::NotFound(_))));
    assert!(matches!(set(Role::Operator, 1).await, Err(AppError::Forbidden(_))));
}
