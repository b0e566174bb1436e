//! The stops of a day: meals, tool changes, and now and then a breakdown.

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::shifts::Hours;

/// A stop the day will have.
#[derive(Debug)]
pub(super) struct Stop {
    /// The second of the day from which the machine stops, once its piece is done.
    pub(super) at: u32,
    /// Its seconds.
    pub(super) lasts: u32,
    /// What the operator typed, if anything.
    pub(super) text: Option<&'static str>,
}

/// Breakfast, lunch, afternoon and night breaks: the minute of the day, then the shortest and longest minutes.
const BREAKS: [(u32, u32, u32); 4] = [(90, 15, 25), (540, 15, 25), (735, 30, 45), (1020, 15, 25)];

/// Why an operator stops for a few minutes.
const REASONS: [&str; 4] = ["Changement outil", "Réglage butée", "Bourrage copeaux", "Contrôle qualité"];

/// Why a machine breaks down.
const FAILURES: [&str; 3] = ["Défaut broche", "Panne pneumatique", "Défaut variateur"];

/// Least seconds of work between two stops, and after opening and before closing.
const APART: u32 = 15 * 60;

/// The stops of a day in order, well inside its hours and apart from each other.
pub(super) fn plan(rng: &mut StdRng, hours: Hours) -> Vec<Stop> {
    let mut kept: Vec<Stop> = Vec::new();
    for mut stop in wishes(rng, hours) {
        if hours.live {
            // Whoever watches should not have to wait for lunch to end.
            stop.lasts = stop.lasts.min(rng.random_range(60..=150));
        }
        let inside = stop.at >= hours.opens + APART && stop.end() + APART <= hours.closes;
        if inside && kept.iter().all(|other| stop.clear_of(other)) {
            kept.push(stop);
        }
    }
    kept.sort_by_key(|stop| stop.at);
    kept
}

/// What might stop the machine, the weightiest first: what comes later gives way.
fn wishes(rng: &mut StdRng, hours: Hours) -> Vec<Stop> {
    let mut wishes = Vec::new();
    if rng.random_bool(0.07) {
        let minutes = rng.random_range(50..=140);
        wishes.push(Stop::somewhere(rng, hours, minutes * 60, &FAILURES));
    }
    for (minute, least, most) in BREAKS {
        wishes.push(Stop {
            at: minute * 60 + rng.random_range(0..300),
            lasts: rng.random_range(least * 60..=most * 60),
            text: None,
        });
    }
    for _ in 0..(hours.closes - hours.opens) / 8400 {
        let seconds = rng.random_range(150..=780);
        wishes.push(Stop::somewhere(rng, hours, seconds, &REASONS));
    }
    wishes
}

impl Stop {
    /// A stop at any time of the day; half of the operators say why.
    fn somewhere(rng: &mut StdRng, hours: Hours, lasts: u32, texts: &'static [&'static str]) -> Self {
        Self {
            at: rng.random_range(hours.opens..hours.closes),
            lasts,
            text: texts.choose(rng).copied().filter(|_| rng.random_bool(0.5)),
        }
    }

    fn end(&self) -> u32 {
        self.at + self.lasts
    }

    fn clear_of(&self, other: &Self) -> bool {
        self.end() + APART <= other.at || other.end() + APART <= self.at
    }
}
