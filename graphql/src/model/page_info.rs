//! Where a page lies in its list.

use async_graphql::SimpleObject;

/// Where a page lies in its list.
#[derive(SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether the list goes on after this page.
    pub(crate) has_next_page: bool,
    /// Whether the list has something before this page.
    pub(crate) has_previous_page: bool,
    /// The cursor of the page's first item; null when the page is empty.
    pub(crate) start_cursor: Option<String>,
    /// The cursor of the page's last item, for `after` of the next page; null when the page is empty.
    pub(crate) end_cursor: Option<String>,
}
