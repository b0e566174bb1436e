//! Cursors: the place of an item in a list, as a text that clients hand back and do not read.
//!
//! Inside is a compact text that begins with the list and its order, in URL-safe base64; a cursor of another list or order
//! is none.

use crate::ports::anomalies::AnomalyCursor;
use crate::ports::orders::OrderCursor;
use crate::ports::sessions::{SessionCursor, SessionOrder, SessionOrderField};
use atelier_domain::ids::{AlertId, AnomalyId, AuditId, LogFileId, OrderId, SessionId, SyncRunId};
use atelier_domain::time::Instant;

/// The place of a session in an order.
pub fn session(order: SessionOrder, place: SessionCursor) -> String {
    seal(&format!("{}{}:{}", order_prefix(order), place.key, place.id))
}

/// The place that a text names in this order.
pub fn read_session(order: SessionOrder, text: &str) -> Option<SessionCursor> {
    let opened = open(text)?;
    let (key, id) = opened.strip_prefix(&order_prefix(order))?.split_once(':')?;
    let key = key.parse::<f64>().ok().filter(|key| key.is_finite())?;
    Some(SessionCursor { key, id: SessionId(id.parse().ok()?) })
}

/// The place of a piece in its session.
pub fn piece(number: u32) -> String {
    seal(&format!("piece:{number}"))
}

/// The number of the piece that a text names.
pub fn read_piece(text: &str) -> Option<u32> {
    open(text)?.strip_prefix("piece:")?.parse().ok()
}

/// The place of a log file.
pub fn log_file(id: LogFileId) -> String {
    seal(&format!("file:{id}"))
}

/// The log file that a text names.
pub fn read_log_file(text: &str) -> Option<LogFileId> {
    Some(LogFileId(open(text)?.strip_prefix("file:")?.parse().ok()?))
}

/// The place of a run of the synchronisation.
pub fn sync_run(id: SyncRunId) -> String {
    seal(&format!("run:{id}"))
}

/// The run that a text names.
pub fn read_sync_run(text: &str) -> Option<SyncRunId> {
    Some(SyncRunId(open(text)?.strip_prefix("run:")?.parse().ok()?))
}

/// The place of an entry of the audit trail.
pub fn audit(id: AuditId) -> String {
    seal(&format!("audit:{id}"))
}

/// The entry that a text names.
pub fn read_audit(text: &str) -> Option<AuditId> {
    Some(AuditId(open(text)?.strip_prefix("audit:")?.parse().ok()?))
}

/// The place of an alert.
pub fn alert(id: AlertId) -> String {
    seal(&format!("alert:{id}"))
}

/// The alert that a text names.
pub fn read_alert(text: &str) -> Option<AlertId> {
    Some(AlertId(open(text)?.strip_prefix("alert:")?.parse().ok()?))
}

/// The place of an anomaly.
pub fn anomaly(place: AnomalyCursor) -> String {
    seal(&format!("anomaly:{}:{}", place.at.0, place.id))
}

/// The place that a text names.
pub fn read_anomaly(text: &str) -> Option<AnomalyCursor> {
    let opened = open(text)?;
    let (at, id) = opened.strip_prefix("anomaly:")?.split_once(':')?;
    Some(AnomalyCursor { at: Instant(at.parse().ok()?), id: AnomalyId(id.parse().ok()?) })
}

/// The place of an order.
pub fn order(place: OrderCursor) -> String {
    seal(&format!("order:{}:{}", place.number, place.id))
}

/// The place that a text names.
pub fn read_order(text: &str) -> Option<OrderCursor> {
    let opened = open(text)?;
    let (number, id) = opened.strip_prefix("order:")?.split_once(':')?;
    Some(OrderCursor { number: number.parse().ok()?, id: OrderId(id.parse().ok()?) })
}

