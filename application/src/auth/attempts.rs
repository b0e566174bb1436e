//! Slows down whoever guesses passwords.
//!
//! An attempt is charged before the password is looked at, so that a thousand at once do not all pass; one that succeeds gets
//! its charge back. What is charged is forgotten at a steady pace: the generic cell rate algorithm (ITU-T I.371, appendix I),
//! in which a key is one instant, that at which nothing of it is left.
//!
//! Three things are counted: a name from an address, so that somebody else's guesses do not lock its owner out; an address,
//! whatever the names; a name, whatever the addresses, far more generously.

use atelier_domain::time::Instant;
use atelier_domain::units::Millis;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How often something may fail.
struct Rate {
    /// At once.
    burst: i64,
    /// And once more after so long.
    pace: Millis,
}

const NAME_FROM_ADDRESS: Rate = Rate { burst: 10, pace: Millis::from_seconds(10) };
const ADDRESS: Rate = Rate { burst: 50, pace: Millis::from_seconds(2) };
const NAME: Rate = Rate { burst: 100, pace: Millis::from_seconds(10) };

/// So many keys of a kind are remembered.
const REMEMBERED: usize = 100_000;

/// Keys are hashes, so that a long name takes no more room than a short one; each with the instant at which nothing is left.
type Charged = HashMap<u64, Instant>;

/// Attempts that failed, or may yet.
#[derive(Default)]
pub(crate) struct Attempts {
    hashes: RandomState,
    charged: Mutex<[Charged; 3]>,
    /// Names that signed in from an address: what others guess elsewhere does not keep them out.
    known: Mutex<HashSet<u64>>,
}

/// An attempt that was charged.
pub(crate) struct Attempt([Option<u64>; 3]);

impl Attempts {
    /// Charges an attempt.
    ///
    /// # Errors
    /// How long to wait when there were too many.
    pub(crate) fn charge(&self, name: &str, from: Option<IpAddr>, now: Instant) -> Result<Attempt, Millis> {
        let from = from.map(network);
        let hash = |key: (Option<IpAddr>, Option<&str>)| self.hashes.hash_one(key);
        let keys: [Option<u64>; 3] =
            [Some(hash((from, Some(name)))), from.map(|from| hash((Some(from), None))), Some(hash((None, Some(name))))];
        let [name_from_address, address, name] = keys;
        let known = name_from_address.is_some_and(|key| self.known().contains(&key));
        let keys = [name_from_address, address, name.filter(|_| !known)];
        let mut charged = self.charged.lock().unwrap_or_else(PoisonError::into_inner);
        let each = || keys.iter().zip([NAME_FROM_ADDRESS, ADDRESS, NAME]);
        let wait = charged.iter().zip(each()).filter_map(|(charged, (key, rate))| {
            let empty = charged.get(&(*key)?).copied().unwrap_or(now).max(now);
            let full = Millis(rate.pace.0 * (rate.burst - 1));
            (empty - now > full).then(|| empty - now - full)
        });
        if let Some(wait) = wait.max() {
            return Err(wait);
        }
        for (charged, (key, rate)) in charged.iter_mut().zip(each()) {
            let Some(key) = *key else { continue };
            make_room(charged, now);
            let empty = charged.entry(key).or_insert(now);
            *empty = (*empty).max(now) + rate.pace;
        }
        Ok(Attempt(keys))
    }

    /// Gives back what an attempt was charged that was right, and remembers where it came from.
    pub(crate) fn succeeded(&self, attempt: &Attempt) {
        self.give_back(attempt);
        let mut known = self.known();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.extend(attempt.0.first().copied().flatten());
    }

    fn known(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives back what an attempt was charged.
    pub(crate) fn give_back(&self, Attempt(keys): &Attempt) {
        let mut charged = self.charged.lock().unwrap_or_else(PoisonError::into_inner);
        for (charged, (key, rate)) in charged.iter_mut().zip(keys.iter().zip([NAME_FROM_ADDRESS, ADDRESS, NAME])) {
            if let Some(empty) = key.and_then(|key| charged.get_mut(&key)) {
                *empty = *empty + Millis(-rate.pace.0);
            }
        }
    }
}

/// Forgets what has nothing left; if that is not enough, all.
fn make_room(charged: &mut Charged, now: Instant) {
    if charged.len() >= REMEMBERED {
        charged.retain(|_, empty| *empty > now);
        if charged.len() >= REMEMBERED {
            charged.clear();
        }
    }
}

/// Whom an address stands for: whoever has one of IPv6 has 2⁶⁴ of them (RFC 4291, section 2.5.4).
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::{Ipv4Addr, Ipv6Addr};

