//! Makes stored sessions equal to derived ones, writing only what differs.

use super::assessment::{self, AssessmentRow};
use super::bulk::{Bulk, Cell};
use super::children::{self, Carried, JobIds, StoredAnomalies};
use super::tx::Tx;
use crate::value;
use atelier_application::ports::ingest_store::{Begun, SessionWritten};
use atelier_domain::ids::{MachineId, SessionId};
use atelier_domain::session::{Assessment, Details, Session};
use atelier_domain::time::{Instant, ProductionDay};
use chrono::NaiveDate;
use sea_orm::{DbErr, QueryResult, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

/// What tells a stored session from a derived one; every other column follows from these.
#[derive(Debug, Clone, PartialEq)]
struct SessionRow {
    status: String,
    first_event: Option<Instant>,
    last_event: Option<Instant>,
    first_piece: Option<Instant>,
    last_piece: Option<Instant>,
    first_start: Option<Instant>,
    last_stop: Option<Instant>,
    pieces: i32,
    events: i32,
    other_events: String,
    span: i64,
    wait: i64,
    stop: i64,
    paths: String,
    /// Never of a derived one: what was removed is written again with it.
    details_removed: Option<Instant>,
    /// Nothing while the details are still to be seen.
    assessment: Option<AssessmentRow>,
}

/// A session on its way into the database.
pub(super) struct Writing {
    pub(super) id: i64,
    pub(super) is_new: bool,
    pub(super) changed: bool,
    pub(super) session: Arc<Session>,
    row: SessionRow,
    stored: Option<SessionRow>,
}

const COLUMNS: &[&str] = &[
    "id",
    "centre_usinage_id",
    "date_production",
    "heure_premiere_piece",
    "heure_derniere_piece",
    "heure_premier_machine_start",
    "heure_dernier_machine_stop",
    "total_pieces",
    "fichier_log_source",
    "date_creation",
    "date_modification",
    "revision",
    "statut",
    "premier_evenement",
    "dernier_evenement",
    "evenements",
    "autres_evenements",
    "duree_production_ms",
    "attente_ms",
    "arret_ms",
];

/// All columns of a new session.
static ALL_COLUMNS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| COLUMNS.iter().copied().chain(assessment::COLUMNS).collect());

/// The columns that the replaced system's reports read, from the exact ones.
const FIGURES: &str = "duree_production_totale = ROUND(duree_production_ms / 3600000.0, 4),
     temps_attente = ROUND(attente_ms / 3600000.0, 4), temps_arret_volontaire = ROUND(arret_ms / 3600000.0, 4),
     temps_production_effectif = ROUND((duree_production_ms - attente_ms - arret_ms) / 3600000.0, 4),
     taux_occupation = CASE WHEN duree_production_ms > 0
         THEN ROUND((duree_production_ms - attente_ms - arret_ms) * 100.0 / duree_production_ms, 2) END,
     taux_attente = CASE WHEN duree_production_ms > 0 THEN ROUND(attente_ms * 100.0 / duree_production_ms, 2) END,
     taux_arret_volontaire = CASE WHEN duree_production_ms > 0 THEN ROUND(arret_ms * 100.0 / duree_production_ms, 2) END";

/// Sessions whose details are still coming.
pub(super) struct Saving {
    machine: MachineId,
    now: Instant,
    writing: Vec<Writing>,
    gone: Vec<i64>,
    /// The last revision before any of these sessions took one, and the last one taken.
    revisions: (i64, i64),
    jobs: JobIds,
    carried: Carried,
    anomalies: StoredAnomalies,
}

