#!/usr/bin/env python3
"""Stores machine logs as the system that Atelier replaces did: the rival of bench/first-sync.

    bench/replaced.py prepare URL                    makes the database URL names, with its tables, anew
    bench/replaced.py run URL FOLDER                 reads every log below the folder and stores it
    bench/replaced.py run URL ftp://user:password@host:port/
    bench/replaced.py export URL FOLDER              writes each table as a CSV file, for bench/limit
    bench/replaced.py schema [--no-foreign-keys]     prints the tables' SQL

Each line is split and becomes a dict, its time is read with strptime. Each file is one transaction: SELECT the session,
INSERT or UPDATE it, DELETE its details, then one INSERT a row.
"""

import argparse
import contextlib
import datetime
import ftplib
import pathlib
import sys
import time
import urllib.parse

TABLES = ["centre_usinage", "session_production", "job_profil", "periode_attente", "periode_arret", "piece_production"]
DETAILS = TABLES[2:]


def schema(foreign_keys=True):
    def references(table):
        return f" REFERENCES {table} (id)" if foreign_keys else ""

    session = f"session_id integer NOT NULL{references('session_production')}"
    created = "date_creation timestamp NOT NULL DEFAULT now()"
    return f"""
CREATE TABLE centre_usinage (
  id serial PRIMARY KEY, nom varchar(100) NOT NULL UNIQUE, type_cu varchar(50) NOT NULL, description text,
  actif boolean NOT NULL DEFAULT true, {created});
CREATE TABLE session_production (
  id serial PRIMARY KEY, centre_usinage_id integer NOT NULL{references('centre_usinage')}, date_production date NOT NULL,
  heure_premiere_piece timestamp, heure_derniere_piece timestamp, heure_premier_machine_start timestamp,
  heure_dernier_machine_stop timestamp, total_pieces integer NOT NULL DEFAULT 0, duree_production_totale numeric(10,4),
  temps_attente numeric(10,4), temps_arret_volontaire numeric(10,4), temps_production_effectif numeric(10,4),
  taux_occupation numeric(5,2), taux_attente numeric(5,2), taux_arret_volontaire numeric(5,2),
  fichier_log_source varchar(255), {created}, UNIQUE (centre_usinage_id, date_production));
CREATE TABLE job_profil (
  id serial PRIMARY KEY, {session}, reference varchar(100), longueur double precision, couleur varchar(100),
  timestamp_debut timestamp NOT NULL, {created});
CREATE INDEX ON job_profil (session_id);
CREATE TABLE periode_attente (
  id serial PRIMARY KEY, {session}, timestamp_debut timestamp NOT NULL, timestamp_fin timestamp, duree_secondes integer,
  {created});
CREATE INDEX ON periode_attente (session_id);
CREATE TABLE periode_arret (
  id serial PRIMARY KEY, {session}, timestamp_debut timestamp NOT NULL, timestamp_fin timestamp, duree_secondes integer,
  {created});
CREATE INDEX ON periode_arret (session_id);
CREATE TABLE piece_production (
  id serial PRIMARY KEY, {session}, numero_piece integer NOT NULL, timestamp_production timestamp NOT NULL, details text,
  {created});
CREATE INDEX ON piece_production (session_id);
"""


# Reading.


def parse_line(line):
    """A line as a dict; None of one that is no event."""
    parts = line.split("|@")
    if len(parts) != 2:
        return None
    try:
        stamp = datetime.datetime.strptime(parts[0].strip(), "%Y%m%d %H:%M:%S")
    except ValueError:
        return None
    name, _, details = parts[1].partition(":")
    return {"timestamp": stamp, "event_type": name.strip(), "details": details.strip()}


def parse_job(details):
    job = {"reference": None, "longueur": None, "couleur": None}
    if "R:" in details:
        job["reference"] = details.split("R:")[1].split(" ")[0]
    if "L:" in details:
        job["longueur"] = float(details.split("L:")[1].split(" ")[0])
    if "C:" in details:
        job["couleur"] = details.split("C:")[1].strip()
    return job


