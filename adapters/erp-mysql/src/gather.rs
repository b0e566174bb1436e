//! The orders in the making.
//!
//! Rows of one order come from four tables, in any order, and most of them are of orders that nobody wants. Those that may be
//! are kept packed into bytes: a hundred thousand orders with all that they hold are some tens of megabytes so.

use crate::cell::{float, instant, integer, key, text};
use crate::tables::LONGEST_KEY;
use atelier_application::ports::erp::{FailedOrder, FetchedOrders};
use atelier_domain::order::text::lower;
use atelier_domain::order::{Accessory, Operation, Order, OrderKey, OrderNote, Selection};
use atelier_domain::time::{Instant, PlantZone};
use mysql_async::Row;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::collections::{BTreeMap, HashMap};

#[derive(Serialize, Deserialize)]
struct Head {
    /// In the letters it has there.
    key: String,
    number: i32,
    extension: Option<String>,
    status: Option<String>,
    job_site: Option<String>,
    customer_number: Option<String>,
    customer_name: Option<String>,
    technician: Option<String>,
    price_before_tax: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct Part {
    position: Option<i32>,
    code: String,
    description: Option<String>,
    quantity: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct Step {
    number: String,
    description: Option<String>,
    at: Option<i64>,
    user: Option<String>,
    note: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct Note {
    code: Option<String>,
    at: Option<i64>,
    user: Option<String>,
    text: String,
}

/// Values of one type, one after the other.
#[derive(Default)]
struct Packed(Vec<u8>);

impl Packed {
    fn push(&mut self, value: &impl Serialize) {
        // Whoever writes to memory meets no error.
        if let Ok(bytes) = postcard::to_extend(value, std::mem::take(&mut self.0)) {
            self.0 = bytes;
        }
    }

    fn unpack<T: DeserializeOwned>(&self) -> Vec<T> {
        let mut rest = self.0.as_slice();
        let mut values = Vec::new();
        while let Ok((value, after)) = postcard::take_from_bytes(rest) {
            values.push(value);
            rest = after;
        }
        values
    }
}

/// What came of an order so far.
#[derive(Default)]
struct Making {
    head: Packed,
    accessories: Packed,
    notes: Packed,
    operations: Packed,
}

/// The orders in the making.
pub(crate) struct Gathering<'s> {
    zone: PlantZone,
    selection: &'s Selection,
    /// Those with a wanted accessory, by their keys in lower case: the ERP's own comparisons know no case.
    orders: HashMap<Box<str>, Making>,
    failed: Vec<FailedOrder>,
    /// How many rows of a table were left out, and why.
    skipped: BTreeMap<(&'static str, &'static str), u32>,
}

impl<'s> Gathering<'s> {
    pub(crate) fn new(zone: PlantZone, selection: &'s Selection) -> Self {
        Self { zone, selection, orders: HashMap::new(), failed: Vec::new(), skipped: BTreeMap::new() }
    }

    fn skip(&mut self, table: &'static str, why: &'static str) {
        *self.skipped.entry((table, why)).or_default() += 1;
    }

    /// A row of `PARTS`.
    pub(crate) fn accessory(&mut self, row: &Row) {
        let (Some(order), Some(code)) = (key(row, 0), text(row, 1)) else {
            return self.skip("P_Zubeh", "without ID_A_Kopf or ZCode");
        };
        if self.selection.wants_accessory(&code) {
            let part = Part { position: integer(row, 2), code, description: text(row, 3), quantity: float(row, 4) };
            self.orders.entry(lower(&order).into_boxed_str()).or_default().accessories.push(&part);
        }
    }

    /// A row of `LOGBOOK`.
    pub(crate) fn note(&mut self, row: &Row) {
        let (Some(order), Some(text_of)) = (key(row, 0), text(row, 1)) else {
            return self.skip("A_Logbuch", "without ID_A_Kopf or Notiz");
        };
        let Some(making) = self.orders.get_mut(lower(&order).as_str()) else { return };
        if self.selection.wants_note(&text_of) {
            let at = instant(row, 3, 4, self.zone).map(|at| at.0);
            making.notes.push(&Note { code: text(row, 2), at, user: text(row, 5), text: text_of });
        }
    }

    /// All notes came: orders without one are not wanted.
    pub(crate) fn drop_unplanned(&mut self) {
        self.orders.retain(|_, making| !making.notes.0.is_empty());
        self.orders.shrink_to_fit();
    }

    /// A row of `OPERATIONS`.
    pub(crate) fn operation(&mut self, row: &Row) {
        let (Some(order), Some(number)) = (key(row, 0), text(row, 1)) else {
            return self.skip("A_Vorgang", "without ID_A_Kopf or Nummer");
        };
        let Some(making) = self.orders.get_mut(lower(&order).as_str()) else { return };
        let at = instant(row, 3, 4, self.zone).map(|at| at.0);
        making.operations.push(&Step { number, description: text(row, 2), at, user: text(row, 5), note: text(row, 6) });
    }

    /// A row of `HEADS`.
    pub(crate) fn head(&mut self, row: &Row) {
        let Some(order) = key(row, 0) else {
            let number = text(row, 1).map_or_else(|| "none".to_owned(), |text| shown(&text));
            let reason = format!(
                "A row of A_Kopf has no ID, or one of more than {LONGEST_KEY} characters (its AuNummer: {number}): give it one in \
                 the ERP."
            );
            self.failed.push(FailedOrder { key: None, reason });
            return;
        };
        let Some(making) = self.orders.get_mut(lower(&order).as_str()) else { return };
        let Some(number) = integer(row, 1) else {
            let value = text(row, 1).map_or_else(|| "is missing".to_owned(), |text| format!("is '{}'", shown(&text)));
            let order_shown = shown(&order);
            let reason = format!(
                "The order {order_shown} has no number that can be used (its AuNummer {value}): give it a whole number in the ERP."
            );
            self.orders.remove(lower(&order).as_str());
            self.failed.push(FailedOrder { key: Some(OrderKey(order)), reason });
            return;
        };
        if !making.head.0.is_empty() {
            return self.skip("A_Kopf", "whose ID another row has");
        }
        making.head.push(&Head {
            key: order.clone(),
            number,
            extension: text(row, 2),
            status: text(row, 3),
            job_site: text(row, 4),
            customer_number: text(row, 5),
            customer_name: text(row, 6),
            technician: text(row, 7),
            price_before_tax: float(row, 8),
        });
    }

    /// All rows came. What has no head is no order any more.
    pub(crate) fn finish(mut self) -> FetchedOrders {
        self.orders.retain(|_, making| !making.head.0.is_empty());
        let count = u32::try_from(self.orders.len()).unwrap_or(u32::MAX);
        let orders = self.orders.into_values().filter_map(Making::order);
        let left_out = self.skipped.into_iter().map(|((table, why), count)| match count {
            1 => format!("1 row of {table} {why} was left out."),
            _ => format!("{count} rows of {table} {why} were left out."),
        });
        FetchedOrders { orders: Box::new(orders), count, failed: self.failed, left_out: left_out.collect() }
    }
}

/// A text of the ERP's in a sentence of ours: on one line, and not too long.
fn shown(text: &str) -> String {
    text.chars().take(60).map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}

impl Making {
    fn order(self) -> Option<Order> {
        let head: Head = self.head.unpack().pop()?;
        let accessory = |part: Part| Accessory {
            position: part.position,
            code: part.code,
            description: part.description,
            quantity: part.quantity,
        };
        let operation = |step: Step| Operation {
            number: step.number,
            description: step.description,
            at: step.at.map(Instant),
            user: step.user,
            note: step.note,
        };
        let note =
            |note: Note| OrderNote { code: note.code, at: note.at.map(Instant), user: note.user, text: note.text };
        Some(Order {
            key: OrderKey(head.key),
            number: head.number,
            extension: head.extension,
            status: head.status,
            job_site: head.job_site,
            customer_number: head.customer_number,
            customer_name: head.customer_name,
            technician: head.technician,
            price_before_tax: head.price_before_tax,
            accessories: self.accessories.unpack().into_iter().map(accessory).collect(),
            operations: self.operations.unpack().into_iter().map(operation).collect(),
            notes: self.notes.unpack().into_iter().map(note).collect(),
        })
    }
}
