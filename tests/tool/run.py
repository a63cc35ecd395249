# SPDX-License-Identifier: BSD-2-Clause
# kestrel run PROG: streams, arguments, files, exit statuses.
# Written for Kestrel.
"""TAP on stdout."""
import random
import select
import signal
import subprocess
import sys
import time

from lib.expect import KESTREL, LIMIT, equal, kestrel, main, program, scratch

EXITS = """
#include <stdlib.h>
int main(int argc, char **argv) { return argc > 1 ? atoi(argv[1]) : 0; }
"""
CRASHES = """
int main(void) { *(volatile int *)16 = 1; return 0; }
"""
LOOPS = """
int main(void) { for (;;) ; }
"""
CLOCKS = """
#include <stdio.h>
#include <sys/time.h>
#include <unistd.h>
int main(void)
{
	struct timeval now;
	char line[32];
	for (int i = 0; i < 1000; i++) {
		gettimeofday(&now, 0);
		write(1, line, snprintf(line, sizeof line, "%06d\\n", (int)now.tv_usec));
	}
	return 0;
}
"""
ARGUMENTS = """
#include <stdio.h>
int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		printf("[%s]", argv[i]);
	return 0;
}
"""


def arguments_arrive_as_they_were_given():
    path = program("arguments", ARGUMENTS)
    done = kestrel("run", path, "a b", "", "-x", "*", "\N{GREEK SMALL LETTER PI}")
    equal(done.stdout.decode(), "[a b][][-x][*][\N{GREEK SMALL LETTER PI}]", done)
    equal(done.returncode, 0, done)


def standard_output_is_unaltered():
    data = bytes(range(256)) + random.Random(2002).randbytes(20_000) + b"no newline"
    done = kestrel("run", "/bin/cat", data=data)
    equal(done.stdout == data, True, done)
    equal(done.returncode, 0, done)


