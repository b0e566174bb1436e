//! Where orders come from: the ERP's MySQL or MariaDB database, which is another's property.
//!
//! A reading is one connection, one read-only transaction over a consistent snapshot, and four statements, each of which reads
//! one table from its beginning to its end and is ended by the server when it takes too long. Nothing is locked, nothing is
//! joined on the server: keys of the four tables may lack indexes and differ in their collations. What is not wanted is dropped
//! as it comes; what is, is kept packed until all of it is there.
//!
//! ```text
//! settings.rs   where the ERP is, and how it is spoken to
//! session.rs    the connection
//! tables.rs     which tables and columns are used, and finding them in either letter case
//! cell.rs       a value of a row as text, number or instant
//! filter.rs     what a statement may leave out, so that less is sent
//! gather.rs     the orders in the making
//! fault.rs      what went wrong, in words
//! ```

mod cell;
mod fault;
mod filter;
mod gather;
mod session;
mod settings;
mod tables;

pub use settings::{ErpSettings, ErpTls, InvalidErpUrl};

use async_trait::async_trait;
use atelier_application::ports::erp::{ErpError, FetchedOrders, OrderSource};
use atelier_domain::order::Selection;
use filter::Filter;
use gather::Gathering;
use session::Session;
use tables::{HEADS, LOGBOOK, OPERATIONS, PARTS, Table};

/// The ERP's database.
#[derive(Debug, Clone)]
pub struct MysqlErp {
    settings: ErpSettings,
}

impl MysqlErp {
    /// The one that the settings name; it is connected to when it is asked for something.
    pub fn new(settings: ErpSettings) -> Self {
        Self { settings }
    }

    /// The table of which a row was left out is told, not the row: there may be many.
    async fn read(&self, session: &mut Session, selection: &Selection) -> Result<FetchedOrders, ErpError> {
        let mut tables = Vec::new();
        for description in [&PARTS, &LOGBOOK, &OPERATIONS, &HEADS] {
            tables.push(session.find(description, self.settings.store_customer_name).await?);
        }
        let [parts, logbook, operations, heads] = &tables[..] else {
            return Err(ErpError::Permanent("The ERP's tables were not found.".to_owned()));
        };
        session.begin().await?;
        let mut gathering = Gathering::new(self.settings.zone, selection);
        session.each(parts, filter::accessories(parts, selection), |row| gathering.accessory(&row)).await?;
        session.each(logbook, filter::notes(logbook, selection), |row| gathering.note(&row)).await?;
        gathering.drop_unplanned();
        session.each(operations, Filter::default(), |row| gathering.operation(&row)).await?;
        session.each(heads, Filter::default(), |row| gathering.head(&row)).await?;
        Ok(gathering.finish())
    }
}

#[async_trait]
impl OrderSource for MysqlErp {
    async fn fetch(&self, selection: &Selection) -> Result<FetchedOrders, ErpError> {
        let mut session = Session::open(&self.settings).await?;
        let fetched = self.read(&mut session, selection).await;
        // After an error, or a statement that took too long, the connection is in an unknown state: it is dropped.
        if fetched.is_ok() {
            session.close().await;
        }
        fetched
    }

    async fn check(&self) -> Result<Vec<String>, ErpError> {
        let mut session = Session::open(&self.settings).await?;
        let mut remarks = Vec::new();
        for description in [&PARTS, &LOGBOOK, &OPERATIONS, &HEADS] {
            let table = session.find(description, self.settings.store_customer_name).await?;
            remarks.extend(missing(description, &table));
        }
        session.close().await;
        Ok(remarks)
    }
}

fn missing(description: &tables::Description, table: &Table) -> Option<String> {
    let missing = table.missing(description);
    (!missing.is_empty()).then(|| format!("{} has no {}: what they say stays empty", table.name, missing.join(", ")))
}