impl Saving {
    /// Writes the sessions, their periods and their files.
    pub(super) async fn begin(
        tx: &mut Tx,
        machine: MachineId,
        days: &[RangeInclusive<ProductionDay>],
        sessions: Vec<Begun>,
        now: Instant,
    ) -> Result<Self, DbErr> {
        let mut stored = stored_sessions(tx, machine, days).await?;
        let paths = file_paths(tx, machine).await?;
        let mut writing: Vec<Writing> = sessions
            .iter()
            .map(|Begun { session, assessment }| {
                let session = Arc::clone(session);
                let row = SessionRow::new(&session, assessment.as_ref(), &paths);
                let (id, before) = stored.remove(&session.day).unzip();
                Writing {
                    id: id.unwrap_or_default(),
                    is_new: id.is_none(),
                    changed: before.as_ref().is_none_or(|before| row.differs_from(before)),
                    session,
                    row,
                    stored: before,
                }
            })
            .collect();
        let gone: Vec<i64> = stored.into_values().map(|(id, _)| id).collect();
        let created = writing.iter().filter(|session| session.is_new).count();
        // From here on other writers wait: ids and revisions grow in the order of commits.
        let last_revision = next_revisions(tx, 0).await?;
        let mut ids = reserve(tx, "session_production", created).await?;
        for session in writing.iter_mut().filter(|session| session.is_new) {
            session.id = ids.next().unwrap_or_default();
        }
        let revision = insert_rows(tx, machine, &writing, last_revision, now).await?;
        children::save_waits(tx, &mut writing).await?;
        children::save_stops(tx, &mut writing).await?;
        children::save_files(tx, &mut writing).await?;
        let assessed = sessions.iter().enumerate();
        let assessed: Vec<_> =
            assessed.filter_map(|(place, begun)| Some((place, begun.assessment.as_ref()?))).collect();
        assessment::save_spreads(tx, &writing, &assessed).await?;
        let anomalies = StoredAnomalies::read(tx, &writing).await?;
        Ok(Self {
            machine,
            now,
            writing,
            gone,
            revisions: (last_revision, revision),
            jobs: JobIds::default(),
            carried: Carried::default(),
            anomalies,
        })
    }

    /// Writes the next details.
    pub(super) async fn add(&mut self, tx: &mut Tx, details: Vec<(ProductionDay, Details)>) -> Result<(), DbErr> {
        let place = |day| {
            let place = self.writing.iter().position(|session| session.session.day == day);
            place.ok_or_else(|| DbErr::Custom(format!("details came of {day}, whose session was not begun")))
        };
        let parts =
            details.into_iter().map(|(day, details)| Ok((place(day)?, details))).collect::<Result<Vec<_>, DbErr>>()?;
        self.jobs.learn(tx, self.machine, &self.writing, &parts).await?;
        let writing = &mut self.writing;
        children::save_jobs(tx, writing, &each(&parts, |details| &details.jobs), &self.jobs).await?;
        let pieces = each(&parts, |details| &details.pieces);
        children::save_pieces(tx, writing, &pieces, &self.jobs, &mut self.carried).await?;
        let anomalies = each(&parts, |details| &details.anomalies);
        self.anomalies.save(tx, self.machine, writing, &anomalies).await?;
        self.jobs.forget();
        Ok(())
    }

    /// Removes what did not come again, and gives the sessions that changed their revisions.
    pub(super) async fn end(
        self,
        tx: &mut Tx,
        assessments: &BTreeMap<ProductionDay, Assessment>,
    ) -> Result<Vec<SessionWritten>, DbErr> {
        let Self { now, mut writing, gone, revisions: (before, revision), carried, anomalies, .. } = self;
        assess_late(tx, &mut writing, assessments).await?;
        anomalies.drop_rest(tx, &mut writing).await?;
        children::drop_rest(tx, &mut writing).await?;
        let owners = children::save_carried(tx, &writing, carried).await?;
        drop_sessions(tx, &gone).await?;
        let revision = update_rows(tx, &writing, &owners, revision, now).await? + i64::from(!gone.is_empty());
        next_revisions(tx, (revision - before) as usize).await?;
        if revision > before {
            super::notify::notify(tx).await?;
        }
        let changed = writing.iter().filter(|session| session.changed);
        Ok(changed.map(|session| SessionWritten { id: SessionId(session.id), created: session.is_new }).collect())
    }
}

