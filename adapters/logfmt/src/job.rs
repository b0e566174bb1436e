//! The details of a job: `R:215023 L:3359.0 C:7016 G ALU`.

use crate::number;
use atelier_domain::event::JobProfile;
use atelier_domain::log_file::RejectReason;
use std::borrow::Cow;

/// Reads trimmed details. The first of a repeated key counts, even if its value is empty.
pub(crate) fn read(details: &str) -> Result<JobProfile<'_>, RejectReason> {
    let (mut reference, mut length, mut colour) = (None, None, None);
    let mut open: Option<(u8, usize)> = None;
    let mut keep = |(key, from): (u8, usize), to: usize| {
        let slot = match key {
            b'R' => &mut reference,
            b'L' => &mut length,
            b'C' => &mut colour,
            _ => return,
        };
        if slot.is_none() {
            *slot = details.get(from..to).map(str::trim);
        }
    };
    for (key, colon) in keys(details) {
        if let Some(open) = open.replace((key, colon + 1)) {
            keep(open, colon - 1);
        }
    }
    if let Some(open) = open {
        keep(open, details.len());
    }
    let filled = |value: Option<_>| value.filter(|value: &&str| !value.is_empty()).map(Cow::Borrowed);
    Ok(JobProfile {
        reference: filled(reference).ok_or(RejectReason::JobWithoutReference)?,
        length_mm: length.and_then(millimetres),
        colour: filled(colour),
    })
}

/// Each key and where its colon stands: one capital letter and `:`, at the start or after white space.
fn keys(details: &str) -> impl Iterator<Item = (u8, usize)> {
    memchr::memchr_iter(b':', details.as_bytes()).filter_map(move |colon| {
        let at = colon.checked_sub(1)?;
        let key = *details.as_bytes().get(at)?;
        let before = details.get(..at)?.chars().next_back();
        (key.is_ascii_uppercase() && before.is_none_or(char::is_whitespace)).then_some((key, colon))
    })
}

fn millimetres(value: &str) -> Option<f64> {
    let (number, "") = number::leading(value)? else {
        return None;
    };
    let length: f64 =
        if number.fraction.is_empty() { value.parse().ok()? } else { value.replace(',', ".").parse().ok()? };
    length.is_finite().then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job<'a>(reference: &'a str, length_mm: Option<f64>, colour: Option<&'a str>) -> JobProfile<'a> {
        JobProfile { reference: reference.into(), length_mm, colour: colour.map(Into::into) }
    }

    #[test]
    fn keys_in_any_order() {
        let expected = job("215023", Some(3359.0), Some("7016 G ALU"));
        assert_eq!(read("R:215023 L:3359.0 C:7016 G ALU").unwrap(), expected);
        assert_eq!(read("C:7016 G ALU L: 3359 R: 215023").unwrap(), expected);
        assert_eq!(read("C:7016 G ALU\tL:3359,0\u{A0}R:215023").unwrap(), expected);
        assert_eq!(read("R:5").unwrap(), job("5", None, None));
    }

    #[test]
    fn a_value_runs_to_the_next_key() {
        assert_eq!(read("R:a b  c:d L:x C:e:F:g").unwrap(), job("a b  c:d", None, Some("e:F:g")));
        assert_eq!(read("R:C:7016").unwrap(), job("C:7016", None, None));
        assert_eq!(read("text R:é1").unwrap(), job("é1", None, None));
        assert_eq!(read("R:1 AB:2").unwrap(), job("1 AB:2", None, None));
        assert_eq!(read("R:1 É:2").unwrap(), job("1 É:2", None, None));
    }

    #[test]
    fn the_first_of_a_repeated_key_counts_and_others_are_skipped() {
        assert_eq!(read("Q:1 R:5 L:long C:").unwrap(), job("5", None, None));
        assert_eq!(read("R:1 R:2 L:x L:5 C: C:blue Z:9").unwrap(), job("1", None, None));
    }

    #[test]
    fn a_reference_is_required() {
        for details in ["", "L:1250", "R:", "R: L:5", "R: R:5", "r:5", "xR:5", ":", "É:R:5"] {
            assert_eq!(read(details), Err(RejectReason::JobWithoutReference), "{details}");
        }
    }

    #[test]
    fn a_length_is_a_plain_number_or_none() {
        let length = |value: &str| read(&format!("R:1 L:{value}")).unwrap().length_mm;
        assert_eq!(length("1250"), Some(1250.0));
        assert_eq!(length("1250.5"), Some(1250.5));
        assert_eq!(length("1250,5"), Some(1250.5));
        for value in ["", "-1", "+1", "1.", ".5", "1e3", "1 mm", "inf", "NaN", "1,250.5", "٣"] {
            assert_eq!(length(value), None, "{value}");
        }
        assert_eq!(length(&"9".repeat(400)), None);
        assert_eq!(length(&format!("0.{}1", "0".repeat(400))), Some(0.0));
    }
}
