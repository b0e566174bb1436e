//! Machines.

use super::decisions::machine_node;
use crate::error::ApiResult;
use crate::model::{CreateMachineInput, Machine, UpdateMachineInput};
use crate::scalar::id as read_id;
use crate::scope::{Scope, machines};
use async_graphql::{Context, ID, Object};

#[derive(Default)]
pub(super) struct MachineMutation;

#[Object]
impl MachineMutation {
    /// Adds a machine. Its logs are read from the next run on, if it has a folder. Needs the role `ADMIN`, and is audited.
    async fn create_machine(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The machine.")] input: CreateMachineInput,
    ) -> ApiResult<Machine> {
        let scope = Scope::of(ctx)?;
        machine_node(scope, machines(ctx)?.create(&scope.subject, input.into()).await?)
    }

    /// Changes a machine; what is left out stays. One that is not active is out of use from now on: its logs are not read, and days
    /// on which nothing comes are not told. Needs the role `ADMIN`, and is audited.
    async fn update_machine(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The machine.")] id: ID,
        #[graphql(desc = "What of it is to be changed.")] input: UpdateMachineInput,
    ) -> ApiResult<Machine> {
        let scope = Scope::of(ctx)?;
        let changed = machines(ctx)?.update(&scope.subject, read_id("id", &id)?, input.into()).await?;
        machine_node(scope, changed)
    }

    /// Removes a machine of which nothing was ever read; `CONFLICT` while it has sessions or log files: deactivate it instead. One
    /// that the configuration lists is added again when the program starts. Needs the role `ADMIN`, and is audited.
    async fn delete_machine(&self, ctx: &Context<'_>, #[graphql(desc = "The machine.")] id: ID) -> ApiResult<ID> {
        let scope = Scope::of(ctx)?;
        Ok(machines(ctx)?.delete(&scope.subject, read_id("id", &id)?).await?.into())
    }
}
