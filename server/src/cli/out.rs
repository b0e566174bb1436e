//! Printing. A reader that went away (`| head`) is no failure.

use std::io::{self, ErrorKind, Write};

/// Writes a line to standard output. False once nobody reads.
///
/// # Errors
/// When it cannot be written for another reason: a full disk.
pub(super) fn line(text: impl std::fmt::Display) -> io::Result<bool> {
    written(writeln!(io::stdout().lock(), "{text}"))
}

/// Whether a write had a reader.
pub(super) fn written(outcome: io::Result<()>) -> io::Result<bool> {
    match outcome {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes a line to standard error, as far as anybody can read it.
pub(super) fn note(text: impl std::fmt::Display) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Tells an error as one sentence, its causes behind it.
pub(super) fn error(error: &anyhow::Error) {
    note(format_args!("error: {error:#}"));
}
