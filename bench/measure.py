"""Runs a command and writes its wall seconds and its processes' greatest resident memory, in MB: what lib.sh uses where
there is no /usr/bin/time.

    python3 bench/measure.py RESULT COMMAND...
"""

import resource
import subprocess
import sys
import time

begin = time.monotonic()
code = subprocess.run(sys.argv[2:]).returncode
seconds = time.monotonic() - begin
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
with open(sys.argv[1], "w", encoding="ascii") as result:
    result.write(f"{seconds:.2f} {memory:.1f}\n")
sys.exit(code)
