//! What stands after `|@`: a name and details.

use crate::text::trim;
use crate::{job, wait};
use atelier_domain::event::Event;
use atelier_domain::log_file::RejectReason;
use std::borrow::Cow;

/// Reads `Name: details` and hands the event to `emit`.
///
/// An event is large, and most lines are one of the small ones: emitted in its own arm, each is written straight to
/// where it stays.
#[inline]
pub(crate) fn read<'a>(text: &'a str, emit: impl FnOnce(Event<'a>)) -> Result<(), RejectReason> {
    let (name, details) = match memchr::memchr(b':', text.as_bytes()) {
        Some(colon) => (text.get(..colon).unwrap_or_default(), text.get(colon + 1..).unwrap_or_default()),
        None => (text, ""),
    };
    let details = trim(details);
    match trim(name) {
        "StukUitgevoerd" => {
            let details = (!details.is_empty()).then_some(Cow::Borrowed(details));
            emit(Event::PieceFinished { details });
        }
        "MachineWait" => emit(Event::Wait { duration: wait::read(details)? }),
        "MachineStop" => emit(Event::Stop),
        "MachineStart" => emit(Event::Start),
        "JobProfiel" => emit(Event::JobLoaded(Box::new(job::read(details)?))),
        "" => return Err(RejectReason::NoEventName),
        name => emit(Event::Other { name: Cow::Borrowed(name) }),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use atelier_domain::event::JobProfile;
    use atelier_domain::units::Millis;

    fn read(text: &str) -> Result<Event<'_>, RejectReason> {
        let mut event = None;
        super::read(text, |read| event = Some(read)).map(|()| event.unwrap())
    }

    fn piece(details: Option<&str>) -> Event<'_> {
        Event::PieceFinished { details: details.map(Cow::Borrowed) }
    }

    #[test]
    fn each_name_has_its_meaning() {
        assert_eq!(read("StukUitgevoerd: 215023/1"), Ok(piece(Some("215023/1"))));
        assert_eq!(read("MachineWait: 35 sec"), Ok(Event::Wait { duration: Millis(35_000) }));
        assert_eq!(read("MachineStop"), Ok(Event::Stop));
        assert_eq!(read("MachineStart: équipe"), Ok(Event::Start));
        let job = JobProfile { reference: "5".into(), length_mm: None, colour: None };
        assert_eq!(read("JobProfiel: R:5"), Ok(Event::JobLoaded(Box::new(job))));
    }

    #[test]
    fn name_and_details_are_trimmed_and_split_at_the_first_colon() {
        assert_eq!(read(" StukUitgevoerd : a:b|c "), Ok(piece(Some("a:b|c"))));
        assert_eq!(read("StukUitgevoerd: x |@ y"), Ok(piece(Some("x |@ y"))));
        assert_eq!(read("StukUitgevoerd:"), Ok(piece(None)));
        assert_eq!(read("StukUitgevoerd: \u{A0}"), Ok(piece(None)));
        assert_eq!(read("StukUitgevoerd"), Ok(piece(None)));
    }

    #[test]
    fn letter_case_counts_and_other_names_are_kept() {
        for name in ["machinestop", "Onbekend", "MachineStopp", "Machine Stop", "|@", "é"] {
            assert_eq!(read(name), Ok(Event::Other { name: name.into() }));
            assert_eq!(read(&format!("{name}: x")), Ok(Event::Other { name: name.into() }));
        }
    }

    #[test]
    fn a_name_is_required() {
        for text in ["", ":", ": x", " \u{2003}: x", "::"] {
            assert_eq!(read(text), Err(RejectReason::NoEventName), "{text}");
        }
    }

    #[test]
    fn a_wait_needs_details() {
        assert_eq!(read("MachineWait"), Err(RejectReason::UnreadableWait));
        assert_eq!(read("MachineWait:"), Err(RejectReason::UnreadableWait));
    }
}
