# SPDX-License-Identifier: BSD-2-Clause
# The console debugger: each way in, each command, and what a hostile typist can do.
# Written for Kestrel.
"""TAP on stdout."""
import random
import re
import sys
import time

from lib.console import Console, control
from lib.expect import KESTREL, equal, kestrel, main

SHELL = b"kestrel# "
PROMPT = b"db> "
SEQUENCE = b"\r~" + control("B")
# To QEMU, on a multiplexed console: a BREAK on the line, its monitor and back.
BREAK, MONITOR = b"\x01b", b"\x01c"


class Session(Console):
    """A shell on the console, with the debugger behind it."""

    def __init__(self, cpus, *settings):
        words = [word for setting in ("debug.ddb.lines=0", *settings)
                 for word in ("--set", setting)]
        super().__init__([KESTREL, "run", "--cpus", str(cpus), *words])

    def enter(self, key=SEQUENCE):
        """The break key, at the shell's prompt; what the debugger says of the stop."""
        self.expect(SHELL)
        self.type(key)
        return self.prompt()

    def prompt(self):
        """Everything up to the debugger's prompt."""
        return self.expect(PROMPT).decode("latin-1")

    def ask(self, command):
        """A command; its output without the echo."""
        self.type(command.encode() + b"\r")
        lines = self.prompt().splitlines()
        assert command in lines[0], f"{lines[0]!r} is no echo of {command!r}"
        return "\n".join(lines[1:])

    def go_on(self):
        """Out of the debugger, and to a shell that answers."""
        self.type(b"continue\r")
        self.shell()

    def shell(self):
        """A command of the shell's, perhaps behind another that has not ended."""
        self.type(b"\necho we$?ll\n")
        self.expect(b"we0ll\n")


def holds(text, *patterns):
    """Each regular expression is in the text."""
    for pattern in patterns:
        assert re.search(pattern, text, re.MULTILINE), f"no {pattern!r} in\n{text}"


def entry(cpus):
    """The sequence, a BREAK and Ctrl-Alt-Esc stop the system, which goes on afterwards."""
    with Session(cpus, "console=both") as there:
        for key in (SEQUENCE, BREAK, MONITOR + b"sendkey ctrl-alt-esc\n" + MONITOR):
            holds(there.enter(key), r"^ddb: break key$", r"^cpu \d, pid \d+ \(\w+\), thread \d+$",
                  r"^Stopped at (\S+ \(0xc0[0-9a-f]+\)|0x80[0-9a-f]+)$")
            clocks = [there.ask("show pcpu") for _ in range(2) if not time.sleep(0.1)]
            equal(clocks[0], clocks[1])         # nobody took a clock interrupt
            equal(len(re.findall(r"^cpu \d at", clocks[0], re.MULTILINE)), cpus)
            there.go_on()
        there.enter()
        later = there.ask("show pcpu")
        ticks = [[int(n) for n in re.findall(r"clock interrupts (\d+)", text)]
                 for text in (clocks[0], later)]
        assert all(new > old for old, new in zip(*ticks)), f"a CPU stands still: {ticks}"


def each_break_key_stops_and_continue_resumes_one_CPU():
    entry(1)


def each_break_key_stops_and_continue_resumes_two_CPUs():
    entry(2)


def the_break_key_can_be_turned_off():
    with Session(1, "debug.kdb.break_to_debugger=0") as there:
        there.expect(SHELL)
        there.type(SEQUENCE + control("U") + BREAK)
        there.shell()
    with Session(1, "debug.ddb.console=0") as there:
        there.expect(SHELL)
        there.type(SEQUENCE + control("U") + BREAK)
        there.shell()


