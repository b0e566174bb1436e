//! Atelier: production data of machining centres, from their logs to a GraphQL API.
//!
//! ```text
//! cli/          the commands, a file each
//! config/       what may be set, a struct per concern
//! wiring.rs     the only place that builds adapters and use cases
//! http/         what is answered over HTTP
//! work.rs       what goes on in the background, and the end of it
//! alerting.rs   looking for what is wrong, and telling it
//! no_source.rs  what stands in for a log source where none is read
//! on_demand.rs  runs that somebody asks for
//! retain.rs     removing what is old
//! schedule.rs   when logs are fetched
//! telemetry.rs  the program's own log
//! clock.rs      what time it is
//! demo/         the demonstration plant
//! ```

// What answers a query nests every type, and the compiler follows it all when it optimises.
#![recursion_limit = "256"]

mod alerting;
mod cli;
mod clock;
mod config;
#[cfg(feature = "demo")]
mod demo;
mod http;
mod no_source;
mod on_demand;
mod retain;
mod schedule;
mod telemetry;
mod wiring;
mod work;

fn main() -> std::process::ExitCode {
    cli::run()
}
