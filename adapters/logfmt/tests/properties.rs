//! What holds for any bytes, tried on random ones and on random logs.

#[path = "../fuzz/check.rs"]
mod check;

use proptest::collection::vec;
use proptest::prelude::*;

/// Pieces of lines that mean something, or nearly.
const PIECES: &[&[u8]] = &[
    b"\n",
    b"\n",
    b"\r\n",
    b"\r\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b"\xEF\xBB\xBF",
    b"|@",
    b"|@",
    b"|",
    b"@",
    b":",
    b": ",
    b"20251026 02:30:00",
    b"20251026 02:10:00",
    b"20250330 02:30:00",
    b"20251028 23:59:59",
    b"20251029 00:00:00",
    b"19800101 00:00:05",
    b"22010101 06:32:00",
    b"20250230 06:31:00",
    b"20251026 24:00:00",
    b"20251026",
    b"StukUitgevoerd",
    b"MachineWait",
    b"MachineStop",
    b"MachineStart",
    b"JobProfiel",
    b"Onbekend",
    b"machinestop",
    b"20251026 06:00:00|@StukUitgevoerd: 1/2",
    b"20251026 06:00:00|@MachineWait: 12,5 s",
    b"20251026 06:00:00|@JobProfiel: R:215023 L:3359.0 C:7016 G ALU",
    b"20251026 06:00:00|@MachineStop",
    b"R:",
    b" R:5",
    b" L:1250,5",
    b" L:1e9",
    b" C:7016",
    b"35",
    b"12.5",
    b"86400",
    b"86400.001",
    b"9999999999999999999999",
    b" sec",
    b" sec.",
    b" s",
    b"-5",
    b"\xE9",
    b"\xC3\xA9",
    b"\xC3",
    b"\xE2\x82",
    b"\xA0",
    b"\x81\x9D",
    b"\xC2\xA0",
];

/// Lengths that bring a line to the limit.
fn filler() -> impl Strategy<Value = Vec<u8>> {
    (prop::sample::select(&b"x\0 |:\xE9"[..]), 65_480..65_560_usize).prop_map(|(byte, length)| vec![byte; length])
}

fn log() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        300 => prop::sample::select(PIECES).prop_map(<[u8]>::to_vec),
        20 => vec(any::<u8>(), 0..4),
        1 => filler(),
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(content in vec(any::<u8>(), 0..400)) {
        check::check(&content);
    }

    #[test]
    fn any_log(content in log()) {
        check::check(&content);
    }
}