/// Takes the assessments that were not known at the beginning.
async fn assess_late(
    tx: &mut Tx,
    writing: &mut [Writing],
    assessments: &BTreeMap<ProductionDay, Assessment>,
) -> Result<(), DbErr> {
    let mut late = Vec::new();
    for (place, session) in writing.iter_mut().enumerate().filter(|(_, session)| session.row.assessment.is_none()) {
        let Some(assessment) = assessments.get(&session.session.day) else {
            return Err(DbErr::Custom(format!("the figures of {} were never told", session.session.day)));
        };
        late.push((place, assessment));
        let row = AssessmentRow::new(assessment, session.session.waits.len(), session.session.stops.len());
        if session.is_new {
            row.update(tx, session.id).await?;
        }
        session.row.assessment = Some(row);
        session.changed |= session.stored.as_ref().is_none_or(|stored| session.row.differs_from(stored));
    }
    assessment::save_spreads(tx, writing, &late).await
}

/// One kind of details of each part that has some.
fn each<T>(parts: &[(usize, Details)], of: fn(&Details) -> &[T]) -> Vec<(usize, &[T])> {
    parts.iter().map(|(place, details)| (*place, of(details))).filter(|(_, list)| !list.is_empty()).collect()
}

/// Takes `count` revisions and gives the last one taken before.
pub(crate) async fn next_revisions(tx: &mut Tx, count: usize) -> Result<i64, DbErr> {
    let sql = "UPDATE compteur SET valeur = valeur + $1 WHERE nom = 'revision' RETURNING valeur - $1";
    tx.query_one(sql, vec![(count as i64).into()]).await?.try_get_by_index(0)
}

/// Fresh ids of a table, in order.
pub(super) async fn reserve(tx: &mut Tx, table: &'static str, count: usize) -> Result<std::vec::IntoIter<i64>, DbErr> {
    if count == 0 {
        return Ok(Vec::new().into_iter());
    }
    let ids: Vec<i64> = match tx {
        Tx::Postgres(_) => {
            let sql = format!("SELECT nextval(pg_get_serial_sequence('{table}', 'id')) FROM generate_series(1, $1)");
            let rows = tx.query(sql, vec![(count as i64).into()]).await?;
            let mut ids = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<i64>, _>>()?;
            ids.sort_unstable();
            ids
        }
        Tx::Sqlite(_) => {
            // Ids may be reserved again before these are used.
            let name = format!(
                "INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', 0 WHERE NOT EXISTS \
                 (SELECT 1 FROM sqlite_sequence WHERE name = '{table}')"
            );
            tx.execute(name, Vec::new()).await?;
            let sql = format!("UPDATE sqlite_sequence SET seq = seq + $1 WHERE name = '{table}' RETURNING seq");
            let last: i64 = tx.query_one(sql, vec![(count as i64).into()]).await?.try_get_by_index(0)?;
            (last - count as i64 + 1..=last).collect()
        }
    };
    Ok(ids.into_iter())
}

async fn stored_sessions(
    tx: &mut Tx,
    machine: MachineId,
    days: &[RangeInclusive<ProductionDay>],
) -> Result<BTreeMap<ProductionDay, (i64, SessionRow)>, DbErr> {
    let (Some(from), Some(to)) =
        (days.iter().map(|days| *days.start()).min(), days.iter().map(|days| *days.end()).max())
    else {
        return Ok(BTreeMap::new());
    };
    let sql = "SELECT id, date_production, statut, premier_evenement, dernier_evenement, heure_premiere_piece,
             heure_derniere_piece, heure_premier_machine_start, heure_dernier_machine_stop, total_pieces, evenements,
             autres_evenements, duree_production_ms, attente_ms, arret_ms, fichier_log_source, details_retires_le, {}
         FROM session_production WHERE centre_usinage_id = $1 AND date_production BETWEEN $2 AND $3";
    let sql = sql.replace("{}", &assessment::COLUMNS.join(", "));
    let backend = tx.backend();
    let rows = tx.query(sql, vec![machine.0.into(), value::day(backend, from), value::day(backend, to)]).await?;
    let mut stored = BTreeMap::new();
    for row in &rows {
        let day = value::get_day(row, 1)?;
        if days.iter().any(|days| days.contains(&day)) {
            stored.insert(day, (row.try_get_by_index(0)?, SessionRow::read(row)?));
        }
    }
    Ok(stored)
}

