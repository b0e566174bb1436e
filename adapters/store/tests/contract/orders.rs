//! Orders, whole and current, and what sessions name.

use crate::decisions::{at, two_machines};
use crate::fixture::Fixture;
use atelier_application::ports::order_links::{OrderLinkReader, OrderLinkStore, OrderName, PieceText, SessionAt};
use atelier_application::ports::orders::{
    ChangedOrder, Fingerprint, KnownOrder, OrderCursor, OrderFilter, OrderReader, OrderStore, StoredOrder,
};
use atelier_application::ports::sessions::Window;
use atelier_application::ports::store_error::StoreError;
use atelier_domain::ids::{OrderId, Revision, SessionId};
use atelier_domain::order::{Accessory, Operation, Order, OrderKey, OrderNote};
use std::collections::BTreeMap;

on_both!(
    orders_are_kept_whole,
    many_orders_at_once,
    filters_and_pages,
    orders_of_a_number,
    a_fingerprint_that_is_none,
    names_of_sessions
);

fn order(key: &str, number: i32) -> Order {
    Order {
        key: OrderKey(key.to_owned()),
        number,
        extension: None,
        status: Some("Neu".to_owned()),
        job_site: None,
        customer_number: None,
        customer_name: None,
        technician: None,
        price_before_tax: None,
        accessories: vec![Accessory { position: None, code: "VR".to_owned(), description: None, quantity: None }],
        operations: Vec::new(),
        notes: Vec::new(),
    }
}

/// One that has everything.
fn full() -> Order {
    let note = |at: Option<&str>| OrderNote {
        code: Some("PLAN".to_owned()),
        at: at.map(crate::decisions::at),
        user: Some("adv".to_owned()),
        text: "l'\"ordre\"\n%_é".to_owned(),
    };
    Order {
        extension: Some("B".to_owned()),
        job_site: Some("Résidence".to_owned()),
        customer_number: Some("C1".to_owned()),
        customer_name: Some("Çelik".to_owned()),
        technician: Some("T1".to_owned()),
        price_before_tax: Some(1_234.56),
        accessories: vec![
            Accessory {
                position: Some(1),
                code: "VR".to_owned(),
                description: Some("d".to_owned()),
                quantity: Some(0.1),
            },
            Accessory { position: None, code: "SOP".to_owned(), description: None, quantity: None },
        ],
        operations: vec![
            Operation {
                number: "30 VR".to_owned(),
                description: Some("d".to_owned()),
                at: Some(at("2025-05-01T10:00:00.123Z")),
                user: Some("u".to_owned()),
                note: Some("n".to_owned()),
            },
            Operation { number: String::new(), description: None, at: None, user: None, note: None },
        ],
        notes: vec![note(None), note(Some("2025-05-03T10:00:00Z")), note(Some("2025-05-02T10:00:00Z"))],
        ..order("Kß/1", i32::MAX)
    }
}

fn changed(order: Order, print: u8) -> ChangedOrder {
    ChangedOrder { order, fingerprint: Fingerprint([print; 32]) }
}

fn page(limit: u32) -> Window<OrderCursor> {
    Window { limit, after: None, before: None, from_end: false }
}

async fn save(fixture: &Fixture, orders: Vec<Order>, now: &str) {
    let orders: Vec<_> = orders.into_iter().map(|order| changed(order, 1)).collect();
    fixture.store.save_changed(&orders, at(now)).await.unwrap();
}

async fn list(fixture: &Fixture, filter: &OrderFilter) -> Vec<StoredOrder> {
    fixture.store.orders(filter, &page(100)).await.unwrap().items
}

