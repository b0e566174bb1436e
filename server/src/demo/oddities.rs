//! What real logs hold besides production: events nobody asked for, lines nobody can read, a clock set back.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::daylog::Writer;
use super::shifts::Hours;

/// What befalls one day, each at its second.
pub(super) struct Oddities {
    /// From this second on the machine's clock is set back by so many seconds.
    pub(super) step_back: Option<(u32, u32)>,
    /// In order of time.
    lines: Vec<(u32, Oddity)>,
}

enum Oddity {
    /// An event this program does not know.
    Unknown(&'static str),
    /// A line with `|@` that cannot be read.
    Bad(&'static str),
    /// A line without `|@`.
    Noise(&'static str),
}

const UNKNOWN: [&str; 3] = ["AlarmReset: 214", "ToolChange: T12", "ProgrammeCharge: V4.12"];

/// Each of them is rejected, for a reason of its own.
const BAD: [&str; 4] = [
    "|@StukUitgevoerd: 1",
    " 25:61:07|@MachineWait: 12 sec",
    " 11:30:00|@MachineWait: -- sec",
    " 11:30:00|@JobProfiel: L:1250.0 C:BLANC",
];

const NOISE: [&str; 2] = ["", "*** controller restarted ***"];

impl Oddities {
    /// Draws the day's oddities: an unknown event every third day, a bad line or noise a few times a quarter.
    pub(super) fn draw(rng: &mut StdRng, hours: Hours) -> Self {
        let mut lines = Vec::new();
        let mut add = |rng: &mut StdRng, odds: f64, oddity: Option<Oddity>| {
            if let Some(oddity) = oddity.filter(|_| rng.random_bool(odds)) {
                lines.push((rng.random_range(hours.opens + 60..hours.closes), oddity));
            }
        };
        let unknown = UNKNOWN.choose(rng).copied().map(Oddity::Unknown);
        let bad = BAD.choose(rng).copied().map(Oddity::Bad);
        let noise = NOISE.choose(rng).copied().map(Oddity::Noise);
        add(rng, 0.33, unknown);
        add(rng, 0.05, bad);
        add(rng, 0.04, noise);
        lines.sort_by_key(|(second, _)| *second);
        let from = rng.random_range(hours.opens + 3600..hours.closes);
        let step_back = rng.random_bool(0.02).then(|| (from, rng.random_range(20..=150)));
        Self { step_back, lines }
    }

    /// Writes those that are due at this second of the day.
    pub(super) fn write_due(&mut self, second: u32, writer: &mut Writer) {
        let due = self.lines.partition_point(|(at, _)| *at <= second);
        for (_, oddity) in self.lines.drain(..due) {
            match oddity {
                Oddity::Unknown(event) => writer.event(second, event),
                Oddity::Bad(rest) => writer.dated(second, rest),
                Oddity::Noise(text) => writer.raw(second, text),
            }
        }
    }
}
