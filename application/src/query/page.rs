//! Pages: which part of a list is asked for.

use crate::error::AppError;
use crate::ports::sessions::{PieceRange, Window};

/// How many items a page has when nobody says.
pub const DEFAULT_PAGE: u32 = 50;

/// What a client says about the page it wants. `first` and `after` go forward, `last` and `before` back.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct PageArgs {
    /// How many from the front.
    pub first: Option<i64>,
    /// Only what comes after this cursor.
    pub after: Option<String>,
    /// How many from the back.
    pub last: Option<i64>,
    /// Only what comes before this cursor.
    pub before: Option<String>,
}

impl PageArgs {
    /// The window they mean, of at most `max` items; `decode` reads a cursor of this list.
    pub fn window<C>(&self, max: u32, decode: impl Fn(&str) -> Option<C>) -> Result<Window<C>, AppError> {
        let cursor = |field: &str, text: &Option<String>| match text {
            None => Ok(None),
            Some(text) => match decode(text) {
                Some(cursor) => Ok(Some(cursor)),
                None => Err(AppError::bad_input(field, format!("`{field}` is no cursor of this list in this order."))),
            },
        };
        let (limit, from_end) = match (self.first, self.last) {
            (Some(_), Some(_)) => return Err(AppError::bad_input("last", "Give `first` or `last`, not both.")),
            (Some(first), None) => (size("first", first, max)?, false),
            (None, Some(last)) => (size("last", last, max)?, true),
            (None, None) => (DEFAULT_PAGE.min(max), false),
        };
        Ok(Window { limit, after: cursor("after", &self.after)?, before: cursor("before", &self.before)?, from_end })
    }
}

/// `count` as the size of a page, or why it is none.
pub fn size(field: &str, count: i64, max: u32) -> Result<u32, AppError> {
    if count < 0 {
        return Err(AppError::bad_input(field, format!("`{field}` must not be negative.")));
    }
    u32::try_from(count)
        .ok()
        .filter(|count| *count <= max)
        .ok_or_else(|| AppError::bad_input(field, format!("`{field}` must be at most {max}.")))
}

/// The part of a list numbered from 1 to `total` that a window means, or nothing when it is empty; and whether the list
/// goes on before and after it.
pub fn numbered(window: &Window<u32>, total: u32) -> (Option<PieceRange>, bool, bool) {
    let low = window.after.map_or(1, |after| after.saturating_add(1));
    let high = window.before.map_or(total, |before| before.saturating_sub(1).min(total));
    let (from, to) = if window.from_end {
        (low.max(high.saturating_add(1).saturating_sub(window.limit)), high)
    } else {
        (low, high.min(low.saturating_add(window.limit).saturating_sub(1)))
    };
    if window.limit == 0 || from > to {
        let before = if window.from_end { high } else { low.saturating_sub(1).min(total) };
        return (None, before > 0, before < total);
    }
    (Some(PieceRange { from, to }), from > 1, to < total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn args(first: Option<i64>, after: Option<&str>, last: Option<i64>, before: Option<&str>) -> PageArgs {
        PageArgs { first, after: after.map(str::to_owned), last, before: before.map(str::to_owned) }
    }

    fn number(text: &str) -> Option<u32> {
        text.parse().ok()
    }

    fn refused(args: &PageArgs) -> (String, String) {
        match args.window(500, number) {
            Err(AppError::BadUserInput { field, message }) => (field, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_page_has_fifty_items_unless_told() {
        let window = PageArgs::default().window(500, number).unwrap();
        assert_eq!(window, Window { limit: 50, after: None, before: None, from_end: false });
        assert_eq!(PageArgs::default().window(20, number).unwrap().limit, 20);
    }

    #[test]
    fn both_directions() {
        let forward = args(Some(500), Some("3"), None, None).window(500, number).unwrap();
        assert_eq!(forward, Window { limit: 500, after: Some(3), before: None, from_end: false });
        let back = args(None, None, Some(0), Some("9")).window(500, number).unwrap();
        assert_eq!(back, Window { limit: 0, after: None, before: Some(9), from_end: true });
    }

    #[test]
    fn what_is_not_a_page_is_told_by_field() {
        let told = |args: &PageArgs| {
            let (field, message) = refused(args);
            format!("{field}: {message}")
        };
        assert_eq!(told(&args(Some(501), None, None, None)), "first: `first` must be at most 500.");
        assert_eq!(told(&args(None, None, Some(-1), None)), "last: `last` must not be negative.");
        assert_eq!(told(&args(Some(1), None, Some(1), None)), "last: Give `first` or `last`, not both.");
        assert_eq!(told(&args(None, Some("x"), None, None)), "after: `after` is no cursor of this list in this order.");
        assert_eq!(
            told(&args(None, None, None, Some("x"))),
            "before: `before` is no cursor of this list in this order."
        );
    }

    #[test]
    fn numbered_lists_need_no_store() {
        let part = |limit, after, before, from_end, total| {
            let (range, previous, next) = numbered(&Window { limit, after, before, from_end }, total);
            (range.map(|range| (range.from, range.to)), previous, next)
        };
        assert_eq!(part(50, None, None, false, 120), (Some((1, 50)), false, true));
        assert_eq!(part(50, Some(100), None, false, 120), (Some((101, 120)), true, false));
        assert_eq!(part(50, None, None, true, 120), (Some((71, 120)), true, false));
        assert_eq!(part(50, None, Some(30), true, 120), (Some((1, 29)), false, true));
        assert_eq!(part(2, Some(3), Some(9), true, 120), (Some((7, 8)), true, true));
        assert_eq!(part(50, None, None, false, 0), (None, false, false));
        assert_eq!(part(50, Some(120), None, false, 120), (None, true, false));
        assert_eq!(part(50, Some(u32::MAX), None, false, 120), (None, true, false));
        assert_eq!(part(0, None, None, false, 120), (None, false, true));
        assert_eq!(part(0, None, None, true, 120), (None, true, false));
        assert_eq!(part(5, None, Some(0), true, 120), (None, false, true));
    }
}
