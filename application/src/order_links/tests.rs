#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "these are tests")]

use super::*;
use crate::ports::order_links::{MockOrderLinkStore, PieceText};
use atelier_domain::ids::{Revision, SessionId};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

fn names(pattern: &str, text: &str) -> Vec<(i32, Option<String>)> {
    let found = OrderPattern::new(pattern).unwrap().names(text);
    found.into_iter().map(|name| (name.number, name.extension)).collect()
}

#[test]
fn the_number_is_in_the_group_of_that_name_or_the_first_or_is_all() {
    assert_eq!(names("[0-9]{5}", "a 26001 b 26002"), [(26_001, None), (26_002, None)]);
    assert_eq!(names("CDE ?([0-9]+)", "CDE 26001/3 207151"), [(26_001, None)]);
    let both = "(?<extension>[A-Z]?)-(?<number>[0-9]+)";
    assert_eq!(names(both, "B-26001 -26002"), [(26_001, Some("B".to_owned())), (26_002, None)]);
    assert_eq!(names("[0-9]+", "26001 26001"), [(26_001, None)], "once");
    assert_eq!(names("[0-9]+", "99999999999"), [], "that is no number of an order");
    assert_eq!(names("CDE(.*)", "CDE x"), []);
    assert_eq!(
        names("(?<extension>2)(\\d{5})/", "226001/"),
        [(26_001, Some("2".to_owned()))],
        "an extension is no number"
    );
    assert_eq!(names("X(\\d+)|(\\d{6})", "260010 X26001"), [(26_001, None)], "what is not found names nothing");
    assert_eq!(names("(?<extension>[A-Z])", "A"), [], "a letter is no number");
}

#[test]
fn what_is_no_pattern_says_what_to_write() {
    for (pattern, reason) in [
        ("(", "unclosed group"),
        ("a*", "finds something in every text"),
        ("", "finds something in every text"),
        ("(?:a{1000}){1000}", "it is no regular expression"),
    ] {
        let told = OrderPattern::new(pattern).unwrap_err();
        assert!(told.contains(reason) && told.contains("CDE (?<number>\\d{5})"), "{pattern}: {told}");
    }
    assert_eq!(OrderPattern::new("a").unwrap(), OrderPattern::new("a").unwrap());
    assert_ne!(OrderPattern::new("a").unwrap(), OrderPattern::new("b").unwrap());
}

fn piece(number: u32, details: Option<&str>, reference: Option<&str>) -> PieceText {
    PieceText { number, details: details.map(str::to_owned), reference: reference.map(str::to_owned) }
}

#[tokio::test]
async fn each_piece_counts_for_what_it_names_or_else_its_bar() {
    let saved = Arc::new(Mutex::new(Vec::new()));
    let mut store = MockOrderLinkStore::new();
    let mut left = vec![vec![], vec![SessionAt { session: SessionId(3), revision: Revision(9) }]];
    store.expect_unread_sessions().times(2).returning(move |pattern, _| {
        assert_eq!(pattern, "#(\\d+)");
        Ok(left.pop().unwrap())
    });
    store.expect_bar_references().returning(|_| Ok(vec!["R#1".to_owned(), "R#9".to_owned(), "215023".to_owned()]));
    store.expect_piece_texts().times(3).returning(|session, after, _| {
        assert_eq!(session, SessionId(3));
        Ok(match after {
            0 => vec![piece(1, Some("#2"), Some("R#1")), piece(2, None, Some("R#1")), piece(5, Some("x"), Some("R#1"))],
            5 => vec![piece(6, Some("#2 and #3"), None), piece(7, None, None)],
            _ => Vec::new(),
        })
    });
    let told = Arc::clone(&saved);
    store.expect_save_names().times(1).returning(move |at, _, names| {
        let names: Vec<_> = names.iter().map(|(name, pieces)| (name.number, *pieces)).collect();
        told.lock().unwrap().push((at.revision, names));
        Ok(())
    });
    store.expect_forget_names().times(1).returning(|but| {
        assert_eq!(but, "#(\\d+)");
        Ok(())
    });
    let links = OrderLinks { store: Arc::new(store), pattern: Some(OrderPattern::new("#(\\d+)").unwrap()) };
    assert_eq!(links.catch_up(|| false).await, Ok(1));
    assert_eq!(*saved.lock().unwrap(), [(Revision(9), vec![(1, 2), (2, 2), (3, 1), (9, 0)])]);
}

#[tokio::test]
async fn without_a_pattern_what_was_read_is_forgotten() {
    let mut store = MockOrderLinkStore::new();
    store.expect_forget_names().times(1).returning(|_| Ok(()));
    assert_eq!(OrderLinks { store: Arc::new(store), pattern: None }.catch_up(|| false).await, Ok(0));
}

#[tokio::test]
async fn it_stops_between_two_sessions() {
    let mut store = MockOrderLinkStore::new();
    let at = |id| SessionAt { session: SessionId(id), revision: Revision(1) };
    store.expect_unread_sessions().returning(move |_, _| Ok(vec![at(1), at(2), at(3)]));
    store.expect_bar_references().returning(|_| Ok(Vec::new()));
    store.expect_piece_texts().returning(|_, _, _| Ok(Vec::new()));
    store.expect_save_names().times(2).returning(|_, _, _| Ok(()));
    let links = OrderLinks { store: Arc::new(store), pattern: Some(OrderPattern::new("#").unwrap()) };
    let asked = AtomicU32::new(0);
    assert_eq!(links.catch_up(|| asked.fetch_add(1, Ordering::SeqCst) >= 2).await, Ok(2));
}
