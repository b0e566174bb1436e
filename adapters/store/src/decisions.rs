//! What people decide about machines.

use crate::error::from_db;
use crate::ingest::{Tx, read_spread};
use crate::rows::{Fields, FromRow, columns};
use crate::statement::by_bytes;
use crate::{Store, audit, calendars, value};
use async_trait::async_trait;
use atelier_application::ports::audit::AuditEntry;
use atelier_application::ports::decisions::{DecisionStore, GivenCycle, ScrapDeclaration, StopReason};
use atelier_application::ports::sessions::StoredStop;
use atelier_application::ports::store_error::{StoreError, StoreResult};
use atelier_domain::calendar::{Calendar, Calendars};
use atelier_domain::ids::{MachineId, PeriodId, ScrapId, SessionId, UserId};
use atelier_domain::kpi::reference_cycle::CycleSpread;
use atelier_domain::time::ProductionDay;
use atelier_domain::units::Millis;
use sea_orm::{DbErr, Value};
use std::collections::HashMap;
use std::ops::RangeInclusive;

impl FromRow for StopReason {
    const TABLE: &'static str = "motif_arret";
    const COLUMNS: &'static [&'static str] = &["code", "libelle", "planifie", "actif"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            code: row.text()?.to_owned(),
            label: row.text()?.to_owned(),
            planned: row.flag()?,
            active: row.flag()?,
        })
    }
}

impl FromRow for ScrapDeclaration {
    const TABLE: &'static str = "rebut";
    const COLUMNS: &'static [&'static str] = &["id", "pieces", "motif", "reference", "declare_par", "date_creation"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: ScrapId(row.number()?),
            pieces: row.count()?,
            reason: row.text_option()?.map(str::to_owned),
            reference: row.text_option()?.map(str::to_owned),
            by: row.number_option()?.map(UserId),
            at: row.instant()?,
        })
    }
}

/// Days to derive again, as a statement whose values are the machine and the first day.
const MARK: &str = "INSERT INTO a_deriver (centre_usinage_id, du) VALUES ($1, $2)";

#[async_trait]
impl DecisionStore for Store {
    async fn calendars(&self, machines: &[MachineId]) -> StoreResult<HashMap<MachineId, Calendars>> {
        let all = calendars::All::of(&self.rows(calendars::SELECT, Vec::new()).await?).map_err(from_db)?;
        Ok(machines.iter().map(|machine| (*machine, all.for_machine(*machine))).collect())
    }

    async fn given_cycles(&self, machines: &[MachineId]) -> StoreResult<HashMap<MachineId, Vec<GivenCycle>>> {
        let sql = format!(
            "SELECT centre_usinage_id, reference, date_debut, duree_ms FROM cycle_reference WHERE {} \
             ORDER BY centre_usinage_id, {}, date_debut",
            self.is_in("centre_usinage_id", 1),
            by_bytes(self.backend(), "reference")
        );
        let rows = self.rows(sql, vec![self.numbers(machines.iter().map(|machine| machine.0))]).await?;
        let mut given: HashMap<MachineId, Vec<GivenCycle>> = HashMap::new();
        for row in &rows {
            let columns = &["centre_usinage_id", "reference", "date_debut", "duree_ms"];
            let mut fields = Fields::of(row, "cycle_reference", columns, 0);
            let machine = MachineId(fields.number()?);
            let reference = Some(fields.text()?).filter(|reference| !reference.is_empty()).map(str::to_owned);
            let cycle = GivenCycle { reference, from: fields.day()?, cycle: fields.number_option()?.map(Millis) };
            given.entry(machine).or_default().push(cycle);
        }
        Ok(given)
    }

    async fn recent_cycles(
        &self,
        machines: &[MachineId],
        days: RangeInclusive<ProductionDay>,
    ) -> StoreResult<HashMap<MachineId, Vec<CycleSpread>>> {
        let sql = format!(
            "SELECT s.centre_usinage_id, c.cycles FROM session_production s JOIN cycles_session c ON c.session_id = s.id \
             WHERE {} AND s.date_production BETWEEN $2 AND $3",
            self.is_in("s.centre_usinage_id", 1)
        );
        let backend = self.backend();
        let machines = self.numbers(machines.iter().map(|machine| machine.0));
        let values = vec![machines, value::day(backend, *days.start()), value::day(backend, *days.end())];
        let mut spreads: HashMap<MachineId, Vec<CycleSpread>> = HashMap::new();
        for row in &self.rows(sql, values).await? {
            let mut fields = Fields::of(row, "cycles_session", &["centre_usinage_id", "cycles"], 0);
            let machine = MachineId(fields.number()?);
            let spread = read_spread(fields.text()?).ok_or_else(|| fields.nonsense("is no list of cycles"))?;
            spreads.entry(machine).or_default().push(spread);
        }
        Ok(spreads)
    }