def read_session(text):
    """What a file says of its day."""
    events = [event for event in map(parse_line, text.splitlines()) if event is not None]
    session = {"jobs": [], "attentes": [], "arrets": [], "pieces": [], "premier_start": None, "dernier_stop": None}
    stopped_at = None
    for event in events:
        stamp, kind = event["timestamp"], event["event_type"]
        if kind == "StukUitgevoerd":
            session["pieces"].append({"numero": len(session["pieces"]) + 1, "timestamp": stamp, "details": event["details"]})
        elif kind == "MachineWait":
            seconds = int(event["details"].split(" ")[0])
            end = stamp + datetime.timedelta(seconds=seconds)
            session["attentes"].append({"debut": stamp, "fin": end, "duree": seconds})
        elif kind == "MachineStop":
            session["dernier_stop"] = stamp
            if stopped_at is None:
                stopped_at = stamp
        elif kind == "MachineStart":
            if session["premier_start"] is None:
                session["premier_start"] = stamp
            if stopped_at is not None:
                seconds = int((stamp - stopped_at).total_seconds())
                session["arrets"].append({"debut": stopped_at, "fin": stamp, "duree": seconds})
                stopped_at = None
        elif kind == "JobProfiel":
            session["jobs"].append({**parse_job(event["details"]), "timestamp": stamp})
    return session


def figures(session):
    """The columns of a session, summed as the replaced system did."""
    pieces = session["pieces"]
    first, last = (pieces[0]["timestamp"], pieces[-1]["timestamp"]) if pieces else (None, None)
    total = (last - first).total_seconds() / 3600 if pieces else 0.0
    wait = sum(period["duree"] for period in session["attentes"]) / 3600
    stop = sum(period["duree"] for period in session["arrets"]) / 3600
    effective = total - wait - stop
    rates = [100 * part / total if total > 0 else 0.0 for part in (effective, wait, stop)]
    return (first, last, session["premier_start"], session["dernier_stop"], len(pieces), total, wait, stop, effective, *rates)


# Storing.

FIGURES = [
    "heure_premiere_piece", "heure_derniere_piece", "heure_premier_machine_start", "heure_dernier_machine_stop",
    "total_pieces", "duree_production_totale", "temps_attente", "temps_arret_volontaire", "temps_production_effectif",
    "taux_occupation", "taux_attente", "taux_arret_volontaire", "fichier_log_source",
]  # fmt: skip


def store_session(cursor, machine, date, session, path):
    """Stores one file's session; gives the number of detail rows."""
    values = (*figures(session), path)
    cursor.execute(
        "SELECT id FROM session_production WHERE centre_usinage_id = %s AND date_production = %s", (machine, date)
    )
    found = cursor.fetchone()
    if found:
        (session_id,) = found
        columns = ", ".join(f"{column} = %s" for column in FIGURES)
        cursor.execute(f"UPDATE session_production SET {columns} WHERE id = %s", (*values, session_id))
    else:
        columns, places = ", ".join(FIGURES), ", ".join(["%s"] * len(FIGURES))
        cursor.execute(
            f"INSERT INTO session_production (centre_usinage_id, date_production, {columns})"
            f" VALUES (%s, %s, {places}) RETURNING id",
            (machine, date, *values),
        )
        (session_id,) = cursor.fetchone()
    for table in DETAILS:
        cursor.execute(f"DELETE FROM {table} WHERE session_id = %s", (session_id,))

    for job in session["jobs"]:
        cursor.execute(
            "INSERT INTO job_profil (session_id, reference, longueur, couleur, timestamp_debut) VALUES (%s, %s, %s, %s, %s)",
            (session_id, job["reference"], job["longueur"], job["couleur"], job["timestamp"]),
        )
    for table, periods in (("periode_attente", session["attentes"]), ("periode_arret", session["arrets"])):
        for period in periods:
            cursor.execute(
                f"INSERT INTO {table} (session_id, timestamp_debut, timestamp_fin, duree_secondes) VALUES (%s, %s, %s, %s)",
                (session_id, period["debut"], period["fin"], period["duree"]),
            )
    for piece in session["pieces"]:
        cursor.execute(
            "INSERT INTO piece_production (session_id, numero_piece, timestamp_production, details) VALUES (%s, %s, %s, %s)",
            (session_id, piece["numero"], piece["timestamp"], piece["details"]),
        )
    return sum(len(session[part]) for part in ("jobs", "attentes", "arrets", "pieces"))


