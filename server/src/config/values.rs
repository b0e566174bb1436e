//! What was set, as texts that know where they came from, and how a text becomes a value.

use super::error::{ConfigError, Origin};
use super::keys::Key;
use super::secret::Secret;
use std::collections::BTreeMap;
use std::time::Duration;

/// A text and where it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Set {
    text: Secret,
    origin: Origin,
}

/// All that was set, the strongest layer of each key.
#[derive(Debug, Default)]
pub(crate) struct Values(BTreeMap<String, Set>);

impl Values {
    /// Sets a key, or overrides it.
    pub(crate) fn set(&mut self, key: &Key, text: impl Into<String>, origin: Origin) {
        self.0.insert(key.path(), Set { text: Secret::new(text), origin });
    }

    /// The text of a key, if it was set.
    pub(crate) fn text(&self, key: &Key) -> Option<&str> {
        self.0.get(&key.path()).map(|set| set.text.expose())
    }

    /// The secret of a key, if it was set.
    pub(crate) fn secret(&self, key: &Key) -> Option<Secret> {
        self.0.get(&key.path()).map(|set| set.text.clone())
    }

    /// How the one who set the key knows it.
    pub(crate) fn name(&self, key: &Key) -> String {
        self.0.get(&key.path()).map_or_else(|| format!("`{}`", key.path()), |set| set.origin.name(&key.path()))
    }

    /// The value of a key, if it was set; `parse` says what to write instead.
    pub(crate) fn parse<T>(
        &self,
        key: &Key,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        let Some(text) = self.text(key) else { return Ok(None) };
        parse(text).map(Some).map_err(|remedy| self.invalid(key, remedy))
    }

    /// The error of a key whose value makes no sense.
    pub(crate) fn invalid(&self, key: &Key, remedy: impl Into<String>) -> ConfigError {
        let (name, remedy) = (self.name(key), remedy.into());
        if key.secret {
            return ConfigError::InvalidSecret { name, remedy };
        }
        ConfigError::Invalid { name, value: self.text(key).unwrap_or_default().to_owned(), remedy }
    }
}

/// A whole number from `min` to `max`.
pub(crate) fn number<T>(min: T, max: T) -> impl FnOnce(&str) -> Result<T, String>
where
    T: std::str::FromStr + PartialOrd + std::fmt::Display,
{
    move |text| match text.parse::<T>() {
        Ok(number) if number >= min && number <= max => Ok(number),
        _ => Err(format!("write a whole number from {min} to {max}")),
    }
}

/// Texts, of which a variable has one after each `;`.
pub(crate) fn list(text: &str) -> Result<Vec<String>, String> {
    let texts: Vec<String> =
        text.split(';').map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
    if texts.is_empty() {
        Err("write one text at least; in a variable, `;` stands between two".to_owned())
    } else {
        Ok(texts)
    }
}

/// Yes or no.
pub(crate) fn truth(text: &str) -> Result<bool, String> {
    text.parse().map_err(|_| "write `true` or `false`".to_owned())
}

/// A length of time with its unit: `500ms`, `30s`, `2m`, `1h`.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    const REMEDY: &str = "write a length of time with its unit, from 1ms to 24h, such as `500ms`, `30s` or `2m`";
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim() {
        "ms" => 1,
        "s" => 1_000,
        "m" | "min" => 60_000,
        "h" => 3_600_000,
        _ => return Err(REMEDY.to_owned()),
    };
    let millis = number.parse::<u64>().ok().and_then(|number| number.checked_mul(factor));
    match millis {
        Some(millis) if (1..=86_400_000).contains(&millis) => Ok(Duration::from_millis(millis)),
        _ => Err(REMEDY.to_owned()),
    }
}
