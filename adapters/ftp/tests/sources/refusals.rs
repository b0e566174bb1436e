//! A refusal at every command, listings that make no sense, and sizes that lie: nothing hangs, nothing false is taken for
//! the truth, and what is wrong is said.

use std::time::{Duration, Instant};

use atelier_application::ports::log_source::LogSource;
use atelier_ftp::{FtpConfig, FtpSource};

use super::support::fake::Fake;
use super::support::{config, read, shown};

const CONTENT: &[u8] = b"0123456789";

fn plant() -> Fake {
    Fake::with(&[("/DEM12 (PVC)/20250528.LOG", CONTENT), ("/SU12/20250529.LOG", CONTENT)])
}

const VERBS: [&str; 11] = ["USER", "PASS", "TYPE", "FEAT", "PWD", "CWD", "PASV", "NLST", "SIZE", "MDTM", "RETR"];

const REPLIES: [&str; 11] = [
    "421 going down",
    "425 no data connection",
    "426 cut",
    "450 busy",
    "451 local error",
    "500 what?",
    "502 not here",
    "530 not logged in",
    "550 no",
    "550 Permission denied",
    "999 nonsense",
];

#[tokio::test]
async fn a_refusal_at_any_command_is_the_truth_or_an_error() {
    let all = VERBS.into_iter().flat_map(|verb| REPLIES.into_iter().map(move |reply| refused(verb, reply)));
    futures_util::future::join_all(all).await;
}

async fn refused(verb: &'static str, reply: &'static str) {
    let source = FtpSource::new(config(Fake { refuses: Some((verb, reply)), ..plant() }.start().await));
    let place = format!("{verb}: {reply}");
    let begun = Instant::now();
    match source.list().await {
        Ok(listing) => {
            assert!(listing.files.iter().all(|file| file.size == 10), "{place}: {listing:?}");
            let all = shown(&listing).len() == 2;
            assert!(all || !listing.failures.is_empty(), "{place}: files are missing, and nothing is said");
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.contains("FTP server 127.0.0.1:") && text.ends_with('.'), "{place}: {text}");
        }
    }
    for offset in [0, 4] {
        match read(&source, "DEM12 (PVC)/20250528.LOG", offset).await {
            Ok(bytes) => assert_eq!(bytes, &CONTENT[offset as usize..], "{place}"),
            Err(error) => assert!(error.to_string().ends_with('.'), "{place}: {error}"),
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{place} took {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_refused_offset_is_got_over_or_said() {
    for reply in REPLIES {
        let source = FtpSource::new(config(Fake { refuses: Some(("REST", reply)), ..plant() }.start().await));
        match read(&source, "DEM12 (PVC)/20250528.LOG", 4).await {
            Ok(bytes) => assert_eq!(bytes, b"456789", "{reply}"),
            Err(error) => assert!(error.to_string().ends_with('.'), "{reply}: {error}"),
        }
    }
}

#[tokio::test]
async fn lines_that_make_no_sense_cost_themselves_alone() {
    let listing = b"type=file;size=10;modify=20250528060211; 20250528.LOG\r\n\
        nonsense\r\n\
        type=file;size=-1; negative.LOG\r\n\
        type=file;size=99999999999999999999999999; huge.LOG\r\n\
        type=file;modify=yesterday;size=10; undated.LOG\r\n\
        type=file;size=10; ../outside.LOG\r\n\
        ;;;; \r\n\
        \xff\xfe\r\n\
        type=OS.unix=slink;size=3; link\r\n";
    let fake = Fake { machine_listing: Some(listing), ..Fake::with(&[("/20250528.LOG", CONTENT)]) };
    let found = FtpSource::new(config(fake.start().await)).list().await.unwrap();
    let paths: Vec<_> = shown(&found);
    assert!(paths.contains(&("20250528.LOG", 10)) && paths.contains(&("undated.LOG", 10)), "{paths:?}");
    assert!(paths.iter().all(|(path, size)| !path.contains("..") && *size <= 10), "{paths:?}");
    for said in ["nonsense", "negative.LOG", "huge.LOG"] {
        assert!(found.failures.iter().any(|failure| failure.path.contains(said)), "{said}: {:?}", found.failures);
    }
}

#[tokio::test]
async fn a_size_that_grows_meanwhile_is_no_error() {
    // What it says before the transfer is more than comes; what it says after it, even more.
    let source = FtpSource::new(config(Fake { growing: true, ..plant() }.start().await));
    let error = read(&source, "DEM12 (PVC)/20250528.LOG", 0).await.unwrap_err();
    assert!(error.is_transient() && error.to_string().contains("only 10 of"), "{error}");
    // It says less than there is: a file that was being written when it was asked.
    let source = FtpSource::new(config(Fake { growing: true, size: Some(3), ..plant() }.start().await));
    assert_eq!(read(&source, "DEM12 (PVC)/20250528.LOG", 0).await.unwrap(), CONTENT);
}

#[tokio::test]
async fn tries_end_in_number_and_time() {
    let folders: Vec<(String, &[u8])> = (0..40).map(|number| (format!("/M{number}/1.log"), CONTENT)).collect();
    let files: Vec<(&str, &[u8])> = folders.iter().map(|(path, content)| (path.as_str(), *content)).collect();
    // Enough for a login and the root, never for a folder.
    let fake = Fake { commands: Some(9), ..Fake::with(&files) };
    let seen = fake.seen.clone();
    let source = FtpSource::new(FtpConfig { retries: 3, ..config(fake.start().await) });
    let begun = Instant::now();
    let error = source.list().await.unwrap_err();
    assert!(error.is_transient(), "{error}");
    assert!(seen.lock().unwrap().0 <= 30 && begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
