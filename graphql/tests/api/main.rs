//! The schema as its clients see it, over a store in memory.

mod contract;
mod errors;
mod fake;
mod limits;
mod nested;
mod pages;
mod signing_in;
mod subscriptions;
mod values;