async fn orders_are_kept_whole(fixture: Fixture) {
    let store = &fixture.store;
    assert!(store.known_orders().await.unwrap().is_empty());
    store.save_changed(&[], at("2025-05-04T10:00:00Z")).await.unwrap();
    let whole = full();
    let now = at("2025-05-04T10:00:00.250Z");
    store.save_changed(&[changed(whole.clone(), 0xab), changed(order("K2", -1), 2)], now).await.unwrap();
    let [first, second] = &list(&fixture, &OrderFilter::default()).await[..] else { panic!() };
    let expected = StoredOrder {
        id: first.id,
        key: whole.key.clone(),
        number: i32::MAX,
        extension: Some("B".to_owned()),
        status: Some("Neu".to_owned()),
        job_site: Some("Résidence".to_owned()),
        customer_number: Some("C1".to_owned()),
        customer_name: Some("Çelik".to_owned()),
        technician: Some("T1".to_owned()),
        price_before_tax: Some(1_234.56),
        planned_at: Some(at("2025-05-02T10:00:00Z")),
        stock_managed: true,
        synced_at: now,
        removed_at: None,
    };
    assert_eq!((first, second.number, second.stock_managed, second.planned_at), (&expected, -1, false, None));
    let ids = [first.id, second.id, OrderId(999)];
    assert_eq!(store.accessories(&ids).await.unwrap()[&first.id], whole.accessories);
    assert_eq!(store.operations(&ids).await.unwrap(), [(first.id, whole.operations.clone())].into());
    assert_eq!(store.order_notes(&ids).await.unwrap()[&first.id], whole.notes);

    // Changed, gone, and back: the same id.
    let mut other = whole.clone();
    other.notes.truncate(1);
    other.operations.clear();
    save(&fixture, vec![other], "2025-05-05T10:00:00Z").await;
    let gone_at = at("2025-05-06T10:00:00Z");
    store.save_gone(&[whole.key.clone(), OrderKey("nobody".to_owned())], gone_at).await.unwrap();
    store.save_gone(std::slice::from_ref(&whole.key), at("2025-05-07T10:00:00Z")).await.unwrap();
    let gone = store.order(first.id).await.unwrap().unwrap();
    assert_eq!((gone.removed_at, gone.synced_at, gone.planned_at), (Some(gone_at), gone_at, None));
    assert!(store.operations(&ids).await.unwrap().is_empty());
    assert_eq!(store.order_notes(&ids).await.unwrap()[&first.id].len(), 1);
    let mut known = store.known_orders().await.unwrap();
    known.sort_by(|a, b| a.key.cmp(&b.key));
    let known_as = |key: &str, print: u8, removed| KnownOrder {
        key: OrderKey(key.to_owned()),
        fingerprint: Fingerprint([print; 32]),
        removed,
    };
    assert_eq!(known, [known_as("K2", 2, false), known_as("Kß/1", 1, true)]);
    save(&fixture, vec![full()], "2025-05-08T10:00:00Z").await;
    let back = store.order(first.id).await.unwrap().unwrap();
    assert_eq!((back.removed_at, back.key, back.synced_at), (None, whole.key, at("2025-05-08T10:00:00Z")));
}

async fn many_orders_at_once(fixture: Fixture) {
    // More than fit into one statement of the smaller of the two databases, and more than the other copies row by row.
    let all: Vec<_> = (0..6_000).map(|number| changed(order(&format!("K{number}"), number), 1)).collect();
    for _ in 0..2 {
        fixture.store.save_changed(&all, at("2025-05-04T10:00:00Z")).await.unwrap();
    }
    assert_eq!(fixture.store.count_orders(&OrderFilter::default()).await.unwrap(), 6_000);
    let last = list(&fixture, &OrderFilter::default()).await.remove(0);
    assert_eq!(fixture.store.accessories(&[last.id]).await.unwrap()[&last.id].len(), 1);
}

