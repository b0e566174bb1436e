//! Servers that misbehave: the error is said, nothing hangs, nothing false is taken for the truth.

use std::time::{Duration, Instant};

use atelier_application::ports::log_source::{LogSource, SourceError};
use atelier_ftp::{FtpConfig, FtpSource, FtpTls};

use super::support::fake::Fake;
use super::support::{config, read, shown};

const LOG: &str = "/DEM12 (PVC)/20250528.LOG";

fn one(content: &[u8]) -> Fake {
    Fake::with(&[(LOG, content)])
}

async fn source(fake: Fake) -> FtpSource {
    FtpSource::new(config(fake.start().await))
}

#[tokio::test]
async fn a_greeting_that_never_comes_is_a_timeout() {
    let source = source(Fake { silent: true, ..one(b"x") }).await;
    let begun = Instant::now();
    let error = source.list().await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("with a greeting"), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(3));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_tried_again_then_said() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let begun = Instant::now();
    let error = FtpSource::new(FtpConfig { retries: 2, ..config(port) }).list().await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains(&format!("127.0.0.1:{port}")), "{error}");
    assert!(begun.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn a_refused_login_is_permanent_tried_once_and_keeps_the_password() {
    let fake = Fake { login: Some("530 wrong: hunter22"), ..one(b"x") };
    let seen = fake.seen.clone();
    let port = fake.start().await;
    let source = FtpSource::new(FtpConfig {
        user: Some("cutter".to_owned()),
        password: Some("hunter22".into()),
        retries: 3,
        ..config(port)
    });
    let error = source.list().await.unwrap_err();
    assert!(matches!(error, SourceError::Permanent(_)));
    let text = error.to_string();
    assert!(text.contains("refused the login of user 'cutter'") && text.contains("ATELIER_FTP_PASSWORD"), "{text}");
    assert!(!text.contains("hunter22") && !format!("{source:?}").contains("hunter22"), "{text}");
    let seen = seen.lock().unwrap();
    assert_eq!(seen.0, 1);
    assert!(seen.1.contains(&"PASS hunter22".to_owned()), "{:?}", seen.1);
}

#[tokio::test]
async fn a_full_server_is_transient() {
    for fake in
        [Fake { greeting: Some("421 too many"), ..one(b"x") }, Fake { login: Some("421 too many"), ..one(b"x") }]
    {
        let error = source(fake).await.list().await.unwrap_err();
        assert!(error.is_transient(), "{error}");
    }
}

#[tokio::test]
async fn another_protocol_is_said() {
    let error = source(Fake { greeting: Some("SSH-2.0-OpenSSH_9.9"), ..one(b"x") }).await.list().await.unwrap_err();
    assert!(matches!(error, SourceError::Permanent(_)) && error.to_string().contains("does not speak FTP"), "{error}");
}

#[tokio::test]
async fn tls_that_is_not_offered_is_said() {
    let port = one(b"x").start().await;
    let error = FtpSource::new(FtpConfig { tls: FtpTls::Explicit, ..config(port) }).list().await.unwrap_err();
    assert!(matches!(error, SourceError::Permanent(_)) && error.to_string().contains("ATELIER_FTP_TLS=off"), "{error}");
    let error = FtpSource::new(FtpConfig { tls: FtpTls::Implicit, ..config(port) }).list().await.unwrap_err();
    assert!(error.to_string().contains("ATELIER_FTP_TLS=explicit"), "{error}");
}

#[tokio::test]
async fn a_transfer_that_the_server_calls_cut_is_an_error_after_its_bytes() {
    let source = source(Fake { cut_at: Some(5), after: Some("426 cut"), ..one(b"0123456789") }).await;
    let error = read(&source, &LOG[1..], 0).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("426 cut"), "{error}");
}

#[tokio::test]
async fn a_short_transfer_that_the_server_calls_whole_is_an_error() {
    let source = source(Fake { cut_at: Some(5), ..one(b"0123456789") }).await;
    let error = read(&source, &LOG[1..], 2).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("only 7 of 10 bytes"), "{error}");
}

