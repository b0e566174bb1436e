//! Figures over many sessions, summed by the database from what is stored of each.

use crate::Store;
use crate::rows::Fields;
use crate::sessions::{conditions, reasons};
use crate::statement::{Values, all_of, by_bytes};
use async_trait::async_trait;
use atelier_application::ports::sessions::SessionFilter;
use atelier_application::ports::statistics::{StatisticsKey, StatisticsReader, StatisticsRow};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::ids::MachineId;
use atelier_domain::kpi::observed::ObservedProduction;
use atelier_domain::kpi::reference_cycle::CycleSource;
use atelier_domain::kpi::trs::{CalendarSource, Lost, QualitySource, Trs};
use atelier_domain::machine::MachineType;
use atelier_domain::time::ProductionDay;
use atelier_domain::units::Millis;
use sea_orm::DbBackend;
use std::collections::{BTreeMap, HashMap};

/// Sums, in the order in which [`figures`] reads them.
const SUMS: &str = "count(*), \
    CAST(coalesce(sum(t.total_pieces), 0) AS bigint), CAST(coalesce(sum(t.duree_production_ms), 0) AS bigint), \
    CAST(coalesce(sum(t.attente_ms), 0) AS bigint), CAST(coalesce(sum(t.arret_ms), 0) AS bigint), \
    CAST(coalesce(sum(t.nombre_arrets), 0) AS bigint), CAST(coalesce(sum(t.nombre_attentes), 0) AS bigint), \
    CAST(coalesce(sum(t.temps_total_ms), 0) AS bigint), CAST(coalesce(sum(t.temps_ouverture_ms), 0) AS bigint), \
    CAST(coalesce(sum(t.temps_requis_ms), 0) AS bigint), CAST(coalesce(sum(t.temps_fonctionnement_ms), 0) AS bigint), \
    CAST(coalesce(sum(t.temps_net_ms), 0) AS bigint), count(*) - count(t.temps_net_ms), \
    CAST(coalesce(sum(t.temps_rebut_ms), 0) AS double precision), \
    coalesce(sum(CASE WHEN t.temps_net_ms IS NULL OR t.temps_rebut_ms IS NULL THEN 1 ELSE 0 END), 0), \
    CAST(coalesce(sum(t.arrets_planifies), 0) AS bigint), CAST(coalesce(sum(t.arrets_requis), 0) AS bigint), \
    CAST(coalesce(sum(t.arrets_requis_ms), 0) AS bigint), CAST(coalesce(sum(t.attentes_requises), 0) AS bigint), \
    CAST(coalesce(sum(t.attentes_requises_ms), 0) AS bigint), CAST(coalesce(sum(t.ralenti_ms), 0) AS bigint), \
    CAST(coalesce(sum(t.perte_rebut_ms), 0) AS double precision), CAST(coalesce(sum(t.pieces_rebut), 0) AS bigint), \
    coalesce(max(CASE t.source_cycle WHEN 'PROFILE' THEN 0 WHEN 'MACHINE' THEN 1 WHEN 'LEARNED' THEN 2 ELSE 3 END), 3), \
    coalesce(max(CASE t.source_qualite WHEN 'DECLARED' THEN 0 ELSE 1 END), 1), \
    coalesce(max(CASE t.source_calendrier WHEN 'CONFIGURED' THEN 0 ELSE 1 END), 1)";

fn key(backend: DbBackend, key: StatisticsKey) -> String {
    let postgres = backend == DbBackend::Postgres;
    match key {
        StatisticsKey::Machine => "t.centre_usinage_id".to_owned(),
        StatisticsKey::Type => by_bytes(backend, "c.type_cu"),
        StatisticsKey::Date => "t.date_production".to_owned(),
        StatisticsKey::Week if postgres => "to_char(t.date_production, 'IYYY-\"W\"IW') COLLATE \"C\"".to_owned(),
        StatisticsKey::Week => "strftime('%G-W%V', t.date_production)".to_owned(),
        StatisticsKey::Month if postgres => "to_char(t.date_production, 'YYYY-MM') COLLATE \"C\"".to_owned(),
        StatisticsKey::Month => "substr(t.date_production, 1, 7)".to_owned(),
    }
}

/// What rows are ordered by: machines by their names.
fn order(backend: DbBackend, by: StatisticsKey) -> String {
    match by {
        StatisticsKey::Machine => by_bytes(backend, "c.nom"),
        other => key(backend, other),
    }
}

fn read_key(row: &mut StatisticsRow, key: StatisticsKey, fields: &mut Fields<'_>) -> StoreResult<()> {
    match key {
        StatisticsKey::Machine => row.machine = Some(MachineId(fields.number()?)),
        StatisticsKey::Type => {
            row.kind = Some(fields.one_of(|text| MachineType::ALL.into_iter().find(|kind| kind.as_str() == text))?);
        }
        StatisticsKey::Date => row.day = Some(fields.day()?),
        StatisticsKey::Week => row.week = Some(fields.text()?.to_owned()),
        StatisticsKey::Month => row.month = Some(fields.text()?.to_owned()),
    }
    Ok(())
}

