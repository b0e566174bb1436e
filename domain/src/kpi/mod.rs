//! The figures of a session.

pub mod observed;
