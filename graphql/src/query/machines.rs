//! Machines.

use crate::error::ApiResult;
use crate::loader::MachineGroup;
use crate::model::{Machine, MachineFilter};
use crate::scalar::id as read_id;
use crate::scope::Scope;
use async_graphql::{Context, ID, Object};
use std::sync::Arc;

#[derive(Default)]
pub(super) struct MachineQuery;

#[Object]
impl MachineQuery {
    /// The machines, by name.
    async fn machines(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which of them; all when left out.")] filter: Option<MachineFilter>,
    ) -> ApiResult<Vec<Machine>> {
        let reader = &Scope::of(ctx)?.reader;
        let found = reader.machines(&MachineFilter::port(filter)).await?;
        Ok(MachineGroup::nodes(reader, found.into_iter().map(Arc::new)))
    }

    /// One machine, by id or by name (with both, both must be its own); null when there is none.
    async fn machine(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Option<ID>,
        #[graphql(desc = "Its name, letter for letter.")] name: Option<String>,
    ) -> ApiResult<Option<Machine>> {
        let reader = &Scope::of(ctx)?.reader;
        let id = id.map(|id| read_id("id", &id)).transpose()?;
        let found = reader.machine(id, name.as_deref()).await?;
        Ok(MachineGroup::nodes(reader, found.map(Arc::new)).pop())
    }
}
