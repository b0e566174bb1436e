use super::*;
use atelier_application::ports::alerts::StoredAlert;
use atelier_application::ports::notify::AlertEvent;
use atelier_domain::alert::{AlertKind, Severity};
use atelier_domain::ids::{AlertId, MachineId, NotificationId};
use atelier_domain::time::Instant;
use serde_json::{Value, json};
use std::sync::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const SECRET: &str = "a secret of sixteen";

struct Still;

impl Clock for Still {
    fn now(&self) -> Instant {
        Instant(1_700_000_000_999)
    }
}

fn notification() -> Notification {
    Notification {
        id: NotificationId(4),
        event: AlertEvent::Raised,
        alert: StoredAlert {
            id: AlertId(12),
            kind: AlertKind::FileQuarantined,
            severity: Severity::Warning,
            subject: "é.LOG".into(),
            message: "The file é.LOG could not be read.".into(),
            machine: Some(MachineId(3)),
            raised_at: Instant(1_699_999_000_250),
            resolved_at: None,
            acknowledged_by: None,
        },
        machine_name: Some("DEM12".into()),
        attempt: 1,
    }
}

/// A request as it came: its head, and its body.
#[derive(Debug, Clone)]
struct Received {
    head: String,
    body: Vec<u8>,
}

impl Received {
    fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
    }
}

