//! What tells whether an order changed.

use crate::ports::orders::Fingerprint;
use atelier_domain::order::{Accessory, Operation, Order, OrderNote};
use atelier_domain::time::Instant;
use sha2::{Digest as _, Sha256};

/// That of all an order holds, its parts in their order. It names a way of writing: a program that writes otherwise finds every
/// order changed, once.
pub fn fingerprint(order: &Order) -> Fingerprint {
    let Order {
        key,
        number,
        extension,
        status,
        job_site,
        customer_number,
        customer_name,
        technician,
        price_before_tax,
        accessories,
        operations,
        notes,
    } = order;
    let mut hash = Hash(Sha256::new());
    hash.text("order 1");
    hash.text(&key.0);
    hash.number(i64::from(*number));
    for text in [extension, status, job_site, customer_number, customer_name, technician] {
        hash.optional(text.as_deref(), Hash::text);
    }
    hash.optional(*price_before_tax, Hash::float);
    hash.number(accessories.len() as i64);
    for Accessory { position, code, description, quantity } in accessories {
        hash.optional(*position, |hash, position| hash.number(i64::from(position)));
        hash.text(code);
        hash.optional(description.as_deref(), Hash::text);
        hash.optional(*quantity, Hash::float);
    }
    hash.number(operations.len() as i64);
    for Operation { number, description, at, user, note } in operations {
        hash.text(number);
        hash.optional(description.as_deref(), Hash::text);
        hash.optional(*at, Hash::instant);
        hash.optional(user.as_deref(), Hash::text);
        hash.optional(note.as_deref(), Hash::text);
    }
    hash.number(notes.len() as i64);
    for OrderNote { code, at, user, text } in notes {
        hash.optional(code.as_deref(), Hash::text);
        hash.optional(*at, Hash::instant);
        hash.optional(user.as_deref(), Hash::text);
        hash.text(text);
    }
    Fingerprint(hash.0.finalize().into())
}

/// Takes values so that no two lists of them are written alike.
struct Hash(Sha256);

impl Hash {
    fn number(&mut self, number: i64) {
        self.0.update(number.to_be_bytes());
    }

    fn float(&mut self, number: f64) {
        self.0.update(number.to_bits().to_be_bytes());
    }

    fn instant(&mut self, at: Instant) {
        self.number(at.0);
    }

    fn text(&mut self, text: &str) {
        self.number(text.len() as i64);
        self.0.update(text.as_bytes());
    }

    fn optional<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.0.update([u8::from(value.is_some())]);
        if let Some(value) = value {
            write(self, value);
        }
    }
}
