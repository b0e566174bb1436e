//! What is said of a configuration that cannot be used: one sentence, with the place and the remedy.

use std::path::{Path, PathBuf};

/// Where a value was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In the file.
    File(PathBuf),
    /// By an environment variable, or in `.env`.
    Variable(&'static str),
    /// On the command line.
    Flag(&'static str),
}

impl Origin {
    /// The key as the one who set it knows it.
    pub(crate) fn name(&self, path: &str) -> String {
        match self {
            Self::File(file) => format!("`{path}` in {}", file.display()),
            Self::Variable(name) | Self::Flag(name) => format!("`{name}`"),
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ConfigError {
    /// The file is not there, or cannot be read.
    #[error("The configuration file {path} cannot be read ({reason}): give the right one with --config, or ATELIER_CONFIG.", path = .0.display(), reason = .1)]
    Unreadable(PathBuf, String),
    /// The file is no TOML.
    #[error("{path}, line {line}: {message}.", path = .path.display())]
    Syntax {
        /// Which file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// What is wrong, without the line's own text, which may hold a secret.
        message: String,
    },
    /// `.env` holds something that is no assignment.
    #[error(".env cannot be read ({0}): write one NAME=value a line, and quote values with spaces.")]
    DotEnv(String),
    /// The file has a table or a key that means nothing.
    #[error("{path} has the unknown key `{key}`: {remedy}.", path = .path.display())]
    UnknownKey {
        /// Which file.
        path: PathBuf,
        /// As the file writes it.
        key: String,
        /// What there is instead.
        remedy: String,
    },
    /// A variable means nothing.
    #[error(
        "The environment has the unknown variable `{0}`: correct its name, or remove it; atelier.example.toml lists those there are."
    )]
    UnknownVariable(String),
    /// A variable or a file's value is no text.
    #[error("{0} is not valid Unicode: write it as UTF-8.")]
    NotUnicode(String),
    /// A value makes no sense.
    #[error("{name} is '{value}': {remedy}.")]
    Invalid {
        /// The key as the one who set it knows it.
        name: String,
        /// What was set.
        value: String,
        /// What to write instead.
        remedy: String,
    },
    /// The same of a value that must not be shown.
    #[error("{name} cannot be used: {remedy}.")]
    InvalidSecret {
        /// The key as the one who set it knows it.
        name: String,
        /// What to write instead.
        remedy: String,
    },
    /// Two keys exclude each other.
    #[error("{0} and {1} are both set: keep one of them, for logs come from one place.")]
    TwoSources(String, String),
    /// A list of machines that makes no sense.
    #[error("[[machines]] in {path}: {problem}.", path = .path.display())]
    Machines {
        /// Which file.
        path: PathBuf,
        /// What, and the remedy.
        problem: String,
    },
    /// The plant's calendar makes no sense.
    #[error("[calendar] in {path}: {problem}", path = .path.display())]
    Calendar {
        /// Which file.
        path: PathBuf,
        /// What, and the remedy, as a sentence.
        problem: String,
    },
}

impl ConfigError {
    /// Something about the list of machines.
    pub(crate) fn machines(path: &Path, problem: impl Into<String>) -> Self {
        Self::Machines { path: path.to_owned(), problem: problem.into() }
    }

    /// Something about the plant's calendar.
    pub(crate) fn calendar(path: &Path, problem: impl Into<String>) -> Self {
        Self::Calendar { path: path.to_owned(), problem: problem.into() }
    }
}
