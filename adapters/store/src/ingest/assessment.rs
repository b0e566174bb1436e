//! The figures of a session that follow from what people decided, too, and what later days learn from it.

use super::bulk::{Bulk, Cell};
use super::inputs::write_spread;
use super::sessions::Writing;
use super::tx::Tx;
use crate::value;
use atelier_domain::session::Assessment;
use sea_orm::{DbErr, QueryResult, Value};
use std::collections::{BTreeMap, HashMap};

/// The columns of an [`AssessmentRow`], in its order.
pub(super) const COLUMNS: [&str; 22] = [
    "temps_total_ms",
    "temps_ouverture_ms",
    "temps_requis_ms",
    "temps_fonctionnement_ms",
    "temps_net_ms",
    "temps_rebut_ms",
    "arrets_planifies",
    "arrets_requis",
    "arrets_requis_ms",
    "arrets_par_motif",
    "attentes_requises",
    "attentes_requises_ms",
    "ralenti_ms",
    "perte_rebut_ms",
    "pieces_rebut",
    "source_cycle",
    "source_qualite",
    "source_calendrier",
    "cycle_appris_ms",
    "taux_trs",
    "nombre_attentes",
    "nombre_arrets",
];

/// What is stored of an assessment.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AssessmentRow {
    total: i64,
    opening: i64,
    required: i64,
    operating: i64,
    net: Option<i64>,
    scrap: Option<f64>,
    planned_stops: i32,
    stops: i32,
    stopped: i64,
    reasons: String,
    waits: i32,
    waited: i64,
    slow: i64,
    scrap_loss: f64,
    scrap_pieces: i32,
    cycle_source: String,
    quality_source: String,
    calendar_source: String,
    learned: Option<i64>,
    trs: Option<f64>,
    wait_periods: i32,
    stop_periods: i32,
}

impl AssessmentRow {
    pub(super) fn new(assessment: &Assessment, wait_periods: usize, stop_periods: usize) -> Self {
        let trs = &assessment.trs;
        let reasons: BTreeMap<&str, (i64, u32)> =
            trs.reasons.iter().map(|(code, lost)| (code.as_str(), (lost.time.0, lost.occurrences))).collect();
        Self {
            total: trs.total.0,
            opening: trs.opening.0,
            required: trs.required.0,
            operating: trs.operating.0,
            net: (trs.net_missing == 0).then_some(trs.net.0),
            scrap: (trs.useful_missing == 0).then_some(trs.scrap_time),
            planned_stops: trs.planned_stops as i32,
            stops: trs.stops.occurrences as i32,
            stopped: trs.stops.time.0,
            reasons: serde_json::to_string(&reasons).unwrap_or_else(|_| "{}".to_owned()),
            waits: trs.waits.occurrences as i32,
            waited: trs.waits.time.0,
            slow: trs.slow.0,
            scrap_loss: trs.scrap_loss,
            scrap_pieces: trs.scrap_pieces as i32,
            cycle_source: trs.cycle_source.as_str().to_owned(),
            quality_source: trs.quality_source.as_str().to_owned(),
            calendar_source: trs.calendar_source.as_str().to_owned(),
            learned: assessment.learned.map(|learned| learned.cycle.0),
            trs: trs.trs(),
            wait_periods: wait_periods as i32,
            stop_periods: stop_periods as i32,
        }
    }

    /// Reads the columns, which begin at `first`.
    pub(super) fn read(row: &QueryResult, first: usize) -> Result<Self, DbErr> {
        Ok(Self {
            total: row.try_get_by_index(first)?,
            opening: row.try_get_by_index(first + 1)?,
            required: row.try_get_by_index(first + 2)?,
            operating: row.try_get_by_index(first + 3)?,
            net: row.try_get_by_index(first + 4)?,
            scrap: row.try_get_by_index(first + 5)?,
            planned_stops: row.try_get_by_index(first + 6)?,
            stops: row.try_get_by_index(first + 7)?,
            stopped: row.try_get_by_index(first + 8)?,
            reasons: row.try_get_by_index(first + 9)?,
            waits: row.try_get_by_index(first + 10)?,
            waited: row.try_get_by_index(first + 11)?,
            slow: row.try_get_by_index(first + 12)?,
            scrap_loss: row.try_get_by_index(first + 13)?,
            scrap_pieces: row.try_get_by_index(first + 14)?,
            cycle_source: row.try_get_by_index(first + 15)?,
            quality_source: row.try_get_by_index(first + 16)?,
            calendar_source: row.try_get_by_index(first + 17)?,
            learned: row.try_get_by_index(first + 18)?,
            trs: row.try_get_by_index(first + 19)?,
            wait_periods: row.try_get_by_index(first + 20)?,
            stop_periods: row.try_get_by_index(first + 21)?,
        })
    }

