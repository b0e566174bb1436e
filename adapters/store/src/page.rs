//! Parts of ordered lists, found by keyset, for one list or for one of each owner, in one statement.

use crate::Store;
use crate::rows::{Fields, FromRow, columns};
use crate::statement::{Values, all_of};
use crate::value;
use atelier_application::ports::sessions::{Slice, Window};
use atelier_application::ports::store_error::StoreResult;
use sea_orm::DbBackend;

/// Which part of which list. The table is called `t` in all texts.
pub(crate) struct Page {
    /// What rows pass.
    pub(crate) conditions: Vec<String>,
    /// The columns that order the list, the last one unique: `t.date_production, t.id`.
    pub(crate) order: Vec<&'static str>,
    /// Whether the list goes down.
    pub(crate) descending: bool,
    /// The values of those columns after which the part begins: `$3, $4`.
    pub(crate) after: Option<String>,
    /// The values of those columns before which the part ends.
    pub(crate) before: Option<String>,
    /// The last ones instead of the first.
    pub(crate) from_end: bool,
    /// At most so many.
    pub(crate) limit: u32,
    /// Whether to look if the list goes on.
    pub(crate) look_on: bool,
}

/// A list of each of several owners.
pub(crate) struct Owners {
    /// The column that holds the owner, as `t.centre_usinage_id`.
    pub(crate) column: &'static str,
    /// The owners.
    pub(crate) ids: Vec<i64>,
}

impl Page {
    /// The condition that a row stands on this side of a place in the list, given as the values of its order.
    fn side(&self, later: bool, including: bool, place: &str) -> String {
        let sign = if later == self.descending { "<" } else { ">" };
        format!("({}) {sign}{} ({place})", self.order.join(", "), if including { "=" } else { "" })
    }

    /// The order of the list, or of the list from its end.
    fn order_by(&self, from_end: bool) -> String {
        let direction = if self.descending == from_end { "ASC" } else { "DESC" };
        self.order.iter().map(|column| format!("{column} {direction}")).collect::<Vec<_>>().join(", ")
    }

    /// 1 when the list has a row beyond a place, seen from the part.
    fn exists_beyond<T: FromRow>(&self, conditions: &[String], later: bool, place: Option<&str>) -> String {
        let Some(place) = place else { return "0".to_owned() };
        let mut conditions = conditions.to_vec();
        conditions.push(self.side(later, true, place));
        format!("CASE WHEN EXISTS (SELECT 1 FROM {} t WHERE {}) THEN 1 ELSE 0 END", T::TABLE, all_of(&conditions))
    }

    /// Rows of: owner, whether the list has something before `after`, or after `before`, then the columns of `T`. An owner
    /// without a row in the part has one with NULL.
    fn sql<T: FromRow>(&self, backend: DbBackend, owner: Option<(&str, String)>) -> String {
        let mut conditions = self.conditions.clone();
        let source = match owner {
            None => "(SELECT 1 AS id)".to_owned(),
            Some((column, placeholder)) => {
                conditions.insert(0, format!("{column} = m.id"));
                match backend {
                    DbBackend::Postgres => format!("(SELECT DISTINCT unnest({placeholder}) AS id)"),
                    _ => format!("(SELECT DISTINCT value AS id FROM json_each({placeholder}))"),
                }
            }
        };
        let earlier = self.exists_beyond::<T>(&conditions, false, self.after.as_deref());
        let later = self.exists_beyond::<T>(&conditions, true, self.before.as_deref());
        conditions.extend(self.after.iter().map(|place| self.side(true, false, place)));
        conditions.extend(self.before.iter().map(|place| self.side(false, false, place)));
        let part = format!(
            "FROM {} t WHERE {} ORDER BY {} LIMIT {}",
            T::TABLE,
            all_of(&conditions),
            self.order_by(self.from_end),
            u64::from(self.limit) + u64::from(self.look_on)
        );
        let columns = columns::<T>("t");
        let join = match backend {
            DbBackend::Postgres => format!("LATERAL (SELECT t.* {part}) t ON true"),
            // SQLite has no LATERAL, but subqueries that know the row to their left.
            _ => format!("{} t ON t.id IN (SELECT t.id {part})", T::TABLE),
        };
        format!(
            "SELECT m.id, {earlier}, {later}, {columns} FROM {source} m LEFT JOIN {join} ORDER BY {}",
            self.order_by(false)
        )
    }
}

impl Store {
    /// The part of one list in the order of its ids, which are also its cursors; `number` gives the number of one.
    pub(crate) async fn page_by_id<T: FromRow, Id: Copy + Sync>(
        &self,
        conditions: Vec<String>,
        mut values: Values,
        window: &Window<Id>,
        number: fn(Id) -> i64,
        descending: bool,
    ) -> StoreResult<Slice<T>> {
        let page = Page {
            conditions,
            order: vec!["t.id"],
            descending,
            after: window.after.map(|id| values.add(number(id).into())),
            before: window.before.map(|id| values.add(number(id).into())),
            from_end: window.from_end,
            limit: window.limit,
            look_on: true,
        };
        let slices = self.pages(&page, values, None).await?;
        Ok(slices.into_iter().next().map(|(_, slice)| slice).unwrap_or_default())
    }

    /// The part of each owner's list, or of the one list, whose owner is then 1.
    pub(crate) async fn pages<T: FromRow>(
        &self,
        page: &Page,
        mut values: Values,
        owners: Option<Owners>,
    ) -> StoreResult<Vec<(i64, Slice<T>)>> {
        let owner = owners.map(|owners| (owners.column, values.add(value::numbers(self.backend(), owners.ids))));
        let rows = self.rows(page.sql::<T>(self.backend(), owner), values.into_list()).await?;
        let mut slices: Vec<(i64, Slice<T>)> = Vec::new();
        let mut places = std::collections::HashMap::new();
        for row in &rows {
            let mut head = Fields::of(row, T::TABLE, &["owner", "earlier", "later"], 0);
            let owner = head.number()?;
            let (has_previous, has_next) = (head.number()? != 0, head.number()? != 0);
            let place = *places.entry(owner).or_insert_with(|| {
                slices.push((owner, Slice { items: Vec::new(), has_next, has_previous }));
                slices.len() - 1
            });
            let mut fields = Fields::new::<T>(row, 3);
            if let (false, Some((_, slice))) = (fields.is_missing(), slices.get_mut(place)) {
                slice.items.push(T::from_row(&mut fields)?);
            }
        }
        for (_, slice) in &mut slices {
            page.trim(slice);
        }
        Ok(slices)
    }
}

impl Page {
    /// Takes off the row that was read to see whether the list goes on.
    fn trim<T>(&self, slice: &mut Slice<T>) {
        let more = slice.items.len() > self.limit as usize;
        match (more, self.from_end) {
            (false, _) => {}
            (true, false) => {
                slice.items.truncate(self.limit as usize);
                slice.has_next = true;
            }
            (true, true) => {
                slice.items.remove(0);
                slice.has_previous = true;
            }
        }
    }
}
