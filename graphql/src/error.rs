//! What clients are told when something goes wrong: the one place where errors get their codes.

use async_graphql::{ErrorExtensionValues, Response, ServerError};
use atelier_application::error::AppError;
use atelier_application::ports::identity::TokenError;
use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a resolver gives.
pub(crate) type ApiResult<T> = Result<T, ApiError>;

/// The values of `extensions.code`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Code {
    Unauthenticated,
    Forbidden,
    BadUserInput,
    NotFound,
    Conflict,
    QueryTooComplex,
    RateLimited,
    PersistedQueryNotFound,
    Internal,
}

impl Code {
    fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::NotFound => "NOT_FOUND",
            Self::Conflict => "CONFLICT",
            Self::QueryTooComplex => "QUERY_TOO_COMPLEX",
            Self::RateLimited => "RATE_LIMITED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::Internal => "INTERNAL",
        }
    }
}

/// An error as clients see it. It has no `Display`, so that no other error can become one by accident.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    code: Code,
    message: String,
    field: Option<String>,
    reference: Option<String>,
    /// In how many seconds it may be tried again.
    retry_after: Option<u64>,
}

impl ApiError {
    fn new(code: Code, message: String) -> Self {
        Self { code, message, field: None, reference: None, retry_after: None }
    }

    /// An argument or input field that is not right.
    pub(crate) fn bad_input(field: &str, message: impl Into<String>) -> Self {
        AppError::bad_input(field, message).into()
    }

    /// A request that is not right as a whole.
    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(Code::BadUserInput, message.into())
    }

    /// A request that asks for too much.
    pub(crate) fn too_complex(message: impl Into<String>) -> Self {
        Self::new(Code::QueryTooComplex, message.into())
    }

    /// A request without a token.
    pub(crate) fn unauthenticated() -> Self {
        TokenError::Missing.into()
    }

    /// A hash whose document is not known. Clients know it by these very words.
    pub(crate) fn persisted_query_not_found() -> Self {
        Self::new(Code::PersistedQueryNotFound, "PersistedQueryNotFound".to_owned())
    }

    /// A response that holds this error and nothing else.
    pub(crate) fn into_response(self) -> Response {
        let error: async_graphql::Error = self.into();
        let mut server_error = ServerError::new(error.message, None);
        server_error.extensions = error.extensions;
        Response::from_errors(vec![server_error])
    }
}

/// What a request is answered that is refused before it gets to the schema.
pub fn refusal(error: AppError) -> Response {
    ApiError::from(error).into_response()
}

impl From<AppError> for ApiError {
    fn from(error: AppError) -> Self {
        match error {
            AppError::BadUserInput { field, message } => {
                Self { field: Some(field), ..Self::new(Code::BadUserInput, message) }
            }
            AppError::NotFound(message) => Self::new(Code::NotFound, message),
            AppError::Conflict(message) => Self::new(Code::Conflict, message),
            AppError::Forbidden(message) => Self::new(Code::Forbidden, message),
            AppError::Unauthenticated(message) => Self::new(Code::Unauthenticated, message),
            AppError::RateLimited { message, after } => {
                Self { retry_after: after, ..Self::new(Code::RateLimited, message) }
            }
            AppError::Unavailable(text) | AppError::Internal(text) => {
                let reference = reference();
                tracing::error!(reference, error = text, "a request failed");
                let message =
                    format!("Something went wrong on our side; the log has more under the reference {reference}.");
                Self { reference: Some(reference), ..Self::new(Code::Internal, message) }
            }
        }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        AppError::from(error).into()
    }
}

impl From<ApiError> for async_graphql::Error {
    fn from(error: ApiError) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", error.code.as_str());
        if let Some(field) = error.field {
            extensions.set("field", field);
        }
        if let Some(reference) = error.reference {
            extensions.set("reference", reference);
        }
        if let Some(seconds) = error.retry_after {
            extensions.set("retryAfter", seconds);
        }
        Self { message: error.message, source: None, extensions: Some(extensions) }
    }
}

/// Gives the errors of the GraphQL library their codes: it knows none, and all of its errors are about the request.
pub(crate) fn give_codes(errors: &mut Vec<ServerError>) {
    for error in errors.iter_mut() {
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        if extensions.get("code").is_none() {
            let too_deep = error.message.to_ascii_lowercase().contains("recursion")
                || error.message.starts_with("The number of directives");
            let code = if too_deep { Code::QueryTooComplex } else { Code::BadUserInput };
            extensions.set("code", code.as_str());
        }
    }
    // What fails for all items of a list is told once, for the first of them.
    let mut told: Vec<ServerError> = Vec::new();
    errors.retain(|error| {
        let new = !told.iter().any(|other| other.message == error.message && other.locations == error.locations);
        if new {
            told.push(error.clone());
        }
        new
    });
}

/// A number that finds an error in the log: random, so that it tells nothing and repeats in no other process.
fn reference() -> String {
    static SEED: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("{:016x}", SEED.hash_one(NEXT.fetch_add(1, Ordering::Relaxed)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(error: AppError) -> String {
        let response = ApiError::from(error).into_response();
        serde_json::to_string(&response).unwrap()
    }

    #[test]
    fn each_error_has_its_code() {
        insta::assert_snapshot!(told(AppError::bad_input("first", "Too many.")), @r#"{"data":null,"errors":[{"message":"Too many.","extensions":{"code":"BAD_USER_INPUT","field":"first"}}]}"#);
        insta::assert_snapshot!(told(AppError::NotFound("No such machine.".into())), @r#"{"data":null,"errors":[{"message":"No such machine.","extensions":{"code":"NOT_FOUND"}}]}"#);
        insta::assert_snapshot!(told(AppError::Conflict("Taken.".into())), @r#"{"data":null,"errors":[{"message":"Taken.","extensions":{"code":"CONFLICT"}}]}"#);
        insta::assert_snapshot!(told(AppError::Forbidden("No.".into())), @r#"{"data":null,"errors":[{"message":"No.","extensions":{"code":"FORBIDDEN"}}]}"#);
        insta::assert_snapshot!(told(AppError::RateLimited { message: "Slow down.".into(), after: Some(7) }), @r#"{"data":null,"errors":[{"message":"Slow down.","extensions":{"code":"RATE_LIMITED","retryAfter":7}}]}"#);
        insta::assert_snapshot!(told(TokenError::Expired.into()), @r#"{"data":null,"errors":[{"message":"The token has expired: sign in again, or exchange the refresh token.","extensions":{"code":"UNAUTHENTICATED"}}]}"#);
    }

    #[test]
    fn our_faults_tell_a_reference_and_nothing_else() {
        for error in [AppError::Internal("secret table".into()), AppError::Unavailable("secret host".into())] {
            let error = ApiError::from(error);
            let reference = error.reference.clone().unwrap();
            assert_eq!(reference.len(), 16);
            let json = serde_json::to_string(&error.into_response()).unwrap();
            assert!(!json.contains("secret"), "{json}");
            assert_eq!(json.matches(&reference).count(), 2, "{json}");
            assert!(json.contains(r#""code":"INTERNAL""#), "{json}");
        }
        assert_ne!(reference(), reference());
    }
}