/// A receiver that gives one answer after the other, the last for ever, and keeps what it was sent.
struct Receiver {
    address: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    async fn with(answers: &[&'static str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let received: Arc<Mutex<Vec<Received>>> = Arc::default();
        let (kept, answers) = (Arc::clone(&received), answers.to_vec());
        tokio::spawn(async move {
            loop {
                let (mut stream, _) = listener.accept().await.unwrap();
                let Some(request) = read(&mut stream).await else { continue };
                kept.lock().unwrap().push(request);
                let number = kept.lock().unwrap().len().min(answers.len()) - 1;
                if answers[number] == "nothing" {
                    std::mem::forget(stream);
                    continue;
                }
                let answer = format!("HTTP/1.1 {}\r\nConnection: close\r\n\r\nsaid é", answers[number]);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { address, received }
    }

    fn notifier(&self, secret: Option<&str>) -> WebhookNotifier {
        let url = WebhookUrl::parse(&format!("http://user:hunter2@{}/hook/T0K3N?key=hunter2", self.address)).unwrap();
        let secret = secret.map(SigningSecret::new);
        WebhookNotifier::with_timeout(url, secret, Arc::new(Still), Duration::from_millis(300)).unwrap()
    }

    fn received(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    loop {
        let mut chunk = [0; 1024];
        let count = stream.read(&mut chunk).await.ok().filter(|count| *count > 0)?;
        bytes.extend(&chunk[..count]);
        let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let received =
            Received { head: String::from_utf8(bytes[..end].to_vec()).unwrap(), body: bytes[end + 4..].to_vec() };
        let length: usize = received.header("content-length").unwrap().parse().unwrap();
        if received.body.len() >= length {
            return Some(received);
        }
    }
}

#[tokio::test]
async fn an_alert_is_posted_signed_and_with_its_fields() {
    let receiver = Receiver::with(&["204 No Content"]).await;
    receiver.notifier(Some(SECRET)).deliver(&notification()).await.unwrap();
    let resolved = Notification {
        event: AlertEvent::Resolved,
        alert: StoredAlert { machine: None, resolved_at: Some(Instant(1_700_000_000_000)), ..notification().alert },
        machine_name: None,
        ..notification()
    };
    receiver.notifier(None).deliver(&resolved).await.unwrap();

    let [first, second] = &receiver.received()[..] else { panic!("not two") };
    assert!(first.head.starts_with("POST /hook/T0K3N?key=hunter2 HTTP/1.1\r\n"), "{}", first.head);
    assert_eq!(first.header("content-type"), Some("application/json"));
    assert_eq!(first.header("x-atelier-delivery"), Some("12-raised-18bcfd626ba"));
    let signature = signature::of(SECRET.as_bytes(), 1_700_000_000, &first.body);
    assert_eq!(first.header("x-atelier-signature"), Some(signature.as_str()));
    let expected = json!({ "event": "alert.raised", "deliveryId": "12-raised-18bcfd626ba", "id": "12", "kind": "FILE_QUARANTINED",
        "severity": "WARNING", "message": "The file é.LOG could not be read.", "machine": { "id": "3", "name": "DEM12" },
        "raisedAt": "2023-11-14T21:56:40.250Z", "resolvedAt": null });
    assert_eq!(serde_json::from_slice::<Value>(&first.body).unwrap(), expected);

    assert_eq!(second.header("x-atelier-signature"), None);
    let body: Value = serde_json::from_slice(&second.body).unwrap();
    assert_eq!((&body["event"], &body["machine"]), (&json!("alert.resolved"), &Value::Null));
    assert_eq!(body["resolvedAt"], "2023-11-14T22:13:20Z");
    assert_eq!(body["deliveryId"], "12-resolved-18bcfd626ba");
}

#[tokio::test]
async fn a_receiver_that_fails_twice_gets_the_same_delivery_three_times() {
    let receiver = Receiver::with(&["500 Oh", "503 No", "200 OK"]).await;
    let notifier = receiver.notifier(Some(SECRET));
    for number in [500, 503] {
        let Err(NotifyError::Transient(text)) = notifier.deliver(&notification()).await else { panic!("{number}") };
        assert!(text.contains(&number.to_string()) && text.contains("said é"), "{text}");
        assert!(!text.contains("hunter2") && !text.contains("T0K3N"), "{text}");
    }
    notifier.deliver(&notification()).await.unwrap();
    let requests = receiver.received();
    let deliveries: Vec<_> = requests.iter().map(|request| request.header("x-atelier-delivery").unwrap()).collect();
    assert_eq!(deliveries, ["12-raised-18bcfd626ba"; 3]);
    for request in &requests {
        let signature = signature::of(SECRET.as_bytes(), 1_700_000_000, &request.body);
        assert_eq!(request.header("x-atelier-signature"), Some(signature.as_str()));
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let elsewhere = Receiver::with(&["200 OK"]).await;
    let answer: &'static str =
        Box::leak(format!("307 Gone\r\nLocation: http://{}/", elsewhere.address).into_boxed_str());
    let receiver = Receiver::with(&[answer]).await;
    let Err(NotifyError::Refused(text)) = receiver.notifier(None).deliver(&notification()).await else {
        panic!("taken")
    };
    assert!(text.contains("redirects are not followed"), "{text}");
    assert_eq!((receiver.received().len(), elsewhere.received().len()), (1, 0));
}

#[tokio::test]
async fn what_may_pass_is_told_from_what_will_not() {
    for (answer, passes) in [
        ("400 Bad", false),
        ("401 No", false),
        ("410 Gone", false),
        ("408 Slow", true),
        ("425 Early", true),
        ("429 Many", true),
    ] {
        let receiver = Receiver::with(&[answer]).await;
        let error = receiver.notifier(None).deliver(&notification()).await.unwrap_err();
        assert_eq!(matches!(error, NotifyError::Transient(_)), passes, "{answer}: {error}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_silent_or_away_is_told_without_its_secrets() {
    let silent = Receiver::with(&["nothing"]).await;
    let Err(NotifyError::Transient(text)) = silent.notifier(None).deliver(&notification()).await else {
        panic!("taken")
    };
    assert!(text.contains("did not answer in time") && text.contains(&silent.address), "{text}");
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let gone = Receiver { address: listener.local_addr().unwrap().to_string(), received: Arc::default() };
    drop(listener);
    let Err(NotifyError::Transient(text)) = gone.notifier(None).deliver(&notification()).await else { panic!("taken") };
    assert!(text.contains("could not be reached") && text.contains(&gone.address), "{text}");
    assert!(!text.contains("hunter2") && !text.contains("T0K3N"), "{text}");
}

#[test]
fn addresses_are_read_and_never_shown_whole() {
    for wrong in ["", "hook", "ftp://host/", "https://", "mailto:a@b"] {
        assert_eq!(WebhookUrl::parse(wrong), None, "{wrong}");
    }
    let url = WebhookUrl::parse("https://user:hunter2@hooks.example:8443/T0K3N?key=hunter2").unwrap();
    assert_eq!(format!("{url:?}"), "https://hooks.example:8443/***");
    let notifier = WebhookNotifier::new(url, Some(SigningSecret::new(SECRET)), Arc::new(Still)).unwrap();
    let shown = format!("{notifier:?}");
    assert!(!shown.contains("hunter2") && !shown.contains("T0K3N") && !shown.contains("secret of"), "{shown}");
}
