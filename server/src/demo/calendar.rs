//! When the demonstration plant should work: two shifts on weekdays. Saturdays are overtime, on which nothing is required.

use crate::config::PlantCalendar;
use atelier_domain::calendar::{Calendar, PlannedStop, Shift, Times};
use atelier_domain::time::ProductionDay;
use chrono::{NaiveDate, NaiveTime, Weekday};

/// That calendar, for all days.
pub(crate) fn calendar() -> PlantCalendar {
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    let times = |start: (u32, u32), end: (u32, u32)| Times { start: time(start.0, start.1), end: time(end.0, end.1) };
    let mut calendar = Calendar::default();
    for weekday in [Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri] {
        for (name, hours, pause) in [
            ("matin", times((5, 0), (13, 0)), times((9, 0), (9, 20))),
            ("soir", times((13, 0), (21, 0)), times((17, 0), (17, 20))),
        ] {
            calendar.shifts.push(Shift { weekday, name: Some(name.to_owned()), times: hours });
            calendar.planned_stops.push(PlannedStop { weekday, label: "pause".to_owned(), times: pause });
        }
    }
    PlantCalendar { from: ProductionDay(NaiveDate::default()), calendar }
}
