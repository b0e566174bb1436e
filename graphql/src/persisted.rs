//! Automatic persisted queries: a client sends the hash of a document instead of the document, once we have seen both.
//!
//! The protocol is Apollo's: `extensions.persistedQuery` with `version` 1 and `sha256Hash`. Whoever asks by a hash that is not
//! known gets `PersistedQueryNotFound` and sends both; every client does that by itself, so forgetting costs a round trip.

use crate::error::{ApiError, ApiResult};
use async_graphql::{Request, Value};
use moka::sync::Cache;
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// So many bytes of documents are remembered, the most used ones.
const REMEMBERED: u64 = 8 << 20;

type Hash = [u8; 32];

/// Documents by their hashes. Clones share them.
#[derive(Clone)]
pub(crate) struct PersistedQueries(Cache<Hash, Arc<str>>);

impl Default for PersistedQueries {
    fn default() -> Self {
        let weight = |_: &Hash, document: &Arc<str>| u32::try_from(document.len() + 64).unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weight).max_capacity(REMEMBERED).build())
    }
}

/// A document that came with its hash, to be remembered if it turns out to be a good one.
pub(crate) struct Fresh(Hash, Arc<str>);

impl PersistedQueries {
    /// Gives a request that has but a hash its document. A request with both is checked: its document is no other's.
    pub(crate) fn complete(&self, request: &mut Request) -> ApiResult<Option<Fresh>> {
        let Some(extension) = request.extensions.get("persistedQuery") else { return Ok(None) };
        let hash = read(extension)?;
        if request.query.is_empty() {
            let document = self.0.get(&hash).ok_or_else(ApiError::persisted_query_not_found)?;
            request.query = document.to_string();
            return Ok(None);
        }
        if <Hash>::from(Sha256::digest(request.query.as_bytes())) != hash {
            return Err(ApiError::bad_request("`sha256Hash` is not the SHA-256 of `query`."));
        }
        Ok(Some(Fresh(hash, request.query.as_str().into())))
    }

    /// Remembers a document.
    pub(crate) fn remember(&self, Fresh(hash, document): Fresh) {
        self.0.insert(hash, document);
    }
}

fn read(extension: &Value) -> ApiResult<Hash> {
    let wrong = || ApiError::bad_request("`persistedQuery` needs `version` 1 and `sha256Hash`, 64 hexadecimal digits.");
    let Value::Object(fields) = extension else { return Err(wrong()) };
    let (Some(Value::Number(version)), Some(Value::String(text))) = (fields.get("version"), fields.get("sha256Hash"))
    else {
        return Err(wrong());
    };
    if version.as_u64() != Some(1) || text.len() != 64 {
        return Err(wrong());
    }
    let mut hash = Hash::default();
    for (byte, digits) in hash.iter_mut().zip(text.as_bytes().chunks(2)) {
        let digits = std::str::from_utf8(digits).ok().filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        *byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).ok_or_else(wrong)?;
    }
    Ok(hash)
}