def tables_show_processes_threads_KSEs_groups_and_CPUs():
    with Session(2) as there:
        there.expect(SHELL)
        there.type(b"sleep 1000 &\n")
        there.expect(b"[1]")
        there.enter()
        while "INHIBITED nanslp" not in (processes := there.ask("ps")):
            there.go_on()                       # it has not come so far
            there.enter()
        holds(processes, r"^ +1 +0 +1 NORMAL +1 +1 INHIBITED wait +init +EXEC$",
              r"NORMAL +1 +1 INHIBITED nanslp +sleep +EXEC$")
        threads = there.ask("show threads")
        row = re.search(r"^ +(\d+) +(\d+) sleep +INHIBITED SLEEPING +nanslp +(\d+) +(\d+) +-$",
                        threads, re.MULTILINE)
        assert row, threads
        tid, pid, kse, group = row.groups()
        equal(len(re.findall(r" RUNNING +- ", threads)), 2)
        equal(there.ask(f"show threads {pid}").count("\n"), 1)
        detail = there.ask(f"show thread {tid}")
        holds(detail, rf"^thread {tid} at 0x\w+: pid {pid} sleep, sleeping on nanslp, kse {kse}, ",
              "inhibitors SLEEPING", r"channel 0x[0-9a-f]+,")
        address = re.search(r" at (0x\w+):", detail).group(1)
        equal(there.ask(f"show thread {address}"), detail)
        holds(there.ask(f"show kse {kse}"), rf"^kse {kse}: group {group}, pid {pid}, THREAD, "
              rf"thread {tid}, flags -$")
        holds(there.ask(f"show ksegrp {group}"), rf"^group {group}: pid {pid}, threads 1, ")
        holds(there.ask(f"bt {tid}"), r"^#0 +mi_switch\+", r"sys_nanosleep\+", r"syscall\+",
              r"Xint0x80_syscall\+", r"^user mode: eip 0x80[0-9a-f]+, esp 0xbf")
        holds(there.ask("bt"), r"^#0 ", r"fork_trampoline|^user mode")
        holds(there.ask(f"show registers {tid}"), r"^ +eip c0[0-9a-f]{6} ")
        for wrong in ("show thread 77777", "show kse 77777", "show ksegrp 77777", "show pcpu 9",
                      "show threads 77777", "bt 77777"):
            holds(there.ask(wrong), r"^no \w+ \d+")
        there.go_on()


def locks_zones_and_the_trace_are_shown():
    with Session(2, "debug.ktr.mask=0x401000") as there:
        there.enter()
        holds(there.ask("show locks"), r"^sched lock: (free|thread \d+, depth \d)$",
              r"^Giant: (free|thread \d+)")
        order = there.ask("show witness")
        ranks = re.findall(r"^ *(\d+) (\w+) +(spins|sleeps)", order, re.MULTILINE)
        equal([int(rank) for rank, _, _ in ranks], list(range(1, len(ranks) + 1)))
        equal([name for _, name, _ in ranks][::len(ranks) - 1], ["giant", "console"])
        holds(there.ask("show zones"), r"^THREAD +\d+ +0 +([1-9]\d*) ", r"^PROC ")
        equal(there.ask("show ktr 5").count("\n"), 5)
        there.ask("break mi_switch")
        there.type(b"c\r")
        there.prompt()
        holds(there.ask("show locks"), r"^sched lock: thread \d+, depth 1$")
        holds(there.ask("show witness"), r"^ *\d+ sched +spins; held: sched lock by \d+$")
        there.ask("delete")
        there.go_on()


def memory_is_shown_and_written():
    with Session(1) as there:
        there.enter()
        holds(there.ask("x/4x 0xc0100000"), r"^0xc0100000: 1badb002 ")
        holds(there.ask("x/2xb 0xc0100000"), r"^0xc0100000: 02 b0$")
        holds(there.ask("x/xh"), r"^0xc0100002: 1bad$")
        holds(there.ask("x/s proc0+0"), r"proc0\+0")
        holds(there.ask("x/dl debugger_on_panic"), r"<debugger_on_panic\+0>: 0$")
        holds(there.ask("w debugger_on_panic 1"), r"0 -> 0x1$")
        holds(there.ask("p *debugger_on_panic + 2*3"), r"^7 = 7 = 0x7$")
        holds(there.ask("w debugger_on_panic 0"), r"0x1 -> 0$")
        holds(there.ask("print mi_switch+4"), r"= mi_switch\+0x4 \(0x")
        holds(there.ask("p $eip"), r"cpu_idle|0x")
        holds(there.ask("x/c msgbuf,8"), r"<msgbuf\+0>: .")
        for wrong, answer in (("x 0", "no memory at 0"), ("w 0 1", "no memory at 0"),
                              ("x 0xfffffffe", "no memory"), ("x/q 0", "no such format"),
                              ("x/2x 0xffffffff", "no memory"), ("p nosuch", "no such symbol"),
                              ("p 1/0", "division by zero"), ("p", "expression is missing"),
                              ("p (1", r"a \) is missing"), ("p 4294967296", "32 bits"),
                              ("p ((((((((((1))))))))))", "too deep"), ("x 1 2", "what is this"),
                              ("break 0x8048000", "not in the kernel's code"),
                              ("break proc0", "not in the kernel's code"),
                              ("x/99999999999 0", "are the most"), ("show", "show what"),
                              ("p $xyz", "no such register"), ("zzz", "no such command"),
                              ("show k", "is that kse or ksegrp"), ("/", "no command")):
            holds(there.ask(wrong), answer)
        there.go_on()