fn order_prefix(order: SessionOrder) -> String {
    let field = match order.field {
        SessionOrderField::Date => "date",
        SessionOrderField::TotalPieces => "pieces",
        SessionOrderField::Trs => "trs",
        SessionOrderField::Occupancy => "occupancy",
    };
    format!("{field}{}:", if order.descending { "-" } else { "+" })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// URL-safe base64 without padding.
fn seal(text: &str) -> String {
    let mut sealed = String::with_capacity(text.len().div_ceil(3) * 4);
    for chunk in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0u32, |bits, index| bits << 8 | u32::from(chunk.get(index).copied().unwrap_or(0)));
        for index in 0..=chunk.len() {
            let six = bits >> (18 - 6 * index) & 63;
            sealed.extend(ALPHABET.get(six as usize).copied().map(char::from));
        }
    }
    sealed
}

fn open(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3 + 2);
    for chunk in text.as_bytes().chunks(4) {
        let mut bits = 0u32;
        for letter in chunk {
            bits = bits << 6 | ALPHABET.iter().position(|known| known == letter)? as u32;
        }
        bits <<= 6 * (4 - chunk.len());
        bytes.extend(bits.to_be_bytes().iter().skip(1).take((chunk.len() * 6) / 8));
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by(field: SessionOrderField, descending: bool) -> SessionOrder {
        SessionOrder { field, descending }
    }

    #[test]
    fn a_place_survives_its_text() {
        let by_rate = by(SessionOrderField::Occupancy, true);
        for key in [0.1 + 0.2, -1.0, 0.0, 20_236.0] {
            let place = SessionCursor { key, id: SessionId(42) };
            assert_eq!(read_session(by_rate, &session(by_rate, place)), Some(place));
        }
        for number in [0, 1, 12, 123, 4_294_967_295] {
            assert_eq!(read_piece(&piece(number)), Some(number));
        }
        assert_eq!(read_log_file(&log_file(LogFileId(9))), Some(LogFileId(9)));
        assert_eq!(read_sync_run(&sync_run(SyncRunId(9))), Some(SyncRunId(9)));
        assert_eq!(read_audit(&audit(AuditId(9))), Some(AuditId(9)));
        assert_eq!(read_audit(&sync_run(SyncRunId(9))), None);
        assert_eq!(read_alert(&alert(AlertId(9))), Some(AlertId(9)));
        let place = OrderCursor { number: -1, id: OrderId(3) };
        assert_eq!((read_order(&order(place)), read_order(&alert(AlertId(9)))), (Some(place), None));
        for at in [i64::MIN, -1, 1_748_404_931_070] {
            let place = AnomalyCursor { at: Instant(at), id: AnomalyId(3) };
            assert_eq!(read_anomaly(&anomaly(place)), Some(place));
        }
    }

    #[test]
    fn a_cursor_of_another_list_or_order_is_none() {
        let place = SessionCursor { key: 900.0, id: SessionId(42) };
        let text = session(by(SessionOrderField::TotalPieces, true), place);
        assert_eq!(read_session(by(SessionOrderField::TotalPieces, false), &text), None);
        assert_eq!(read_session(by(SessionOrderField::Date, true), &text), None);
        assert_eq!(read_piece(&text), None);
        assert_eq!(read_log_file(&piece(3)), None);
        assert_eq!(read_sync_run(&log_file(LogFileId(9))), None);
        assert_eq!(read_alert(&sync_run(SyncRunId(9))), None);
        assert_eq!(read_anomaly(&piece(3)), None);
    }

    #[test]
    fn rubbish_is_none() {
        for text in [
            "",
            "x",
            "é",
            "====",
            "cGllY2U6",
            "cGllY2U6MQ==",
            &seal("date-:NaN:1"),
            &seal("date-:inf:1"),
            &seal("date-:1:x"),
        ] {
            assert_eq!(read_piece(text), None, "{text}");
            assert_eq!(read_session(by(SessionOrderField::Date, true), text), None, "{text}");
        }
    }
}
