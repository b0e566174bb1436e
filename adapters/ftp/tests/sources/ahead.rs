//! Questions sent ahead of their answers, and servers that cannot bear it.

use std::time::{Duration, Instant};

use atelier_application::ports::log_source::{Listing, LogSource};
use atelier_ftp::{FtpConfig, FtpSource};

use super::support::config;
use super::support::fake::Fake;

/// 600 files of different sizes in a folder: more than are asked for at once.
fn many() -> Fake {
    let files = (1..=600).map(|number| (format!("/DEM12 (PVC)/{number:08}.LOG"), vec![b'x'; number])).collect();
    Fake { files, ..Fake::default() }
}

fn all_with_their_sizes(listing: &Listing) {
    assert_eq!(listing.failures, []);
    assert_eq!(listing.files.len(), 600);
    for (index, file) in listing.files.iter().enumerate() {
        assert_eq!((file.size, &*file.path), (index as u64 + 1, &*format!("DEM12 (PVC)/{:08}.LOG", index + 1)));
        assert!(file.modified.is_some());
    }
}

#[tokio::test]
async fn each_file_gets_its_own_answer() {
    let source = FtpSource::new(config(many().start().await));
    all_with_their_sizes(&source.list().await.unwrap());
    all_with_their_sizes(&source.list().await.unwrap());
}

#[tokio::test]
async fn a_server_that_loses_what_was_sent_ahead_is_asked_one_by_one_from_then_on() {
    let fake = Fake { deaf: true, ..many() };
    let seen = fake.seen.clone();
    let source = FtpSource::new(config(fake.start().await));
    all_with_their_sizes(&source.list().await.unwrap());
    assert_eq!(seen.lock().unwrap().0, 2, "the first connection is out of step and was dropped");
    let begun = Instant::now();
    all_with_their_sizes(&source.list().await.unwrap());
    assert!(begun.elapsed() < Duration::from_millis(450), "it was not tried again: {:?}", begun.elapsed());
    assert_eq!(seen.lock().unwrap().0, 2);
}

#[tokio::test]
async fn a_server_that_skips_a_question_gives_no_file_the_size_of_another() {
    for skips in ["SIZE /DEM12 (PVC)/00000003.LOG", "MDTM /DEM12 (PVC)/00000300.LOG"] {
        let source = FtpSource::new(config(Fake { skips: Some(skips), ..many() }.start().await));
        // One by one it is no better: then the folder is said, not listed.
        let listing = source.list().await.unwrap();
        assert_eq!(listing.files, [], "{skips}");
        assert_eq!(listing.failures.len(), 1);
        assert!(listing.failures[0].reason.contains("did not answer"), "{:?}", listing.failures);
    }
}

#[tokio::test]
async fn a_server_that_dies_half_way_is_asked_again() {
    let fake = Fake { commands: Some(400), ..many() };
    let seen = fake.seen.clone();
    let listing = FtpSource::new(FtpConfig { retries: 2, ..config(fake.start().await) }).list().await.unwrap();
    assert_eq!((listing.files.len(), listing.failures.len()), (0, 1), "twice it did not come to the end");
    assert!(listing.failures[0].reason.contains("broke"), "{:?}", listing.failures);
    assert!(seen.lock().unwrap().0 <= 3);
}
