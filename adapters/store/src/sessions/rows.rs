//! The rows of sessions and of what they hold.

use crate::rows::{Fields, FromRow};
use atelier_application::ports::sessions::{
    SessionSummary, StoredAnomaly, StoredJob, StoredPiece, StoredSource, StoredStop, StoredWait,
};
use atelier_application::ports::store_error::StoreResult;
use atelier_domain::anomaly::AnomalyKind;
use atelier_domain::ids::{AnomalyId, JobId, LogFileId, MachineId, PeriodId, PieceId, Revision, SessionId, VersionId};
use atelier_domain::interval::Interval;
use atelier_domain::kpi::observed::ObservedProduction;
use atelier_domain::kpi::reference_cycle::CycleSource;
use atelier_domain::kpi::trs::{CalendarSource, Lost, QualitySource, Trs};
use atelier_domain::session::SessionStatus;
use atelier_domain::units::Millis;
use std::collections::BTreeMap;

impl FromRow for SessionSummary {
    const TABLE: &'static str = "session_production";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "centre_usinage_id",
        "date_production",
        "statut",
        "premier_evenement",
        "dernier_evenement",
        "heure_premiere_piece",
        "heure_derniere_piece",
        "heure_premier_machine_start",
        "heure_dernier_machine_stop",
        "evenements",
        "autres_evenements",
        "total_pieces",
        "duree_production_ms",
        "attente_ms",
        "arret_ms",
        "date_creation",
        "date_modification",
        "revision",
        "details_retires_le",
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
    ];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: SessionId(row.number()?),
            machine: MachineId(row.number()?),
            day: row.day()?,
            status: row.one_of(status)?,
            first_event: row.instant_option()?,
            last_event: row.instant_option()?,
            first_piece: row.instant_option()?,
            last_piece: row.instant_option()?,
            first_start: row.instant_option()?,
            last_stop: row.instant_option()?,
            events: row.count()?,
            other_events: serde_json::from_str(row.text()?)
                .map_err(|cause| row.nonsense(&format!("is no list of events: {cause}")))?,
            observed: ObservedProduction {
                pieces: row.count()?,
                span: Millis(row.number()?),
                wait: Millis(row.number()?),
                stop: Millis(row.number()?),
            },
            created_at: row.instant()?,
            updated_at: row.instant()?,
            revision: Revision(row.number()?),
            details_removed_at: row.instant_option()?,
            trs: trs(row)?,
        })
    }
}

/// The figures of one session.
fn trs(row: &mut Fields<'_>) -> StoreResult<Trs> {
    let total = Millis(row.number()?);
    let opening = Millis(row.number()?);
    let required = Millis(row.number()?);
    let operating = Millis(row.number()?);
    let (net, scrap) = (row.number_option()?, row.float_option()?);
    let planned_stops = row.count()?;
    let occurrences = row.count()?;
    let stops = Lost { time: Millis(row.number()?), occurrences };
    let reasons = reasons(row.text()?).ok_or_else(|| row.nonsense("is no list of reasons"))?;
    let occurrences = row.count()?;
    let waits = Lost { time: Millis(row.number()?), occurrences };
    Ok(Trs {
        sessions: 1,
        net_missing: u32::from(net.is_none()),
        useful_missing: u32::from(net.is_none() || scrap.is_none()),
        total,
        opening,
        required,
        operating,
        net: Millis(net.unwrap_or_default()),
        scrap_time: scrap.unwrap_or_default(),
        planned_stops,
        stops,
        reasons,
        waits,
        slow: Millis(row.number()?),
        scrap_loss: row.float_option()?.unwrap_or_default(),
        scrap_pieces: row.count()?,
        cycle_source: row.one_of(|text| CycleSource::ALL.into_iter().find(|source| source.as_str() == text))?,
        quality_source: row.one_of(|text| QualitySource::ALL.into_iter().find(|source| source.as_str() == text))?,
        calendar_source: row.one_of(|text| CalendarSource::ALL.into_iter().find(|source| source.as_str() == text))?,
    })
}

