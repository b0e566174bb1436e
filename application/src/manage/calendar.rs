//! When machines should work.

use super::{Decisions, busy, text};
use crate::access::require;
use crate::error::AppError;
use crate::ports::audit::AuditAction;
use crate::ports::identity::Subject;
use crate::ports::users::Role;
use atelier_domain::calendar::{Calendar, CalendarException, ExceptionalOpening, PlannedStop, Shift, Times};
use atelier_domain::ids::MachineId;
use atelier_domain::machine::Machine;
use atelier_domain::time::ProductionDay;
use chrono::{NaiveDate, NaiveTime, Weekday};

/// So many shifts, or planned stops, a calendar may have.
const MOST_WEEKLY: usize = 200;
/// So many exceptions.
const MOST_EXCEPTIONS: usize = 2_000;

/// A calendar as somebody writes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CalendarInput {
    /// When it is open each week.
    pub shifts: Vec<WeeklyInput>,
    /// Breaks and maintenance windows.
    pub planned_stops: Vec<WeeklyInput>,
    /// Days that are not as their weekday.
    pub exceptions: Vec<ExceptionInput>,
}

/// Something that comes every week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WeeklyInput {
    /// From 1, Monday, to 7.
    pub weekday: i32,
    /// Its name.
    pub name: Option<String>,
    /// `05:00`.
    pub start: String,
    /// `13:00`; the next day's when it is not after the start.
    pub end: String,
}

/// A day that is not as its weekday.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExceptionInput {
    /// Which.
    pub date: NaiveDate,
    /// Why.
    pub label: Option<String>,
    /// Whether it is open.
    pub open: bool,
    /// From when on; with `end`, or neither.
    pub start: Option<String>,
    /// Until when.
    pub end: Option<String>,
}

/// Reads a calendar.
///
/// # Errors
/// `BadUserInput` names the first place that is not right, such as `shifts[2].start`, and what would be.
pub fn parse_calendar(input: &CalendarInput) -> Result<Calendar, AppError> {
    let many = [
        ("shifts", input.shifts.len(), MOST_WEEKLY),
        ("plannedStops", input.planned_stops.len(), MOST_WEEKLY),
        ("exceptions", input.exceptions.len(), MOST_EXCEPTIONS),
    ];
    if let Some((field, count, most)) = many.into_iter().find(|(_, count, most)| count > most) {
        return Err(AppError::bad_input(field, format!("`{field}` has {count} entries; {most} are allowed.")));
    }
    let mut calendar = Calendar::default();
    for (place, shift) in input.shifts.iter().enumerate() {
        let field = format!("shifts[{place}]");
        let (weekday, times) = weekly(&field, shift)?;
        calendar.shifts.push(Shift { weekday, name: text(&format!("{field}.name"), shift.name.as_deref())?, times });
    }
    for (place, stop) in input.planned_stops.iter().enumerate() {
        let field = format!("plannedStops[{place}]");
        let (weekday, times) = weekly(&field, stop)?;
        let label = format!("{field}.label");
        let name = text(&label, stop.name.as_deref())?
            .ok_or_else(|| AppError::bad_input(&label, format!("`{label}` must say what the stop is for.")))?;
        calendar.planned_stops.push(PlannedStop { weekday, label: name, times });
    }
    for (place, exception) in input.exceptions.iter().enumerate() {
        calendar.exceptions.push(read_exception(&format!("exceptions[{place}]"), exception)?);
    }
    Ok(calendar)
}

fn weekly(field: &str, input: &WeeklyInput) -> Result<(Weekday, Times), AppError> {
    let number = input.weekday.checked_sub(1).and_then(|days| u8::try_from(days).ok());
    let weekday = number.and_then(|days| Weekday::try_from(days).ok()).ok_or_else(|| {
        let field = format!("{field}.weekday");
        AppError::bad_input(&field, format!("`{field}` must be from 1 (Monday) to 7 (Sunday)."))
    })?;
    Ok((weekday, times(field, &input.start, &input.end)?))
}

fn read_exception(field: &str, input: &ExceptionInput) -> Result<CalendarException, AppError> {
    let opening = match (input.open, &input.start, &input.end) {
        (false, None, None) => ExceptionalOpening::Closed,
        (true, None, None) => ExceptionalOpening::Normal,
        (true, Some(start), Some(end)) => ExceptionalOpening::Times(times(field, start, end)?),
        (false, ..) => {
            let field = format!("{field}.start");
            return Err(AppError::bad_input(
                &field,
                format!("`{field}` and `end` have no place on a day that is closed."),
            ));
        }
        (true, ..) => {
            let field = format!("{field}.start");
            return Err(AppError::bad_input(
                &field,
                format!("`{field}` and `end` go together: give both, or neither."),
            ));
        }
    };
    let label = text(&format!("{field}.label"), input.label.as_deref())?;
    Ok(CalendarException { date: input.date, label, opening })
}

fn times(field: &str, start: &str, end: &str) -> Result<Times, AppError> {
    Ok(Times { start: time(&format!("{field}.start"), start)?, end: time(&format!("{field}.end"), end)? })
}