    async fn scrap(&self, sessions: &[SessionId]) -> StoreResult<HashMap<SessionId, Vec<ScrapDeclaration>>> {
        let sql = format!(
            "SELECT s.id, {} FROM session_production s JOIN rebut t ON t.centre_usinage_id = s.centre_usinage_id \
             AND t.date_production = s.date_production WHERE {} AND t.retire_le IS NULL ORDER BY t.id",
            columns::<ScrapDeclaration>("t"),
            self.is_in("s.id", 1)
        );
        let rows = self.rows(sql, vec![self.numbers(sessions.iter().map(|session| session.0))]).await?;
        let mut found: HashMap<SessionId, Vec<ScrapDeclaration>> = HashMap::new();
        for row in &rows {
            let session = SessionId(Fields::of(row, "session_production", &["id"], 0).number()?);
            let scrap = ScrapDeclaration::from_row(&mut Fields::new::<ScrapDeclaration>(row, 1))?;
            found.entry(session).or_default().push(scrap);
        }
        Ok(found)
    }

    async fn scrap_place(&self, id: ScrapId) -> StoreResult<Option<(MachineId, ProductionDay, SessionId)>> {
        let sql = "SELECT s.centre_usinage_id, s.date_production, s.id FROM rebut r
             JOIN session_production s ON s.centre_usinage_id = r.centre_usinage_id AND s.date_production = r.date_production
             WHERE r.id = $1 AND r.retire_le IS NULL";
        let Some(row) = self.row(sql, vec![id.0.into()]).await? else { return Ok(None) };
        let mut fields = Fields::of(&row, "session_production", &["centre_usinage_id", "date_production", "id"], 0);
        Ok(Some((MachineId(fields.number()?), fields.day()?, SessionId(fields.number()?))))
    }

    async fn stop_reasons(&self) -> StoreResult<Vec<StopReason>> {
        let order = by_bytes(self.backend(), "t.code");
        let sql = format!("SELECT {} FROM motif_arret t ORDER BY {order}", columns::<StopReason>("t"));
        self.list(sql, Vec::new()).await
    }

    async fn stop(&self, id: PeriodId) -> StoreResult<Option<(MachineId, StoredStop)>> {
        let sql = format!(
            "SELECT s.centre_usinage_id, {} FROM periode_arret t JOIN session_production s ON s.id = t.session_id WHERE t.id = $1",
            columns::<StoredStop>("t")
        );
        let Some(row) = self.row(sql, vec![id.0.into()]).await? else { return Ok(None) };
        let machine = MachineId(Fields::of(&row, "session_production", &["centre_usinage_id"], 0).number()?);
        Ok(Some((machine, StoredStop::from_row(&mut Fields::new::<StoredStop>(&row, 1))?)))
    }

    async fn set_calendar(
        &self,
        machine: Option<MachineId>,
        from: ProductionDay,
        calendar: &Calendar,
        entry: Option<AuditEntry>,
    ) -> StoreResult<()> {
        Ok(set_calendar(self, machine, from, calendars::write(calendar), entry).await.map_err(from_db)?)
    }

    async fn set_reference_cycle(&self, machine: MachineId, cycle: &GivenCycle, entry: AuditEntry) -> StoreResult<()> {
        let backend = self.backend();
        let from = value::day(backend, cycle.from);
        let reference = cycle.reference.clone().unwrap_or_default();
        let sql =
            "INSERT INTO cycle_reference (centre_usinage_id, reference, date_debut, duree_ms) VALUES ($1, $2, $3, $4)
             ON CONFLICT (centre_usinage_id, reference, date_debut) DO UPDATE SET duree_ms = excluded.duree_ms";
        let given = vec![machine.0.into(), reference.into(), from.clone(), cycle.cycle.map(|cycle| cycle.0).into()];
        all(self, vec![(sql, given), (MARK, vec![machine.0.into(), from]), audit::insert(backend, &entry)]).await
    }

