//! `atelier parse`: what a log file says, line by line, in bounded memory.

mod print;

use super::{Global, out};
use crate::clock::SystemClock;
use anyhow::{Context, bail};
use atelier_application::ports::clock::Clock;
use atelier_domain::log_file::{date_in_name, day_is_over};
use atelier_logfmt::{Item, Reader, Summary};
use clap::Args;
use print::{Counts, Last, Printed, Rejected, json_line};
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Bytes that are read at once.
const CHUNK: usize = 256 * 1024;

/// Reads one log file and prints what would be stored.
#[derive(Debug, Args)]
pub(super) struct Parse {
    /// The log file; a date in its name counts, as it does on the server.
    file: PathBuf,
    /// Prints an object a line, and a summary last.
    #[arg(long)]
    json: bool,
}

/// Reads and prints.
pub(super) fn run(command: &Parse, global: &Global) -> anyhow::Result<ExitCode> {
    let zone = global.quiet()?.plant.zone;
    let path = command.file.display();
    let mut file =
        open(&command.file).with_context(|| format!("{path} cannot be opened; check its name and your rights"))?;
    let name = command.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let date = date_in_name(&name);
    let finished = day_is_over(zone, date, SystemClock.now());

    let mut reader = Reader::new(zone, date);
    let mut printer = Printer { out: BufWriter::new(io::stdout().lock()), json: command.json, outcome: Ok(()) };
    let mut chunk = vec![0; CHUNK];
    let mut bytes = 0;
    loop {
        let read = match file.read(&mut chunk) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => bail!("{path} cannot be read to its end ({error}); {bytes} bytes were"),
        };
        bytes += read as u64;
        reader.feed(chunk.get(..read).unwrap_or_default(), &mut |item| printer.item(&item));
        if printer.outcome.is_err() {
            break;
        }
    }
    let summary = reader.finish(finished, &mut |item| printer.item(&item));
    printer.summary(&summary, bytes);
    out::written(printer.finish()).context("the result cannot be written")?;
    Ok(ExitCode::SUCCESS)
}

fn open(path: &Path) -> io::Result<File> {
    if path.is_dir() {
        return Err(io::Error::other("it is a folder, not a log file"));
    }
    File::open(path)
}

/// Prints items until the first failure.
struct Printer<W> {
    out: W,
    json: bool,
    outcome: io::Result<()>,
}

impl<W: Write> Printer<W> {
    fn item(&mut self, item: &Item<'_>) {
        if self.outcome.is_ok() {
            self.outcome = match item {
                Item::Event(line) if self.json => json_line(&mut self.out, &Printed::of(line)),
                Item::Event(line) => Printed::of(line).write(&mut self.out),
                Item::Reject(reject) if self.json => json_line(&mut self.out, &Rejected::of(reject)),
                Item::Reject(reject) => {
                    writeln!(self.out, "{:>7}  rejected: {}: {}", reject.number, reject.reason, reject.text)
                }
                Item::Noise { .. } => Ok(()),
            };
        }
    }

    fn summary(&mut self, summary: &Summary, bytes: u64) {
        if self.outcome.is_err() {
            return;
        }
        let counts = summary.counts;
        let left = bytes - summary.consumed.min(bytes);
        self.outcome = if self.json {
            let (lines, events, ignored, rejected) = (counts.lines, counts.events, counts.ignored, counts.rejected);
            json_line(
                &mut self.out,
                &Last { summary: Counts { lines, events, ignored, rejected, bytes, consumed: summary.consumed } },
            )
        } else {
            let rest = if left > 0 {
                format!("; {left} bytes of a last line that may still be being written are left")
            } else {
                String::new()
            };
            writeln!(
                self.out,
                "{} lines: {} events, {} ignored, {} rejected{rest}",
                counts.lines, counts.events, counts.ignored, counts.rejected
            )
        };
    }

    fn finish(mut self) -> io::Result<()> {
        self.outcome?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use atelier_domain::time::PlantZone;
    use chrono::NaiveTime;
    use serde_json::{Value, json};

    fn printed(content: &[u8], json: bool) -> Vec<String> {
        let zone = PlantZone::new(chrono_tz::Tz::Europe__Paris, NaiveTime::MIN);
        let mut reader = Reader::new(zone, date_in_name("20250528.LOG"));
        let mut printer = Printer { out: Vec::new(), json, outcome: Ok(()) };
        reader.feed(content, &mut |item| printer.item(&item));
        let summary = reader.finish(true, &mut |item| printer.item(&item));
        printer.summary(&summary, content.len() as u64);
        String::from_utf8(printer.out).unwrap().lines().map(str::to_owned).collect()
    }

    const LOG: &[u8] = b"noise\n20250528 06:02:40|@JobProfiel: R:215023 L:3359.0 C:7016 G ALU\n20250528 06:05:02|@MachineWait: 35 sec\n20250528 06:05:03|@MachineWait: long\n20250528 06:06:00|@Alarm: 7\n";

    #[test]
    fn json_has_an_object_a_line_in_file_order_and_a_summary_last() {
        let lines = printed(LOG, true);
        assert!(
            lines[0].starts_with("{\"line\":2,\"at\":\"2025-05-28T04:02:40Z\",\"event\":\"JobProfiel\",\"reference\":"),
            "{}",
            lines[0]
        );
        let values: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(
            values,
            [
                json!({"line": 2, "at": "2025-05-28T04:02:40Z", "event": "JobProfiel", "reference": "215023", "lengthMm": 3359.0, "colour": "7016 G ALU"}),
                json!({"line": 3, "at": "2025-05-28T04:05:02Z", "event": "MachineWait", "durationSeconds": 35.0}),
                json!({"line": 4, "rejected": "wait without a readable number", "offset": 107, "text": "20250528 06:05:03|@MachineWait: long"}),
                json!({"line": 5, "at": "2025-05-28T04:06:00Z", "event": "Alarm"}),
                json!({"summary": {"lines": 5, "events": 3, "ignored": 1, "rejected": 1, "bytes": LOG.len(), "consumed": LOG.len()}}),
            ]
        );
    }

    #[test]
    fn text_is_for_people() {
        let lines = printed(LOG, false);
        assert_eq!(lines[0], "      2  2025-05-28T04:02:40Z  JobProfiel  215023  3359 mm  7016 G ALU");
        assert_eq!(lines[2], "      4  rejected: wait without a readable number: 20250528 06:05:03|@MachineWait: long");
        assert_eq!(lines[4], "5 lines: 3 events, 1 ignored, 1 rejected");
    }
}
