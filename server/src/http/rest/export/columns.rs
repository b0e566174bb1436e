//! What the tables hold: each column once, for CSV and for workbooks.

use super::language::Language;
use crate::http::rest::model::{
    CalendarSource, CycleSource, MachineRef, MachineType, ObservedProduction, QualitySource, SessionStatus, Trs,
};
use atelier_application::ports::sessions::SessionSummary;
use atelier_application::ports::statistics::{StatisticsKey, StatisticsRow};
use atelier_domain::time::{Instant, ProductionDay};

/// What a cell holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    Empty,
    Text(String),
    Number(f64),
    Date(ProductionDay),
    Instant(Instant),
}

/// What the cells of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    /// A whole number, or one whose unit its header names.
    Number,
    /// A fraction, which people read as a percentage.
    Rate,
    Date,
    Instant,
}

/// A column.
pub(super) struct Column<R> {
    french: &'static str,
    english: &'static str,
    pub(super) kind: Kind,
    pub(super) value: fn(&R) -> Cell,
}

impl<R> Column<R> {
    /// Its header; `zone` tells what the instants of this table are local to.
    pub(super) fn header(&self, language: Language, zone: &str) -> String {
        let name = language.pick(self.french, self.english);
        if self.kind == Kind::Instant { format!("{name} ({zone})") } else { name.to_owned() }
    }
}

/// Its columns, in order.
pub(super) type Table<R> = Vec<Column<R>>;

/// A session with its machine.
pub(super) struct SessionRow {
    pub(super) machine: MachineRef,
    pub(super) session: SessionSummary,
}

/// A row of statistics, with its machine where it is one's.
pub(super) struct GroupRow {
    pub(super) machine: Option<MachineRef>,
    pub(super) row: StatisticsRow,
}

fn text(text: Option<&str>) -> Cell {
    text.map_or(Cell::Empty, |text| Cell::Text(text.to_owned()))
}

fn number(number: impl Into<Option<f64>>) -> Cell {
    number.into().map_or(Cell::Empty, Cell::Number)
}

fn count(count: impl TryInto<u32>) -> Cell {
    Cell::Number(count.try_into().map_or(f64::from(u32::MAX), f64::from))
}

fn instant(at: Option<Instant>) -> Cell {
    at.map_or(Cell::Empty, Cell::Instant)
}

macro_rules! columns {
    ($row:ty: $($french:literal, $english:literal, $kind:ident, $value:expr;)*) => {
        vec![$(Column::<$row> { french: $french, english: $english, kind: Kind::$kind, value: $value },)*]
    };
}

/// The figures that sessions and groups of them share.
trait Figures {
    fn observed(&self) -> ObservedProduction;
    fn trs(&self) -> Trs;
}

impl Figures for SessionRow {
    fn observed(&self) -> ObservedProduction {
        self.session.observed.into()
    }

    fn trs(&self) -> Trs {
        (&self.session.trs).into()
    }
}

impl Figures for GroupRow {
    fn observed(&self) -> ObservedProduction {
        self.row.observed.into()
    }

    fn trs(&self) -> Trs {
        (&self.row.trs).into()
    }
}

fn figures<R: Figures>() -> Table<R> {
    columns! { R:
        "Durée de production (s)", "Production span (s)", Number, |row| number(row.observed().span_seconds);
        "Attente (s)", "Wait time (s)", Number, |row| number(row.observed().wait_seconds);
        "Arrêt (s)", "Stop time (s)", Number, |row| number(row.observed().stop_seconds);
        "Production effective (s)", "Effective time (s)", Number, |row| number(row.observed().effective_seconds);
        "Taux d'occupation", "Occupancy rate", Rate, |row| number(row.observed().occupancy_rate);
        "Taux d'attente", "Wait rate", Rate, |row| number(row.observed().wait_rate);
        "Taux d'arrêt", "Stop rate", Rate, |row| number(row.observed().stop_rate);
        "Pièces par heure", "Pieces per hour", Number, |row| number(row.observed().pieces_per_hour);
        "TRS", "TRS (OEE)", Rate, |row| number(row.trs().trs);
        "TRG", "TRG", Rate, |row| number(row.trs().trg);
        "TRE", "TRE", Rate, |row| number(row.trs().tre);
        "Disponibilité (DO)", "Availability (DO)", Rate, |row| number(row.trs().availability);
        "Performance (TP)", "Performance (TP)", Rate, |row| number(row.trs().performance);
        "Qualité (TQ)", "Quality (TQ)", Rate, |row| number(row.trs().quality);
        "Temps total TT (s)", "Total time TT (s)", Number, |row| number(row.trs().total_seconds);
        "Temps d'ouverture TO (s)", "Opening time TO (s)", Number, |row| number(row.trs().opening_seconds);
        "Temps requis TR (s)", "Required time TR (s)", Number, |row| number(row.trs().required_seconds);
        "Temps de fonctionnement TF (s)", "Operating time TF (s)", Number, |row| number(row.trs().operating_seconds);
        "Temps net TN (s)", "Net time TN (s)", Number, |row| number(row.trs().net_seconds);
        "Temps utile TU (s)", "Useful time TU (s)", Number, |row| number(row.trs().useful_seconds);
        "Manque", "Missing", Text, |row| text(row.trs().missing.as_deref());
        "Origine du temps de cycle", "Cycle source", Text, |row| text(Some(CycleSource::as_str(row.trs().cycle_source)));
        "Origine de la qualité", "Quality source", Text, |row| text(Some(QualitySource::as_str(row.trs().quality_source)));
        "Origine du calendrier", "Calendar source", Text, |row| text(Some(CalendarSource::as_str(row.trs().calendar_source)));
    }
}