def no_byte_is_lost_while_nobody_reads():
    data = random.Random(16550).randbytes(1 << 20)
    with open(scratch("data"), "wb") as file:
        file.write(data)
    with subprocess.Popen([KESTREL, "run", "--add", scratch("data"), "/bin/cat", "data"],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as held:
        select.select([held.stdout], [], [], LIMIT)
        time.sleep(8)  # the program is at it, and the pipe fills
        received, _ = held.communicate(timeout=LIMIT)
    equal(received == data, True)


def the_end_of_standard_input_is_passed_on():
    done = kestrel("run", "/bin/cat", data=b"")
    equal((done.returncode, done.stdout), (0, b""), done)


def no_byte_of_standard_input_is_lost_when_the_tool_is_stopped():
    data = random.Random(4096).randbytes(600_000) + b"\x10" * 10_000
    with open(scratch("data"), "wb") as file:
        file.write(data)
    with open(scratch("data"), "rb") as file, subprocess.Popen(
            [KESTREL, "run", "/bin/cat"], stdin=file, stdout=subprocess.PIPE, bufsize=0,
            stderr=subprocess.DEVNULL) as stopped:
        received = stopped.stdout.read(1)
        for _ in range(5):
            stopped.send_signal(signal.SIGSTOP)
            time.sleep(0.2)
            stopped.send_signal(signal.SIGCONT)
            received += stopped.stdout.read(10_000)
        received += stopped.communicate(timeout=LIMIT)[0]
    equal(received == data, True)


def standard_output_has_no_kernel_messages():
    done = kestrel("run", "/bin/echo", "alone")
    equal(done.stdout, b"alone\n", done)
    equal(len(done.stderr) > 0, True, done)


def the_exit_status_is_the_programs():
    path = program("exits", EXITS)
    for status in (0, 1, 70, 124, 255):
        done = kestrel("run", path, str(status))
        equal(done.returncode, status, done)


def a_signal_makes_the_status_128_and_its_number():
    done = kestrel("run", program("crashes", CRASHES))
    equal(done.returncode in (128 + 10, 128 + 11), True, done)


def a_timeout_is_124():
    done = kestrel("run", "--timeout", "3", program("loops", LOOPS))
    equal(done.returncode, 124, done)


def a_kernel_panic_is_70_with_message_and_backtrace():
    done = kestrel("run", "--set", "selftest=planted_panicking_test", "/bin/echo", "never")
    equal((done.returncode, done.stdout), (70, b""), done)
    equal(b"panic" in done.stderr and b"#0" in done.stderr, True, done)


def what_is_not_there_is_127_and_what_is_no_program_126():
    equal(kestrel("run", "/bin/nonsuch").returncode, 127)
    equal(kestrel("run", __file__).returncode, 126)


def an_added_file_is_on_the_guest():
    with open(scratch("poem"), "wb") as file:
        file.write(b"line\n" * 3000)
    done = kestrel("run", "--add", f"{scratch('poem')}=/some/where/poem", "/bin/cat",
                   "/some/where/poem")
    equal(done.stdout, b"line\n" * 3000, done)


def grub_boots_the_same_program():
    done = kestrel("run", "--iso", "/bin/echo", "through", "GRUB")
    equal((done.returncode, done.stdout), (0, b"through GRUB\n"), done)


def virtual_time_makes_runs_equal():
    first, second = (kestrel("run", "--icount", "/bin/echo", "same") for _ in range(2))
    equal((first.returncode, first.stdout), (0, b"same\n"), first)
    equal(first.stderr == second.stderr, True, second)


def a_host_that_is_slow_to_read_changes_no_virtual_time():
    path = program("clocks", CLOCKS)
    done = kestrel("run", "--icount", path)
    equal(done.stdout.count(b"\n"), 1000, done)
    with subprocess.Popen([KESTREL, "run", "--icount", path], stdin=subprocess.DEVNULL, bufsize=0,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as held:
        stamps = held.stdout.read(1)
        held.send_signal(signal.SIGSTOP)
        time.sleep(3)  # the program writes all it has
        held.send_signal(signal.SIGCONT)
        stamps += held.communicate(timeout=LIMIT)[0]
    equal(stamps == done.stdout, True)


def several_processors_in_virtual_time_repeat():
    def run(shift, seed=0):
        done = kestrel("run", f"--icount={shift}", "--cpus", "3", "--set", f"sched.seed={seed}",
                       "/tests/kse_1000", "3", "100", "20")
        equal(done.returncode, 0, done)
        return done

    def equals(one, other):
        return one.stdout == other.stdout and one.stderr == other.stderr

    third, fifth = run(3), run(5)
    equal(equals(third, run(3)), True, third)
    equal(equals(fifth, run(5)), True, fifth)
    # The counts of upcalls that the program prints tell the interleavings apart.
    equal(third.stdout != fifth.stdout, True, third)
    diced = run(3, seed=7)
    equal(equals(diced, run(3, seed=7)), True, diced)
    equal(diced.stdout != third.stdout, True, diced)


def sleeps_in_virtual_time_are_as_long_as_asked():
    done = kestrel("run", "--icount", "/tests/timing", "exact")
    equal(done.returncode, 0, done)


def a_shift_that_cannot_be_is_refused():
    equal(kestrel("run", "--icount=11", "/bin/echo").returncode, 2)


def one_processor_and_little_memory_do():
    done = kestrel("run", "--cpus", "1", "--mem", "16", "/bin/echo", "small")
    equal((done.returncode, done.stdout), (0, b"small\n"), done)


def options_that_cannot_be_are_refused():
    equal(kestrel("run", "--cpus", "9", "/bin/echo").returncode, 2)
    equal(kestrel("run", "--set", "two words", "/bin/echo").returncode, 2)
    equal(kestrel("run", "--add", "/non/such", "/bin/echo").returncode, 2)


sys.exit(main(
    arguments_arrive_as_they_were_given,
    standard_output_is_unaltered,
    no_byte_is_lost_while_nobody_reads,
    the_end_of_standard_input_is_passed_on,
    no_byte_of_standard_input_is_lost_when_the_tool_is_stopped,
    standard_output_has_no_kernel_messages,
    the_exit_status_is_the_programs,
    a_signal_makes_the_status_128_and_its_number,
    a_timeout_is_124,
    a_kernel_panic_is_70_with_message_and_backtrace,
    what_is_not_there_is_127_and_what_is_no_program_126,
    an_added_file_is_on_the_guest,
    grub_boots_the_same_program,
    virtual_time_makes_runs_equal,
    a_host_that_is_slow_to_read_changes_no_virtual_time,
    several_processors_in_virtual_time_repeat,
    sleeps_in_virtual_time_are_as_long_as_asked,
    a_shift_that_cannot_be_is_refused,
    one_processor_and_little_memory_do,
    options_that_cannot_be_are_refused,
))
