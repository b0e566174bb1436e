//! Reading what is stored, a file per resource.
//!
//! [`Queries::reader`] decides once what a subject may read. Methods that take a slice of ids ask the store once, whatever
//! its length.

pub mod cursor;
mod details;
mod log_files;
mod machines;
pub mod page;
mod sessions;
mod timeline;

pub use sessions::place;
pub use timeline::timeline;

use crate::access;
use crate::error::AppError;
use crate::ports::identity::Subject;
use crate::ports::log_files::LogFileReader;
use crate::ports::machines::MachineStore;
use crate::ports::sessions::SessionReader;
use crate::ports::users::Role;
use std::sync::Arc;

/// All that can be read.
#[derive(Clone)]
pub struct Queries {
    reader: Reader,
}

impl Queries {
    /// Over these ports, with pages of at most `max_page` items.
    pub fn new(
        machines: Arc<dyn MachineStore>,
        sessions: Arc<dyn SessionReader>,
        log_files: Arc<dyn LogFileReader>,
        max_page: u32,
    ) -> Self {
        Self { reader: Reader { machines, sessions, log_files, max_page } }
    }

    /// What a subject may read.
    pub fn reader(&self, subject: &Subject) -> Result<Reader, AppError> {
        access::require(subject, Role::Viewer)?;
        Ok(self.reader.clone())
    }
}

/// What a subject may read: machines, sessions, log files.
#[derive(Clone)]
pub struct Reader {
    machines: Arc<dyn MachineStore>,
    sessions: Arc<dyn SessionReader>,
    log_files: Arc<dyn LogFileReader>,
    max_page: u32,
}

impl Reader {
    /// The most items a page may have.
    pub fn max_page(&self) -> u32 {
        self.max_page
    }
}
