//! What the demonstration plant promises.

mod folder;
mod ftp;
mod generator;

use chrono::{NaiveDate, NaiveDateTime};

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}
