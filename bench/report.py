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
    seconds, memory = {}, {}  # name → round → number
    for path in pathlib.Path(folder).iterdir():
        name, _, number = path.name.partition(".")
        if number.isdigit():
            taken, megabytes = path.read_text().split()
            seconds.setdefault(name, {})[number] = float(taken)
            memory.setdefault(name, {})[number] = float(megabytes)

    def ratio(name, other):
        """Of each round, for the machine's other load changes from one to the next."""
        ratios = [seconds[other][number] / taken for number, taken in seconds[name].items() if number in seconds.get(other, {})]
        return f"{statistics.median(ratios):.2f}" if ratios else ""

    lines = []
    for name, label, rival in CONTENDERS:
        if name in seconds:
            taken = statistics.median(seconds[name].values())
            ratios = [ratio(name, other) for other in (rival, "limit", "limit-no-foreign-keys")]
            lines.append([label, rows, f"{taken:.2f}", f"{rows / taken:.0f}", *ratios, f"{max(memory[name].values()):.0f}"])
    table(["", "rows", "s", "rows/s", "× replaced", "× limit", "× limit without keys", "peak MB"], lines)


def nested(file):
    found = {}  # (document, connections) → who → a list of (operations/s, p50, p99) a round
    for line in pathlib.Path(file).read_text().splitlines():
        document, connections, who, *numbers = line.split()
        found.setdefault((document, connections), {}).setdefault(who, []).append([float(number) for number in numbers])
    lines = []
    for (document, connections), measured in found.items():
        ours, p50, p99 = (statistics.median(column) for column in zip(*measured["ours"]))
        limit = statistics.median(rate for rate, _, _ in measured["limit"])
        ratio = statistics.median(a[0] / b[0] for a, b in zip(measured["ours"], measured["limit"]))
        lines.append([document, connections, f"{ours:.1f}", f"{limit:.1f}", f"{ratio:.2f}", f"{p50:.1f}", f"{p99:.1f}"])
    table(["document", "connections", "Atelier, ops/s", "limit, ops/s", "ratio", "Atelier p50, ms", "p99, ms"], lines)


if __name__ == "__main__":
    if sys.argv[1] == "first-sync":
        first_sync(sys.argv[2], int(sys.argv[3]))
    else:
        nested(sys.argv[2])
