//! The GraphQL schema over the use cases.
//!
//! The HTTP layer needs four things: [`schema`] builds the schema over the ports; a request carries its [`Caller`] as data
//! (`request.data(caller)`, or session data of a WebSocket); [`AtelierSchema`] is an `async_graphql::Executor` that checks the
//! caller and the limits before it executes; [`sdl`] prints the contract.

mod caller;
mod limits;
mod schema;
mod services;

pub use caller::Caller;
pub use limits::Limits;
pub use schema::{AtelierSchema, schema, sdl};
pub use services::Services;
