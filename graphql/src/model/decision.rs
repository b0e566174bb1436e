//! What people decided about machines.

use super::{CalendarSource, CycleSource, User};
use crate::emit::leaf;
use crate::error::{ApiError, ApiResult};
use crate::scalar::{Date, DateTime, int};
use async_graphql::{ID, InputObject, SimpleObject};
use atelier_application::manage;
use atelier_application::ports::decisions as port;
use atelier_application::query::MachineCycles;
use atelier_domain::calendar;
use atelier_domain::time::ProductionDay;
use chrono::{NaiveDate, NaiveTime};
use std::sync::Arc;

leaf! {
    /// Why machines stop.
    StopReason as "StopReason" (reason: Arc<port::StopReason>) {
        /// Its code, such as `PANNE`. Unique.
        code "code": String = reason.code.clone();
        /// What people read.
        label "label": String = reason.label.clone();
        /// Whether such stops are planned: they are no part of required time.
        planned "planned": bool = reason.planned;
        /// Whether it is offered.
        active "active": bool = reason.active;
    }
}

/// Pieces that somebody declared as scrap.
#[derive(SimpleObject)]
pub(crate) struct ScrapDeclaration {
    /// Its identifier, to withdraw it.
    id: ID,
    /// How many pieces.
    pieces: i32,
    /// Why; null when that was not said.
    reason: Option<String>,
    /// The reference of their profile; null when that was not said, and they count at the session's mean cycle.
    job_reference: Option<String>,
    /// Who declared them; null when they are not known any more.
    declared_by: Option<User>,
    /// When.
    declared_at: DateTime,
}

impl ScrapDeclaration {
    /// A declaration and who made it.
    pub(crate) fn new(scrap: port::ScrapDeclaration, by: Option<User>) -> Self {
        Self {
            id: scrap.id.into(),
            pieces: int(scrap.pieces),
            reason: scrap.reason,
            job_reference: scrap.reference,
            declared_by: by,
            declared_at: DateTime(scrap.at),
        }
    }
}

/// How long a piece should take.
#[derive(SimpleObject)]
pub(crate) struct ReferenceCycle {
    /// For pieces of this profile; null for all others of the machine.
    job_reference: Option<String>,
    /// How long, in seconds.
    seconds: f64,
    /// Where it comes from.
    source: CycleSource,
    /// The production day from which on it holds; null for the learned one, which holds today.
    from: Option<Date>,
    /// From how many net cycle times it was learned; null for given ones.
    sample_size: Option<i32>,
}

/// Those of a machine: the given ones, but for days at which one ends, then the learned one.
pub(crate) fn reference_cycles(cycles: &MachineCycles) -> Vec<ReferenceCycle> {
    let given = cycles.given.iter().filter_map(|given| {
        Some(ReferenceCycle {
            job_reference: given.reference.clone(),
            seconds: given.cycle?.seconds(),
            source: if given.reference.is_some() { CycleSource::Profile } else { CycleSource::Machine },
            from: Some(Date(given.from)),
            sample_size: None,
        })
    });
    let learned = cycles.learned.map(|learned| ReferenceCycle {
        job_reference: None,
        seconds: learned.cycle.seconds(),
        source: CycleSource::Learned,
        from: None,
        sample_size: Some(int(learned.sample)),
    });
    given.chain(learned).collect()
}

/// When a machine should work.
#[derive(SimpleObject)]
pub(crate) struct Calendar {
    /// Where it comes from; `CONFIGURED`, for without one there is none.
    source: CalendarSource,
    /// When it is open each week.
    shifts: Vec<Shift>,
    /// Breaks and maintenance windows.
    planned_stops: Vec<PlannedStop>,
    /// Days that are not as their weekday.
    exceptions: Vec<CalendarException>,
}

/// An opening that comes every week; overlapping ones are a union.
#[derive(SimpleObject)]
pub(crate) struct Shift {
    /// Of the date it starts on, from 1, Monday, to 7.
    weekday: i32,
    /// Its name; null when it has none.
    name: Option<String>,
    /// Local to the plant, such as `05:00`.
    start: String,
    /// The next day's when it is not after the start.
    end: String,
}

/// A stop that comes every week; it counts inside opening time.
#[derive(SimpleObject)]
pub(crate) struct PlannedStop {
    /// Of the date it starts on, from 1, Monday, to 7.
    weekday: i32,
    /// What it is for.
    label: String,
    /// Local to the plant, such as `10:00`.
    start: String,
    /// The next day's when it is not after the start.
    end: String,
}

/// A day that is not as its weekday: it replaces all shifts that start on it.
#[derive(SimpleObject)]
pub(crate) struct CalendarException {
    /// Which.
    date: Date,
    /// Why; null when that was not said.
    label: Option<String>,
    /// Whether it is open.
    open: bool,
    /// From when on; null when it is closed, or open at the normal times.
    start: Option<String>,
    /// Until when.
    end: Option<String>,
}

fn time(of: NaiveTime) -> String {
    of.format("%H:%M").to_string()
}

fn weekday(of: chrono::Weekday) -> i32 {
    int(of.number_from_monday())
}

