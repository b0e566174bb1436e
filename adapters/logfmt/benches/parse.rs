//! Reading 20 MB of log in memory, beside the floor of any reader: counting its lines.
//!
//! Figures drift by a third on shared machines: compare only those of one run.
#![allow(missing_docs, reason = "criterion's macros make an undocumented function")]

use atelier_application::ports::log_format::LogFormat;
use atelier_domain::event::{Event, Line};
use atelier_domain::time::{Instant, PlantZone};
use atelier_logfmt::{Item, MachineLog, Reader};
use chrono::{Days, NaiveDate, NaiveTime, TimeDelta};
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use std::borrow::Cow;
use std::hint::black_box;
use std::io::Write;

const BYTES: usize = 20_000_000;
const CHUNK: usize = 64 * 1024;
/// What a machine writes on a day.
const DAY: usize = 40_000;

/// Days of one machine: some 900 pieces, 120 waits, 60 jobs and 8 stops on each.
fn typical() -> Vec<u8> {
    let mut log = Vec::with_capacity(BYTES + 100);
    let mut date = NaiveDate::from_ymd_opt(2025, 1, 1).unwrap_or_default();
    while log.len() < BYTES {
        let morning = date.and_time(NaiveTime::from_hms_opt(5, 30, 0).unwrap_or_default());
        for at in 0..1096 {
            let stamp = (morning + TimeDelta::seconds(at * 55)).format("%Y%m%d %H:%M:%S");
            let (job, wait) = (215_000 + at / 18, 5 + at * 7 % 90);
            let written = match at % 137 {
                0 => writeln!(log, "{stamp}|@MachineStart"),
                136 => writeln!(log, "{stamp}|@MachineStop"),
                at if at % 18 == 1 => {
                    writeln!(log, "{stamp}|@JobProfiel: R:{job} L:3359.0 C:7016 G ALU")
                }
                at if at % 9 == 4 => writeln!(log, "{stamp}|@MachineWait: {wait} sec"),
                piece => writeln!(log, "{stamp}|@StukUitgevoerd: {job}/{piece}"),
            };
            black_box(written).ok();
        }
        date = date.checked_add_days(Days::new(1)).unwrap_or(date);
    }
    log
}

/// The same with CR LF, and with a Windows-1252 letter in each of its job lines.
fn legacy() -> Vec<u8> {
    let mut log = Vec::with_capacity(BYTES + BYTES / 10);
    for line in typical().split_inclusive(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        log.extend_from_slice(line);
        log.extend_from_slice(if line.ends_with(b"ALU") { b" gris fonc\xE9\r\n" } else { b"\r\n" });
    }
    log
}

fn logs(criterion: &mut Criterion) {
    for (name, log) in [("typical", typical()), ("legacy", legacy())] {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(log.len() as u64)).sample_size(30);
        readers(&mut group, &log);
        group.finish();
    }
}

fn readers(group: &mut BenchmarkGroup<'_, WallTime>, log: &[u8]) {
    let zone = PlantZone::new(chrono_tz::Europe::Paris, NaiveTime::MIN);
    group.bench_function("limit: count lines", |bench| {
        bench.iter(|| memchr::memchr_iter(b'\n', black_box(log)).count());
    });
    group.bench_function("limit: visit lines", |bench| {
        bench.iter(|| memchr::memchr_iter(b'\n', black_box(log)).fold(0, |sum, end| sum ^ black_box(end)));
    });
    let read = MachineLog.parse(log, zone, None, true).lines.len();
    group.bench_function("limit: as many lines in fresh memory", |bench| {
        bench.iter(|| (0..black_box(read)).map(line).collect::<Vec<_>>());
    });
    group.bench_function("MachineLog::parse", |bench| {
        bench.iter(|| MachineLog.parse(black_box(log), zone, None, true));
    });
    group.bench_function("MachineLog::parse, day by day", |bench| {
        bench.iter(|| {
            for day in black_box(log).chunks(DAY) {
                black_box(MachineLog.parse(day, zone, None, true));
            }
        });
    });
    group.bench_function("Reader", |bench| {
        bench.iter(|| {
            let mut reader = Reader::new(zone, None);
            let mut sink = |item: Item<'_>| {
                black_box(&item);
            };
            for chunk in black_box(log).chunks(CHUNK) {
                reader.feed(chunk, &mut sink);
            }
            reader.finish(true, &mut sink)
        });
    });
}

fn line(number: usize) -> Line<'static> {
    let at = Instant(number as i64);
    Line { at, latest: at, number: number as u32, text: Cow::Borrowed("text"), event: Event::Stop }
}

criterion_group!(benches, logs);
criterion_main!(benches);