    pub(super) fn cells(&self) -> [Cell<'_>; 22] {
        [
            Cell::Big(Some(self.total)),
            Cell::Big(Some(self.opening)),
            Cell::Big(Some(self.required)),
            Cell::Big(Some(self.operating)),
            Cell::Big(self.net),
            Cell::Float(self.scrap),
            Cell::Int(self.planned_stops),
            Cell::Int(self.stops),
            Cell::Big(Some(self.stopped)),
            Cell::Text(Some(&self.reasons)),
            Cell::Int(self.waits),
            Cell::Big(Some(self.waited)),
            Cell::Big(Some(self.slow)),
            Cell::Float(Some(self.scrap_loss)),
            Cell::Int(self.scrap_pieces),
            Cell::Text(Some(&self.cycle_source)),
            Cell::Text(Some(&self.quality_source)),
            Cell::Text(Some(&self.calendar_source)),
            Cell::Big(self.learned),
            Cell::Float(self.trs),
            Cell::Int(self.wait_periods),
            Cell::Int(self.stop_periods),
        ]
    }

    /// What stands for the figures of a session until they are known.
    pub(super) fn unknown() -> Self {
        Self {
            total: 0,
            opening: 0,
            required: 0,
            operating: 0,
            net: None,
            scrap: None,
            planned_stops: 0,
            stops: 0,
            stopped: 0,
            reasons: "{}".to_owned(),
            waits: 0,
            waited: 0,
            slow: 0,
            scrap_loss: 0.0,
            scrap_pieces: 0,
            cycle_source: "NONE".to_owned(),
            quality_source: "ASSUMED".to_owned(),
            calendar_source: "OBSERVED".to_owned(),
            learned: None,
            trs: None,
            wait_periods: 0,
            stop_periods: 0,
        }
    }

    pub(super) async fn update(&self, tx: &mut Tx, session: i64) -> Result<(), DbErr> {
        let set: Vec<String> = (1..).zip(COLUMNS).map(|(number, column)| format!("{column} = ${number}")).collect();
        let sql = format!("UPDATE session_production SET {} WHERE id = ${}", set.join(", "), COLUMNS.len() + 1);
        let mut values: Vec<Value> = self.cells().into_iter().map(super::bulk::as_value).collect();
        values.push(session.into());
        tx.execute(sql, values).await?;
        Ok(())
    }
}

/// Makes the stored net cycle times of sessions equal to these.
pub(super) async fn save_spreads(tx: &mut Tx, writing: &[Writing], of: &[(usize, &Assessment)]) -> Result<(), DbErr> {
    let backend = tx.backend();
    let known: Vec<i64> = writing.iter().filter(|session| !session.is_new).map(|session| session.id).collect();
    let mut stored: HashMap<i64, String> = HashMap::new();
    if !known.is_empty() {
        let sql =
            format!("SELECT session_id, cycles FROM cycles_session WHERE {}", value::is_in(backend, "session_id", 1));
        for row in &tx.query(sql, vec![value::numbers(backend, known)]).await? {
            stored.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    let mut rows = Bulk::new(backend, "cycles_session", &["session_id", "cycles"]);
    for (place, assessment) in of {
        let Some(session) = writing.get(*place) else { continue };
        let text = write_spread(&assessment.cycles);
        match stored.get(&session.id) {
            Some(before) if *before == text => {}
            Some(_) => {
                let sql = "UPDATE cycles_session SET cycles = $1 WHERE session_id = $2";
                tx.execute(sql, vec![text.into(), session.id.into()]).await?;
            }
            None => rows.push(&[Cell::Big(Some(session.id)), Cell::Text(Some(&text))]),
        }
    }
    rows.write(tx).await
}