/// Those of sessions.
pub(super) fn sessions() -> Table<SessionRow> {
    let mut columns = columns! { SessionRow:
        "Machine", "Machine", Text, |row| text(Some(&row.machine.name));
        "Type", "Type", Text, |row| text(Some(MachineType::as_str(row.machine.kind)));
        "Date", "Date", Date, |row| Cell::Date(row.session.day);
        "Statut", "Status", Text, |row| text(Some(SessionStatus::from(row.session.status).as_str()));
        "Premier événement", "First event", Instant, |row| instant(row.session.first_event);
        "Dernier événement", "Last event", Instant, |row| instant(row.session.last_event);
        "Première pièce", "First piece", Instant, |row| instant(row.session.first_piece);
        "Dernière pièce", "Last piece", Instant, |row| instant(row.session.last_piece);
        "Premier démarrage", "First start", Instant, |row| instant(row.session.first_start);
        "Dernier arrêt", "Last stop", Instant, |row| instant(row.session.last_stop);
        "Pièces", "Pieces", Number, |row| count(row.session.observed.pieces);
        "Rebuts", "Scrap", Number, |row| count(row.session.trs.scrap_pieces);
        "Événements", "Events", Number, |row| count(row.session.events);
    };
    columns.extend(figures());
    columns.extend(columns! { SessionRow:
        "Identifiant", "Id", Number, |row| Cell::Number(row.session.id.0 as f64);
        "Révision", "Revision", Number, |row| Cell::Number(row.session.revision.0 as f64);
    });
    columns
}

/// Those of statistics, with one for each key.
pub(super) fn statistics(keys: &[StatisticsKey]) -> Table<GroupRow> {
    let of_key = |key: &StatisticsKey| match key {
        StatisticsKey::Machine => columns! { GroupRow:
            "Machine", "Machine", Text, |row| text(row.machine.as_ref().map(|machine| machine.name.as_str()));
        },
        StatisticsKey::Type => columns! { GroupRow:
            "Type", "Type", Text, |row| text(row.row.kind.map(|kind| MachineType::from(kind).as_str()));
        },
        StatisticsKey::Date => columns! { GroupRow:
            "Date", "Date", Date, |row| row.row.day.map_or(Cell::Empty, Cell::Date);
        },
        StatisticsKey::Week => columns! { GroupRow:
            "Semaine", "Week", Text, |row| text(row.row.week.as_deref());
        },
        StatisticsKey::Month => columns! { GroupRow:
            "Mois", "Month", Text, |row| text(row.row.month.as_deref());
        },
    };
    let mut columns: Table<GroupRow> = keys.iter().flat_map(of_key).collect();
    columns.extend(columns! { GroupRow:
        "Sessions", "Sessions", Number, |row| count(row.row.trs.sessions);
        "Pièces", "Pieces", Number, |row| count(row.row.observed.pieces);
        "Rebuts", "Scrap", Number, |row| count(row.row.trs.scrap_pieces);
        "Arrêts", "Stops", Number, |row| count(row.row.stops);
        "Attentes", "Waits", Number, |row| count(row.row.waits);
    });
    columns.extend(figures());
    columns.extend(columns! { GroupRow:
        "MTBF (s)", "MTBF (s)", Number, |row| number(row.row.trs.mtbf().map(|millis| millis / 1_000.0));
        "MTTR (s)", "MTTR (s)", Number, |row| number(row.row.trs.mttr().map(|millis| millis / 1_000.0));
    });
    columns
}
