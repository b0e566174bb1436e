//! Reading the audit trail.

use crate::access;
use crate::error::AppError;
use crate::ports::audit::{AuditLog, AuditRecord};
use crate::ports::identity::Subject;
use crate::ports::sessions::Slice;
use crate::ports::users::Role;
use crate::query::cursor;
use crate::query::page::PageArgs;
use std::sync::Arc;

/// The audit trail, for administrators.
#[derive(Clone)]
pub struct AuditTrail {
    log: Arc<dyn AuditLog>,
    max_page: u32,
}

impl AuditTrail {
    /// Over this port, with pages of at most `max_page` entries.
    pub fn new(log: Arc<dyn AuditLog>, max_page: u32) -> Self {
        Self { log, max_page }
    }

    /// A page of it, the newest first.
    pub async fn page(&self, subject: &Subject, page: &PageArgs) -> Result<Slice<AuditRecord>, AppError> {
        access::require(subject, Role::Admin)?;
        let window = page.window(self.max_page, cursor::read_audit)?;
        Ok(self.log.audit_trail(&window).await?)
    }
}
