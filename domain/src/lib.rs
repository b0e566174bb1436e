//! What the numbers of a joinery factory mean, exactly: from a log line to a session and its figures.
//!
//! Pure: no I/O, no async, no wire format, no clock. Time comes in as an argument.

pub mod alert;
pub mod anomaly;
pub mod calendar;
pub mod event;
pub mod ids;
pub mod interval;
pub mod kpi;
pub mod log_file;
pub mod machine;
pub mod order;
pub mod session;
pub mod stream;
pub mod time;
pub mod units;