    async fn save_stop_reason(&self, reason: &StopReason, entry: AuditEntry) -> StoreResult<()> {
        let backend = self.backend();
        let (code, planned): (Value, Value) = (reason.code.as_str().into(), reason.planned.into());
        // The days of the stops that it was given to, had it not been planned or the other way round. Of sessions whose details
        // were removed nobody knows which stops they had.
        let mark = "INSERT INTO a_deriver (centre_usinage_id, du, au)
             SELECT s.centre_usinage_id, s.date_production, s.date_production FROM session_production s
             WHERE EXISTS (SELECT 1 FROM motif_arret m WHERE m.code = $1 AND m.planifie <> $2)
               AND (s.id IN (SELECT p.session_id FROM periode_arret p WHERE p.motif = $1)
                 OR (s.details_retires_le IS NOT NULL AND EXISTS (SELECT 1 FROM qualification_arret q
                   WHERE q.centre_usinage_id = s.centre_usinage_id AND q.motif = $1
                     AND (s.dernier_evenement IS NULL OR s.dernier_evenement >= q.depuis))))";
        let save = "INSERT INTO motif_arret (code, libelle, planifie, actif) VALUES ($1, $2, $3, $4)
             ON CONFLICT (code) DO UPDATE SET libelle = excluded.libelle, planifie = excluded.planifie, actif = excluded.actif";
        let saved = vec![code.clone(), reason.label.as_str().into(), planned.clone(), reason.active.into()];
        // Units that work with the reason as it was end before the mark is made, and their stops are seen.
        let lock = "UPDATE motif_arret SET actif = actif WHERE code = $1";
        let statements = vec![
            (lock, vec![code.clone()]),
            (mark, vec![code, planned]),
            (save, saved),
            audit::insert(backend, &entry),
        ];
        all(self, statements).await
    }
}

/// Runs statements in one transaction.
async fn all(store: &Store, statements: Vec<(&'static str, Vec<Value>)>) -> StoreResult<()> {
    let run = async {
        let mut tx = Tx::begin(&store.db).await?;
        for (sql, values) in statements {
            tx.execute(sql, values).await?;
        }
        tx.commit().await
    };
    run.await.map_err(|error: DbErr| -> StoreError { from_db(error) })
}

async fn set_calendar(
    store: &Store,
    machine: Option<MachineId>,
    from: ProductionDay,
    text: String,
    entry: Option<AuditEntry>,
) -> Result<(), DbErr> {
    let backend = store.backend();
    let mut tx = Tx::begin(&store.db).await?;
    let (owner, first): (Value, Value) = (machine.map(|machine| machine.0).into(), value::day(backend, from));
    let same = if machine.is_some() { "centre_usinage_id = $1" } else { "$1 IS NULL AND centre_usinage_id IS NULL" };
    let same = if backend == sea_orm::DbBackend::Postgres {
        same.replace("$1 IS NULL", "$1::bigint IS NULL")
    } else {
        same.to_owned()
    };
    let stored = format!("SELECT contenu FROM calendrier WHERE {same} AND date_debut = $2");
    let stored = tx.query(stored, vec![owner.clone(), first.clone()]).await?;
    let before: Option<String> = stored.first().map(|row| row.try_get_by_index(0)).transpose()?;
    if before.as_deref() == Some(text.as_str()) {
        return Ok(());
    }
    let unique = match machine {
        Some(_) => "(centre_usinage_id, date_debut) WHERE centre_usinage_id IS NOT NULL",
        None => "(date_debut) WHERE centre_usinage_id IS NULL",
    };
    let insert = format!(
        "INSERT INTO calendrier (centre_usinage_id, date_debut, contenu) VALUES ($1, $2, $3) \
         ON CONFLICT {unique} DO UPDATE SET contenu = excluded.contenu"
    );
    tx.execute(insert, vec![owner.clone(), first.clone(), text.into()]).await?;
    // A shift of the day before may reach into the first day, and one of it be replaced.
    match machine {
        Some(_) => tx.execute(MARK, vec![owner, first]).await?,
        None => {
            tx.execute("INSERT INTO a_deriver (centre_usinage_id, du) SELECT id, $1 FROM centre_usinage", vec![first])
                .await?
        }
    };
    if let Some(entry) = entry {
        let (sql, values) = audit::insert(backend, &entry);
        tx.execute(sql, values).await?;
    }
    tx.commit().await
}
