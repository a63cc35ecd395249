# SPDX-License-Identifier: BSD-2-Clause
# A gdb that has read nothing of ours but the symbols: backtraces through the kernel into programs.
# Written for Kestrel.
"""TAP on stdout."""
import re
import subprocess
import sys

from kestrel_host import paths
from lib.expect import main
from lib.stub import Machine

PROGRAM = "planted_deadlock"


def traces(there):
    """What such a gdb says of every thread, which it lets go on afterwards."""
    done = subprocess.run(
        ["gdb", "-nx", "-batch", "-ex", "set confirm off", paths.KERNEL,
         "-ex", f"target remote {there.line}",
         "-ex", f"add-symbol-file {paths.in_build('prog', 'tests', PROGRAM)}",
         "-ex", "thread apply all backtrace", "-ex", "detach"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done
    return re.split(r"^(?=Thread \d+ \()", done.stdout, flags=re.MULTILINE)[1:]


def every_backtrace_ends_where_its_thread_began():
    with Machine(2, program=[f"/tests/{PROGRAM}"]) as there:
        there.wait_for_output(b"# begin planted_deadlock")
        waiting = []
        while len(waiting) < 2:                 # it has not come so far
            threads = traces(there)
            waiting = [text for text in threads if "sleeping on piperd" in text]
        assert len(threads) >= 8, threads
        for text in threads:                    # it has the symbols of one program
            assert '"init"' in text or ("corrupt" not in text and "??" not in text), text
        for text in waiting:
            assert re.search(r" msleep .* sys_read .* syscall .*<signal handler called>\n"
                             r".* (__sys_read|read) .* main \(", text, re.DOTALL), text
        for text in threads:
            if re.search(r'"(tty|sigpost|schedcpu)"', text):
                assert re.search(r" fork_trampoline \(\) at [^\n]*\n\s*\Z", text), text


if __name__ == "__main__":
    sys.exit(main(every_backtrace_ends_where_its_thread_began))