/// `05:00`; `24:00` is the midnight that ends the day.
fn time(field: &str, text: &str) -> Result<NaiveTime, AppError> {
    if text == "24:00" && field.rsplit('.').next() == Some("end") {
        return Ok(NaiveTime::MIN);
    }
    let well_formed = text.len() == 5 && text.is_char_boundary(2);
    let parsed = well_formed.then(|| NaiveTime::parse_from_str(text, "%H:%M").ok()).flatten();
    parsed.ok_or_else(|| {
        AppError::bad_input(field, format!("`{field}` must be a time of day such as 05:00, not '{text}'."))
    })
}

impl Decisions {
    /// Sets a machine's calendar from a production day on (today's if none is given), for administrators.
    pub async fn set_calendar(
        &self,
        subject: &Subject,
        machine: MachineId,
        input: &CalendarInput,
        from: Option<ProductionDay>,
    ) -> Result<Machine, AppError> {
        require(subject, Role::Admin)?;
        let calendar = parse_calendar(input)?;
        let machine = self.machine("machineId", machine).await?;
        let from = from.unwrap_or_else(|| self.today());
        let counts = format!(
            "{} shifts, {} planned stops, {} exceptions",
            calendar.shifts.len(),
            calendar.planned_stops.len(),
            calendar.exceptions.len()
        );
        let detail = [("from", Some(from.to_string())), ("calendar", Some(counts))];
        let entry = self.entry(subject, AuditAction::CalendarSet, format!("machine {}", machine.name), detail);
        self.store.set_calendar(Some(machine.id), from, &calendar, Some(entry)).await.map_err(busy)?;
        self.runner.derive_marked().await;
        Ok(machine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weekly(weekday: i32, start: &str, end: &str) -> WeeklyInput {
        WeeklyInput { weekday, name: Some("a".to_owned()), start: start.to_owned(), end: end.to_owned() }
    }

    fn wrong(input: &CalendarInput) -> (String, String) {
        match parse_calendar(input) {
            Err(AppError::BadUserInput { field, message }) => (field, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_calendar_is_read_as_it_is_written() {
        let exception = |open, start: Option<&str>| ExceptionInput {
            date: NaiveDate::from_ymd_opt(2025, 5, 1).unwrap(),
            label: None,
            open,
            start: start.map(str::to_owned),
            end: start.map(|_| "24:00".to_owned()),
        };
        let input = CalendarInput {
            shifts: vec![weekly(1, "21:00", "05:00"), weekly(7, "00:00", "24:00")],
            planned_stops: vec![weekly(2, "01:00", "01:30")],
            exceptions: vec![exception(false, None), exception(true, None), exception(true, Some("08:00"))],
        };
        let calendar = parse_calendar(&input).unwrap();
        let time = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap();
        assert_eq!(calendar.shifts[0].weekday, Weekday::Mon);
        assert_eq!(calendar.shifts[0].times, Times { start: time(21), end: time(5) });
        assert_eq!((calendar.shifts[1].weekday, calendar.shifts[1].times.end), (Weekday::Sun, time(0)));
        let openings: Vec<_> = calendar.exceptions.iter().map(|exception| exception.opening).collect();
        let until_midnight = ExceptionalOpening::Times(Times { start: time(8), end: time(0) });
        assert_eq!(openings, [ExceptionalOpening::Closed, ExceptionalOpening::Normal, until_midnight]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        for (start, end, place) in [
            ("5:00", "13:00", "start"),
            ("25:00", "13:00", "start"),
            ("24:00", "13:00", "start"),
            ("05:00", "é:00", "end"),
        ] {
            let shifts = vec![weekly(1, "05:00", "13:00"), weekly(1, start, end)];
            let (field, message) = wrong(&CalendarInput { shifts, ..CalendarInput::default() });
            assert_eq!(field, format!("shifts[1].{place}"));
            assert!(message.contains("such as 05:00"), "{message}");
        }
        for weekday in [0, 8, -1, i32::MIN] {
            let shifts = vec![weekly(weekday, "05:00", "13:00")];
            assert_eq!(wrong(&CalendarInput { shifts, ..CalendarInput::default() }).0, "shifts[0].weekday");
        }
        let unnamed = WeeklyInput { name: Some(" ".to_owned()), ..weekly(1, "10:00", "10:20") };
        let input = CalendarInput { planned_stops: vec![unnamed], ..CalendarInput::default() };
        assert_eq!(wrong(&input).0, "plannedStops[0].label");
        let many = vec![weekly(1, "05:00", "13:00"); MOST_WEEKLY + 1];
        assert_eq!(wrong(&CalendarInput { shifts: many, ..CalendarInput::default() }).0, "shifts");
        let exception = ExceptionInput {
            date: NaiveDate::default(),
            label: None,
            open: false,
            start: Some("05:00".to_owned()),
            end: None,
        };
        let input = CalendarInput { exceptions: vec![exception], ..CalendarInput::default() };
        assert!(wrong(&input).1.contains("closed"));
    }
}