async fn filters_and_pages(fixture: Fixture) {
    let planned = |key: &str, number: i32, when: &str, site: &str| Order {
        job_site: Some(site.to_owned()),
        notes: vec![OrderNote { code: None, at: Some(at(when)), user: None, text: "x".to_owned() }],
        ..order(key, number)
    };
    save(
        &fixture,
        vec![
            planned("a", 1, "2025-05-01T10:00:00Z", "Été 100%"),
            planned("b", 2, "2025-05-02T10:00:00Z", "Hôtel"),
            Order {
                status: None,
                extension: Some("B".to_owned()),
                ..planned("c", 2, "2025-05-03T10:00:00Z", "hotel de ville")
            },
            Order { customer_name: Some("Müller".to_owned()), customer_number: Some("X|9".to_owned()), ..full() },
        ],
        "2025-05-04T10:00:00Z",
    )
    .await;
    let keys = async |filter: OrderFilter| {
        let found = list(&fixture, &filter).await;
        assert_eq!(fixture.store.count_orders(&filter).await.unwrap(), found.len() as u64);
        found.into_iter().map(|order| order.key.0).collect::<Vec<_>>().join(" ")
    };
    let all = OrderFilter::default;
    assert_eq!(keys(all()).await, "Kß/1 c b a", "by number, then the later one first");
    let words = |words: &[&str]| OrderFilter { words: words.iter().map(|word| (*word).to_owned()).collect(), ..all() };
    assert_eq!(keys(words(&["hotel"])).await, "c b");
    assert_eq!(keys(words(&["hotel", "2"])).await, "c b");
    assert_eq!(keys(words(&["2 b"])).await, "c", "a number with its extension");
    assert_eq!(keys(words(&["100%"])).await, "a");
    assert_eq!(keys(words(&["1_0"])).await, "");
    assert_eq!(keys(words(&["x|9", "muller"])).await, "Kß/1");
    assert_eq!(keys(OrderFilter { statuses: Some(vec!["Neu".to_owned()]), ..all() }).await, "Kß/1 b a");
    assert_eq!(keys(OrderFilter { statuses: Some(Vec::new()), ..all() }).await, "");
    assert_eq!(keys(OrderFilter { stock_managed: Some(true), ..all() }).await, "Kß/1");
    let span = OrderFilter {
        planned_from: Some(at("2025-05-02T10:00:00Z")),
        planned_before: Some(at("2025-05-03T10:00:00Z")),
        ..all()
    };
    assert_eq!(keys(span).await, "Kß/1 b");
    fixture.store.save_gone(&[OrderKey("b".to_owned())], at("2025-05-05T10:00:00Z")).await.unwrap();
    assert_eq!(keys(all()).await, "Kß/1 c a");
    assert_eq!(keys(OrderFilter { removed: true, ..all() }).await, "b");

    let cursor = |order: &StoredOrder| OrderCursor { number: order.number, id: order.id };
    let first = fixture.store.orders(&all(), &page(1)).await.unwrap();
    assert_eq!((first.has_previous, first.has_next), (false, true));
    let after = Window { after: Some(cursor(&first.items[0])), ..page(1) };
    let second = fixture.store.orders(&all(), &after).await.unwrap();
    assert_eq!((second.items[0].key.0.as_str(), second.has_previous, second.has_next), ("c", true, true));
    let before = Window { before: Some(cursor(&second.items[0])), from_end: true, ..page(5) };
    let back = fixture.store.orders(&all(), &before).await.unwrap();
    assert_eq!((back.items, back.has_previous, back.has_next), (first.items, false, true));
}

async fn orders_of_a_number(fixture: Fixture) {
    let with = |key: &str, extension: Option<&str>| Order { extension: extension.map(str::to_owned), ..order(key, 7) };
    save(
        &fixture,
        vec![with("1", Some("B")), with("2", None), with("3", Some("A")), order("4", 8)],
        "2025-05-04T10:00:00Z",
    )
    .await;
    fixture.store.save_gone(&[OrderKey("2".to_owned())], at("2025-05-05T10:00:00Z")).await.unwrap();
    let found = fixture.store.orders_of_number(7).await.unwrap();
    assert_eq!(found.iter().map(|order| order.key.0.as_str()).collect::<Vec<_>>(), ["3", "1", "2"]);
    assert_eq!(fixture.store.orders_of_number(9).await.unwrap(), []);
    assert_eq!(fixture.store.order(OrderId(9_999)).await.unwrap(), None);
}

async fn a_fingerprint_that_is_none(fixture: Fixture) {
    save(&fixture, vec![order("K1", 1)], "2025-05-04T10:00:00Z").await;
    for nonsense in ["x", "", "é"] {
        fixture.sql(&format!("UPDATE commande SET empreinte = '{nonsense}'")).await;
        let error = fixture.store.known_orders().await.unwrap_err();
        assert!(matches!(&error, StoreError::Inconsistent(text) if text.contains("K1") && text.contains("empreinte")));
    }
}