/// Reads `arrets_par_motif`: by the reason's code, milliseconds and how often.
pub(crate) fn reasons(text: &str) -> Option<BTreeMap<String, Lost>> {
    if text == "{}" {
        return Some(BTreeMap::new());
    }
    let stored: BTreeMap<String, (i64, u32)> = serde_json::from_str(text).ok()?;
    let lost = |(code, (time, occurrences))| (code, Lost { time: Millis(time), occurrences });
    Some(stored.into_iter().map(lost).collect())
}

fn status(text: &str) -> Option<SessionStatus> {
    [SessionStatus::Open, SessionStatus::Complete].into_iter().find(|status| status.as_str() == text)
}

fn source(row: &mut Fields<'_>) -> StoreResult<StoredSource> {
    Ok(StoredSource { version: VersionId(row.number()?), line: row.count()? })
}

impl FromRow for StoredJob {
    const TABLE: &'static str = "job_profil";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "session_id",
        "reference",
        "longueur",
        "couleur",
        "timestamp_debut",
        "nombre_pieces",
        "version_id",
        "ligne",
    ];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: JobId(row.number()?),
            session: SessionId(row.number()?),
            reference: row.text()?.to_owned(),
            length_mm: row.float_option()?,
            colour: row.text_option()?.map(str::to_owned),
            started_at: row.instant()?,
            own_pieces: row.count()?,
            source: source(row)?,
        })
    }
}

impl FromRow for StoredWait {
    const TABLE: &'static str = "periode_attente";
    const COLUMNS: &'static [&'static str] = &["id", "timestamp_debut", "timestamp_fin", "version_id", "ligne"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        let id = PeriodId(row.number()?);
        let (start, end) = (row.instant()?, row.instant()?);
        if end < start {
            return Err(row.nonsense("is before timestamp_debut"));
        }
        Ok(Self { id, interval: Interval::new(start, end), source: source(row)? })
    }
}

impl FromRow for StoredStop {
    const TABLE: &'static str = "periode_arret";
    const COLUMNS: &'static [&'static str] = &[
        "id",
        "timestamp_debut",
        "timestamp_fin",
        "duree_ms",
        "depuis",
        "motif",
        "commentaire",
        "version_id",
        "ligne",
    ];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: PeriodId(row.number()?),
            start: row.instant()?,
            end: row.instant_option()?,
            length: Millis(row.number()?),
            since: row.instant()?,
            reason: row.text_option()?.map(str::to_owned),
            comment: row.text_option()?.map(str::to_owned),
            source: source(row)?,
        })
    }
}

impl FromRow for StoredPiece {
    const TABLE: &'static str = "piece_production";
    const COLUMNS: &'static [&'static str] =
        &["id", "numero_piece", "timestamp_production", "details", "job_id", "cycle_ms", "version_id", "ligne"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: PieceId(row.number()?),
            number: row.count()?,
            at: row.instant()?,
            details: row.text_option()?.map(str::to_owned),
            job: row.number_option()?.map(JobId),
            cycle: row.number_option()?.map(Millis),
            source: source(row)?,
        })
    }
}

impl FromRow for StoredAnomaly {
    const TABLE: &'static str = "anomalie";
    const COLUMNS: &'static [&'static str] =
        &["id", "type_anomalie", "instant", "session_id", "fichier_id", "ligne", "message"];

    fn from_row(row: &mut Fields<'_>) -> StoreResult<Self> {
        Ok(Self {
            id: AnomalyId(row.number()?),
            kind: row.one_of(|text| AnomalyKind::ALL.into_iter().find(|kind| kind.as_str() == text))?,
            at: row.instant()?,
            session: row.number_option()?.map(SessionId),
            file: row.number_option()?.map(LogFileId),
            line: row.count_option()?,
            message: row.text()?.to_owned(),
        })
    }
}
