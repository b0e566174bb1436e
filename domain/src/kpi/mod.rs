//! The figures of a session.

pub mod losses;
pub mod observed;
pub mod reference_cycle;
pub mod tally;
pub mod trs;
