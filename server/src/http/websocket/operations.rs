//! The operations of a connection, and their results as they come.
//!
//! Each runs in a task of its own: what it holds of the database it lets go of, whether or not the client takes what it said before.

use crate::http::connections::results;
use async_graphql::{Data, Executor, Request, Response};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream, SelectAll};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio_util::task::AbortOnDropHandle;

/// What an operation gives: results, then nothing.
pub(super) struct Step {
    /// Which operation.
    pub(super) id: Arc<str>,
    /// Its next result; without one it is over.
    pub(super) response: Option<Response>,
    /// An id may be used again: this tells its uses apart.
    run: u64,
}

struct Running {
    run: u64,
    /// Dropping it ends the task.
    _task: AbortOnDropHandle<()>,
}

/// The operations at work.
#[derive(Default)]
pub(super) struct Operations {
    steps: SelectAll<BoxStream<'static, Step>>,
    running: HashMap<Arc<str>, Running>,
    runs: u64,
}

impl Operations {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.running.len()
    }

    /// Starts one. False when the id is in use.
    pub(super) fn start<E: Executor>(
        &mut self,
        id: &str,
        request: Request,
        executor: &E,
        session: Arc<Data>,
        runtime: &Handle,
    ) -> bool {
        let id: Arc<str> = id.into();
        let Entry::Vacant(place) = self.running.entry(id.clone()) else { return false };
        self.runs += 1;
        let run = self.runs;
        let (receiver, task) = results(request, executor, session, runtime);
        place.insert(Running { run, _task: task });
        let results = stream::unfold(receiver, |mut receiver| async move { Some((receiver.recv().await?, receiver)) });
        let steps = results.map(Some).chain(stream::once(async { None }));
        self.steps.push(steps.map(move |response| Step { id: id.clone(), response, run }).boxed());
        true
    }

    /// Stops one, if it is at work.
    pub(super) fn stop(&mut self, id: &str) {
        self.running.remove(id);
    }

    /// The next step of any of them; waits for ever while there is none.
    pub(super) async fn next(&mut self) -> Step {
        loop {
            let Some(step) = self.steps.next().await else { return std::future::pending().await };
            // A stopped operation's last steps may still be under way.
            if self.running.get(&step.id).is_some_and(|running| running.run == step.run) {
                if step.response.is_none() {
                    self.running.remove(&step.id);
                }
                return step;
            }
        }
    }
}
