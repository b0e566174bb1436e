//! French or English.

use crate::http::rest::error::Failure;
use crate::http::rest::query::{FromQuery, Query, Value};
use actix_web::http::header::{self, HeaderMap};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// The language of a table's headers, and the habits that go with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::http::rest) enum Language {
    Fr,
    En,
}

impl Language {
    /// Its code.
    pub(super) fn code(self) -> &'static str {
        self.pick("fr", "en")
    }

    /// One of two, by language.
    pub(super) fn pick<T>(self, french: T, english: T) -> T {
        match self {
            Self::Fr => french,
            Self::En => english,
        }
    }

    fn of(tag: &str) -> Option<Self> {
        match tag.split('-').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "fr" => Some(Self::Fr),
            "en" => Some(Self::En),
            _ => None,
        }
    }
}

impl Value for Language {
    fn what() -> String {
        "`fr` or `en`".to_owned()
    }

    fn read(text: &str) -> Option<Self> {
        [Self::Fr, Self::En].into_iter().find(|language| language.code() == text)
    }
}

/// The language of headers.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(in crate::http::rest) struct LanguageParams {
    /// The language of headers, and the habits that go with it. When left out, the first of the two in `Accept-Language`, else
    /// French.
    lang: Option<Language>,
}

impl FromQuery for LanguageParams {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        Ok(Self { lang: query.one("lang")? })
    }
}

impl LanguageParams {
    /// What is asked for, what the client speaks, else French.
    pub(super) fn chosen(&self, headers: &HeaderMap) -> Language {
        let accepted = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        self.lang.or_else(|| preferred(accepted()?)).unwrap_or(Language::Fr)
    }
}

/// The language with the highest weight, the first of several with the same.
fn preferred(accepted: &str) -> Option<Language> {
    let ranges = accepted.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let language = Language::of(parts.next()?)?;
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        (weight > 0.0).then_some((language, weight))
    });
    ranges.reduce(|best, other| if other.1 > best.1 { other } else { best }).map(|(language, _)| language)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_s_language_is_taken_where_it_is_one_of_both() {
        for (accepted, expected) in [
            ("en-GB,en;q=0.9,fr;q=0.8", Some(Language::En)),
            ("de, fr;q=0.5, en;q=0.4", Some(Language::Fr)),
            ("EN;q=0, fr-CH;q=0.1", Some(Language::Fr)),
            ("de", None),
            ("", None),
            ("fr;q=x", Some(Language::Fr)),
        ] {
            assert_eq!(preferred(accepted), expected, "{accepted}");
        }
    }
}
