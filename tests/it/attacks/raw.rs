//! Bytes on a socket that no client of HTTP would send.

use super::Fortress;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A connection without manners.
pub(super) struct Connection(TcpStream);

impl Connection {
    pub(super) async fn open(fortress: &Fortress) -> Self {
        Self(TcpStream::connect(fortress.address()).await.unwrap())
    }

    /// Sends; a server that no longer listens is no failure.
    pub(super) async fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes).await;
    }

    /// What comes within two seconds, or until the end.
    pub(super) async fn hear(&mut self) -> String {
        let mut heard = Vec::new();
        let _ = tokio::time::timeout(Duration::from_secs(2), self.0.read_to_end(&mut heard)).await;
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// Whether the server has closed it, or does within five seconds.
    pub(super) async fn ended(&mut self) -> bool {
        let mut rest = Vec::new();
        tokio::time::timeout(Duration::from_secs(5), self.0.read_to_end(&mut rest)).await.is_ok()
    }
}

/// Sends all of it and gives what comes back.
async fn exchange(fortress: &Fortress, bytes: &[u8]) -> String {
    let mut connection = Connection::open(fortress).await;
    connection.send(bytes).await;
    connection.hear().await
}

fn statuses(answer: &str) -> Vec<&str> {
    answer.split("HTTP/1.1 ").skip(1).filter_map(|text| text.get(..3)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_http_is_refused() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let token = honest.client.token();
    let long = |text: &str| text.repeat(200_000);
    let requests = [
        "\r\n\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "GARBAGE\0\x01\x02\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\x16\x03\x01\x02\x00\x01\x00\x01\u{fc}\x03\x03".to_owned(),
        format!("GET /{} HTTP/1.1\r\nhost: x\r\n\r\n", long("a")),
        format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", long("a")),
        format!("GET / HTTP/1.1\r\nhost: x\r\n{}\r\n", long("a: b\r\n")),
        "GET / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_owned(),
        "POST /token HTTP/1.1\r\nhost: x\r\ncontent-length: 99999999999999999999\r\n\r\n".to_owned(),
        "POST /token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nZZZ\r\n".to_owned(),
        "POST /token HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n".to_owned(),
        "GET / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer a\r\n\tfolded: b\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nhost : x\r\n\r\n".to_owned(),
        format!(
            "GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nauthorization: Bearer {token}\r\n\r\n"
        ),
        "GET /graphql HTTP/1.1\r\nhost: x\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n".to_owned(),
        "CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(),
        "TRACE / HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(),
        "OPTIONS * HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(),
    ];
    for request in requests {
        let answer = exchange(&fortress, request.as_bytes()).await;
        let shown: String = request.chars().take(60).collect();
        assert!(
            statuses(&answer).iter().all(|status| !status.starts_with('5') || *status == "505"),
            "{shown:?}: {answer}"
        );
        honest.is_answered(&format!("{shown:?}")).await;
    }
    fortress.stands();
}

/// Two lengths, or a length and parts: a proxy and we would not agree where a request ends.
#[tokio::test(flavor = "multi_thread")]
async fn requests_are_not_smuggled() {
    let fortress = Fortress::new().await;
    let smuggled = "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n";
    let body = format!("0\r\n\r\n{smuggled}");
    for heads in [
        format!("content-length: {}\r\ntransfer-encoding: chunked", body.len()),
        format!("transfer-encoding: chunked\r\ncontent-length: {}", body.len()),
        "content-length: 0\r\ncontent-length: 60".to_owned(),
        "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\ncontent-length: 3".to_owned(),
        "transfer-encoding: xchunked\r\ncontent-length: 3".to_owned(),
        "content-length: +5".to_owned(),
    ] {
        let request = format!("POST /token HTTP/1.1\r\nhost: x\r\n{heads}\r\n\r\n{body}");
        let answer = exchange(&fortress, request.as_bytes()).await;
        assert!(!answer.contains("alive"), "{heads}: {answer}");
    }
    fortress.honest().await;
    fortress.stands();
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_lead_nowhere_else() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    for path in [
        "/../../../../etc/passwd",
        "/graphiql/../../../etc/passwd",
        "/graphiql/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
        "/graphiql/..%2f..%2f..%2fetc%2fpasswd",
        "/graphiql/....//....//etc/passwd",
        "/graphiql/%00",
        "/graphiql/index.html%00.js",
        "/graphiql/assets/..%5c..%5catelier.toml",
        "/graphiql//etc/passwd",
        "/.env",
        "/atelier.toml",
        "/keys.json",
        "//etc/passwd",
        "/%c0%ae%c0%ae/etc/passwd",
        "/api/docs/../../keys.json",
        "/api/docs/%2e%2e/%2e%2e/keys.json",
        "/api/v1/machines/..%2f..%2fkeys.json",
        "/api/v1/machines/%00",
        "/api/v1/machines/%ff%fe",
        "http://evil.example/healthz/../keys.json",
    ] {
        let answer =
            exchange(&fortress, format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes())
                .await;
        let status = statuses(&answer).first().copied().unwrap_or("400").to_owned();
        assert!(["400", "401", "404"].contains(&status.as_str()), "{path}: {answer}");
        assert!(!answer.contains("root:") && !answer.contains("\"keys\""), "{path}: {answer}");
    }
    honest.is_answered("paths to elsewhere").await;
    fortress.stands();
}

/// What comes from outside goes into no header of ours.
#[tokio::test(flavor = "multi_thread")]
async fn headers_are_not_injected() {
    let fortress = Fortress::new().await;
    let honest = fortress.honest().await;
    let token = honest.client.token();
    for request in [
        "GET /%0d%0aset-cookie:%20a=b HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(),
        "GET /graphiql/%0d%0aset-cookie:%20a=b HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(),
        format!(
            "GET /api/v1/sessions.csv?lang=fr%0d%0aset-cookie:%20a=b HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"
        ),
        format!(
            "GET /api/v1/sessions?first=1&after=%0d%0aset-cookie:%20a=b HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\r\n"
        ),
        "GET / HTTP/1.1\r\nhost: x\r\norigin: http://a\rset-cookie: a=b\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 1.2.3.4\r\nx-forwarded-for: \0\r\n\r\n".to_owned(),
    ] {
        let answer = exchange(&fortress, request.as_bytes()).await;
        let (head, _) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        assert!(!head.to_ascii_lowercase().contains("set-cookie"), "{request:?}: {head}");
    }
    honest.is_answered("headers in addresses").await;
    fortress.stands();
}
