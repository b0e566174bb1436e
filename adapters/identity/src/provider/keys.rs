//! The keys of an identity provider.

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

/// More keys than this are nobody's.
const MOST: usize = 100;
/// The least digits, in base64url, of an RSA modulus: 2,048 bits (RFC 7518, section 3.3).
const MODULUS_DIGITS: usize = 2_048_usize.div_ceil(6);

/// Keys, each for one algorithm.
#[derive(Default)]
pub(super) struct Keys(Vec<Key>);

struct Key {
    id: Option<String>,
    algorithm: Algorithm,
    checking: DecodingKey,
}

impl Keys {
    /// Those of a key set that count; nothing when it is none. What is of no use here is passed over.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let set: Value = serde_json::from_slice(text).ok()?;
        let keys = set.get("keys")?.as_array()?;
        Some(Self(keys.iter().take(MOST).filter_map(Key::read).collect()))
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The key with that name; the only one of the algorithm when a token names none.
    pub(super) fn find(&self, algorithm: Algorithm, id: Option<&str>) -> Option<DecodingKey> {
        let mut fitting =
            self.0.iter().filter(|key| key.algorithm == algorithm && (id.is_none() || key.id.as_deref() == id));
        let found = fitting.next()?;
        fitting.next().is_none().then(|| found.checking.clone())
    }
}

impl Key {
    fn read(value: &Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(value.clone()).ok()?;
        let common = &jwk.common;
        if !matches!(common.public_key_use, None | Some(PublicKeyUse::Signature)) {
            return None;
        }
        let (algorithm, named) = match &jwk.algorithm {
            AlgorithmParameters::RSA(rsa) if rsa.n.trim_end_matches('=').len() >= MODULUS_DIGITS => {
                (Algorithm::RS256, KeyAlgorithm::RS256)
            }
            AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => {
                (Algorithm::ES256, KeyAlgorithm::ES256)
            }
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
                (Algorithm::EdDSA, KeyAlgorithm::EdDSA)
            }
            _ => return None,
        };
        if common.key_algorithm.is_some_and(|algorithm| algorithm != named) {
            return None;
        }
        Some(Self { id: common.key_id.clone(), algorithm, checking: DecodingKey::from_jwk(&jwk).ok()? })
    }
}