async fn names_of_sessions(fixture: Fixture) {
    let store = &fixture.store;
    two_machines(&fixture).await;
    fixture.session(10, 1, "2025-05-01", 3, 0, 0).await;
    fixture.session(20, 1, "2025-05-02", 0, 0, 0).await;
    fixture.session(30, 2, "2025-05-03", 0, 0, 0).await;
    fixture.sql("UPDATE session_production SET details_retires_le = date_creation WHERE id = 30").await;
    for (number, details, job) in [(1, "'a'", "7"), (2, "NULL", "NULL"), (4, "'b'", "NULL")] {
        fixture
            .sql(&format!(
                "INSERT INTO piece_production (session_id, numero_piece, timestamp_production, details, job_id, version_id, ligne) \
                 VALUES (10, {number}, '2025-05-01T06:00:00.000+00:00', {details}, {job}, 1, 1)"
            ))
            .await;
    }
    fixture
        .sql("INSERT INTO job_profil (id, session_id, numero, reference, timestamp_debut, nombre_pieces, version_id, ligne) \
              VALUES (7, 10, 1, 'R', '2025-05-01T06:00:00.000+00:00', 1, 1, 1)")
        .await;
    let at_revision = |session, revision| SessionAt { session: SessionId(session), revision: Revision(revision) };
    let unread = async |pattern| store.unread_sessions(pattern, 9).await.unwrap();
    assert_eq!(unread("p").await, [at_revision(10, 10), at_revision(20, 20)], "of the third nothing is left to read");
    assert_eq!(store.unread_sessions("p", 1).await.unwrap().len(), 1);
    let piece = |number, details: Option<&str>, reference: Option<&str>| PieceText {
        number,
        details: details.map(str::to_owned),
        reference: reference.map(str::to_owned),
    };
    let texts = store.piece_texts(SessionId(10), 0, 2).await.unwrap();
    assert_eq!(texts, [piece(1, Some("a"), Some("R")), piece(2, None, None)]);
    assert_eq!(store.piece_texts(SessionId(10), 2, 2).await.unwrap(), [piece(4, Some("b"), None)]);
    assert_eq!(store.bar_references(SessionId(10)).await.unwrap(), ["R"]);

    let name = |number, extension: Option<&str>| OrderName { number, extension: extension.map(str::to_owned) };
    let names = |list: &[(OrderName, u64)]| list.iter().cloned().collect::<BTreeMap<_, _>>();
    let first = names(&[(name(1, None), 3), (name(2, Some("B")), 1), (name(9, None), 5_000_000_000)]);
    store.save_names(at_revision(10, 10), "p", &first).await.unwrap();
    store.save_names(at_revision(20, 20), "p", &names(&[(name(9, None), 1), (name(2, Some("C")), 1)])).await.unwrap();
    store.save_names(at_revision(99, 1), "p", &first).await.unwrap();
    assert_eq!(unread("p").await, []);
    assert_eq!(unread("q").await.len(), 2, "another pattern");
    fixture.sql("UPDATE session_production SET revision = 77 WHERE id = 20").await;
    assert_eq!(unread("p").await, [at_revision(20, 77)]);

    let with = |key: &str, number, extension: Option<&str>| Order {
        extension: extension.map(str::to_owned),
        ..order(key, number)
    };
    save(
        &fixture,
        vec![
            with("1A", 1, Some("A")),
            with("1", 1, None),
            with("2B", 2, Some("B")),
            with("2", 2, None),
            with("3", 3, None),
        ],
        "2025-05-04T10:00:00Z",
    )
    .await;
    let found = store.orders_of_sessions(&[SessionId(10), SessionId(20), SessionId(30)]).await.unwrap();
    let keys: Vec<_> = found[&SessionId(10)].iter().map(|order| order.key.0.as_str()).collect();
    assert_eq!((found.len(), keys), (1, vec!["1", "1A", "2B"]), "a number alone means all of it");
    let ids: Vec<OrderId> = found[&SessionId(10)].iter().map(|order| order.id).collect();
    let sessions = store.sessions_of_orders(&ids).await.unwrap();
    assert_eq!(sessions, ids.iter().map(|id| (*id, vec![SessionId(10)])).collect());
    let unmatched = store.unmatched_names(9).await.unwrap();
    let told: Vec<_> = unmatched
        .iter()
        .map(|one| (one.name.number, one.name.extension.as_deref(), one.sessions, one.pieces, one.last_day.to_string()))
        .collect();
    let day = || "2025-05-02".to_owned();
    assert_eq!(told, [(9, None, 2, 5_000_000_001, day()), (2, Some("C"), 1, 1, day())]);
    assert_eq!(store.unmatched_names(1).await.unwrap().len(), 1);

    // What vanishes names nothing.
    fixture.sql("DELETE FROM session_production WHERE id = 20").await;
    assert_eq!(store.unmatched_names(9).await.unwrap().len(), 1);
    store.forget_names("p").await.unwrap();
    assert_eq!(store.unmatched_names(9).await.unwrap().len(), 1);
    store.forget_names("q").await.unwrap();
    assert_eq!((store.unmatched_names(9).await.unwrap(), unread("p").await.len()), (Vec::new(), 1));
}
