"""The tables that the benchmarks print.

    python3 bench/report.py first-sync RESULTS ROWS     RESULTS holds a file NAME.ROUND with `seconds MB` a measurement
    python3 bench/report.py nested RESULTS              RESULTS holds `document connections who operations/s p50 p99` a line
"""

import pathlib
import statistics
import sys

# Name, what it is, and the rival with the same source.
CONTENDERS = [
    ("replaced-folder", "replaced system, folder", "replaced-folder"),
    ("replaced-ftp", "replaced system, FTP", "replaced-ftp"),
    ("limit", "limit: `\\copy`", "replaced-folder"),
    ("limit-two-streams", "limit: `\\copy`, two streams", "replaced-folder"),
    ("limit-no-foreign-keys", "limit: `\\copy`, no foreign keys", "replaced-folder"),
    ("ours-folder", "**Atelier**, folder", "replaced-folder"),
    ("ours-ftp", "**Atelier**, FTP", "replaced-ftp"),
]


def table(head, rows):
    """Markdown; all columns but the first are numbers."""
    rows = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    for number, row in enumerate(rows):
        cells = [cell.rjust(width) if i else cell.ljust(width) for i, (cell, width) in enumerate(zip(row, widths))]
        print("| " + " | ".join(cells) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 1) + (":" if i else "-") for i, width in enumerate(widths)) + "|")


def first_sync(folder, rows):
    seconds, memory = {}, {}
    for name, _, _ in CONTENDERS:
        found = [path.read_text().split() for path in pathlib.Path(folder).glob(f"{name}.*") if path.suffix[1:].isdigit()]
        if found:
            seconds[name] = statistics.median(float(measured[0]) for measured in found)
            memory[name] = max(float(measured[1]) for measured in found)

    def ratio(name, other):
        return f"{seconds[other] / seconds[name]:.2f}" if other in seconds else ""

    table(
        ["", "rows", "s", "rows/s", "× replaced", "× limit", "× limit without keys", "peak MB"],
        [
            [label, rows, f"{seconds[name]:.2f}", f"{rows / seconds[name]:.0f}", ratio(name, rival), ratio(name, "limit"),
             ratio(name, "limit-no-foreign-keys"), f"{memory[name]:.0f}"]
            for name, label, rival in CONTENDERS
            if name in seconds
        ],
    )  # fmt: skip


def nested(file):
    found = {}
    for line in pathlib.Path(file).read_text().splitlines():
        document, connections, who, *numbers = line.split()
        found.setdefault((document, int(connections)), {}).setdefault(who, []).append([float(n) for n in numbers])
    rows = []
    for (document, connections), measured in found.items():
        ours, limit = ([statistics.median(column) for column in zip(*measured[who])] for who in ("ours", "limit"))
        rows.append(
            [document, connections, f"{ours[0]:.1f}", f"{limit[0]:.1f}", f"{ours[0] / limit[0]:.2f}", f"{ours[1]:.1f}", f"{ours[2]:.1f}"]
        )
    table(["document", "connections", "Atelier, ops/s", "limit, ops/s", "ratio", "Atelier p50, ms", "p99, ms"], rows)


if __name__ == "__main__":
    if sys.argv[1] == "first-sync":
        first_sync(sys.argv[2], int(sys.argv[3]))
    else:
        nested(sys.argv[2])
