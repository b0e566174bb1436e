//! Reading the query of an address: each parameter by its name, and nothing else.

use super::error::Failure;
use atelier_domain::ids::MachineId;
use atelier_domain::time::ProductionDay;
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// A list in a query has at most so many values.
const LONGEST_LIST: usize = 500;

/// A query that is being read: what was given and not yet asked for, and what was asked for.
pub(super) struct Query {
    given: BTreeMap<String, Vec<String>>,
    known: Vec<&'static str>,
}

/// A group of parameters.
pub(super) trait FromQuery: Sized {
    /// Takes them out of a query.
    fn read(query: &mut Query) -> Result<Self, Failure>;
}

/// What a parameter may be.
pub(super) trait Value: Sized {
    /// What of it is right, for people.
    fn what() -> String;

    /// The value that a text means.
    fn read(text: &str) -> Option<Self>;
}

impl Query {
    /// Of an address.
    pub(super) fn of(raw: &str) -> Result<Self, Failure> {
        let mut given: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(raw.as_bytes()) {
            // What is not UTF-8 was replaced by this character, which nobody looks for.
            let odd = |text: &str| text.chars().any(|letter| letter.is_control() || letter == '\u{fffd}');
            if odd(&name) {
                let message = "The name of a parameter is no readable text.";
                return Err(Failure::bad_request(actix_web::http::StatusCode::BAD_REQUEST, message));
            }
            if odd(&value) {
                return Err(Failure::bad_input(&name, format!("`{name}` must be readable text on one line.")));
            }
            given.entry(name.into_owned()).or_default().push(value.into_owned());
        }
        Ok(Self { given, known: Vec::new() })
    }

    fn take(&mut self, name: &'static str) -> Vec<String> {
        self.known.push(name);
        self.given.remove(name).unwrap_or_default()
    }

    /// A parameter that is given at most once.
    pub(super) fn one<T: Value>(&mut self, name: &'static str) -> Result<Option<T>, Failure> {
        match self.take(name).as_slice() {
            [] => Ok(None),
            [text] => read(name, text).map(Some),
            _ => Err(Failure::bad_input(name, format!("Give `{name}` once."))),
        }
    }

    /// A parameter that may be given several times, or with several values between commas.
    pub(super) fn many<T: Value>(&mut self, name: &'static str) -> Result<Option<Vec<T>>, Failure> {
        let given = self.take(name);
        list(name, given.iter().flat_map(|text| text.split(',')))
    }

    /// A parameter that may be given several times, and whose values may have commas.
    pub(super) fn texts(&mut self, name: &'static str) -> Result<Option<Vec<String>>, Failure> {
        let given = self.take(name);
        list(name, given.iter().map(String::as_str))
    }

    /// Refuses what nobody asked for.
    pub(super) fn end(self) -> Result<(), Failure> {
        let Some(name) = self.given.keys().next() else { return Ok(()) };
        let known = match self.known.as_slice() {
            [] => "there are none here".to_owned(),
            known => format!("there are `{}`", known.join("`, `")),
        };
        Err(Failure::bad_input(name, format!("There is no parameter `{name}`: {known}.")))
    }
}

fn read<T: Value>(name: &str, text: &str) -> Result<T, Failure> {
    T::read(text).ok_or_else(|| Failure::bad_input(name, format!("`{name}` must be {}.", T::what())))
}

fn list<'t, T: Value>(name: &str, texts: impl Iterator<Item = &'t str>) -> Result<Option<Vec<T>>, Failure> {
    let read: Vec<T> = texts.take(LONGEST_LIST + 1).map(|text| read(name, text)).collect::<Result<_, _>>()?;
    if read.len() > LONGEST_LIST {
        return Err(Failure::bad_input(name, format!("`{name}` has more than {LONGEST_LIST} values.")));
    }
    Ok((!read.is_empty()).then_some(read))
}

/// The number of an id, written as the API writes it: at most 18 digits, the first of them no 0.
pub(super) fn id(text: &str) -> Option<i64> {
    let plain = text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0');
    text.parse().ok().filter(|_| plain)
}

/// A whole number without ornaments.
fn whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    text.parse().ok().filter(|_| digits.bytes().all(|byte| byte.is_ascii_digit()))
}

impl Value for MachineId {
    fn what() -> String {
        "ids as the API gives them: whole numbers".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        id(text).map(Self)
    }
}

impl Value for String {
    fn what() -> String {
        "text".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Value for bool {
    fn what() -> String {
        "`true` or `false`".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Value for i64 {
    fn what() -> String {
        "a whole number".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        whole(text)
    }
}

impl Value for u32 {
    fn what() -> String {
        format!("a whole number from 0 to {}", i32::MAX)
    }

    fn read(text: &str) -> Option<Self> {
        whole(text).and_then(|number| i32::try_from(number).ok()?.try_into().ok())
    }
}

impl Value for f64 {
    fn what() -> String {
        "a number, such as `0.6`".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        text.parse::<f64>().ok().filter(|number| number.is_finite())
    }
}

impl Value for ProductionDay {
    fn what() -> String {
        "a date, written YYYY-MM-DD".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        let dashes =
            |(place, byte): (usize, u8)| if [4, 7].contains(&place) { byte == b'-' } else { byte.is_ascii_digit() };
        let plain = text.len() == 10 && text.bytes().enumerate().all(dashes);
        NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| plain).map(Self)
    }
}

impl<A: FromQuery, B: FromQuery> FromQuery for (A, B) {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        Ok((A::read(query)?, B::read(query)?))
    }
}

impl<A: FromQuery, B: FromQuery, C: FromQuery> FromQuery for (A, B, C) {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        Ok((A::read(query)?, B::read(query)?, C::read(query)?))
    }
}

/// No parameters.
impl FromQuery for () {
    fn read(_: &mut Query) -> Result<Self, Failure> {
        Ok(())
    }
}
