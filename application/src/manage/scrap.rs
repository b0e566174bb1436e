//! Pieces that were scrap: no log holds that.

use super::{Decisions, text};
use crate::access::require;
use crate::error::AppError;
use crate::ports::audit::AuditAction;
use crate::ports::identity::Subject;
use crate::ports::ingest_store::NewScrap;
use crate::ports::users::Role;
use atelier_domain::ids::{ScrapId, SessionId};
use std::collections::BTreeSet;

/// Scrap as somebody declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScrapInput {
    /// How many pieces.
    pub pieces: i32,
    /// Why.
    pub reason: Option<String>,
    /// The reference of their profile.
    pub reference: Option<String>,
}

impl Decisions {
    /// Declares scrap of a session, for operators: it adds to what was declared before. The figures follow at once.
    pub async fn declare_scrap(
        &self,
        subject: &Subject,
        session: SessionId,
        input: &ScrapInput,
    ) -> Result<SessionId, AppError> {
        require(subject, Role::Operator)?;
        let pieces = u32::try_from(input.pieces).ok().filter(|pieces| *pieces > 0);
        let pieces = pieces.ok_or_else(|| AppError::bad_input("pieces", "`pieces` must be at least 1."))?;
        let reason = text("reason", input.reason.as_deref())?;
        let reference = text("jobReference", input.reference.as_deref())?;
        let found = self.sessions.sessions_by_id(&[session]).await?.pop();
        let found = found.ok_or_else(|| AppError::NotFound(format!("There is no session {session}.")))?;
        let machine = self.machine("sessionId", found.machine).await?;
        let mut unit = self.begin(found.machine).await?;
        let total = unit.pieces_of(found.day).await?.unwrap_or(0);
        let declared = unit.inputs().await?.scrap.remove(&found.day).unwrap_or_default();
        let declared: u32 = declared.iter().map(|scrap| scrap.pieces).sum();
        if declared.saturating_add(pieces) > total {
            return Err(AppError::bad_input(
                "pieces",
                format!(
                    "The session has {total} pieces, of which {declared} were declared as scrap: {pieces} more cannot be."
                ),
            ));
        }
        let scrap = NewScrap { pieces, reason, reference, by: subject.user, at: self.ingest.clock.now() };
        unit.declare_scrap(found.day, &scrap).await?;
        let detail = [("pieces", Some(pieces.to_string())), ("reason", scrap.reason), ("profile", scrap.reference)];
        let object = format!("session of {} on {}", machine.name, found.day);
        unit.audit(&self.entry(subject, AuditAction::ScrapDeclared, object, detail)).await?;
        self.derive(unit, BTreeSet::from([found.day])).await?;
        Ok(session)
    }

    /// Withdraws a declaration, for operators. The figures follow at once. Gives the session it was of.
    pub async fn withdraw_scrap(&self, subject: &Subject, id: ScrapId) -> Result<SessionId, AppError> {
        require(subject, Role::Operator)?;
        let unknown =
            || AppError::NotFound(format!("There is no declaration of scrap {id}, or it was withdrawn already."));
        let (machine, day, session) = self.store.scrap_place(id).await?.ok_or_else(unknown)?;
        let machine = self.machine("id", machine).await?;
        let mut unit = self.begin(machine.id).await?;
        if !unit.withdraw_scrap(id, self.ingest.clock.now()).await? {
            return Err(unknown());
        }
        let object = format!("session of {} on {day}", machine.name);
        let detail = [("declaration", Some(id.to_string()))];
        unit.audit(&self.entry(subject, AuditAction::ScrapWithdrawn, object, detail)).await?;
        self.derive(unit, BTreeSet::from([day])).await?;
        Ok(session)
    }
}
