"""One large log.

large.py FILE MEGABYTES day|years   writes it: all lines on one day, or years of days of 2,500 lines
large.py FILE LINES more            adds lines to its end

Prints the number of pieces written.
"""

import datetime
import sys

MIX = 1096  # the lines of a machine-day: pieces, 120 waits, 8 stops and starts, 60 jobs


def line(stamp, number):
    place = number % MIX
    if place % 18 == 0:
        return f"{stamp}|@JobProfiel: R:{215000 + place} L:3359.0 C:7016 G ALU\r\n"
    if place % 9 == 4:
        return f"{stamp}|@MachineWait: 12 sec\r\n"
    if place % 137 == 60:
        return f"{stamp}|@MachineStop\r\n"
    if place % 137 == 66:
        return f"{stamp}|@MachineStart\r\n"
    return f"{stamp}|@StukUitgevoerd: {215000 + place}/{number}\r\n"


def stamps(shape, size):
    """The stamp of each line, and its number."""
    date = datetime.date(2010, 1, 4)
    number = 0
    while True:
        if shape == "day":
            second = min(86_390, number * 86_000 * 44 // size)
            yield f"20250616 {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}", number
        else:
            second = 18_000 + number % 2500 * 20
            day = date + datetime.timedelta(days=number // 2500)
            yield f"{day:%Y%m%d} {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}", number
        number += 1


def main():
    path, amount, shape = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if shape == "more":
        with open(path, "rb") as log:
            log.seek(-200, 2)
            stamp = log.read().decode().splitlines()[-1][:17]
        with open(path, "a", newline="") as log:
            log.writelines(f"{stamp}|@StukUitgevoerd: more/{number}\r\n" for number in range(amount))
        print(amount)
        return
    size, written, pieces = amount << 20, 0, 0
    with open(path, "w", newline="", buffering=1 << 20) as log:
        for stamp, number in stamps(shape, size):
            text = line(stamp, number)
            written += len(text)
            pieces += "Stuk" in text
            log.write(text)
            if written >= size:
                break
    print(pieces)


if __name__ == "__main__":
    main()
