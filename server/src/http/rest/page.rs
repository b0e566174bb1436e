//! Pages of lists: the same cursors as GraphQL's.

use super::error::Failure;
use super::query::{FromQuery, Query};
use super::signed::Signed;
use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderValue};
use atelier_application::ports::sessions::Slice;
use atelier_application::query::page::PageArgs;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

/// Which part of a list. `first` and `after` go forward, `last` and `before` back; a cursor belongs to its list, in its order.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct PageParams {
    /// At most so many from the front; 50 when neither this nor `last` is given.
    #[param(minimum = 0)]
    first: Option<i64>,
    /// Only what comes after this cursor: `pageInfo.endCursor` of the page before.
    after: Option<String>,
    /// At most so many from the back. Not with `first`.
    #[param(minimum = 0)]
    last: Option<i64>,
    /// Only what comes before this cursor.
    before: Option<String>,
}

impl FromQuery for PageParams {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        Ok(Self {
            first: query.one("first")?,
            after: query.one("after")?,
            last: query.one("last")?,
            before: query.one("before")?,
        })
    }
}

impl PageParams {
    /// What the use cases are asked.
    pub(super) fn args(self) -> PageArgs {
        let Self { first, after, last, before } = self;
        PageArgs { first, after, last, before }
    }
}

/// Whether a list is counted.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
pub(super) struct CountParams {
    /// Whether `totalCount` is wanted: counting a long list takes longer than a page of it.
    count: Option<bool>,
}

impl FromQuery for CountParams {
    fn read(query: &mut Query) -> Result<Self, Failure> {
        Ok(Self { count: query.one("count")? })
    }
}

impl CountParams {
    /// Whether it is.
    pub(super) fn wanted(&self) -> bool {
        self.count.unwrap_or(false)
    }
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_field_names, reason = "GraphQL calls it so too")]
pub(super) struct Page<T> {
    /// What it holds, in the list's order.
    pub(super) items: Vec<T>,
    /// Where it lies in the list.
    pub(super) page_info: PageInfo,
    /// How many items the whole list has; null unless `count=true` asks for it. Of pieces it is always known.
    pub(super) total_count: Option<u64>,
}

/// Where a page lies in its list.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct PageInfo {
    /// Whether the list goes on after this page.
    has_next_page: bool,
    /// Whether the list has something before this page.
    has_previous_page: bool,
    /// The cursor of the page's first item; null when the page is empty.
    start_cursor: Option<String>,
    /// The cursor of the page's last item, for `after` of the next page; null when the page is empty.
    end_cursor: Option<String>,
}

impl PageInfo {
    /// Of a part of a list whose items have these cursors.
    pub(super) fn of<T>(slice: &Slice<T>, cursor: impl Fn(&T) -> String) -> Self {
        Self {
            has_next_page: slice.has_next,
            has_previous_page: slice.has_previous,
            start_cursor: slice.items.first().map(&cursor),
            end_cursor: slice.items.last().map(&cursor),
        }
    }
}

/// A list that is always told whole.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    /// All of it, in order.
    pub(super) items: Vec<T>,
}

/// A page, with links to its neighbours.
pub(super) fn answer<T: Serialize>(signed: &Signed, page: &Page<T>) -> Result<HttpResponse, Failure> {
    let mut response = signed.json(page)?;
    let info = &page.page_info;
    let next = info.end_cursor.as_deref().filter(|_| info.has_next_page);
    let previous = info.start_cursor.as_deref().filter(|_| info.has_previous_page);
    let links = [("next", "after", next), ("prev", "before", previous)];
    let links = links.iter().filter_map(|(rel, name, cursor)| Some(link(signed, rel, name, (*cursor)?)));
    let links: Vec<String> = links.collect();
    if let (false, Ok(value)) = (links.is_empty(), HeaderValue::from_str(&links.join(", "))) {
        response.headers_mut().insert(header::LINK, value);
    }
    Ok(response)
}

/// The same question about the page beside this one.
fn link(signed: &Signed, rel: &str, name: &str, cursor: &str) -> String {
    let (path, query) = signed.address();
    let given = || url::form_urlencoded::parse(query.as_bytes());
    let size = given().find(|(name, _)| matches!(name.as_ref(), "first" | "last"));
    let mut link = url::form_urlencoded::Serializer::new(String::new());
    link.extend_pairs(given().filter(|(name, _)| !matches!(name.as_ref(), "first" | "after" | "last" | "before")));
    if let Some((_, size)) = size {
        link.append_pair(if name == "after" { "first" } else { "last" }, &size);
    } else if name == "before" {
        link.append_pair("last", &atelier_application::query::page::DEFAULT_PAGE.to_string());
    }
    link.append_pair(name, cursor);
    format!("<{path}?{}>; rel=\"{rel}\"", link.finish())
}