def breakpoints_stop_and_steps_step(cpus=2):
    with Session(cpus) as there:
        there.enter()
        holds(there.ask("break sys_getppid"), r"^breakpoint at sys_getppid \(0x")
        holds(there.ask("break"), r"^sys_getppid \(0x")
        there.type(b"continue\r")
        there.type(b"\n/tests/fork_wait\n")
        holds(there.prompt(), r"^ddb: breakpoint$", r"^Stopped at sys_getppid \(0x")
        holds(there.ask("bt"), r"^#0 +sys_getppid \(0x", r"^#1 +call_getppid\+")
        holds(there.ask("s"), r"^sys_getppid\+0x[1-9]")
        holds(there.ask("step 3"), r"\(0xc0")
        there.type(b"\r")                       # once more
        holds(there.prompt(), r"\(0xc0")
        there.ask("delete sys_getppid")
        holds(there.ask("delete sys_getppid"), "no breakpoint at")
        there.go_on()


def the_registers_of_user_mode_show_while_its_frame_is_pushed():
    with Session(1) as there:
        there.enter()
        there.ask("break Xint0x80_syscall")
        there.type(b"continue\r\n/tests/fork_wait\n")
        there.prompt()
        there.ask("delete")
        user = re.search(r"^user mode: .* eax 0x[0-9a-f]+$", there.ask("bt"), re.MULTILINE)
        # The number of the call, on both sides of the gate.
        holds(there.ask("p $eax"), f"{int(user.group().split()[-1], 16)} = ")
        for _ in range(12):                     # until after the kernel's segments are loaded
            there.ask("s")
            holds(there.ask("bt"), f"^{user.group()}$")
        holds(there.ask("p $eax"), r"= 0x18$")  # the selector of a CPU's own data
        there.go_on()


def a_breakpoint_in_the_debugger_harms_nobody():
    with Session(2) as there:
        there.enter()
        for name in ("cnputc", "vprintf", "kdb_read", "cngetc"):
            there.ask(f"break {name}")
        there.type(b"c\r")                      # the ~ of the break key is rubbed out
        holds(there.prompt(), r"^ddb: breakpoint$", r"^Stopped at cnputc")
        holds(there.ask("x/x 0xc0100000"), "1badb002")
        there.type(b"c\r")                      # gets past it, and to the next letter
        holds(there.prompt(), r"^Stopped at cnputc")
        there.ask("delete")
        for name in ("trap", "trap_traced", "kdb_trap", "Xbpt", "ddb_bt"):
            holds(there.ask(f"break {name}"), "the debugger runs there")
        there.go_on()


def Debugger_a_fault_and_a_panic_enter_it():
    with Session(2, "debug.debugger_on_panic=1", "kern.threads.oiks=2",
                 "kern.threads.max_per_proc=2") as there:
        there.expect(SHELL)
        there.type(b"ksetest -t\n")
        holds(there.prompt(), r"^OIKS 3$", r"^ddb: OIKS$", r"\(ksetest\)")
        holds(there.ask("bt"), r"Debugger\+", r"thread_link\+", r"syscall\+")
        holds(there.ask("show threads"), r"init +INHIBITED +SLEEPING +wait", r"ksetest +RUNNING")
        there.ask("w oiks_debug 0")
        there.type(b"continue\r")
        there.expect(b"1..")
        there.enter()
        there.ask("w/b sys_getppid 0x0f 0x0b")  # an instruction that does not exist
        there.type(b"c\r\n/tests/fork_wait\n")
        holds(there.prompt(), r"^ddb: invalid opcode$", r"^Stopped at sys_getppid \(")
        there.type(b"c\r")
        holds(there.prompt(), r"^panic: invalid opcode in kernel mode", r"^ddb: invalid opcode in")
        holds(there.ask("bt"), r"panic\+", r"trap_return", r"sys_getppid")
        there.type(b"c\r")
        equal(there.process.wait(60), 70)


