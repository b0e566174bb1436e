//! `[limits]`

use super::error::ConfigError;
use super::http::introspection;
use super::keys::{
    LIMIT_ALIASES, LIMIT_AT_WORK, LIMIT_BATCH, LIMIT_BODY, LIMIT_COMPLEXITY, LIMIT_CONNECTIONS, LIMIT_DEPTH,
    LIMIT_DIRECTIVES, LIMIT_PAGE, LIMIT_QUERY_TIME, LIMIT_REQUESTS_AT_ONCE, LIMIT_REQUESTS_PER_SECOND,
    LIMIT_ROOT_FIELDS, LIMIT_VALUES,
};
use super::values::{Values, duration, number};
use atelier_graphql::Limits;
use std::num::NonZeroU32;

/// What clients may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LimitsConfig {
    /// Of a GraphQL request.
    pub(crate) graphql: Limits,
    /// Bytes of a request's body.
    pub(crate) body: usize,
    /// Requests of one token.
    pub(crate) rate: Rate,
    /// Subscribing connections of one user.
    pub(crate) connections: usize,
}

/// How often somebody may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// At once.
    pub(crate) at_once: NonZeroU32,
    /// And then so many a second.
    pub(crate) per_second: NonZeroU32,
}

const AT_ONCE: NonZeroU32 = NonZeroU32::new(300_000).unwrap();
const PER_SECOND: NonZeroU32 = NonZeroU32::new(1_000).unwrap();

impl LimitsConfig {
    pub(super) fn read(values: &Values) -> Result<Self, ConfigError> {
        let default = Limits::default();
        let graphql = Limits {
            page: values.parse(&LIMIT_PAGE, number(1, 10_000))?.unwrap_or(default.page),
            depth: values.parse(&LIMIT_DEPTH, number(1, 100))?.unwrap_or(default.depth),
            complexity: values.parse(&LIMIT_COMPLEXITY, number(1, 1_000_000_000))?.unwrap_or(default.complexity),
            values: values.parse(&LIMIT_VALUES, number(1, 1_000_000_000))?.unwrap_or(default.values),
            at_work: values.parse(&LIMIT_AT_WORK, number(1, 1_000))?.unwrap_or(default.at_work),
            root_fields: values.parse(&LIMIT_ROOT_FIELDS, number(1, 10_000))?.unwrap_or(default.root_fields),
            aliases: values.parse(&LIMIT_ALIASES, number(0, 10_000))?.unwrap_or(default.aliases),
            directives: values.parse(&LIMIT_DIRECTIVES, number(0, 10_000))?.unwrap_or(default.directives),
            batch: values.parse(&LIMIT_BATCH, number(1, 1_000))?.unwrap_or(default.batch),
            time: values.parse(&LIMIT_QUERY_TIME, duration)?.unwrap_or(default.time),
            introspection: introspection(values)?.unwrap_or(default.introspection),
        };
        let rate = Rate {
            at_once: values.parse(&LIMIT_REQUESTS_AT_ONCE, count)?.unwrap_or(AT_ONCE),
            per_second: values.parse(&LIMIT_REQUESTS_PER_SECOND, count)?.unwrap_or(PER_SECOND),
        };
        if u32::try_from(graphql.batch).is_ok_and(|batch| batch > rate.at_once.get()) {
            return Err(values.invalid(&LIMIT_REQUESTS_AT_ONCE, "a batch may have more requests than that"));
        }
        Ok(Self {
            graphql,
            rate,
            body: values.parse(&LIMIT_BODY, number(1, 65_536))?.unwrap_or(256) * 1024,
            connections: values.parse(&LIMIT_CONNECTIONS, number(1, 100_000))?.unwrap_or(100),
        })
    }
}

fn count(text: &str) -> Result<NonZeroU32, String> {
    let count = number(1, 1_000_000)(text)?;
    NonZeroU32::new(count).ok_or_else(|| "write a whole number above 0".to_owned())
}
