//! `cargo +nightly fuzz run parse`, from `adapters/logfmt`.
#![no_main]

#[path = "../check.rs"]
mod check;

libfuzzer_sys::fuzz_target!(|content: &[u8]| check::check(content));
