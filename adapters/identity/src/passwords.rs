//! Passwords, hashed with argon2id as OWASP advises: 19 MiB, two passes, one lane.

use crate::secrets::fill;
use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use async_trait::async_trait;
use atelier_application::ports::identity::Passwords;
use atelier_application::ports::users::PasswordHash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};
use tokio::sync::oneshot;
use zeroize::Zeroizing;

/// What is checked where there is no hash: the same work, and no password has it.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes passwords on threads of their own, one less than there are processors: whoever guesses leaves one to the others. They are
/// always the same: each keeps the 19 MiB that it once used, and any thread's would add up.
#[derive(Debug, Clone, Copy, Default)]
pub struct Argon2Passwords;

type Job = Box<dyn FnOnce() + Send>;

/// What the threads are told; they live as long as the program.
static JOBS: LazyLock<mpsc::Sender<Job>> = LazyLock::new(|| {
    let (sender, jobs) = mpsc::channel::<Job>();
    let jobs = Arc::new(Mutex::new(jobs));
    let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    for _ in 1..processors.max(2) {
        let jobs = Arc::clone(&jobs);
        let next = move || jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let work = move || {
            while let Ok(job) = next() {
                // A job that breaks takes its caller's answer with it, and nothing else.
                let _ = catch_unwind(AssertUnwindSafe(job));
            }
        };
        if let Err(cause) = std::thread::Builder::new().name("passwords".to_owned()).spawn(work) {
            tracing::error!(%cause, "a thread for passwords cannot be started");
        }
    }
    sender
});

impl Argon2Passwords {
    /// Ready to hash.
    pub fn new() -> Self {
        Self
    }

    /// Does slow work when its turn comes; nothing if it broke.
    async fn slowly<T: Send + 'static>(self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (sender, result) = oneshot::channel();
        let job = move || {
            // Who asked may be gone: then nobody needs to know.
            if !sender.is_closed() {
                let _ = sender.send(work());
            }
        };
        JOBS.send(Box::new(job)).ok()?;
        result.await.inspect_err(|cause| tracing::error!(%cause, "hashing a password failed")).ok()
    }
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: &str) -> PasswordHash {
        let password = Zeroizing::new(password.to_owned());
        let hash = self.slowly(move || hash(&password)).await.flatten();
        hash.map_or_else(PasswordHash::of_none, PasswordHash)
    }

    async fn verify(&self, password: &str, hash: Option<PasswordHash>) -> bool {
        let password = Zeroizing::new(password.to_owned());
        self.slowly(move || verify(&password, hash.as_ref())).await.unwrap_or(false)
    }
}

fn hash(password: &str) -> Option<String> {
    let mut salt = [0; 16];
    fill(&mut salt);
    let params = Params::new(19_456, 2, 1, None).ok()?;
    let hasher = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    Some(hasher.hash_password_with_salt(password.as_bytes(), &salt).ok()?.to_string())
}

fn verify(password: &str, hash: Option<&PasswordHash>) -> bool {
    let known = hash.and_then(|hash| Phc::new(&hash.0).ok());
    let nobody = Phc::new(NOBODY).ok();
    let matches = known
        .as_ref()
        .or(nobody.as_ref())
        .is_some_and(|hash| Argon2::default().verify_password(password.as_bytes(), hash).is_ok());
    matches && known.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[tokio::test]
    async fn only_the_right_password_matches() {
        let passwords = Argon2Passwords::new();
        let hash = passwords.hash("correct horse").await;
        assert!(hash.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", hash.0);
        assert_ne!(passwords.hash("correct horse").await, hash, "the salt differs");
        assert!(passwords.verify("correct horse", Some(hash.clone())).await);
        assert!(!passwords.verify("correct horse ", Some(hash)).await);
    }

    #[tokio::test]
    async fn without_a_hash_nothing_matches_and_it_takes_as_long() {
        let passwords = Argon2Passwords::new();
        let hash = passwords.hash("x").await;
        assert!(Phc::new(NOBODY).is_ok());
        let begun = Instant::now();
        assert!(!passwords.verify("y", Some(hash)).await);
        let known = begun.elapsed();
        let begun = Instant::now();
        assert!(!passwords.verify("y", None).await);
        assert!(begun.elapsed() > known / 4, "{:?} and {known:?}", begun.elapsed());
        assert!(!passwords.verify("", Some(PasswordHash("!".into()))).await);
    }
}
