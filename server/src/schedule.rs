//! When work is due, by cron in the plant's time, and the loop that does it.
//!
//! Runs follow each other and never overlap: one that comes due while another is at work is skipped. Around clock changes
//! a fixed time (`30 2 * * *`) fires once a day, also on a day that lacks it, and an interval (`*/15 * * * *`) goes on
//! through a repeated hour.

use atelier_application::ports::clock::Clock;
use atelier_domain::units::Millis;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use croner::Cron;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The longest sleep: the computer's clock may be set, or the computer be suspended, meanwhile.
const NAP: Duration = if cfg!(test) { Duration::from_millis(1) } else { Duration::from_secs(30) };

/// The first time after `after` at which `cron` is due in `zone`; nothing when it never is.
pub(crate) fn next(cron: &Cron, zone: Tz, after: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let local = after.with_timezone(&zone);
    cron.find_next_occurrence(&local, false).ok().map(|due| due.with_timezone(&Utc))
}

/// The longest time between two runs in the fortnight after `after`, or to the first one.
pub(crate) fn longest_pause(cron: &Cron, zone: Tz, after: DateTime<Utc>) -> Millis {
    let fortnight = after + TimeDelta::days(14);
    let mut longest = TimeDelta::zero();
    let mut last = after;
    while let Some(due) = next(cron, zone, last) {
        longest = longest.max(due - last);
        last = due;
        if due > fortnight {
            break;
        }
    }
    Millis(longest.num_milliseconds())
}

