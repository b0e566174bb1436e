//! The GraphQL schema over the use cases.
//!
//! The HTTP layer needs these: [`schema`] builds the schema over the ports; a request carries its [`Caller`] as data
//! (`request.data(caller)`, or session data of a WebSocket); [`AtelierSchema`] is an `async_graphql::Executor` that checks the
//! caller and the limits before it executes; [`sdl`] prints the contract. What it refuses by itself it tells with [`refusal`].
//!
//! Inside, a request passes `guard` (who asks, how much), then resolvers: `query`, `mutation`, `subscription` hold the
//! root fields, `model` the types, `loader` asks for children once per level, `emit` writes long lists. On the way out
//! `shape` gives the data the form that the specification wants, and `error` gives every error its code.

// A query that nests every type makes futures that nest as deep, and the compiler follows them.
#![recursion_limit = "256"]

mod caller;
mod emit;
mod error;
mod guard;
mod limits;
mod loader;
mod model;
mod mutation;
mod persisted;
mod query;
mod scalar;
mod schema;
mod scope;
mod services;
mod shape;
mod subscription;
mod turns;

pub use caller::{Caller, Origin};
pub use error::refusal;
pub use limits::{Introspection, Limits};
pub use schema::{AtelierSchema, schema, sdl};
pub use services::Services;
pub use turns::{Turn, Turns};
