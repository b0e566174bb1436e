//! Calendars as text, in `calendrier.contenu`.

use atelier_domain::calendar::{Calendar, CalendarException, Calendars, ExceptionalOpening, PlannedStop, Shift, Times};
use atelier_domain::ids::MachineId;
use atelier_domain::time::ProductionDay;
use chrono::{NaiveDate, NaiveTime, Weekday};
use sea_orm::{DbErr, QueryResult};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use crate::value;

/// All calendars: whose, from when on, and what they say.
pub(crate) const SELECT: &str = "SELECT centre_usinage_id, date_debut, contenu FROM calendrier";

#[derive(Serialize, Deserialize)]
struct StoredCalendar {
    shifts: Vec<StoredWeekly>,
    planned: Vec<StoredWeekly>,
    exceptions: Vec<StoredException>,
}

/// Weekday (1 is Monday), name, start, end.
#[derive(Serialize, Deserialize)]
struct StoredWeekly(u8, Option<String>, NaiveTime, NaiveTime);

#[derive(Serialize, Deserialize)]
struct StoredException {
    date: NaiveDate,
    label: Option<String>,
    open: bool,
    times: Option<(NaiveTime, NaiveTime)>,
}

/// The text of a calendar.
pub(crate) fn write(calendar: &Calendar) -> String {
    let weekly = |weekday: Weekday, name: Option<&str>, times: Times| {
        StoredWeekly(weekday.number_from_monday() as u8, name.map(str::to_owned), times.start, times.end)
    };
    let exception = |exception: &CalendarException| {
        let (open, times) = match exception.opening {
            ExceptionalOpening::Closed => (false, None),
            ExceptionalOpening::Normal => (true, None),
            ExceptionalOpening::Times(times) => (true, Some((times.start, times.end))),
        };
        StoredException { date: exception.date, label: exception.label.clone(), open, times }
    };
    let stored = StoredCalendar {
        shifts: calendar.shifts.iter().map(|shift| weekly(shift.weekday, shift.name.as_deref(), shift.times)).collect(),
        planned: calendar
            .planned_stops
            .iter()
            .map(|stop| weekly(stop.weekday, Some(&stop.label), stop.times))
            .collect(),
        exceptions: calendar.exceptions.iter().map(exception).collect(),
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

fn read(text: &str) -> Result<Calendar, String> {
    let stored: StoredCalendar = serde_json::from_str(text).map_err(|cause| cause.to_string())?;
    let weekday = |number: u8| {
        let day = number.checked_sub(1).and_then(|days| Weekday::try_from(days).ok());
        day.ok_or_else(|| format!("{number} is no weekday"))
    };
    let mut calendar = Calendar::default();
    for StoredWeekly(day, name, start, end) in stored.shifts {
        calendar.shifts.push(Shift { weekday: weekday(day)?, name, times: Times { start, end } });
    }
    for StoredWeekly(day, label, start, end) in stored.planned {
        let label = label.unwrap_or_default();
        calendar.planned_stops.push(PlannedStop { weekday: weekday(day)?, label, times: Times { start, end } });
    }
    calendar.exceptions.extend(stored.exceptions.into_iter().map(|exception| CalendarException {
        date: exception.date,
        label: exception.label,
        opening: match (exception.open, exception.times) {
            (false, _) => ExceptionalOpening::Closed,
            (true, None) => ExceptionalOpening::Normal,
            (true, Some((start, end))) => ExceptionalOpening::Times(Times { start, end }),
        },
    }));
    Ok(calendar)
}

/// Calendars in force from days on.
type History = BTreeMap<ProductionDay, Calendar>;

/// The calendars in rows of [`SELECT`]: those of each machine, and the plant's.
pub(crate) struct All {
    own: BTreeMap<MachineId, History>,
    plant: History,
}

impl All {
    pub(crate) fn of(rows: &[QueryResult]) -> Result<Self, DbErr> {
        let mut all = Self { own: BTreeMap::new(), plant: History::new() };
        for row in rows {
            let (owner, from): (Option<i64>, _) = (row.try_get_by_index(0)?, value::get_day(row, 1)?);
            let calendar = read(&row.try_get_by_index::<String>(2)?)
                .map_err(|cause| DbErr::Type(format!("calendrier.contenu (from {from}): {cause}")))?;
            let history = match owner {
                Some(machine) => all.own.entry(MachineId(machine)).or_default(),
                None => &mut all.plant,
            };
            history.insert(from, calendar);
        }
        Ok(all)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.own.is_empty() && self.plant.is_empty()
    }

    /// Those that hold for a machine.
    pub(crate) fn for_machine(&self, machine: MachineId) -> Calendars {
        Calendars::new(self.own.get(&machine).cloned().unwrap_or_default(), self.plant.clone())
    }
}
