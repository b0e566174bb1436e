"""Ends with 1 unless two JSON answers say the same: instants may be written in any way, rates may differ in the 9th digit.

    python3 same.py OURS OTHER      OURS is the whole answer, OTHER what is under its `data`
"""

import datetime
import json
import math
import re
import sys

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT")
objects = 0


def difference(ours, other, path):
    global objects
    if isinstance(ours, dict) and isinstance(other, dict):
        objects += 1
        if ours.keys() != other.keys():
            return f"{path}: {sorted(ours)} and {sorted(other)}"
        return next(filter(None, (difference(ours[key], other[key], f"{path}.{key}") for key in ours)), None)
    if isinstance(ours, list) and isinstance(other, list):
        if len(ours) != len(other):
            return f"{path}: {len(ours)} and {len(other)} entries"
        pairs = enumerate(zip(ours, other))
        return next(filter(None, (difference(a, b, f"{path}[{i}]") for i, (a, b) in pairs)), None)
    if isinstance(ours, str) and isinstance(other, str) and INSTANT.match(ours) and INSTANT.match(other):
        same = datetime.datetime.fromisoformat(ours) == datetime.datetime.fromisoformat(other)
    elif isinstance(ours, (int, float)) and isinstance(other, (int, float)):
        same = math.isclose(ours, other, rel_tol=1e-9, abs_tol=1e-12)
    else:
        same = ours == other
    return None if same else f"{path}: {ours!r} and {other!r}"


with open(sys.argv[1], encoding="utf-8") as file:
    answer = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    expected = json.load(file)
if answer.get("errors"):
    sys.exit(f"the answer has errors: {answer['errors']}")
found = difference(answer["data"], expected, "data")
if found:
    sys.exit(f"the answers differ: {found}")
print(f"{objects} objects, the same in both")
