use super::text::{fold, repair};
use super::*;
use proptest::prelude::*;

/// What a program made of a text that took its UTF-8 for Windows-1252.
fn encode_again(text: &str) -> String {
    let from_80 = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";
    let letter = |byte: u8| match byte {
        0x80..=0x9f => from_80.chars().nth(usize::from(byte - 0x80)).unwrap(),
        _ => char::from(byte),
    };
    text.bytes().map(letter).collect()
}

#[test]
fn a_text_that_was_encoded_twice_is_repaired() {
    for (broken, repaired) in [
        ("PlanifiÃ©e", "Planifiée"),
        ("RÃ©sidence 12", "Résidence 12"),
        ("Ã\u{89}tÃ©", "Été"),
        ("Ã‰tÃ©", "Été"),
        ("â‚¬ 12", "€ 12"),
        ("lâ€™atelier", "l’atelier"),
        ("Ã\u{a0} poser", "à poser"),
    ] {
        assert_eq!(repair(broken), repaired, "{broken}");
    }
}

#[test]
fn good_text_is_left_alone() {
    for good in ["", "Planifiée", "Été à Noël", "Ã©té", "50 €", "Ã", "São Paulo", "Łódź Ã©", "A\u{a0}B"]
    {
        assert_eq!(repair(good), good);
    }
}

#[test]
fn folding_leaves_no_case_and_no_accent() {
    assert_eq!(fold("CDE PLANIFIÉE"), "cde planifiee");
    assert_eq!(fold("cde Planifie\u{301}e"), "cde planifiee", "also where the accent stands by itself");
    assert_eq!(fold("Œuvre ŁÓDŹ Straße Ærø Çà"), "oeuvre lodz strasse aero ca");
    assert_eq!(fold("L’îlot n° 3"), "l'ilot n° 3");
}

#[test]
fn what_is_wanted() {
    let selection = Selection::default();
    for (code, wanted) in [
        ("VR-100", true),
        ("vr-9", true),
        ("SOP45", true),
        ("S P 3", true),
        ("s p", true),
        ("SP-1", false),
        ("XVR", false),
        (" VR", false),
        ("FEN-1", false),
        ("", false),
    ] {
        assert_eq!(selection.wants_accessory(code), wanted, "{code}");
    }
    for (text, wanted) in [
        ("cde Planifiée", true),
        ("CDE PLANIFIEE", true),
        ("le 3/5: cde Planifiée pour S22", true),
        ("cde non planifiée", false),
        ("appel client", false),
    ] {
        assert_eq!(selection.wants_note(text), wanted, "{text}");
    }
    let other = Selection::new(["Éco", ""], ["VU", ""]);
    assert!(other.wants_accessory("ÉCO-7") && !other.wants_accessory("eco-7"), "accents of codes count");
    assert!(other.wants_note("déjà vu") && !other.wants_note("déjà"), "an empty pattern wants nothing");
}

fn note(at: Option<i64>, text: &str) -> OrderNote {
    OrderNote { code: None, at: at.map(Instant), user: None, text: text.to_owned() }
}

fn operation(number: &str) -> Operation {
    Operation { number: number.to_owned(), description: None, at: None, user: None, note: None }
}

fn order(operations: &[&str], notes: &[Option<i64>]) -> Order {
    Order {
        key: OrderKey("K1".to_owned()),
        number: 26_001,
        extension: None,
        status: None,
        job_site: None,
        customer_number: None,
        customer_name: None,
        technician: None,
        price_before_tax: None,
        accessories: Vec::new(),
        operations: operations.iter().copied().map(operation).collect(),
        notes: notes.iter().map(|at| note(*at, "cde Planifiée")).collect(),
    }
}

#[test]
fn an_order_was_planned_when_it_first_was() {
    let dated = order(&[], &[None, Some(7), Some(3)]);
    assert_eq!((dated.planned_at(), dated.latest_note_at()), (Some(Instant(3)), Some(Instant(7))));
    let undated = order(&[], &[None]);
    assert_eq!((undated.planned_at(), undated.latest_note_at()), (None, None));
}

#[test]
fn stock_is_told_by_an_operation() {
    assert!(order(&["10", "30 VR"], &[]).stock_managed());
    assert!(order(&["VR"], &[]).stock_managed());
    assert!(!order(&["10 vr", "20"], &[]).stock_managed(), "in capital letters only");
    assert!(!order(&[], &[]).stock_managed());
}

#[test]
fn parts_are_told_in_an_order_of_their_own() {
    let mut mixed = order(&["100", "20 VR", "9", "x", "20"], &[Some(5), None, Some(2)]);
    mixed.accessories = [(Some(2), "B"), (None, "Z"), (Some(1), "C"), (Some(2), "A")]
        .map(|(position, code)| Accessory { position, code: code.to_owned(), description: None, quantity: None })
        .to_vec();
    mixed.sort();
    let numbers: Vec<_> = mixed.operations.iter().map(|operation| operation.number.as_str()).collect();
    assert_eq!(numbers, ["x", "9", "20", "20 VR", "100"]);
    assert_eq!(mixed.notes.iter().map(|note| note.at.map(|at| at.0)).collect::<Vec<_>>(), [None, Some(2), Some(5)]);
    let codes: Vec<_> = mixed.accessories.iter().map(|accessory| accessory.code.as_str()).collect();
    assert_eq!(codes, ["Z", "C", "A", "B"]);
}

proptest! {
    #[test]
    fn whatever_was_encoded_twice_comes_back(text in "[ -~À-ÿ€Œœ’–…àéèêëîïôöùûüç]{0,40}") {
        let broken = encode_again(&text);
        prop_assert_eq!(repair(&broken), text);
    }

    #[test]
    fn a_text_with_a_letter_that_no_single_byte_has_is_left_alone(before in ".{0,20}", after in ".{0,20}") {
        let text = format!("{before}\u{4e2d}{after}");
        prop_assert_eq!(repair(&text), text.as_str());
    }

    #[test]
    fn folding_twice_is_folding_once(text in "\\PC{0,40}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn sorting_forgets_the_order_that_parts_came_in(
        mut parts in prop::collection::vec((prop::option::of(0i32..3), "[ab]{1,2}", prop::option::of(0i32..3)), 0..8)
    ) {
        let with = |parts: &[(Option<i32>, String, Option<i32>)]| {
            let mut order = order(&[], &[]);
            for (position, code, quantity) in parts {
                let (number, text) = (format!("{}{code}", position.unwrap_or(7)), code.clone());
                order.accessories.push(Accessory {
                    position: *position,
                    code: code.clone(),
                    description: None,
                    quantity: quantity.map(f64::from),
                });
                order.operations.push(Operation { at: quantity.map(|at| Instant(at.into())), ..operation(&number) });
                order.notes.push(note(position.map(i64::from), &text));
            }
            order.sort();
            order
        };
        let sorted = with(&parts);
        parts.reverse();
        prop_assert_eq!(with(&parts), sorted);
    }
}