def find_machine(cursor, folder):
    name, _, kind = folder.partition(" (")
    cursor.execute("SELECT id FROM centre_usinage WHERE nom = %s", (name,))
    found = cursor.fetchone()
    if not found:
        cursor.execute(
            "INSERT INTO centre_usinage (nom, type_cu) VALUES (%s, %s) RETURNING id", (name, kind.rstrip(")"))
        )
        found = cursor.fetchone()
    return found[0]


# Sources: (machine's folder, file's name, text) of each log.


def logs_of_folder(root):
    for path in sorted(pathlib.Path(root).glob("*/*.LOG")):
        yield path.parent.name, path.name, path.read_text(encoding="utf-8", errors="ignore")


def logs_of_ftp(url):
    server = urllib.parse.urlsplit(url)
    ftp = ftplib.FTP()
    ftp.connect(server.hostname, server.port or 21, timeout=30)
    ftp.login(server.username or "anonymous", server.password or "")
    for folder in sorted(ftp.nlst()):
        ftp.cwd(f"/{folder}")
        for name in sorted(ftp.nlst()):
            content = []
            ftp.retrbinary(f"RETR {name}", content.append)
            yield folder, name, b"".join(content).decode("utf-8", errors="ignore")
    ftp.quit()


# Commands.


def connect(url):
    try:
        import psycopg2
    except ImportError:
        sys.exit("replaced.py: psycopg2 is missing: pip install psycopg2-binary, in a virtual environment")
    return psycopg2.connect(url)


def prepare(url):
    address = urllib.parse.urlsplit(url)
    name = address.path.lstrip("/")
    with contextlib.closing(connect(address._replace(path="/postgres").geturl())) as server:
        server.autocommit = True
        with server.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            cursor.execute(f'CREATE DATABASE "{name}"')
    with contextlib.closing(connect(url)) as database, database, database.cursor() as cursor:
        cursor.execute(schema())


def run(url, source):
    begin = time.monotonic()
    logs = logs_of_ftp(source) if source.startswith("ftp://") else logs_of_folder(source)
    files = rows = 0
    with contextlib.closing(connect(url)) as database:
        for folder, name, text in logs:
            date = datetime.datetime.strptime(name[:8], "%Y%m%d").date()
            session = read_session(text)
            with database, database.cursor() as cursor:
                machine = find_machine(cursor, folder)
                rows += store_session(cursor, machine, date, session, f"{folder}/{name}")
            files += 1
    seconds = time.monotonic() - begin
    print(f"{files} files, {rows} detail rows in {seconds:.2f} s: {rows / seconds:.0f} rows/s")


def export(url, folder):
    with contextlib.closing(connect(url)) as database, database.cursor() as cursor:
        for table in TABLES:
            with open(pathlib.Path(folder) / f"{table}.csv", "w", encoding="utf-8") as file:
                cursor.copy_expert(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT (FORMAT csv)", file)


def main():
    parser = argparse.ArgumentParser(description="Stores machine logs as the replaced system did.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, argument in (("prepare", None), ("run", "source"), ("export", "folder")):
        command = commands.add_parser(name)
        command.add_argument("url")
        if argument:
            command.add_argument(argument)
    commands.add_parser("schema").add_argument("--no-foreign-keys", action="store_true")
    args = parser.parse_args()
    if args.command == "prepare":
        prepare(args.url)
    elif args.command == "run":
        run(args.url, args.source)
    elif args.command == "export":
        export(args.url, args.folder)
    else:
        print(schema(foreign_keys=not args.no_foreign_keys))


if __name__ == "__main__":
    main()