/// What tells one row from another.
type Group = (Option<MachineId>, Option<MachineType>, Option<ProductionDay>, Option<String>, Option<String>);

fn group(row: &StatisticsRow) -> Group {
    (row.machine, row.kind, row.day, row.week.clone(), row.month.clone())
}

/// Reads the sums.
fn figures(row: &mut StatisticsRow, fields: &mut Fields<'_>) -> StoreResult<()> {
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let sessions = count(fields.size()?);
    row.observed = ObservedProduction {
        pieces: count(fields.size()?),
        span: Millis(fields.number()?),
        wait: Millis(fields.number()?),
        stop: Millis(fields.number()?),
    };
    (row.stops, row.waits) = (fields.size()?, fields.size()?);
    let [total, opening, required, operating, net] =
        [fields.number()?, fields.number()?, fields.number()?, fields.number()?, fields.number()?].map(Millis);
    let net_missing = count(fields.size()?);
    let scrap_time = fields.float_option()?.unwrap_or_default();
    let useful_missing = count(fields.size()?);
    let planned_stops = count(fields.size()?);
    let occurrences = count(fields.size()?);
    let stops = Lost { time: Millis(fields.number()?), occurrences };
    let occurrences = count(fields.size()?);
    let waits = Lost { time: Millis(fields.number()?), occurrences };
    let slow = Millis(fields.number()?);
    let scrap_loss = fields.float_option()?.unwrap_or_default();
    let scrap_pieces = count(fields.size()?);
    let mut source = || fields.size().map(|place| usize::try_from(place).unwrap_or(usize::MAX));
    let cycle_source = CycleSource::ALL.get(source()?).copied().unwrap_or(CycleSource::None);
    let quality_source = QualitySource::ALL.get(source()?).copied().unwrap_or(QualitySource::Assumed);
    let calendar_source = CalendarSource::ALL.get(source()?).copied().unwrap_or(CalendarSource::Observed);
    row.trs = Trs {
        sessions,
        net_missing,
        useful_missing,
        total,
        opening,
        required,
        operating,
        net,
        scrap_time,
        planned_stops,
        stops,
        reasons: BTreeMap::new(),
        waits,
        slow,
        scrap_loss,
        scrap_pieces,
        cycle_source,
        quality_source,
        calendar_source,
    };
    Ok(())
}

#[async_trait]
impl StatisticsReader for Store {
    async fn statistics(
        &self,
        filter: &SessionFilter,
        keys: &[StatisticsKey],
        with_reasons: bool,
        most: u32,
    ) -> StoreResult<Vec<StatisticsRow>> {
        let backend = self.backend();
        let mut values = Values::new(backend);
        let conditions = all_of(&conditions(filter, &mut values));
        let values = values.into_list();
        let by: Vec<String> = keys.iter().map(|by| key(backend, *by)).collect();
        let from = "FROM session_production t JOIN centre_usinage c ON c.id = t.centre_usinage_id";
        let (mut selected, mut grouped) = (String::new(), String::new());
        if !by.is_empty() {
            let orders: Vec<String> = keys.iter().map(|by| order(backend, *by)).collect();
            let (by, orders) = (by.join(", "), orders.join(", "));
            selected = format!("{by}, ");
            grouped = format!(" GROUP BY {by}, {orders} ORDER BY {orders}");
        }
        let sql = format!("SELECT {selected}{SUMS} {from} WHERE {conditions}{grouped} LIMIT {most}");
        let mut rows = Vec::new();
        for found in &self.rows(sql, values.clone()).await? {
            let mut fields = Fields::of(found, "session_production", &[], 0);
            let mut row = StatisticsRow::default();
            for by in keys {
                read_key(&mut row, *by, &mut fields)?;
            }
            figures(&mut row, &mut fields)?;
            rows.push(row);
        }
        if with_reasons && rows.iter().any(|row| row.trs.stops.occurrences > 0) {
            let sql = format!(
                "SELECT {selected}t.arrets_par_motif {from} WHERE {conditions} AND t.arrets_par_motif <> '{{}}'"
            );
            let mut places: HashMap<Group, usize> = HashMap::with_capacity(rows.len());
            places.extend(rows.iter().enumerate().map(|(place, row)| (group(row), place)));
            for found in &self.rows(sql, values).await? {
                let mut fields = Fields::of(found, "session_production", &[], 0);
                let mut own = StatisticsRow::default();
                for by in keys {
                    read_key(&mut own, *by, &mut fields)?;
                }
                let found = reasons(fields.text()?).ok_or_else(|| fields.nonsense("is no list of reasons"))?;
                let Some(row) = places.get(&group(&own)).and_then(|place| rows.get_mut(*place)) else { continue };
                for (code, lost) in found {
                    row.trs.reasons.entry(code).or_default().add(lost);
                }
            }
        }
        Ok(rows)
    }
}
