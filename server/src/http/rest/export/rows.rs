//! The rows of tables, a page at a time.

use super::columns::{GroupRow, SessionRow};
use crate::http::rest::error::Failure;
use crate::http::rest::machines;
use crate::http::rest::sessions::machine_of;
use atelier_application::ports::sessions::{SessionCursor, SessionFilter, SessionOrder, Slice, Window};
use atelier_application::ports::statistics::StatisticsKey;
use atelier_application::query::{Reader, place};
use futures_util::stream::{self, BoxStream, StreamExt as _};

/// So many sessions are read at once.
const AT_ONCE: u32 = 500;

/// Rows, page by page.
pub(super) type Rows<R> = BoxStream<'static, Result<Vec<R>, Failure>>;

/// Where reading stands.
enum At {
    Start,
    After(SessionCursor),
    End,
}

/// All sessions that pass: two questions a page.
pub(super) fn sessions(reader: Reader, filter: SessionFilter, order: SessionOrder) -> Rows<SessionRow> {
    let limit = AT_ONCE.min(reader.max_page());
    let next = move |at| {
        let (reader, filter) = (reader.clone(), filter.clone());
        async move {
            let after = match at {
                At::Start => None,
                At::After(place) => Some(place),
                At::End => return Ok(None),
            };
            let window = Window { limit, after, before: None, from_end: false };
            let Slice { items, has_next, .. } = reader.sessions(&filter, order, &window).await?;
            let next = match items.last() {
                Some(last) if has_next => At::After(place(order, last)),
                _ => At::End,
            };
            let machines = machines::refs(&reader, items.iter().map(|session| session.machine)).await?;
            let rows = items.into_iter().map(|session| {
                Ok(SessionRow { machine: machine_of(session.id, session.machine, &machines)?, session })
            });
            Ok::<_, Failure>(Some((rows.collect::<Result<Vec<_>, Failure>>()?, next)))
        }
    };
    stream::try_unfold(At::Start, next).boxed()
}

/// All groups of the sessions that pass. Their number is bounded, so they come as one page.
pub(super) async fn statistics(
    reader: &Reader,
    filter: SessionFilter,
    keys: Vec<StatisticsKey>,
) -> Result<Rows<GroupRow>, Failure> {
    let rows = reader.statistics(&filter, &keys, false).await?;
    let machines = machines::refs(reader, rows.iter().filter_map(|row| row.machine)).await?;
    let told = rows.into_iter().map(|row| {
        let machine = row.machine.and_then(|id| machines.get(&id)).cloned();
        GroupRow { machine, row }
    });
    Ok(stream::iter([Ok(told.collect())]).boxed())
}