    const NOW: Instant = Instant(1_000_000);

    fn address(last: u8) -> IpAddr {
        Ipv4Addr::new(10, 0, 0, last).into()
    }

    /// How many of so many attempts are let through, and for how long one waits then.
    fn passed(attempts: &Attempts, name: &str, from: IpAddr, count: usize, now: Instant) -> (usize, Option<i64>) {
        let outcomes: Vec<_> = (0..count).map(|_| attempts.charge(name, Some(from), now)).collect();
        let wait = outcomes.last().and_then(|last| last.as_ref().err()).map(|wait| wait.0);
        (outcomes.iter().filter(|outcome| outcome.is_ok()).count(), wait)
    }

    #[test]
    fn a_name_fails_ten_times_from_an_address_then_once_in_ten_seconds() {
        let attempts = Attempts::default();
        assert_eq!(passed(&attempts, "ada", address(1), 11, NOW), (10, Some(10_000)));
        assert_eq!(passed(&attempts, "ada", address(1), 1, Instant(NOW.0 + 9_999)), (0, Some(1)));
        assert_eq!(passed(&attempts, "ada", address(1), 2, Instant(NOW.0 + 10_000)), (1, Some(10_000)));
        assert_eq!(passed(&attempts, "ada", address(2), 1, NOW).0, 1, "its owner elsewhere still signs in");
        assert_eq!(passed(&attempts, "bob", address(1), 1, NOW).0, 1, "so do others from there");
        assert_eq!(passed(&attempts, "ada", address(1), 11, Instant(NOW.0 + 1_000_000)).0, 10, "all is forgotten");
    }

    #[test]
    fn an_address_fails_fifty_times_and_a_name_a_hundred_times() {
        let attempts = Attempts::default();
        let names = (0..60).filter(|i| attempts.charge(&format!("n{i}"), Some(address(1)), NOW).is_ok());
        assert_eq!(names.count(), 50);
        let places = (0..120).filter(|i| attempts.charge("ada", Some(address(*i + 2)), NOW).is_ok());
        assert_eq!(places.count(), 100);
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        let attempts = Attempts::default();
        let six = |last: u16| IpAddr::from(Ipv6Addr::new(0x2001, 0xdb8, 0, 1, 0, 0, 0, last));
        assert_eq!((0..20).filter(|i| attempts.charge("ada", Some(six(*i)), NOW).is_ok()).count(), 10);
        let mapped = IpAddr::from(Ipv4Addr::new(10, 0, 0, 1).to_ipv6_mapped());
        assert_eq!(passed(&attempts, "bob", mapped, 10, NOW).0, 10);
        assert_eq!(passed(&attempts, "bob", address(1), 1, NOW).0, 0);
        let other = IpAddr::from(Ipv4Addr::new(10, 0, 0, 2).to_ipv6_mapped());
        assert_eq!(passed(&attempts, "bob", other, 1, NOW).0, 1);
    }

    #[test]
    fn whoever_signed_in_from_an_address_is_not_locked_out_by_others() {
        let attempts = Attempts::default();
        let Ok(attempt) = attempts.charge("ada", Some(address(1)), NOW) else { panic!("refused") };
        attempts.succeeded(&attempt);
        let places = (0..120).filter(|i| attempts.charge("ada", Some(address(*i + 2)), NOW).is_ok());
        assert_eq!(places.count(), 100);
        assert_eq!(passed(&attempts, "ada", address(1), 11, NOW).0, 10, "where she was before");
        assert_eq!(passed(&attempts, "ada", address(200), 1, NOW).0, 0, "where nobody was");
    }

    #[test]
    fn who_signs_in_is_not_counted() {
        let attempts = Attempts::default();
        for _ in 0..1_000 {
            let Ok(attempt) = attempts.charge("ada", Some(address(1)), NOW) else { panic!("refused") };
            attempts.give_back(&attempt);
        }
        assert_eq!(passed(&attempts, "ada", address(1), 11, NOW).0, 10);
    }

    #[test]
    fn memory_is_bounded() {
        let mut charged: Charged =
            (0..REMEMBERED as u64).map(|key| (key, Instant(NOW.0 + i64::from(key == 7)))).collect();
        make_room(&mut charged, NOW);
        assert_eq!(charged.into_keys().collect::<Vec<_>>(), [7]);
        let mut charged: Charged = (0..REMEMBERED as u64).map(|key| (key, Instant(NOW.0 + 1))).collect();
        make_room(&mut charged, NOW);
        assert!(charged.is_empty());
    }
}
