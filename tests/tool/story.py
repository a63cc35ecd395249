# SPDX-License-Identifier: BSD-2-Clause
# kestrel trace story: a blocked read, told from a real trace.
# Written for Kestrel.
"""TAP on stdout."""
import os
import re
import sys
import tempfile

from lib.expect import equal, kestrel, main

TRACE = os.path.join(tempfile.mkdtemp(prefix="kestrel-story-"), "trace.json")


def rows(text):
    """The cells of the table's rows."""
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for line in text.decode().splitlines()[2:]]


def a_blocked_read_has_seven_chapters():
    done = kestrel("run", "--icount", "--trace", TRACE, "/bin/ksetest", "-q", "-k", "1", "-n", "4",
                   "-r", "1")
    equal(done.returncode, 0, done)
    told = kestrel("trace", "story", TRACE)
    equal(told.returncode, 0, told)
    table = rows(told.stdout)
    equal([row[0] for row in table if row[0]], list("1234567"))
    at = [int(row[1].replace(",", "")) for row in table]
    equal(at, sorted(at))
    reader = re.search(r"carries user thread (0x\w+)", table[0][3])[1]
    equal(f"`tm:6:{reader}.call = read`" in " ".join(row[5] for row in table), True)
    equal("enters the UTS" in table[-1][3], True)


def the_places_are_in_the_source():
    for row in rows(kestrel("trace", "story", TRACE).stdout):
        function, path, line = re.fullmatch(r"\[`(\w+)`\]\(\.\./(\S+)#L(\d+)\)", row[4]).groups()
        with open(path, encoding="utf-8") as file:
            source = file.read()
        equal(function in source and "KTR" in "".join(source.split("\n")[int(line) - 3:int(line)]),
              True)


def what_cannot_be_told_is_refused():
    equal(kestrel("trace", "story", TRACE, "--call", "nonsuch").returncode, 1)
    equal(kestrel("trace", "story", TRACE, "--document", "LICENSE").returncode, 1)
    equal(kestrel("trace", "story", "/nonsuch").returncode, 1)


sys.exit(main(a_blocked_read_has_seven_chapters, the_places_are_in_the_source,
              what_cannot_be_told_is_refused))
