//! Which sessions, in which order, from where to where.

use crate::page::Page;
use crate::statement::Values;
use crate::value;
use atelier_application::ports::sessions::{SessionCursor, SessionFilter, SessionOrder, SessionOrderField, Window};
use atelier_domain::time::ProductionDay;
use chrono::{Days, NaiveDate};
use sea_orm::Value;

/// The occupancy rate as `ObservedProduction::occupancy_rate` has it, to the last bit; −1 without one.
const OCCUPANCY: &str = "CASE WHEN t.duree_production_ms = 0 THEN CAST(-1 AS double precision) \
    ELSE CAST(t.duree_production_ms - t.attente_ms - t.arret_ms AS double precision) \
    / CAST(t.duree_production_ms AS double precision) END";

/// The conditions of a filter on `session_production t`.
pub(crate) fn conditions(filter: &SessionFilter, values: &mut Values) -> Vec<String> {
    let mut conditions = Vec::new();
    if let Some(machines) = &filter.machines {
        conditions.push(values.one_of_numbers("t.centre_usinage_id", machines.iter().map(|machine| machine.0)));
    }
    if let Some(types) = &filter.types {
        let of_type = values.one_of_texts("type_cu", types.iter().map(|kind| kind.as_str()));
        conditions.push(format!("t.centre_usinage_id IN (SELECT id FROM centre_usinage WHERE {of_type})"));
    }
    let backend = values.backend();
    if let Some(from) = filter.from {
        conditions.push(format!("t.date_production >= {}", values.add(value::day(backend, storable(from.0)))));
    }
    if let Some(to) = filter.to {
        conditions.push(format!("t.date_production <= {}", values.add(value::day(backend, storable(to.0)))));
    }
    if let Some(status) = filter.status {
        // Written out, so that the index on open sessions serves.
        conditions.push(format!("t.statut = '{}'", status.as_str()));
    }
    if let Some(trs) = filter.trs_below {
        conditions.push(format!("t.taux_trs < {}", values.add(trs.into())));
    }
    if let Some(pieces) = filter.min_pieces {
        conditions.push(format!("t.total_pieces >= {}", values.add(i64::from(pieces).into())));
    }
    conditions
}

/// The part of the list of sessions that a window shows.
pub(super) fn page(
    filter: &SessionFilter,
    order: SessionOrder,
    window: &Window<SessionCursor>,
    values: &mut Values,
) -> Page {
    let key = match order.field {
        SessionOrderField::Date => "t.date_production",
        SessionOrderField::TotalPieces => "t.total_pieces",
        SessionOrderField::Trs => "coalesce(t.taux_trs, CAST(-1 AS double precision))",
        SessionOrderField::Occupancy => OCCUPANCY,
    };
    let conditions = conditions(filter, values);
    let mut place = |cursor: SessionCursor| {
        let key = match order.field {
            SessionOrderField::Date => value::day(values.backend(), storable(date_of(cursor.key))),
            SessionOrderField::TotalPieces | SessionOrderField::Trs | SessionOrderField::Occupancy => {
                Value::Double(Some(cursor.key))
            }
        };
        format!("{}, {}", values.add(key), values.add(cursor.id.0.into()))
    };
    Page {
        conditions,
        order: vec![key, "t.id"],
        descending: order.descending,
        after: window.after.map(&mut place),
        before: window.before.map(&mut place),
        from_end: window.from_end,
        limit: window.limit,
        look_on: true,
    }
}

/// The date that is so many days after 1970-01-01.
fn date_of(days: f64) -> NaiveDate {
    let distance = Days::new(days.abs() as u64);
    if days < 0.0 {
        NaiveDate::default().checked_sub_days(distance).unwrap_or(NaiveDate::MIN)
    } else {
        NaiveDate::default().checked_add_days(distance).unwrap_or(NaiveDate::MAX)
    }
}

/// A date with a year of four digits: sessions have no other, and not every database can compare with others.
fn storable(date: NaiveDate) -> ProductionDay {
    let first = NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or(date);
    let last = NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(date);
    ProductionDay(date.clamp(first, last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_with_absurd_days_become_dates_that_every_database_knows() {
        let text = |days| storable(date_of(days)).to_string();
        assert_eq!(text(20_236.0), "2025-05-28");
        assert_eq!(text(-1.0), "1969-12-31");
        assert_eq!(text(1e300), "9999-12-31");
        assert_eq!(text(-1e300), "0001-01-01");
        assert_eq!(text(f64::NAN), "1970-01-01");
    }
}
