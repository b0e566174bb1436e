"""Writes an ERP's four tables as SQL: orders, each with four accessories (three of them wanted), two operations and two notes."""

import sys

TABLES = """SET NAMES utf8mb4; SET unique_checks = 0; SET foreign_key_checks = 0;
CREATE TABLE A_Kopf (ID VARCHAR(40) PRIMARY KEY, AuNummer INT, AuAlpha VARCHAR(10), AufStatus VARCHAR(40), Kommission VARCHAR(200),
  KundenNr VARCHAR(20), KundenBez VARCHAR(100), Techniker VARCHAR(60), A_VorMwSt DECIMAL(12,2), Rest TEXT);
CREATE TABLE A_Logbuch (ID VARCHAR(40), ID_A_Kopf VARCHAR(40), Code VARCHAR(20), Datum DATETIME, Zeit TIME, Benutzer VARCHAR(40), Notiz TEXT);
CREATE TABLE P_Zubeh (ID_A_Kopf VARCHAR(40), Position INT, ZCode VARCHAR(40), Text TEXT, Stueck DECIMAL(10,3));
CREATE TABLE A_Vorgang (ID_A_Kopf VARCHAR(40), Nummer VARCHAR(40), Bezeichnung VARCHAR(200), Datum DATETIME, Zeit TIME, Benutzer VARCHAR(40),
  NotizText TEXT);"""


def write(table, rows):
    batch = []
    for row in rows:
        batch.append(row)
        if len(batch) == 2000:
            print(f"INSERT INTO {table} VALUES {','.join(batch)};")
            batch.clear()
    if batch:
        print(f"INSERT INTO {table} VALUES {','.join(batch)};")


def main():
    orders = range(1, int(sys.argv[1]) + 1)
    print(TABLES)
    key = lambda number: f"{number:08x}-0000-4000-8000-{number * 7919 % 2**40:012x}"
    day = lambda number: f"2026-{number % 12 + 1:02d}-{number % 28 + 1:02d}"
    write("A_Kopf", (f"('{key(n)}',{n},'A','Neu','Chantier {n}, Résidence','C{n % 4000}','Client {n % 4000}','T{n % 9}',{n}.25,'{'x' * 120}')" for n in orders))
    write("A_Logbuch", (
        row for n in orders for row in (
            f"('a{n}','{key(n)}','TEL','{day(n)}','09:00:00','adv','Appel du client, rappeler demain')",
            f"('b{n}','{key(n)}','PLAN','{day(n)}','10:30:00','adv','cde {'Planifiée' if n % 3 else 'PlanifiÃ©e'} pour S{n % 52}')",
        )))
    write("P_Zubeh", (
        row for n in orders for row in (
            f"('{key(n)}',1,'VR-{n % 90}','Coffre de volet roulant, {n % 90}',1.000)",
            f"('{key(n)}',2,'SOP{n % 40}','Moteur, commande radio',2.000)",
            f"('{key(n)}',3,'S P {n % 9}','Sangle et enrouleur',3.500)",
            f"('{key(n)}',4,'FEN-{n % 70}','Fenêtre à deux vantaux',1.000)",
        )))
    write("A_Vorgang", (
        row for n in orders for row in (
            f"('{key(n)}','10','Débit','{day(n)}','08:00:00','ate',NULL)",
            f"('{key(n)}','{'20 VR' if n % 5 == 0 else '20'}','Assemblage','{day(n)}','11:15:00','ate','Contrôlé')",
        )))


main()
