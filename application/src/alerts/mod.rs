//! Alerts: finding what is wrong, telling it, and taking care of it.
//!
//! ```text
//! review.rs   makes the open alerts equal to the conditions that hold
//! deliver.rs  tells the outside what a review raised and resolved
//! desk.rs     what people do with alerts
//! ```

mod deliver;
mod desk;
mod review;
#[cfg(all(test, feature = "mocks"))]
mod tests;

pub use deliver::{Deliverer, Delivery};
pub use desk::AlertDesk;
pub use review::Reviewer;
