//! What machines do, as it changes.

use super::end_of_token;
use crate::Services;
use crate::error::{ApiError, ApiResult};
use crate::loader::MachineGroup;
use crate::model::Machine;
use crate::scalar::ids;
use crate::scope::Scope;
use async_graphql::{Context, ID, Subscription};
use atelier_application::error::AppError;
use atelier_application::ports::events::Announcement;
use atelier_application::ports::machines::MachineFilter;
use atelier_application::query::Reader;
use atelier_domain::ids::MachineId;
use atelier_domain::machine::{self, MachineState, StateNow};
use futures_util::stream::{BoxStream, StreamExt as _, unfold};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// A wait ends, and a machine falls silent, without anything being committed: so often is looked.
const EVERY: Duration = Duration::from_secs(5);

/// A run commits many sessions at once: so long is waited for more before looking.
const SETTLE: Duration = Duration::from_millis(200);

#[derive(Default)]
pub(crate) struct MachineSubscription;

#[Subscription]
impl MachineSubscription {
    /// Each machine whose state changes from now on, with what it does then; `machines` has what they do now. Within a second of what
    /// a run commits, and five seconds of what passing time brings: a wait that ends, a machine that falls silent.
    async fn machine_state_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of these machines; all when left out, none when empty.")] machine_ids: Option<Vec<ID>>,
    ) -> Result<BoxStream<'static, ApiResult<Machine>>, ApiError> {
        let services = ctx
            .data_opt::<Services>()
            .ok_or_else(|| ApiError::from(AppError::Internal("the schema has no services".to_owned())))?;
        let Scope { subject, reader } = Scope::of(ctx)?;
        let only = ids("machineIds", machine_ids.as_deref())?;
        let end = end_of_token(ctx, subject)?;
        let live = services.events.listen();
        let mut watch =
            Watch { reader: reader.clone(), live, only, told: HashMap::new(), waiting: VecDeque::new(), over: false };
        // What they do now is known to whoever asks.
        watch.look().await?;
        watch.waiting.clear();
        Ok(unfold(watch, Watch::next).take_until(end).boxed())
    }
}

struct Watch {
    reader: Reader,
    live: BoxStream<'static, Announcement>,
    only: Option<Vec<MachineId>>,
    told: HashMap<MachineId, StateNow>,
    waiting: VecDeque<Arc<machine::Machine>>,
    over: bool,
}

impl Watch {
    async fn next(mut self) -> Option<(ApiResult<Machine>, Self)> {
        if self.over {
            return None;
        }
        loop {
            if let Some(machine) = self.waiting.pop_front() {
                let node = MachineGroup::nodes(&self.reader, [machine]).pop();
                return Some((node.ok_or_else(no_node), self));
            }
            tokio::select! {
                heard = self.live.next() => {
                    heard?;
                    tokio::time::sleep(SETTLE).await;
                    // What came meanwhile is looked at together.
                    while let Some(Some(_)) = futures_util::FutureExt::now_or_never(self.live.next()) {}
                }
                () = tokio::time::sleep(EVERY) => {}
            }
            if let Err(error) = self.look().await {
                self.over = true;
                return Some((Err(error), self));
            }
        }
    }

    /// Finds the machines whose state is another one than when it was last looked.
    async fn look(&mut self) -> ApiResult<()> {
        let mut machines = self.reader.machines(&MachineFilter::default()).await?;
        machines.retain(|machine| self.only.as_ref().is_none_or(|only| only.contains(&machine.id)));
        let ids: Vec<MachineId> = machines.iter().map(|machine| machine.id).collect();
        let mut states = self.reader.states(&ids).await?;
        for machine in machines {
            let Some(now) = states.remove(&machine.id) else { continue };
            let before = self.told.insert(machine.id, now);
            if before.is_none_or(|before| differs(before, now)) {
                self.waiting.push_back(Arc::new(machine));
            }
        }
        Ok(())
    }
}

/// A machine that was stopped, started and stopped again meanwhile has another state; one that runs on has the same, whatever it
/// waited for meanwhile.
fn differs(before: StateNow, now: StateNow) -> bool {
    before.state != now.state || (now.state != MachineState::Running && before.since != now.since)
}

fn no_node() -> ApiError {
    ApiError::from(AppError::Internal("a machine has no node".to_owned()))
}
