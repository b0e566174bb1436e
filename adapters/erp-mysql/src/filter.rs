//! What a statement may leave out, so that less is sent. It may leave out only what is not wanted for sure: what comes is looked
//! at once more.

use crate::tables::Table;
use atelier_domain::order::Selection;
use mysql_async::Value;

/// A condition and its values.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Filter {
    pub(crate) condition: String,
    pub(crate) values: Vec<Value>,
}

/// Letters that may stand for letters with accents, for parts of ligatures, or be two bytes where a text was encoded twice.
const UNSURE: &str = "acdeghijklnorstuwyz'";

/// Rows of accessories whose codes begin as wanted ones do, and those without a code, which are told.
pub(crate) fn accessories(table: &Table, selection: &Selection) -> Filter {
    let patterns = selection.accessory_prefixes().map(|prefix| {
        let ascii: String = prefix.chars().take_while(char::is_ascii).collect();
        format!("{}%", escape(&ascii))
    });
    any_of(table, patterns.collect())
}

/// Rows of notes that may contain what is wanted, and those without a text.
pub(crate) fn notes(table: &Table, selection: &Selection) -> Filter {
    any_of(table, selection.note_patterns().map(like).collect())
}

/// The second column, which is required, is like one of these, or is missing.
fn any_of(table: &Table, patterns: Vec<String>) -> Filter {
    let column = table.column(1);
    let like = format!("CONVERT({column} USING utf8mb4) COLLATE utf8mb4_general_ci LIKE ? ESCAPE '|'");
    let mut conditions = vec![like; patterns.len()];
    conditions.push(format!("{column} IS NULL"));
    Filter {
        condition: format!(" WHERE {}", conditions.join(" OR ")),
        values: patterns.into_iter().map(Value::from).collect(),
    }
}

fn like(pattern: &str) -> String {
    let mut like = "%".to_owned();
    let mut anything = true;
    for character in pattern.chars() {
        let sure = character.is_ascii() && !UNSURE.contains(character.to_ascii_lowercase());
        if sure {
            like.push_str(&escape(&character.to_string()));
        } else if !anything {
            like.push('%');
        }
        anything = !sure;
    }
    if !anything {
        like.push('%');
    }
    like
}

fn escape(text: &str) -> String {
    text.replace('|', "||").replace('%', "|%").replace('_', "|_")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "these are tests")]

    use super::*;
    use proptest::prelude::*;

    /// What `LIKE … ESCAPE '|'` finds, without case: the collation knows neither case nor accents, which only finds more.
    fn finds(like: &[char], text: &[char]) -> bool {
        match like {
            [] => text.is_empty(),
            ['%', like @ ..] => (0..=text.len()).any(|skipped| finds(like, &text[skipped..])),
            ['|', sure, like @ ..] | [sure, like @ ..] => {
                text.first().is_some_and(|letter| *letter == sure.to_ascii_lowercase()) && finds(like, &text[1..])
            }
        }
    }

    /// What a program made of a text that took its UTF-8 for Latin-1.
    fn encode_again(text: &str) -> String {
        text.bytes().map(char::from).collect()
    }

    proptest! {
        #[test]
        fn nothing_that_is_wanted_is_left_out(
            pattern in "[a-dA-D é%_|œß]{1,6}", before in "[a-d é|%]{0,3}", after in "[a-d é_]{0,3}", twice in any::<bool>()
        ) {
            let selection = Selection::new(["VR"], [pattern.as_str()]);
            let text = format!("{before}{}{after}", pattern.to_uppercase());
            prop_assume!(selection.wants_note(&text));
            let stored = if twice { encode_again(&text) } else { text };
            for like in selection.note_patterns().map(like) {
                let letters = |text: &str| text.chars().collect::<Vec<_>>();
                prop_assert!(finds(&letters(&like), &letters(&stored.to_lowercase())), "{like} does not find {stored}");
            }
        }
    }

    #[test]
    fn only_what_is_sure_is_asked_for() {
        assert_eq!(like("cde planifiee"), "% p%f%");
        assert_eq!(like("100_% vr|"), "%100|_|% v%||%");
        assert_eq!((like("ete").as_str(), like("%").as_str()), ("%", "%|%%"));
    }
}