impl From<calendar::Calendar> for Calendar {
    fn from(calendar: calendar::Calendar) -> Self {
        let exception = |exception: calendar::CalendarException| {
            let (open, times) = match exception.opening {
                calendar::ExceptionalOpening::Closed => (false, None),
                calendar::ExceptionalOpening::Normal => (true, None),
                calendar::ExceptionalOpening::Times(times) => (true, Some(times)),
            };
            CalendarException {
                date: Date(ProductionDay(exception.date)),
                label: exception.label,
                open,
                start: times.map(|times| time(times.start)),
                end: times.map(|times| time(times.end)),
            }
        };
        let shift = |shift: calendar::Shift| Shift {
            weekday: weekday(shift.weekday),
            name: shift.name,
            start: time(shift.times.start),
            end: time(shift.times.end),
        };
        let stop = |stop: calendar::PlannedStop| PlannedStop {
            weekday: weekday(stop.weekday),
            label: stop.label,
            start: time(stop.times.start),
            end: time(stop.times.end),
        };
        Self {
            source: CalendarSource::Configured,
            shifts: calendar.shifts.into_iter().map(shift).collect(),
            planned_stops: calendar.planned_stops.into_iter().map(stop).collect(),
            exceptions: calendar.exceptions.into_iter().map(exception).collect(),
        }
    }
}

/// A calendar. Times of day are local to the plant, such as `05:00`.
#[derive(InputObject)]
pub(crate) struct CalendarInput {
    /// When it is open each week; overlapping ones are a union.
    shifts: Vec<ShiftInput>,
    /// Breaks and maintenance windows, which count inside opening time.
    planned_stops: Option<Vec<PlannedStopInput>>,
    /// Days that are not as their weekday.
    exceptions: Option<Vec<CalendarExceptionInput>>,
}

/// An opening that comes every week.
#[derive(InputObject)]
pub(crate) struct ShiftInput {
    /// Of the date it starts on, from 1, Monday, to 7.
    weekday: i32,
    /// Its name.
    name: Option<String>,
    /// When it starts: `HH:MM`, local to the plant.
    start: String,
    /// When it ends, `HH:MM`: the next day's when it is not after the start; the same time is 24 hours.
    end: String,
}

/// A stop that comes every week.
#[derive(InputObject)]
pub(crate) struct PlannedStopInput {
    /// Of the date it starts on, from 1, Monday, to 7.
    weekday: i32,
    /// What it is for.
    label: String,
    /// When it starts: `HH:MM`, local to the plant.
    start: String,
    /// When it ends, `HH:MM`: the next day's when it is not after the start.
    end: String,
}

/// A day that is not as its weekday: it replaces all shifts that start on it. Several of one date are a union.
#[derive(InputObject)]
pub(crate) struct CalendarExceptionInput {
    /// Which.
    date: Date,
    /// Why.
    label: Option<String>,
    /// Whether it is open; without times, at the normal ones.
    open: bool,
    /// When it opens, `HH:MM`, local to the plant; with `end`.
    start: Option<String>,
    /// When it closes, `HH:MM`.
    end: Option<String>,
}

impl CalendarInput {
    /// What the use case takes.
    pub(crate) fn port(self) -> manage::CalendarInput {
        let shift = |shift: ShiftInput| manage::WeeklyInput {
            weekday: shift.weekday,
            name: shift.name,
            start: shift.start,
            end: shift.end,
        };
        let stop = |stop: PlannedStopInput| manage::WeeklyInput {
            weekday: stop.weekday,
            name: Some(stop.label),
            start: stop.start,
            end: stop.end,
        };
        let exception = |exception: CalendarExceptionInput| manage::ExceptionInput {
            date: exception.date.0.0,
            label: exception.label,
            open: exception.open,
            start: exception.start,
            end: exception.end,
        };
        manage::CalendarInput {
            shifts: self.shifts.into_iter().map(shift).collect(),
            planned_stops: self.planned_stops.into_iter().flatten().map(stop).collect(),
            exceptions: self.exceptions.into_iter().flatten().map(exception).collect(),
        }
    }
}

/// Pieces that were scrap.
#[derive(InputObject)]
pub(crate) struct ScrapInput {
    /// How many, at least 1; with those declared before at most the session's pieces.
    pieces: i32,
    /// Why, in at most 500 characters.
    reason: Option<String>,
    /// The reference of their profile; without one they count at the session's mean cycle.
    job_reference: Option<String>,
}

impl From<ScrapInput> for manage::ScrapInput {
    fn from(input: ScrapInput) -> Self {
        Self { pieces: input.pieces, reason: input.reason, reference: input.job_reference }
    }
}

/// A reason of stops.
#[derive(InputObject)]
pub(crate) struct StopReasonInput {
    /// Its code: 1 to 40 capital letters, digits and underscores. One that exists is changed.
    code: String,
    /// What people read.
    label: String,
    /// Whether such stops are planned: they are no part of required time.
    planned: bool,
    /// Whether it is offered.
    #[graphql(default_with = "Some(true)")]
    active: Option<bool>,
}

impl From<StopReasonInput> for port::StopReason {
    fn from(input: StopReasonInput) -> Self {
        let StopReasonInput { code, label, planned, active } = input;
        Self { code, label, planned, active: active.unwrap_or(true) }
    }
}

/// Dates that calendars and cycle times may begin on: a year of four digits.
pub(crate) fn first_day(date: Option<&Date>) -> ApiResult<Option<ProductionDay>> {
    let Some(Date(day)) = date else { return Ok(None) };
    let (first, last) = (NaiveDate::from_ymd_opt(1970, 1, 1), NaiveDate::from_ymd_opt(2199, 12, 31));
    if first.is_some_and(|first| day.0 < first) || last.is_some_and(|last| day.0 > last) {
        return Err(ApiError::bad_input("from", "`from` must be between 1970-01-01 and 2199-12-31."));
    }
    Ok(Some(*day))
}