#[tokio::test]
async fn a_transfer_without_a_last_word_is_a_timeout_and_the_next_one_is_not_confused() {
    let fake = Fake { after: Some(""), ..one(b"0123456789") };
    let seen = fake.seen.clone();
    let source = source(fake).await;
    let error = read(&source, &LOG[1..], 0).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("end of the transfer"), "{error}");
    assert_eq!(source.list().await.unwrap().files[0].size, 10);
    assert_eq!(seen.lock().unwrap().0, 2);
}

#[tokio::test]
async fn a_size_that_lies() {
    let more = source(Fake { size: Some(99), ..one(b"0123456789") }).await;
    assert!(read(&more, &LOG[1..], 0).await.unwrap_err().is_transient());
    let less = source(Fake { size: Some(4), ..one(b"0123456789") }).await;
    assert_eq!(read(&less, &LOG[1..], 0).await.unwrap(), b"0123456789");
    assert_eq!(read(&less, &LOG[1..], 4).await.unwrap(), b"");
}

#[tokio::test]
async fn a_dead_folder_does_not_hide_the_others() {
    let fake = Fake::with(&[("/a/1.log", b"x"), ("/b/2.log", b"xy"), ("/c/3.log", b"xyz")]);
    let source = source(Fake { dead_folder: Some("/b"), ..fake }).await;
    let listing = source.list().await.unwrap();
    assert_eq!(shown(&listing), [("a/1.log", 1), ("c/3.log", 3)]);
    let failed: Vec<_> = listing.failures.iter().map(|failure| failure.path.as_str()).collect();
    assert_eq!(failed, ["b"]);
    assert!(listing.failures[0].reason.contains("CWD"), "{:?}", listing.failures);
}

#[tokio::test]
async fn a_server_that_wants_tls_is_said() {
    for login in ["530 Sessions must use encryption.", "421 Please reconnect using TLS."] {
        let error = source(Fake { login: Some(login), ..one(b"x") }).await.list().await.unwrap_err();
        assert!(
            matches!(error, SourceError::Permanent(_)) && error.to_string().contains("ATELIER_FTP_TLS=explicit"),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_file_that_is_there_but_closed_is_not_called_missing() {
    let source = source(Fake { locked: true, ..one(b"x") }).await;
    let error = read(&source, &LOG[1..], 0).await.unwrap_err();
    assert!(!error.is_transient() && error.to_string().contains("cannot be read"), "{error}");
}

#[tokio::test]
async fn a_folder_that_lists_nothing_not_even_itself_is_said() {
    let fake = Fake {
        dotted: true,
        closed_folder: Some("/b"),
        ..Fake::with(&[("/a/.keep", b""), ("/b/1.log", b"x"), ("/c.log", b"x")])
    };
    let listing = source(fake).await.list().await.unwrap();
    assert_eq!(shown(&listing), [("c.log", 1)]);
    let failed: Vec<_> = listing.failures.iter().map(|failure| failure.path.as_str()).collect();
    assert_eq!(failed, ["b"]);
}

#[tokio::test]
async fn a_reused_connection_that_died_is_replaced() {
    // Eight commands are enough for a login and one transfer, not for two.
    let fake = Fake { commands: Some(9), ..one(b"0123456789") };
    let seen = fake.seen.clone();
    let source = source(fake).await;
    for _ in 0..4 {
        assert_eq!(read(&source, &LOG[1..], 0).await.unwrap(), b"0123456789");
    }
    assert!(seen.lock().unwrap().0 > 1);
}

#[tokio::test]
async fn names_that_cannot_be_used_are_said() {
    let fake = Fake { odd_names: vec![b"caf\xe9.log".to_vec(), b"a\x1bb.log".to_vec(), b"..".to_vec()], ..one(b"x") };
    let listing = source(fake).await.list().await.unwrap();
    assert_eq!(shown(&listing), [(&LOG[1..], 1)]);
    assert_eq!(listing.failures.len(), 4, "two names, in the root and in the folder: {:?}", listing.failures);
    assert!(listing.failures.iter().all(|failure| !failure.path.contains('\u{1b}')));
}
