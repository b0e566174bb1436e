//! The schema as its clients see it, over a store in memory.

#[cfg(test)]
mod alerts;
#[cfg(test)]
mod anomalies;
#[cfg(test)]
mod contract;
#[cfg(test)]
mod decisions;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod fake;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod machines;
#[cfg(test)]
mod nested;
#[cfg(test)]
mod orders;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod persisted;
#[cfg(test)]
mod signing_in;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod statistics;
#[cfg(test)]
mod subscriptions;
#[cfg(test)]
mod sync;
#[cfg(test)]
mod users;
#[cfg(test)]
mod values;
#[cfg(test)]
mod versions;
