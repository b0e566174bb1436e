//! Believable machine logs out of nothing but a seed, a machine, a date and its hours.
//!
//! There is no clock in here: the same arguments give the same bytes, so that today's log can be cut at any
//! moment and what is written later continues it.

use std::fmt;

use chrono::NaiveDate;
use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::chance;
use super::daylog::{DayLog, Writer};
use super::machines::Machine;
use super::oddities::Oddities;
use super::shifts::Hours;
use super::stops::{Stop, plan};

/// The log of one machine on one date, worked in these hours.
pub(crate) fn day(seed: u64, machine: &'static Machine, date: NaiveDate, hours: Hours) -> DayLog {
    let mut rng = chance(seed, machine.name, date);
    let oddities = Oddities::draw(&mut rng, hours);
    let stops = plan(&mut rng, hours);
    let second = hours.opens + rng.random_range(2..90);
    Run {
        machine,
        writer: Writer::new(date, machine.utf8, oddities.step_back),
        oddities,
        rng,
        second,
        job: Job::default(),
    }
    .work(stops, hours.closes)
}

/// A profile bar and the pieces cut from it and its like.
#[derive(Default)]
struct Job {
    reference: u32,
    /// Seconds of an ordinary piece.
    cycle: u32,
    done: u32,
    wanted: u32,
}

/// A day being worked.
struct Run {
    machine: &'static Machine,
    writer: Writer,
    oddities: Oddities,
    rng: StdRng,
    /// The second of the day.
    second: u32,
    job: Job,
}

impl Run {
    fn work(mut self, stops: Vec<Stop>, closes: u32) -> DayLog {
        let mut stops = stops.into_iter().peekable();
        self.event("MachineStart");
        while self.second < closes {
            self.oddities.write_due(self.second, &mut self.writer);
            if let Some(stop) = stops.next_if(|stop| stop.at <= self.second) {
                self.stop(&stop);
            } else if self.job.done == self.job.wanted {
                self.load();
            } else {
                self.cut(closes);
            }
        }
        self.second = closes;
        self.event("MachineStop");
        self.writer.finish()
    }

    fn event(&mut self, event: impl fmt::Display) {
        self.writer.event(self.second, event);
    }

    /// Loads the next profile bar.
    fn load(&mut self) {
        let ranks = 0..Machine::references();
        let rank = self.rng.random_range(ranks.clone()).min(self.rng.random_range(ranks));
        let reference = self.machine.reference(rank);
        // From short sashes to whole bars.
        let length = self.rng.random_range(800..=6400);
        let colour = self.machine.colours.choose(&mut self.rng).copied().unwrap_or("BLANC");
        self.job = Job {
            reference,
            // Long pieces and odd references take longer.
            cycle: self.machine.cycle * (850 + length / 20 + rank * 4) / 1000,
            done: 0,
            wanted: self.rng.random_range(9..=21),
        };
        let fraction = ["", ".0", ".5", ".0", ",5"].choose(&mut self.rng).copied().unwrap_or_default();
        self.second += self.rng.random_range(2..8);
        self.event(format_args!("JobProfiel: R:{reference} L:{length}{fraction} C:{colour}"));
        self.second += self.rng.random_range(3..15);
    }

    /// Cuts a piece, if it is done in time, and waits for the next bar or the next hand now and then.
    fn cut(&mut self, closes: u32) {
        let trouble = if self.rng.random_bool(0.03) { 2 } else { 1 };
        let cycle = self.job.cycle * trouble * self.rng.random_range(860..1180) / 1000;
        self.second += cycle;
        if self.second >= closes {
            return;
        }
        self.job.done += 1;
        self.piece(self.second);
        if self.rng.random_bool(0.133) {
            self.second += self.rng.random_range(2..7);
            let lasts = match self.rng.random_range(0..40) {
                0 => self.rng.random_range(90..260),
                _ => self.rng.random_range(5..55),
            };
            self.wait(lasts);
            self.second += lasts;
        }
    }

    fn piece(&mut self, second: u32) {
        let Job { reference, done, .. } = self.job;
        self.writer.event(second, format_args!("StukUitgevoerd: {reference}/{done}"));
    }

    /// Notes a wait from now on, in one of the ways controllers write it.
    fn wait(&mut self, lasts: u32) {
        match self.rng.random_range(0..20) {
            0 => self.event(format_args!("MachineWait: {lasts}.5 sec")),
            1 => self.event(format_args!("MachineWait: {lasts},5 s")),
            2 => self.event(format_args!("MachineWait: {lasts}")),
            _ => self.event(format_args!("MachineWait: {lasts} sec")),
        }
    }

    /// Stops and starts again; sometimes in the middle of a wait, or while a last piece leaves the machine.
    fn stop(&mut self, stop: &Stop) {
        if self.rng.random_bool(0.06) {
            self.wait(self.second % 120 + 60);
            self.second += self.rng.random_range(10..40);
        }
        match stop.text {
            Some(text) => self.event(format_args!("MachineStop: {text}")),
            None => self.event("MachineStop"),
        }
        if self.rng.random_bool(0.01) && self.job.done < self.job.wanted {
            self.job.done += 1;
            self.piece(self.second + 4);
        }
        self.second += stop.lasts;
        self.event("MachineStart");
        self.second += self.rng.random_range(5..30);
    }
}
