//! The layers: the file, then the environment, then the flags; each overrides those before it.

use super::error::{ConfigError, Origin};
use super::keys::{self, Key};
use super::values::Values;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The file that is read when no other is named.
const DEFAULT_FILE: &str = "atelier.toml";

/// What the command line sets.
#[derive(Debug, Clone, Default)]
pub(crate) struct Flags {
    /// `--addr`
    pub(crate) addr: Option<String>,
    /// `--log`
    pub(crate) log: Option<String>,
    /// `--log-format`
    pub(crate) log_format: Option<String>,
}

/// The `ATELIER_*` variables, those of `.env` among them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Environment(BTreeMap<String, String>);

impl Environment {
    /// That of this process over that of `.env` in the working directory.
    pub(crate) fn of_process() -> Result<Self, ConfigError> {
        let mut variables = dot_env(Path::new(".env"))?;
        for (name, value) in std::env::vars_os() {
            let Some(name) = name.to_str().filter(|name| name.starts_with("ATELIER_")) else { continue };
            let value = value.into_string().map_err(|_| ConfigError::NotUnicode(format!("`{name}`")))?;
            variables.insert(name.to_owned(), value);
        }
        Ok(Self(variables))
    }

    /// The file that `ATELIER_CONFIG` names.
    fn file(&self) -> Option<PathBuf> {
        self.0.get("ATELIER_CONFIG").filter(|path| !path.is_empty()).map(PathBuf::from)
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

fn dot_env(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let pairs = match dotenvy::from_path_iter(path) {
        Ok(pairs) => pairs,
        Err(error) if error.not_found() => return Ok(BTreeMap::new()),
        Err(dotenvy::Error::Io(error)) => return Err(ConfigError::DotEnv(error.to_string())),
        Err(_) => return Err(ConfigError::DotEnv("it is malformed".to_owned())),
    };
    let mut variables = BTreeMap::new();
    for pair in pairs {
        // The error's own text would show the line, which may hold a secret.
        let (name, value) = pair.map_err(|_| ConfigError::DotEnv("a line is no assignment".to_owned()))?;
        if name.starts_with("ATELIER_") {
            variables.insert(name, value);
        }
    }
    Ok(variables)
}

/// The list of machines as the file has it.
pub(crate) type MachineTables = Option<(PathBuf, Value)>;

/// The plant's calendar as the file has it.
pub(crate) type CalendarTable = Option<(PathBuf, Value)>;

/// What of the file is no list of keys.
#[derive(Default)]
pub(crate) struct Tables {
    pub(crate) machines: MachineTables,
    pub(crate) calendar: CalendarTable,
}

/// Reads all layers.
pub(crate) fn read(
    path: Option<&Path>,
    environment: &Environment,
    flags: &Flags,
) -> Result<(Values, Tables), ConfigError> {
    let mut values = Values::default();
    let tables = match path.map(Path::to_owned).or_else(|| environment.file()) {
        Some(path) => read_file(&path, &mut values)?,
        None if Path::new(DEFAULT_FILE).is_file() => read_file(Path::new(DEFAULT_FILE), &mut values)?,
        None => Tables::default(),
    };
    read_above_file(environment, flags, &mut values)?;
    Ok((values, tables))
}

/// Reads all layers but the file.
#[cfg(feature = "demo")]
pub(crate) fn read_without_file(environment: &Environment, flags: &Flags) -> Result<Values, ConfigError> {
    let mut values = Values::default();
    read_above_file(environment, flags, &mut values)?;
    Ok(values)
}

fn read_above_file(environment: &Environment, flags: &Flags, values: &mut Values) -> Result<(), ConfigError> {
    read_environment(environment, values)?;
    for (key, flag, text) in [
        (keys::HTTP_ADDR, "--addr", &flags.addr),
        (keys::LOG_FILTER, "--log", &flags.log),
        (keys::LOG_FORMAT, "--log-format", &flags.log_format),
    ] {
        if let Some(text) = text {
            values.set(&key, text, Origin::Flag(flag));
        }
    }
    Ok(())
}

fn read_file(path: &Path, values: &mut Values) -> Result<Tables, ConfigError> {
    let text =
        std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable(path.to_owned(), error.to_string()))?;
    let mut table: Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        // The message may quote what it met; only its first line is free of the document's own text.
        let message = error.message().lines().next().unwrap_or("it is no TOML").to_owned();
        ConfigError::Syntax { path: path.to_owned(), line: before.matches('\n').count() + 1, message }
    })?;
    let mut take = |name: &str| table.remove(name).map(|value| (path.to_owned(), value));
    let tables = Tables { machines: take("machines"), calendar: take("calendar") };
    for (section, entries) in table {
        read_section(path, &section, entries, values)?;
    }
    Ok(tables)
}

fn read_section(path: &Path, section: &str, entries: Value, values: &mut Values) -> Result<(), ConfigError> {
    let known = keys::names(section);
    let unknown = |key: String, remedy: String| ConfigError::UnknownKey { path: path.to_owned(), key, remedy };
    let Value::Table(entries) = entries else {
        let remedy = "keys stand in tables such as [http]; see atelier.example.toml".to_owned();
        return Err(unknown(section.to_owned(), remedy));
    };
    if known.is_empty() {
        let mut sections: Vec<_> = keys::ALL.iter().map(|key| key.section).collect();
        sections.dedup();
        return Err(unknown(section.to_owned(), format!("the tables are {}, calendar, machines", sections.join(", "))));
    }
    for (name, value) in entries {
        let Some(key) = keys::find(section, &name) else {
            return Err(unknown(
                format!("{section}.{name}"),
                format!("the keys of [{section}] are {}", known.join(", ")),
            ));
        };
        let texts = if key.list { texts(&value) } else { None };
        let text = texts.or_else(|| scalar(&value)).ok_or_else(|| ConfigError::Invalid {
            name: Origin::File(path.to_owned()).name(&key.path()),
            value: value.type_str().to_owned(),
            remedy: if key.list { "write a list of texts" } else { "write one text or number" }.to_owned(),
        })?;
        values.set(key, text, Origin::File(path.to_owned()));
    }
    Ok(())
}

/// The texts of a list, as a variable would have them.
fn texts(value: &Value) -> Option<String> {
    let texts: Option<Vec<&str>> = value.as_array()?.iter().map(Value::as_str).collect();
    Some(texts?.join(";"))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Boolean(truth) => Some(truth.to_string()),
        Value::Datetime(time) => Some(time.to_string()),
        Value::Array(_) | Value::Table(_) => None,
    }
}

fn read_environment(environment: &Environment, values: &mut Values) -> Result<(), ConfigError> {
    for (name, text) in &environment.0 {
        // Those of the tests are not the program's, and the file was read already.
        if name.starts_with("ATELIER_TEST_") || name == "ATELIER_CONFIG" {
            continue;
        }
        let key: &Key = keys::by_variable(name).ok_or_else(|| ConfigError::UnknownVariable(name.clone()))?;
        // Container files pass a variable that is not set as an empty one.
        if let (false, Some(variable)) = (text.is_empty(), key.variable) {
            values.set(key, text, Origin::Variable(variable));
        }
    }
    Ok(())
}
