//! The whole of the schema, as the program itself tells it: every field asked for at once, and thousands of documents that nobody
//! would write.

mod demo;
mod documents;
mod fuzz;
mod proxy;
mod statements;
mod types;
