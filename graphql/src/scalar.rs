//! The scalars of the contract.

use async_graphql::{ID, InputValueError, InputValueResult, Number, Scalar, ScalarType, Value};
use atelier_domain::time::{Instant, ProductionDay};
use chrono::{Datelike, NaiveDate, Timelike};

use crate::error::{ApiError, ApiResult};

/// A point in time: RFC 3339 in UTC, with `Z`, and with milliseconds where there are any: `2025-05-28T04:02:11Z`.
pub(crate) struct DateTime(pub(crate) Instant);

/// A point in time: RFC 3339 in UTC, with `Z`, and with milliseconds where there are any: `2025-05-28T04:02:11Z`.
#[Scalar(name = "DateTime", specified_by_url = "https://datatracker.ietf.org/doc/html/rfc3339")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => {
                let at: Instant = chrono::DateTime::parse_from_rfc3339(text)?.to_utc().into();
                // RFC 3339 has four digits, and so have databases; a leap second, or a zone, may lead beyond them.
                if !(1..=9_999).contains(&at.to_utc().year()) {
                    return Err(InputValueError::custom("the year must be from 0001 to 9999, in UTC"));
                }
                Ok(Self(at))
            }
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(rfc3339(self.0))
    }
}

fn rfc3339(at: Instant) -> String {
    let at = at.to_utc().naive_utc();
    let mut text = String::with_capacity(24);
    push_date(&mut text, at.date());
    text.push('T');
    push_digits(&mut text, at.hour(), 2);
    text.push(':');
    push_digits(&mut text, at.minute(), 2);
    text.push(':');
    push_digits(&mut text, at.second(), 2);
    let millis = at.nanosecond() / 1_000_000;
    if millis > 0 {
        text.push('.');
        push_digits(&mut text, millis, 3);
    }
    text.push('Z');
    text
}

fn push_date(text: &mut String, date: NaiveDate) {
    push_digits(text, date.year().unsigned_abs(), 4);
    text.push('-');
    push_digits(text, date.month(), 2);
    text.push('-');
    push_digits(text, date.day(), 2);
}

/// Decimal digits, at least `width`: formatting through `fmt` is several times slower, and lists hold tens of thousands.
fn push_digits(text: &mut String, number: u32, width: u32) {
    let mut place = 10u32.pow(width.saturating_sub(1).max(number.checked_ilog10().unwrap_or(0)));
    while place > 0 {
        text.push(char::from(b'0' + (number / place % 10) as u8));
        place /= 10;
    }
}

/// A date local to the plant: `YYYY-MM-DD`.
pub(crate) struct Date(pub(crate) ProductionDay);

/// A date local to the plant: `YYYY-MM-DD`.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        if text.len() != 10 {
            return Err(InputValueError::custom("a date is written YYYY-MM-DD"));
        }
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .map_err(|_| InputValueError::custom("a date is written YYYY-MM-DD"))?;
        Ok(Self(ProductionDay(date)))
    }

    fn to_value(&self) -> Value {
        let mut text = String::with_capacity(10);
        push_date(&mut text, self.0.0);
        Value::String(text)
    }
}

/// A 64-bit integer, as a JSON number.
pub(crate) struct Long(pub(crate) i64);

/// A 64-bit integer, as a JSON number.
#[Scalar(name = "Long")]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value.clone() {
            Value::Number(number) => number.as_i64().map(Self).ok_or_else(|| InputValueError::expected_type(value)),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::Number(Number::from(self.0))
    }
}

impl From<u64> for Long {
    fn from(number: u64) -> Self {
        Self(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

/// A count as GraphQL's `Int`, which ends at 2³¹ − 1.
pub(crate) fn int(count: impl TryInto<i32>) -> i32 {
    count.try_into().unwrap_or(i32::MAX)
}

/// An id out of the text that names it; `field` is told when it is none.
pub(crate) fn id<T: std::str::FromStr>(field: &str, id: &ID) -> ApiResult<T> {
    id.parse().map_err(|_| {
        ApiError::bad_input(field, format!("`{field}` must be an id as the API gives it: a whole number."))
    })
}

/// Several of them.
pub(crate) fn ids<T: std::str::FromStr>(field: &str, ids: Option<&[ID]>) -> ApiResult<Option<Vec<T>>> {
    ids.map(|ids| ids.iter().map(|text| id(field, text)).collect()).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_rfc_3339_in_utc() {
        assert_eq!(rfc3339(Instant(1_748_404_931_000)), "2025-05-28T04:02:11Z");
        assert_eq!(rfc3339(Instant(1_748_404_931_070)), "2025-05-28T04:02:11.070Z");
        assert_eq!(rfc3339(Instant(0)), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(Instant(-1)), "1969-12-31T23:59:59.999Z");
    }

    #[test]
    fn dates_are_strict() {
        let parse = |text: &str| Date::parse(Value::from(text)).ok().map(|date| date.0.0);
        assert_eq!(parse("2025-05-28"), NaiveDate::from_ymd_opt(2025, 5, 28));
        for text in ["2025-5-28", "2025-05-28T00:00:00Z", "28/05/2025", "2025-02-30", ""] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(Date(ProductionDay(NaiveDate::default())).to_value(), Value::from("1970-01-01"));
    }

    #[test]
    fn longs_are_whole_numbers() {
        assert_eq!(Long(i64::MAX).to_value(), Value::from(i64::MAX));
        assert!(Long::parse(Value::from(1.5)).is_err());
        assert!(Long::parse(Value::from("1")).is_err());
        assert_eq!(int(5_000_000_000_u64), i32::MAX);
    }
}
