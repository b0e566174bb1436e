//! A small GraphQL client: over HTTP, and `graphql-transport-ws` for subscriptions.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

/// No answer takes longer.
const LIMIT: Duration = Duration::from_secs(30);

/// A client of HTTP. What carries TLS has to be named, though no test uses it.
pub(crate) fn http() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(LIMIT).build().unwrap()
}

/// One who asks, signed in or not.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    base: String,
    token: Option<String>,
    http: reqwest::Client,
}

impl Client {
    /// Without a token.
    pub(crate) fn anonymous(base: &str) -> Self {
        Self { base: base.to_owned(), token: None, http: http() }
    }

    /// With this token.
    pub(crate) fn with_token(base: &str, token: impl Into<String>) -> Self {
        Self { token: Some(token.into()), ..Self::anonymous(base) }
    }

    /// Signs in with the form of `/token`. Name and password must not need an escape in a form.
    pub(crate) async fn login(base: &str, username: &str, password: &str) -> Self {
        let client = Self::anonymous(base);
        let (status, answer) = client.ask_for_token(username, password).await;
        let token = answer["access_token"].as_str();
        Self::with_token(base, token.unwrap_or_else(|| panic!("/token answered {status}: {answer}")))
    }

    /// What `/token` answers.
    pub(crate) async fn ask_for_token(&self, username: &str, password: &str) -> (u16, Value) {
        let request = self
            .http
            .post(format!("{}/token", self.base))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("grant_type=password&username={username}&password={password}"));
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or_default())
    }

    /// The token it asks with.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().expect("signed in")
    }

    /// The whole answer, errors and all.
    pub(crate) async fn ask(&self, document: &str, variables: Value) -> Value {
        let mut request = self.http.post(format!("{}/graphql", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.json(&json!({"query": document, "variables": variables})).send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status}, {error}: {text}"))
    }

    /// The data of an answer that must be free of errors.
    pub(crate) async fn query(&self, document: &str, variables: Value) -> Value {
        let mut answer = self.ask(document, variables).await;
        assert!(answer.get("errors").is_none_or(Value::is_null), "{document}\n{answer:#}");
        answer["data"].take()
    }

    /// The code of the first error of an answer that must have one.
    pub(crate) async fn error_code(&self, document: &str, variables: Value) -> String {
        let answer = self.ask(document, variables).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("no coded error: {document}\n{answer:#}")).to_owned()
    }

    /// All nodes of a connection, page by page: `document` takes `$after` and has the connection at `path` (a JSON
    /// pointer into the data).
    pub(crate) async fn pages(&self, document: &str, variables: Value, path: &str) -> Vec<Value> {
        let mut nodes = Vec::new();
        let mut after = Value::Null;
        loop {
            let mut variables = variables.clone();
            variables["after"] = after;
            let mut data = self.query(document, variables).await;
            let connection = data.pointer_mut(path).unwrap_or_else(|| panic!("no {path} in the answer"));
            if let Some(Value::Array(page)) = connection.get_mut("nodes").map(Value::take) {
                assert!(!page.is_empty() || nodes.is_empty(), "an empty page follows a page: {connection}");
                nodes.extend(page);
            }
            let info = &connection["pageInfo"];
            if info["hasNextPage"] != json!(true) {
                if let Some(total) = connection.get("totalCount").and_then(Value::as_u64) {
                    assert_eq!(total, nodes.len() as u64, "totalCount of {path}");
                }
                return nodes;
            }
            after = info["endCursor"].clone();
            assert!(after.is_string(), "there is a next page, but no cursor to it: {connection}");
        }
    }

    /// Whether the schema has this field of this type.
    pub(crate) async fn has_field(&self, of: &str, field: &str) -> bool {
        let document = "query($type: String!) { __type(name: $type) { fields { name } } }";
        let data = self.query(document, json!({"type": of})).await;
        let fields = data["__type"]["fields"].as_array().cloned().unwrap_or_default();
        fields.iter().any(|each| each["name"] == field)
    }

    /// A WebSocket on which subscriptions can be made.
    pub(crate) async fn connect(&self) -> Socket {
        let url = format!("{}/graphql", self.base.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        let (stream, _) = tokio_tungstenite::connect_async(request).await.unwrap();
        let mut socket = Socket { stream };
        let payload = match &self.token {
            Some(token) => json!({"Authorization": format!("Bearer {token}")}),
            None => json!({}),
        };
        socket.send(json!({"type": "connection_init", "payload": payload})).await;
        socket
    }
}

/// A WebSocket that speaks `graphql-transport-ws`.
#[derive(Debug)]
pub(crate) struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// What came over a WebSocket.
#[derive(Debug)]
pub(crate) enum Received {
    /// A message of the protocol.
    Message(Value),
    /// The server closed it, with this code.
    Closed(Option<u16>),
    /// Nothing, for as long as the caller was willing to wait.
    Nothing,
}

impl Socket {
    async fn send(&mut self, message: Value) {
        self.stream.send(Message::text(message.to_string())).await.unwrap();
    }

    /// What comes next within this time; pings are answered and passed over.
    pub(crate) async fn receive(&mut self, limit: Duration) -> Received {
        let next = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Text(text))) => {
                        let message: Value = serde_json::from_str(text.as_str()).unwrap();
                        if message["type"] == "ping" {
                            self.send(json!({"type": "pong"})).await;
                        } else {
                            return Received::Message(message);
                        }
                    }
                    Some(Ok(Message::Close(frame))) => {
                        return Received::Closed(frame.map(|frame| frame.code.into()));
                    }
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return Received::Closed(None),
                }
            }
        };
        tokio::time::timeout(limit, next).await.unwrap_or(Received::Nothing)
    }

    /// Waits until the server has accepted the token.
    pub(crate) async fn acknowledged(mut self) -> Self {
        match self.receive(LIMIT).await {
            Received::Message(message) if message["type"] == "connection_ack" => self,
            other => panic!("no connection_ack: {other:?}"),
        }
    }

    /// Begins a subscription under this id.
    pub(crate) async fn subscribe(&mut self, id: &str, document: &str, variables: Value) {
        let payload = json!({"query": document, "variables": variables});
        self.send(json!({"id": id, "type": "subscribe", "payload": payload})).await;
    }

    /// Ends one.
    pub(crate) async fn complete(&mut self, id: &str) {
        self.send(json!({"id": id, "type": "complete"})).await;
    }

    /// The data of the next event, which must be one.
    pub(crate) async fn next(&mut self) -> Value {
        match self.receive(LIMIT).await {
            Received::Message(message) if message["type"] == "next" => {
                let payload = &message["payload"];
                assert!(payload.get("errors").is_none_or(Value::is_null), "{payload:#}");
                payload["data"].clone()
            }
            other => panic!("no event: {other:?}"),
        }
    }
}