/// Does `job` whenever it is due, until cancelled; a job at work is waited for.
pub(crate) async fn run<F>(
    cron: &Cron,
    zone: Tz,
    clock: &dyn Clock,
    cancel: &CancellationToken,
    mut job: impl FnMut() -> F,
) where
    F: Future<Output = ()>,
{
    loop {
        let Some(due) = next(cron, zone, clock.now().to_utc()) else {
            tracing::warn!(
                schedule = cron.as_str(),
                "the schedule has no further date; nothing will be fetched by itself"
            );
            return cancel.cancelled().await;
        };
        tracing::debug!(%due, "waiting for the next scheduled run");
        while let Ok(left) = (due - clock.now().to_utc()).to_std() {
            if left.is_zero() {
                break;
            }
            tokio::select! {
                () = cancel.cancelled() => return,
                () = tokio::time::sleep(left.min(NAP)) => {}
            }
        }
        if cancel.is_cancelled() {
            return;
        }
        job().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Schedule;
    use atelier_domain::time::Instant;
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicI64, Ordering};

    fn cron(text: &str) -> Cron {
        match Schedule::of(text).unwrap() {
            Schedule::Cron(cron) => *cron,
            Schedule::Off => panic!("off"),
        }
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// The times due from `from` on, as UTC.
    fn due(schedule: &str, from: &str, count: usize) -> Vec<String> {
        let cron = cron(schedule);
        let first = next(&cron, Tz::Europe__Paris, utc(from));
        let times = std::iter::successors(first, |at| next(&cron, Tz::Europe__Paris, *at));
        times.take(count).map(|at| at.format("%d %H:%M").to_string()).collect()
    }

    #[test]
    fn times_are_the_plants() {
        assert_eq!(due("0 9,14 * * *", "2025-06-16T00:00:00Z", 2), ["16 07:00", "16 12:00"]);
        assert_eq!(due("0 9,14 * * *", "2025-12-16T00:00:00Z", 2), ["16 08:00", "16 13:00"]);
    }

    #[test]
    fn a_fixed_time_fires_once_on_a_day_that_lacks_it() {
        // 30 March: 02:00 becomes 03:00, which is 01:00 UTC.
        assert_eq!(due("30 2 * * *", "2025-03-29T12:00:00Z", 2), ["30 01:00", "31 00:30"]);
    }

    #[test]
    fn a_fixed_time_fires_once_on_a_day_that_has_it_twice() {
        // 26 October: 03:00 becomes 02:00 again.
        assert_eq!(due("30 2 * * *", "2025-10-25T12:00:00Z", 2), ["26 00:30", "27 01:30"]);
    }

    #[test]
    fn an_interval_goes_on_through_the_changes() {
        assert_eq!(due("*/30 * * * *", "2025-03-30T00:00:00Z", 3), ["30 00:30", "30 01:00", "30 01:30"]);
        assert_eq!(
            due("*/30 * * * *", "2025-10-25T23:45:00Z", 5),
            ["26 00:00", "26 00:30", "26 01:00", "26 01:30", "26 02:00"]
        );
    }

    #[test]
    fn the_longest_pause_is_that_of_the_night_or_the_end_of_the_week() {
        let pause = |schedule| {
            let pause = longest_pause(&cron(schedule), Tz::Europe__Paris, utc("2025-06-16T10:00:00Z"));
            pause.0 / 3_600_000
        };
        assert_eq!(pause("0 9,14 * * *"), 19);
        assert_eq!(pause("0 9 * * 1-5"), 72);
        assert_eq!(pause("0 9 1 1 *"), 24 * 198 + 22, "until the first of January");
    }

    /// A clock that tests set.
    struct SetClock(AtomicI64);

    impl SetClock {
        fn at(text: &str) -> Self {
            Self(AtomicI64::new(utc(text).timestamp_millis()))
        }

        /// Lets so many seconds pass, one every two milliseconds.
        async fn pass(&self, seconds: u32) {
            for _ in 0..seconds {
                tokio::time::sleep(Duration::from_millis(2)).await;
                self.0.fetch_add(1_000, Ordering::Relaxed);
            }
        }
    }

    impl Clock for SetClock {
        fn now(&self) -> Instant {
            Instant(self.0.load(Ordering::Relaxed))
        }
    }

    #[tokio::test]
    async fn a_run_that_is_due_while_one_is_at_work_is_skipped() {
        let clock = SetClock::at("2025-06-16T08:00:30Z");
        let cancel = CancellationToken::new();
        let started = Mutex::new(Vec::new());
        let cron = cron("* * * * *");
        run(&cron, Tz::Europe__Paris, &clock, &cancel, || async {
            started.lock().unwrap().push(clock.now().to_utc().format("%H:%M").to_string());
            if started.lock().unwrap().len() == 3 {
                cancel.cancel();
            }
            clock.0.fetch_add(150_000, Ordering::Relaxed);
        })
        .with_time(&clock)
        .await;
        assert_eq!(*started.lock().unwrap(), ["08:01", "08:04", "08:07"]);
    }

    /// Lets the clock's time pass while a future is at work.
    trait WithTime: Future<Output = ()> + Sized {
        async fn with_time(self, clock: &SetClock) {
            tokio::select! {
                () = self => {}
                () = clock.pass(3600) => panic!("an hour passed"),
            }
        }
    }

    impl<F: Future<Output = ()>> WithTime for F {}

    #[tokio::test]
    async fn cancelling_waits_for_the_job_at_work() {
        let clock = SetClock::at("2025-06-16T08:00:30Z");
        let (cancel, done) = (CancellationToken::new(), AtomicI64::new(0));
        let cron = cron("* * * * *");
        run(&cron, Tz::Europe__Paris, &clock, &cancel, || async {
            cancel.cancel();
            tokio::time::sleep(Duration::from_millis(20)).await;
            done.fetch_add(1, Ordering::Relaxed);
        })
        .with_time(&clock)
        .await;
        assert_eq!(done.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn cancelling_ends_the_wait() {
        let clock = SetClock::at("2025-06-16T08:00:30Z");
        let cancel = CancellationToken::new();
        cancel.cancel();
        run(&cron("* * * * *"), Tz::Europe__Paris, &clock, &cancel, || async { panic!("not due") }).await;
    }
}
