//! Files that are part of the program, served to browsers: compressed once, and not sent again to whoever has them.

use super::etag;
use actix_web::http::header::{self, AcceptEncoding, ContentEncoding, Header as _, HeaderValue, Preference};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{LazyLock, Mutex, PoisonError};

/// The compressed forms, by hash. There are as many as there are files, and no more.
static PACKED: LazyLock<Mutex<HashMap<[u8; 32], Bytes>>> = LazyLock::new(Mutex::default);

/// Answers with a file whose content has this SHA-256, or says that the client's is still good.
pub(super) fn answer(
    request: &HttpRequest,
    name: &str,
    content: Cow<'static, [u8]>,
    hash: &[u8; 32],
    policy: &'static str,
) -> HttpResponse {
    let packed = accepts_gzip(request);
    let tag = format!("\"{}{}\"", etag::of(hash), if packed { "-gzip" } else { "" });
    let fresh = etag::is_known(request.headers(), &tag);
    let mut response = if fresh { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::ETAG, tag))
        // Names stay the same from one version of the program to the next: browsers ask each time, and mostly hear "the same".
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .insert_header((header::VARY, "accept-encoding"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy))
        // Nobody has four megabytes compressed at each request.
        .insert_header((header::CONTENT_ENCODING, HeaderValue::from_static(if packed { "gzip" } else { "identity" })));
    if fresh {
        return response.finish();
    }
    response.content_type(content_type(name));
    if packed { response.body(pack(hash, &content)) } else { response.body(Bytes::from(content.into_owned())) }
}

fn accepts_gzip(request: &HttpRequest) -> bool {
    let wanted = Preference::Specific(header::Encoding::Known(ContentEncoding::Gzip));
    AcceptEncoding::parse(request)
        .is_ok_and(|accepted| accepted.iter().any(|item| item.item == wanted && item.quality > header::Quality::ZERO))
}

fn pack(hash: &[u8; 32], content: &[u8]) -> Bytes {
    let mut all = PACKED.lock().unwrap_or_else(PoisonError::into_inner);
    all.entry(*hash)
        .or_insert_with(|| {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
            // Writing to memory cannot fail.
            let _ = encoder.write_all(content);
            encoder.finish().unwrap_or_default().into()
        })
        .clone()
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("ttf") => "font/ttf",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}
