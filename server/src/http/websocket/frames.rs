//! A bound on frames, checked on their heads: what reads frames keeps all that comes of one before it looks at its length.

use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt};

/// The most bytes before a frame's payload (RFC 6455, section 5.2): 2, 8 of its length, 4 of its mask.
const LONGEST_HEAD: usize = 14;

/// The most frames of a message: each is kept until the last has come.
const MOST_PARTS: usize = 1_000;

/// Passes bytes on until a frame says that it has more of them than `limit`.
pub(super) fn bounded(
    bytes: impl Stream<Item = Result<Bytes, PayloadError>>,
    limit: usize,
) -> impl Stream<Item = Result<Bytes, PayloadError>> {
    let mut frames = Frames { limit: limit as u64, head: Vec::with_capacity(LONGEST_HEAD), rest: 0, parts: 0 };
    bytes.map(move |part| {
        let part = part?;
        if frames.admit(&part) { Ok(part) } else { Err(PayloadError::Overflow) }
    })
}

/// Where in a frame we are.
struct Frames {
    limit: u64,
    /// What has come of a frame's head.
    head: Vec<u8>,
    /// What has yet to come of its payload.
    rest: u64,
    /// How many frames a message has so far.
    parts: usize,
}

impl Frames {
    /// Follows what comes; false when a frame is too long.
    fn admit(&mut self, mut bytes: &[u8]) -> bool {
        while let Some((first, after)) = bytes.split_first() {
            if self.rest > 0 {
                let skipped = bytes.len().min(usize::try_from(self.rest).unwrap_or(usize::MAX));
                self.rest -= skipped as u64;
                bytes = bytes.get(skipped..).unwrap_or_default();
                continue;
            }
            self.head.push(*first);
            bytes = after;
            let Some(length) = self.length() else { continue };
            self.parts = if self.is_last() { 0 } else { self.parts + 1 };
            if length > self.limit || self.parts > MOST_PARTS {
                return false;
            }
            self.rest = length;
            self.head.clear();
        }
        true
    }

    /// Whether a message ends with this frame.
    fn is_last(&self) -> bool {
        self.head.first().is_none_or(|first| first & 0x80 != 0)
    }

    /// The length of the payload, once the head is whole.
    fn length(&self) -> Option<u64> {
        let [_, second, extended @ ..] = self.head.as_slice() else { return None };
        let mask = if second & 0x80 == 0 { 0 } else { 4 };
        let width = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        if extended.len() < width + mask {
            return None;
        }
        let length = extended.iter().take(width).fold(0, |length, byte| length << 8 | u64::from(*byte));
        Some(if width == 0 { u64::from(second & 0x7f) } else { length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: u64, masked: bool) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut bytes = vec![0x81];
        match length {
            0..126 => bytes.push(mask | length as u8),
            126..0x1_0000 => {
                bytes.push(mask | 0x7e);
                bytes.extend((length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(mask | 0x7f);
                bytes.extend(length.to_be_bytes());
            }
        }
        bytes.extend(vec![0xff; if masked { 4 } else { 0 }]);
        bytes
    }

    fn admits(bytes: &[u8], step: usize) -> bool {
        let mut frames = Frames { limit: 70_000, head: Vec::new(), rest: 0, parts: 0 };
        bytes.chunks(step).all(|part| frames.admit(part))
    }

    #[test]
    fn a_message_has_so_many_frames_and_no_more() {
        let part = [[0x01, 0x81, 0, 0, 0, 0, b'x'], [0x00, 0x81, 0, 0, 0, 0, b'x']];
        let long = [part[0].to_vec(), part[1].repeat(MOST_PARTS - 1)].concat();
        assert!(admits(&long, 100) && !admits(&[long, part[1].to_vec()].concat(), 100));
        let whole = [0x81, 0x81, 0, 0, 0, 0, b'x'].repeat(3 * MOST_PARTS);
        assert!(admits(&whole, 100));
    }

    #[test]
    fn frames_up_to_the_limit_pass_however_they_are_cut() {
        for masked in [false, true] {
            let mut bytes = Vec::new();
            for length in [0, 1, 125, 126, 127, 65_535, 65_536, 70_000, 3] {
                bytes.extend(frame(length, masked));
                bytes.extend(vec![0xfe; length as usize]);
            }
            for step in [1, 2, 3, 7, 1_000, 1 << 20] {
                assert!(admits(&bytes, step), "{step}");
            }
            for long in [70_001, 1 << 20, u64::MAX] {
                let mut bytes = bytes.clone();
                bytes.extend(frame(long, masked));
                for step in [1, 5, 1 << 20] {
                    assert!(!admits(&bytes, step), "{long}");
                }
            }
        }
    }
}
