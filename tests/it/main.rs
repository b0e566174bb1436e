//! Tests of the whole program over real servers: databases, FTP servers, and the `atelier` binary itself.
//!
//! Each test is alone with a database and folders of its own, so that they run side by side. `scripts/test` runs them
//! all; `cargo build --workspace && cargo test -p atelier-tests NAME` runs one.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    reason = "a test that meets the unexpected shall panic there, says what it passes over, and has no clock of its own"
)]

mod alerts;
mod architecture;
mod attacks;
mod cleanup;
mod client;
mod conformance;
mod contract;
mod decisions;
mod erp;
mod faults;
mod ftps;
mod harness;
mod instances;
mod kills;
mod outage;
mod rest;
mod retention;
mod samples;
mod union;
mod versions;
