//! Where facts were read.

use super::LogFile;
use crate::emit::{Emit, Leaf, Selected};
use crate::error::{ApiError, ApiResult};
use crate::scalar::int;
use async_graphql::{Object, Value};
use atelier_application::error::AppError;
use std::sync::Arc;

/// A line and what of it was asked for.
#[derive(Clone)]
pub(crate) struct LogLine {
    pub(crate) number: u32,
    pub(crate) text: Option<Arc<str>>,
    pub(crate) file: Option<LogFile>,
}

/// The line a fact was read from: every number can be traced to its file, line and text.
#[Object]
impl LogLine {
    /// The file that the line stands in, or stood in before the file was overwritten.
    async fn log_file(&self) -> ApiResult<LogFile> {
        let file = self.file.clone();
        file.ok_or_else(|| ApiError::from(AppError::Internal("the file of a line was not loaded".to_owned())))
    }

    /// The line's number in it, from 1.
    async fn number(&self) -> i32 {
        int(self.number)
    }

    /// The whole line as the machine wrote it, decoded and trimmed.
    async fn text(&self) -> &str {
        self.text.as_deref().unwrap_or_default()
    }
}

/// For lists that are written at once; one that asks for `logFile` is not.
impl Leaf for LogLine {
    const TYPE: &'static str = "LogLine";

    fn field(&self, field: &Selected) -> Value {
        match field.name.as_str() {
            "number" => int(self.number).emit(&field.children),
            "text" => Value::String(self.text.as_deref().unwrap_or_default().to_owned()),
            _ => Value::Null,
        }
    }
}

/// A fact and its line, where that was asked for.
#[derive(Clone)]
pub(crate) struct Traced<T> {
    pub(crate) fact: T,
    pub(crate) line: Option<LogLine>,
}
