//! Orders of roller shutters, as the ERP knows them.
//!
//! An order is one aggregate: its head, the accessories that make it wanted, all its operations, and the notes that say it was
//! planned. What is derived from these is derived here.

mod selection;
pub mod text;

pub use selection::Selection;

use crate::time::Instant;
use std::cmp::Ordering;
use std::fmt;

/// What the ERP calls an order: a text that never changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OrderKey(pub String);

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A wanted order.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    /// What the ERP calls it.
    pub key: OrderKey,
    /// The number that people call it by. An order and its extensions share one.
    pub number: i32,
    /// Which extension of the order it is.
    pub extension: Option<String>,
    /// Where it stands, in the ERP's words.
    pub status: Option<String>,
    /// What it is for.
    pub job_site: Option<String>,
    /// Whose it is.
    pub customer_number: Option<String>,
    /// Their name; only where the plant decided to store it.
    pub customer_name: Option<String>,
    /// Who takes care of it.
    pub technician: Option<String>,
    /// In the ERP's currency.
    pub price_before_tax: Option<f64>,
    /// Those that make it wanted.
    pub accessories: Vec<Accessory>,
    /// All of them.
    pub operations: Vec<Operation>,
    /// Those that say it was planned.
    pub notes: Vec<OrderNote>,
}

/// An accessory of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct Accessory {
    /// Its place in the order.
    pub position: Option<i32>,
    /// What the ERP calls the article.
    pub code: String,
    /// What it is.
    pub description: Option<String>,
    /// How many, or how much.
    pub quantity: Option<f64>,
}

/// A step of an order's production.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// What the ERP calls the step, with more than digits at times: `30 VR`.
    pub number: String,
    /// What is done.
    pub description: Option<String>,
    /// When.
    pub at: Option<Instant>,
    /// By whom.
    pub user: Option<String>,
    /// More about it.
    pub note: Option<String>,
}

/// A note in an order's logbook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderNote {
    /// Of what kind.
    pub code: Option<String>,
    /// When it was written.
    pub at: Option<Instant>,
    /// By whom.
    pub user: Option<String>,
    /// What it says.
    pub text: String,
}

impl Order {
    /// When it was planned: the earliest of its notes that say so.
    pub fn planned_at(&self) -> Option<Instant> {
        self.notes.iter().filter_map(|note| note.at).min()
    }

    /// The latest of the notes that say it was planned.
    pub fn latest_note_at(&self) -> Option<Instant> {
        self.notes.iter().filter_map(|note| note.at).max()
    }

    /// Whether it is made from stock: an operation's number contains `VR`.
    pub fn stock_managed(&self) -> bool {
        self.operations.iter().any(|operation| operation.number.contains("VR"))
    }

    /// Puts its parts into the order in which they are told, which does not depend on the one they came in: accessories by
    /// position, operations by number, notes by time, what lacks that first.
    pub fn sort(&mut self) {
        let number = |a: Option<f64>, b: Option<f64>| a.partial_cmp(&b).unwrap_or(Ordering::Equal);
        self.accessories.sort_by(|a, b| {
            let same = (a.position, &a.code, &a.description).cmp(&(b.position, &b.code, &b.description));
            same.then_with(|| number(a.quantity, b.quantity))
        });
        self.operations.sort_by(|a, b| {
            let key = |one: &Operation| (leading_number(&one.number), one.number.clone());
            let rest = (a.at, &a.description, &a.user, &a.note).cmp(&(b.at, &b.description, &b.user, &b.note));
            key(a).cmp(&key(b)).then(rest)
        });
        self.notes.sort_by(|a, b| (a.at, &a.code, &a.user, &a.text).cmp(&(b.at, &b.code, &b.user, &b.text)));
    }
}

/// The digits that a text begins with: people sort 9 before 10.
fn leading_number(text: &str) -> Option<u64> {
    let text = text.trim_start();
    let digits = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    text.get(..digits)?.parse().ok()
}

#[cfg(test)]
mod tests;
