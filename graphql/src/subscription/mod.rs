//! What happens, as it happens.

mod feed;
mod sessions;

pub(crate) use sessions::Subscription;