/// The paths of a machine's files, in the order in which a session lists them: newest date first, then by path.
async fn file_paths(tx: &mut Tx, machine: MachineId) -> Result<Vec<(i64, String)>, DbErr> {
    let sql = "SELECT id, chemin, date_nom FROM fichier_log WHERE centre_usinage_id = $1";
    let rows = tx.query(sql, vec![machine.0.into()]).await?;
    let mut files = rows
        .iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, value::get_date_option(row, 2)?)))
        .collect::<Result<Vec<(i64, String, Option<NaiveDate>)>, DbErr>>()?;
    files.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
    Ok(files.into_iter().map(|(id, path, _)| (id, path)).collect())
}

async fn drop_sessions(tx: &mut Tx, gone: &[i64]) -> Result<(), DbErr> {
    for id in gone {
        for table in [
            "piece_production",
            "job_profil",
            "periode_attente",
            "periode_arret",
            "anomalie",
            "session_fichier",
            "report_job",
            "cycles_session",
        ] {
            tx.execute(format!("DELETE FROM {table} WHERE session_id = $1"), vec![(*id).into()]).await?;
        }
        tx.execute("DELETE FROM session_production WHERE id = $1", vec![(*id).into()]).await?;
    }
    Ok(())
}

/// Inserts the new sessions and gives the last revision that they took.
async fn insert_rows(
    tx: &mut Tx,
    machine: MachineId,
    writing: &[Writing],
    last_revision: i64,
    now: Instant,
) -> Result<i64, DbErr> {
    let mut revision = last_revision;
    let mut rows = Bulk::new(tx.backend(), "session_production", &ALL_COLUMNS);
    let unknown = AssessmentRow::unknown();
    for session in writing.iter().filter(|session| session.is_new) {
        revision += 1;
        let row = &session.row;
        let mut cells = vec![
            Cell::Big(Some(session.id)),
            Cell::Big(Some(machine.0)),
            Cell::Day(session.session.day),
            Cell::At(row.first_piece),
            Cell::At(row.last_piece),
            Cell::At(row.first_start),
            Cell::At(row.last_stop),
            Cell::Int(row.pieces),
            Cell::Text(Some(&row.paths)),
            Cell::At(Some(now)),
            Cell::At(Some(now)),
            Cell::Big(Some(revision)),
            Cell::Text(Some(&row.status)),
            Cell::At(row.first_event),
            Cell::At(row.last_event),
            Cell::Int(row.events),
            Cell::Text(Some(&row.other_events)),
            Cell::Big(Some(row.span)),
            Cell::Big(Some(row.wait)),
            Cell::Big(Some(row.stop)),
        ];
        cells.extend(row.assessment.as_ref().unwrap_or(&unknown).cells());
        rows.push(&cells);
    }
    rows.write(tx).await?;
    if revision > last_revision {
        let sql = format!("UPDATE session_production SET {FIGURES} WHERE revision > $1");
        tx.execute(sql, vec![last_revision.into()]).await?;
    }
    Ok(revision)
}

/// Updates the stored sessions that changed, and those whose bars gained or lost pieces elsewhere; gives the last revision
/// taken.
async fn update_rows(
    tx: &mut Tx,
    writing: &[Writing],
    owners: &BTreeSet<i64>,
    last_revision: i64,
    now: Instant,
) -> Result<i64, DbErr> {
    let mut revision = last_revision;
    let mut written = BTreeSet::new();
    for session in writing.iter().filter(|session| session.changed) {
        written.insert(session.id);
        if !session.is_new {
            revision += 1;
            update_row(tx, session, revision, now).await?;
        }
    }
    for owner in owners.difference(&written) {
        revision += 1;
        let sql = "UPDATE session_production SET revision = $1, date_modification = $2 WHERE id = $3";
        tx.execute(sql, vec![revision.into(), value::instant(tx.backend(), now), (*owner).into()]).await?;
    }
    Ok(revision)
}

