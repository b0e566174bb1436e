#!/usr/bin/env python3
"""What bench/poll does in Python.

    poll.py files FOLDER CONFIG MACHINES DAYS    writes small logs and the configuration that names their machines
    poll.py relay PORT TARGET MS                 passes FTP on from a port to another, each way so many ms late
    poll.py timed FILE COMMAND...                runs a command and adds its wall seconds to a file
    poll.py verdict TIMES RUN FILES BEFORE AFTER ROUNDS    says how the runs went; ends with 1 if they should have gone better
"""

import asyncio
import datetime
import json
import pathlib
import re
import statistics
import subprocess
import sys
import time

LIMIT = 2.0


def files(folder, config, machines, days):
    kinds = ["PVC", "ALU", "HYBRIDE"]
    last = datetime.date.today() - datetime.timedelta(days=3)
    text, count = "", 0
    for number in range(1, int(machines) + 1):
        kind = kinds[number % 3]
        name = f"CU{number:02} ({kind})"
        path = pathlib.Path(folder, name)
        path.mkdir(parents=True)
        text += f'[[machines]]\nname = "CU{number:02}"\ntype = "{kind}"\nfolder = "{name}"\n\n'
        for back in range(int(days)):
            day = (last - datetime.timedelta(days=back)).strftime("%Y%m%d")
            lines = (f"{day} {8 + piece:02}:00:00|@StukUitgevoerd: {piece}\r\n" for piece in range(8))
            path.joinpath(f"{day}.LOG").write_text("".join(lines), newline="")
            count += 1
    pathlib.Path(config).write_text(text)
    print(count)


async def relay(port, target, delay):
    """Relays the control connection, and each data connection that a reply to PASV or EPSV speaks of."""
    seconds = float(delay) / 1000

    async def late(reader, writer, change=None):
        queue = asyncio.Queue()

        async def write():
            while (item := await queue.get()) is not None:
                due, data = item
                await asyncio.sleep(max(0, due - time.monotonic()))
                writer.write(await change(data) if change else data)
                await writer.drain()
            writer.close()

        writing = asyncio.create_task(write())
        try:
            while data := await reader.read(1 << 16):
                queue.put_nowait((time.monotonic() + seconds, data))
        except ConnectionError:
            pass
        queue.put_nowait(None)
        await writing

    async def passive(data):
        match = re.search(rb"(227 .*?)\((\d+,\d+,\d+,\d+),(\d+),(\d+)\)", data)
        if not match:
            return data
        there = int(match[3]) * 256 + int(match[4])
        server = await asyncio.start_server(lambda r, w: joined(r, w, there, None), "127.0.0.1", 0)
        here = server.sockets[0].getsockname()[1]
        return data.replace(match[0], b"%s(127,0,0,1,%d,%d)" % (match[1], here // 256, here % 256))

    async def joined(reader, writer, there, change):
        upstream, downstream = await asyncio.open_connection("127.0.0.1", there)
        await asyncio.gather(late(reader, downstream), late(upstream, writer, change), return_exceptions=True)

    server = await asyncio.start_server(lambda r, w: joined(r, w, int(target), passive), "127.0.0.1", int(port))
    await server.serve_forever()


def timed(file, *command):
    begun = time.monotonic()
    code = subprocess.call(command)
    with open(file, "a") as times:
        print(f"{time.monotonic() - begun:.3f}", file=times)
    sys.exit(code)


def verdict(times, run, count, before, after, rounds):
    seconds = [float(line) for line in open(times)]
    summary = json.loads(open(run).read().strip().splitlines()[-1])
    read = lambda file: {name: int(rows) for name, rows in (line.strip().split("|") for line in open(file) if line.strip())}
    before, after = read(before), read(after)
    changed = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    median = statistics.median(seconds)
    complaints = []
    if median > LIMIT:
        complaints.append(f"more than {LIMIT} s")
    if summary["filesSeen"] != int(count) or summary["filesRead"] or summary["bytesRead"] or summary["status"] != "SUCCEEDED":
        complaints.append(f"not what was expected: {summary}")
    own = changed.pop("synchronisation", 0)
    if changed:
        complaints.append(f"rows were written: {changed}")
    rows = f"{own / int(rounds):g} of its own record, and no other" if not changed else str(changed)
    print(f"{median:.2f} s ({min(seconds):.2f} to {max(seconds):.2f}); rows written by a run: {rows}", *complaints, sep="; ")
    sys.exit(1 if complaints else 0)


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    if name == "relay":
        try:
            asyncio.run(relay(*arguments))
        except KeyboardInterrupt:
            pass
    else:
        {"files": files, "timed": timed, "verdict": verdict}[name](*arguments)