def panic_and_reset_end_the_run():
    with Session(2, "debug.debugger_on_panic=1") as there:
        there.enter()
        there.type(b"panic at the disco\r")
        there.expect(b"panic: from the debugger: at the disco\n")
        equal(there.process.wait(60), 70)
    with Session(2) as there:
        there.enter()
        there.type(b"reset\r")
        equal(there.process.wait(60), 0)        # QEMU runs with -no-reboot


def nobody_at_the_console_leaves_a_panic_a_panic():
    done = kestrel("run", "--set", "debug.debugger_on_panic=1", "--set", "kern.threads.oiks=2",
                   "--set", "kern.threads.max_per_proc=2", "/bin/ksetest", "-t")
    equal(done.returncode, 70, done)
    assert b"panic: Debugger: OIKS" in done.stderr and b"db>" not in done.stderr, done.stderr


def a_hostile_typist_gets_a_prompt():
    with Session(2) as there:
        there.enter()
        for address in ("0xdeadbeef", "0xfffff000", "0xc0000000", "0xc0100000"):
            there.ask(f"show thread {address}")
            there.ask(f"bt {address}")
            there.ask(f"show registers {address}")
        holds(there.ask("show thread 0xfffff000"), "the debugger itself faulted")
        there.type(b"x" * 1000 + b"\r")
        holds(there.prompt(), "no such command")
        dice = random.Random(20021031)
        for _ in range(40):
            there.type(dice.randbytes(100).replace(b"\x01", b"") + b"\r")
        there.type(control("C") + b"p 4321\r")
        there.expect(b"4321 = 4321 = 0x10e1")
        there.prompt()
        there.go_on()


def a_panic_inside_of_a_command_leads_back_to_the_prompt():
    with Session(2) as there:
        there.enter()
        dump = there.ask("x/10xb kdb_each_thread")
        before = [byte for line in dump.splitlines() for byte in line.split(": ")[-1].split()]
        equal(len(before), 10)
        # What goes through all threads becomes: push $text; call panic.
        there.ask("w/b kdb_each_thread 0x68")
        there.ask("w/l kdb_each_thread+1 msgbuf+8")
        there.ask("w/b kdb_each_thread+5 0xe8")
        there.ask("w/l kdb_each_thread+6 panic-(kdb_each_thread+10)")
        for _ in range(2):
            holds(there.ask("show locks"), "the debugger itself faulted")
            holds(there.ask("p 1"), "1 = 1")
        for at, byte in enumerate(before):
            there.ask(f"w/b kdb_each_thread+{at} 0x{byte}")
        assert "faulted" not in there.ask("show locks")
        there.go_on()


def a_screenful_waits_for_a_key():
    with Session(1, "debug.ddb.lines=10") as there:
        there.enter()
        there.type(b"show witness\r")
        there.expect(b"--More--")
        there.type(b"\r")
        line = there.expect(b"--More--")
        equal(line.count(b"\n"), 1)
        there.type(b" ")
        page = there.expect(b"--More--")
        equal(page.count(b"\n"), 9)
        there.type(b"q")
        equal(there.prompt().strip(), "")
        holds(there.ask("p 1"), "1 = 1")
        there.type(b"pr 12" + control("A") + control("F") * 3 + b"3" + control("P"))
        there.type(control("U") + b"pri 2\x08\x7f 34\x1b[D\x1b[D5\x1b[F6\r")
        there.expect(b"5346 = ")
        there.prompt()
        there.go_on()


if __name__ == "__main__":
    sys.exit(main(each_break_key_stops_and_continue_resumes_one_CPU,
                  each_break_key_stops_and_continue_resumes_two_CPUs,
                  the_break_key_can_be_turned_off,
                  tables_show_processes_threads_KSEs_groups_and_CPUs,
                  locks_zones_and_the_trace_are_shown,
                  memory_is_shown_and_written,
                  breakpoints_stop_and_steps_step,
                  the_registers_of_user_mode_show_while_its_frame_is_pushed,
                  a_breakpoint_in_the_debugger_harms_nobody,
                  Debugger_a_fault_and_a_panic_enter_it,
                  panic_and_reset_end_the_run,
                  nobody_at_the_console_leaves_a_panic_a_panic,
                  a_hostile_typist_gets_a_prompt,
                  a_panic_inside_of_a_command_leads_back_to_the_prompt,
                  a_screenful_waits_for_a_key))