async fn update_row(tx: &mut Tx, session: &Writing, revision: i64, now: Instant) -> Result<(), DbErr> {
    let backend = tx.backend();
    let at = |at| value::instant_option(backend, at);
    let row = &session.row;
    let values: Vec<Value> = vec![
        revision.into(),
        at(Some(now)),
        row.status.as_str().into(),
        at(row.first_event),
        at(row.last_event),
        at(row.first_piece),
        at(row.last_piece),
        at(row.first_start),
        at(row.last_stop),
        row.pieces.into(),
        row.events.into(),
        row.other_events.as_str().into(),
        row.span.into(),
        row.wait.into(),
        row.stop.into(),
        row.paths.as_str().into(),
        session.id.into(),
    ];
    let sql = "UPDATE session_production SET revision = $1, date_modification = $2, statut = $3, premier_evenement = $4,
             dernier_evenement = $5, heure_premiere_piece = $6, heure_derniere_piece = $7, heure_premier_machine_start = $8,
             heure_dernier_machine_stop = $9, total_pieces = $10, evenements = $11, autres_evenements = $12,
             duree_production_ms = $13, attente_ms = $14, arret_ms = $15, fichier_log_source = $16,
             details_retires_le = NULL WHERE id = $17";
    tx.execute(sql, values).await?;
    if session
        .stored
        .as_ref()
        .is_none_or(|stored| (stored.span, stored.wait, stored.stop) != (row.span, row.wait, row.stop))
    {
        tx.execute(format!("UPDATE session_production SET {FIGURES} WHERE id = $1"), vec![session.id.into()]).await?;
    }
    let stored = session.stored.as_ref().and_then(|stored| stored.assessment.as_ref());
    if let Some(assessment) = row.assessment.as_ref().filter(|assessment| Some(*assessment) != stored) {
        assessment.update(tx, session.id).await?;
    }
    Ok(())
}

impl SessionRow {
    fn new(session: &Session, assessment: Option<&Assessment>, paths: &[(i64, String)]) -> Self {
        let names = paths.iter().filter(|(id, _)| session.files.contains(&atelier_domain::ids::LogFileId(*id)));
        Self {
            status: session.status.as_str().to_owned(),
            first_event: session.first_event,
            last_event: session.last_event,
            first_piece: session.first_piece,
            last_piece: session.last_piece,
            first_start: session.first_start,
            last_stop: session.last_stop,
            pieces: session.observed.pieces as i32,
            events: session.events as i32,
            other_events: serde_json::to_string(&session.other_events).unwrap_or_else(|_| "{}".to_owned()),
            span: session.observed.span.0,
            wait: session.observed.wait.0,
            stop: session.observed.stop.0,
            paths: names.map(|(_, path)| path.as_str()).collect::<Vec<_>>().join(", "),
            details_removed: None,
            assessment: assessment
                .map(|assessment| AssessmentRow::new(assessment, session.waits.len(), session.stops.len())),
        }
    }

    /// Whether what is known of it so far is stored otherwise.
    fn differs_from(&self, stored: &Self) -> bool {
        match self.assessment {
            Some(_) => self != stored,
            None => *self != Self { assessment: None, ..stored.clone() },
        }
    }

    fn read(row: &QueryResult) -> Result<Self, DbErr> {
        Ok(Self {
            status: row.try_get_by_index(2)?,
            first_event: value::get_instant_option(row, 3)?,
            last_event: value::get_instant_option(row, 4)?,
            first_piece: value::get_instant_option(row, 5)?,
            last_piece: value::get_instant_option(row, 6)?,
            first_start: value::get_instant_option(row, 7)?,
            last_stop: value::get_instant_option(row, 8)?,
            pieces: row.try_get_by_index(9)?,
            events: row.try_get_by_index(10)?,
            other_events: row.try_get_by_index(11)?,
            span: row.try_get_by_index(12)?,
            wait: row.try_get_by_index(13)?,
            stop: row.try_get_by_index(14)?,
            paths: row.try_get_by_index(15)?,
            details_removed: value::get_instant_option(row, 16)?,
            assessment: Some(AssessmentRow::read(row, 17)?),
        })
    }
}
