//! Announcements of what was committed, here or in another process.
//!
//! [`Broadcast`] tells the listeners of this process. [`ChangeFeed`] is its only source: it reads from the store what was
//! committed since it last looked, so that it does not matter who committed it.

mod broadcast;
mod feed;

pub use broadcast::Broadcast;
pub use feed::ChangeFeed;
