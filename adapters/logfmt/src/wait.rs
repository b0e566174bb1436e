//! The details of a wait: a number of seconds, then nothing, `s`, `sec` or `sec.`.

use crate::number::{self, Decimal};
use atelier_domain::log_file::RejectReason;
use atelier_domain::units::Millis;

/// The longest wait, in seconds.
const MAX_SECONDS: u64 = 86_400;

/// The wait's length, rounded half up to milliseconds. The limit holds for what is written, before rounding.
pub(crate) fn read(details: &str) -> Result<Millis, RejectReason> {
    let (number, unit) = number::leading(details).ok_or(RejectReason::UnreadableWait)?;
    if !matches!(unit.trim(), "" | "s" | "sec" | "sec.") {
        return Err(RejectReason::UnreadableWait);
    }
    millis(number).ok_or(RejectReason::WaitTooLong)
}

fn millis(number: Decimal<'_>) -> Option<Millis> {
    let mut whole = 0u64;
    for digit in number.whole {
        whole = whole * 10 + u64::from(digit - b'0');
        if whole > MAX_SECONDS {
            return None;
        }
    }
    if whole == MAX_SECONDS && number.fraction.iter().any(|digit| *digit != b'0') {
        return None;
    }
    let digit = |at: usize| number.fraction.get(at).map_or(0, |digit| u64::from(digit - b'0'));
    let millis = digit(0) * 100 + digit(1) * 10 + digit(2) + u64::from(digit(3) >= 5);
    Some(Millis((whole * 1000 + millis) as i64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_wait() {
        for (details, millis) in [
            ("35 sec", 35_000),
            ("12.5 sec", 12_500),
            ("12,5 s", 12_500),
            ("35", 35_000),
            ("35 sec.", 35_000),
            ("35sec", 35_000),
            ("0", 0),
            ("007 s", 7_000),
            ("35\u{A0}\t s", 35_000),
            ("86400", 86_400_000),
            ("86400.000", 86_400_000),
            ("000000000000000000000000000001", 1_000),
        ] {
            assert_eq!(read(details), Ok(Millis(millis)), "{details}");
        }
    }

    #[test]
    fn anything_else_is_unreadable() {
        for details in [
            "",
            "quelques",
            "-5 sec",
            "+5",
            "-0",
            "5 min",
            "5 Sec",
            "5 SEC.",
            "5 s.",
            "5 secs",
            "5 sec..",
            ".5",
            "5.",
            "5, s",
            "5 5",
            "1e3",
            "5.5.5",
            "sec",
            "٣ sec",
            "99999999999999999999 h",
        ] {
            assert_eq!(read(details), Err(RejectReason::UnreadableWait), "{details}");
        }
    }

    #[test]
    fn more_than_a_day_is_too_long_whatever_the_number_of_digits() {
        for details in ["86401 sec", "86400.0001", "99999999999999999999", "18446744073709551616 s"] {
            assert_eq!(read(details), Err(RejectReason::WaitTooLong), "{details}");
        }
        let long = "9".repeat(60_000);
        assert_eq!(read(&long), Err(RejectReason::WaitTooLong));
    }

    #[test]
    fn half_a_millisecond_is_rounded_up() {
        assert_eq!(read("1.0004999"), Ok(Millis(1_000)));
        assert_eq!(read("1.0005"), Ok(Millis(1_001)));
        assert_eq!(read("0,9995"), Ok(Millis(1_000)));
        assert_eq!(read("86399.9999"), Ok(Millis(86_400_000)));
    }
}
