//! What happens where a server is missing: a test is passed over and says so; in CI it fails.

/// `None`, for a test that cannot run here: `let Some(server) = … else { return }`.
///
/// # Panics
///
/// With `CI=true`, where a test passed over would be taken for one that passed.
pub(crate) fn skipped<T>(needs: &str) -> Option<T> {
    let message = format!("skipped: needs {needs}; run scripts/setup");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{message}");
    eprintln!("{message}");
    None
}
