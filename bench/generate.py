#!/usr/bin/env python3
"""Writes machine logs as a factory's: for each machine a folder with a file a past day.

    bench/generate.py FOLDER [--days 90] [--end 2026-05-31] [--machines 3] [--seed 1] [--config FILE]

A machine-day holds about 900 pieces, 120 waits, 8 stop/start pairs and 60 jobs between 05:30 and 21:30; lines end with
CRLF. The same arguments write the same bytes. 3 machines over 90 days are data set S of bench/README.md, 30 over 365 are
data set M. The first three machines are those Atelier knows by itself; --config writes an atelier.toml that names all.

No period touches the edge of its day and none has length 0, so that every way to store the logs has the same rows.
"""

import argparse
import datetime
import pathlib
import random

KNOWN = [("DEM12", "PVC"), ("DEMALU", "ALU"), ("SU12", "HYBRIDE")]
OPENING = 5 * 3600 + 30 * 60
CLOSING = 21 * 3600 + 30 * 60
STOPS = 8
COLOURS = ["BLANC", "7016 G ALU", "CHENE DORE", "9005 MAT", "GRIS 7035", "PLAXE NOYER"]


def machines(count):
    """Name and type of each."""
    more = ((f"CU{n:02}", KNOWN[n % 3][1]) for n in range(len(KNOWN) + 1, count + 1))
    return [*KNOWN, *more][:count]


def folder_name(machine):
    name, kind = machine
    return f"{name} ({kind})"


def about(rng, number):
    """Within 5 % of a number."""
    return round(number * rng.uniform(0.95, 1.05))


def machine_day(rng, date):
    """The text of one day of one machine."""
    events = []  # (second of the day, order within it, text)
    running = []
    edge = OPENING + 60
    for part in range(STOPS):
        begin = OPENING + (CLOSING - OPENING) * part // STOPS + 120
        end = OPENING + (CLOSING - OPENING) * (part + 1) // STOPS - 120
        length = rng.randint(60, 900)
        stop = rng.randint(begin, end - length)
        events.append((stop, 3, "MachineStop"))
        events.append((stop + length, 0, "MachineStart"))
        running.extend(range(edge, stop))
        edge = stop + length + 1
    running.extend(range(edge, CLOSING))

    for second in rng.sample(running, about(rng, 120)):
        events.append((second, 2, f"MachineWait: {rng.randint(5, 180)} sec"))
    jobs = sorted([OPENING + 20, *rng.sample(running, about(rng, 60) - 1)])
    pieces = sorted(rng.sample(running, about(rng, 900)))
    references = [rng.randint(200000, 219999) for _ in jobs]
    for second, reference in zip(jobs, references):
        length = rng.randrange(4000, 26000) / 4
        events.append((second, 0, f"JobProfiel: R:{reference} L:{length} C:{rng.choice(COLOURS)}"))
    job = number = 0
    for second in pieces:
        while job + 1 < len(jobs) and jobs[job + 1] <= second:
            job, number = job + 1, 0
        number += 1
        events.append((second, 1, f"StukUitgevoerd: {references[job]}/{number}"))
    events.append((OPENING, 0, "MachineStart"))
    events.append((CLOSING, 0, "MachineStop"))

    events.sort(key=lambda event: event[:2])
    day = date.strftime("%Y%m%d")
    lines = []
    for second, _, text in events:
        lines.append(f"{day} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}|@{text}\r\n")
    return "".join(lines)


def toml(all_machines):
    return "".join(
        f'[[machines]]\nname = "{machine[0]}"\ntype = "{machine[1]}"\nfolder = "{folder_name(machine)}"\n\n'
        for machine in all_machines
    )


def main():
    yesterday = datetime.date.today() - datetime.timedelta(days=1)
    parser = argparse.ArgumentParser(description="Writes machine logs.")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--end", type=datetime.date.fromisoformat, default=yesterday, help="the last day (default: yesterday)")
    parser.add_argument("--machines", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--config", type=pathlib.Path, help="where to write an atelier.toml with these machines")
    args = parser.parse_args()

    files = size = 0
    for machine in machines(args.machines):
        folder = args.folder / folder_name(machine)
        folder.mkdir(parents=True, exist_ok=True)
        for back in range(args.days):
            date = args.end - datetime.timedelta(days=args.days - 1 - back)
            rng = random.Random(f"{args.seed}/{machine[0]}/{date}")
            text = machine_day(rng, date).encode("ascii")
            (folder / f"{date:%Y%m%d}.LOG").write_bytes(text)
            files, size = files + 1, size + len(text)
    if args.config:
        args.config.write_text(toml(machines(args.machines)))
    print(f"{files} files, {size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
