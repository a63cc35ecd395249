# SPDX-License-Identifier: BSD-2-Clause
# A small model of a KSE process, which makes traces as a run of ksetest would, from a seed.
# Written for Kestrel; follows docs/life-of-an-upcall.md.
"""synthetic(seed, rounds) is a trace; write_multiplied(path, trace, n) writes n of it in a row."""
import json
import random

from .recorder import CPUS, KSES, THREADS, USERS, Recorder

PID, GROUP, FIRST_KSE = 7, 15, 16
CALLS = (("read", "piperd"), ("nanosleep", "nanslp"), ("write", "pipewr"), ("wait4", "wait"))


class User:
    """A user thread, its mailbox, and the kernel thread that carries it while it is inside."""

    def __init__(self, number):
        self.serial, self.address = number + 1, f"0x{0x806e080 + number * 0x300:x}"
        self.box = f"tm:{PID}:{self.address}"
        self.carrier, self.call, self.flow = None, None, None


class Kse:
    """A KSE on a CPU of its own; `thread` owns it, `user` is what runs."""

    def __init__(self, number):
        self.cpu, self.id, self.thread, self.user = number, FIRST_KSE + number, 12 + number, None
        self.name, self.box = f"ke:{self.id}", f"km:{PID}:0x{0x80797c0 + number * 64:x}"


class Model:
    """The process; each verb is one way in which something happens to a KSE."""

    def __init__(self, seed, users, kses):
        self.random, self.rec = random.Random(seed), Recorder()
        self.users = [User(n) for n in range(users)]
        self.kses = [Kse(n) for n in range(kses)]
        self.ready, self.sleeping, self.woken = list(self.users), [], []
        self.completed, self.next_thread, self.flows = [], 12 + kses, 0
        self.lent = []
        self.spare = []
        self._boot()

    def _boot(self):
        rec = self.rec
        for kse in self.kses:
            rec.lane(CPUS, kse.cpu + 1, f"CPU {kse.cpu}")
            rec.lane(KSES, kse.id, f"KSE {kse.id} ksetest[{PID}]")
            rec.lane(THREADS, kse.thread, f"thread {kse.thread} ksetest[{PID}]")
        for user in self.users:
            rec.lane(USERS, user.serial, f"{user.address} ksetest[{PID}]")
        changes = [(f"p:{PID}", "comm", "ksetest"), (f"p:{PID}", "threads", len(self.kses)),
                   (f"p:{PID}", "state", "normal"), (f"kg:{GROUP}", "p", f"p:{PID}"),
                   (f"kg:{GROUP}", "runq", []), (f"kg:{GROUP}", "iq", []),
                   (f"kg:{GROUP}", "lq", []), ("runq", "q", [])]
        changes += [(user.box, key, value) for user in self.users
                    for key, value in (("p", f"p:{PID}"), ("state", "uts"))]
        rec.step("create", 0, 12, "Process 7 (ksetest) enters KSE mode.", *changes)
        for kse in self.kses:
            td = f"td:{kse.thread}"
            rec.step("create", kse.cpu, kse.thread,
                     f"Thread {kse.thread} creates KSE {kse.id} in group {GROUP}.",
                     (kse.name, "kg", f"kg:{GROUP}"), (kse.name, "state", "thread"),
                     (kse.name, "thread", td), (kse.name, "cpu", kse.cpu),
                     (kse.name, "owner", td), (kse.name, "mailbox", kse.box), (td, "p", f"p:{PID}"),
                     (td, "kg", f"kg:{GROUP}"), (td, "ke", kse.name), (td, "state", "running"),
                     (td, "role", "bound"), (td, "cpu", kse.cpu), (kse.box, "ke", kse.name),
                     (kse.box, "completed", []), (f"cpu:{kse.cpu}", "td", td),
                     (f"cpu:{kse.cpu}", "ke", kse.name))
            self._runs(kse, kse.thread)
            rec.state(KSES, kse.id, "UTS")
            self.pick(kse)

    def wait(self, low=4_000, high=90_000):
        """Time passes."""
        self.rec.clock += self.random.randrange(low, high)

    def _runs(self, kse, thread):
        """Lanes: the thread is on the KSE's CPU now."""
        self.rec.state(CPUS, kse.cpu + 1, f"ksetest {thread}")
        self.rec.state(THREADS, thread, "running", cpu=kse.cpu, kse=kse.id)

    def _new_thread(self, kse):
        if self.spare:
            return self.spare.pop()
        thread, self.next_thread = self.next_thread, self.next_thread + 1
        self.rec.lane(THREADS, thread, f"thread {thread} ksetest[{PID}]")
        del kse
        return thread

    def pick(self, kse):
        """The UTS of a KSE takes what has completed, and runs the next user thread or idles."""
        rec, td = self.rec, f"td:{kse.thread}"
        self.wait()
        if not self.ready:
            rec.step("release", kse.cpu, kse.thread,
                     f"Thread {kse.thread} finds nothing to run: KSE {kse.id} is idle.",
                     (kse.name, "state", "idle"), (kse.name, "thread", None),
                     (f"kg:{GROUP}", "iq", [k.name for k in self.kses
                                            if k is kse or k.user == "idle"]),
                     (td, "state", "inhibited"), (td, "wmesg", "kserel"),
                     (td, "inhibitors", "sleeping"), (f"cpu:{kse.cpu}", "td", None),
                     (f"cpu:{kse.cpu}", "ke", None))
            rec.state(KSES, kse.id)
            rec.state(THREADS, kse.thread, "sleep kserel")
            rec.state(CPUS, kse.cpu + 1, f"idle {kse.cpu + 2}")
            kse.user = "idle"
            return
        user = kse.user = self.ready.pop(0)
        rec.step("uts", kse.cpu, kse.thread,
                 f"The UTS on KSE {kse.id} resumes user thread {user.address}.",
                 (user.box, "state", "running"), (user.box, "td", td),
                 (kse.box, "current", user.box))
        rec.state(USERS, user.serial, "running", kse=kse.id, thread=kse.thread)
        rec.state(KSES, kse.id, f"thread {kse.thread}")
        if user.flow is not None:
            rec.flow("f", user.flow, USERS, user.serial)
            user.flow = None

    def block(self, kse):
        """The user thread calls the kernel and sleeps; a new owner makes an upcall."""
        rec, user, old = self.rec, kse.user, kse.thread
        user.call, wmesg = self.random.choice(CALLS)
        user.carrier, new = old, self._new_thread(kse)
        self.flows += 1
        user.flow = self.flows
        rec.step("enter", kse.cpu, old,
                 f"Thread {old} enters {user.call} for user thread {user.address}.",
                 (user.box, "call", user.call), (f"td:{old}", "role", "unbound"),
                 (f"td:{old}", "mailbox", user.box))
        rec.begin(THREADS, old, f"syscall {user.call}")
        self.wait(2_000, 9_000)
        rec.step("block", kse.cpu, old,
                 f"Thread {old} is about to sleep on {wmesg}; thread {new} becomes the owner of "
                 f"KSE {kse.id} and lends it to {old} until then.",
                 (f"td:{new}", "p", f"p:{PID}"), (f"td:{new}", "kg", f"kg:{GROUP}"),
                 (f"td:{new}", "state", "inhibited"), (f"td:{new}", "inhibitors", "loan"),
                 (f"td:{new}", "role", "bound"), (f"td:{new}", "ke", kse.name),
                 (f"td:{old}", "role", "borrower"), (kse.name, "owner", f"td:{new}"),
                 (user.box, "state", "blocked"), (kse.box, "current", None))
        rec.state(USERS, user.serial, f"blocked {user.call}", thread=old)
        rec.flow("s", user.flow, USERS, user.serial)
        rec.state(KSES, kse.id, f"thread {old} (borrowed)")
        rec.state(THREADS, new, "stand-in")
        self.wait(1_500, 5_000)
        rec.step("sleep", kse.cpu, old, f"Thread {old} sleeps on {wmesg}.",
                 (f"td:{old}", "state", "inhibited"), (f"td:{old}", "inhibitors", "sleeping"),
                 (f"td:{old}", "wmesg", wmesg), (f"td:{old}", "ke", None),
                 (f"td:{old}", "role", "unbound"), (kse.name, "thread", f"td:{new}"),
                 (f"td:{new}", "state", "running"), (f"td:{new}", "inhibitors", None),
                 (f"td:{new}", "cpu", kse.cpu), (f"cpu:{kse.cpu}", "td", f"td:{new}"))
        rec.state(THREADS, old, f"sleep {wmesg}")
        self._runs(kse, new)
        rec.state(KSES, kse.id, f"thread {new}")
        kse.thread, kse.user = new, None
        self.sleeping.append(user)
        self.upcall(kse)

    def upcall(self, kse):
        """The owner goes to user mode, into the UTS, with what has completed."""
        rec, done = self.rec, self.completed
        rec.begin(THREADS, kse.thread, "upcall")
        self.wait(2_000, 6_000)
        told = f" with {len(done)} completed" if done else ""
        rec.step("upcall", kse.cpu, kse.thread,
                 f"Thread {kse.thread} enters the UTS on KSE {kse.id}{told}.",
                 (kse.box, "completed", [user.box for user in done]), (kse.box, "current", None))
        rec.end(THREADS, kse.thread)
        rec.state(KSES, kse.id, "UTS")
        for user in self.sleeping[-1:]:
            rec.flow("t", user.flow, KSES, kse.id)
        self.wait(3_000, 9_000)
        if done:
            self.completed = []
            changes = [(user.box, "state", "uts") for user in done]
            rec.step("uts", kse.cpu, kse.thread,
                     f"The UTS on KSE {kse.id} takes {len(done)} completed mailboxes.",
                     (kse.box, "completed", []), *changes)
            for user in done:
                rec.state(USERS, user.serial)
            self.ready += done
        self.pick(kse)

    def wake(self, kse):
        """Something on this CPU wakes a sleeper; it waits for a KSE."""
        rec, user = self.rec, self.sleeping.pop(0)
        self.woken.append(user)
        rec.step("wakeup", kse.cpu, user.carrier,
                 f"Thread {user.carrier} is woken and waits on kg_runq for a KSE.",
                 (f"td:{user.carrier}", "state", "runq"),
                 (f"td:{user.carrier}", "inhibitors", None),
                 (f"td:{user.carrier}", "wmesg", None),
                 (f"kg:{GROUP}", "runq", [f"td:{u.carrier}" for u in self.woken]))
        rec.instant(THREADS, user.carrier, "wakeup")
        rec.state(THREADS, user.carrier, "run queue")

    def lend(self, kse):
        """The owner lends its KSE to a woken thread, which finishes its call and is gone."""
        rec, owner, idle = self.rec, kse.thread, kse.user == "idle"
        user = self.woken.pop(0)
        borrower, running = user.carrier, kse.user
        if not idle:
            rec.step("trap", kse.cpu, owner, f"Thread {owner} takes a clock interrupt.")
            rec.begin(THREADS, owner, "trap clock")
            self.wait(1_000, 3_000)
        rec.step("lend", kse.cpu, owner,
                 f"Thread {owner} lends KSE {kse.id} to thread {borrower}, which has "
                 f"{user.call} to finish for user thread {user.address}.",
                 (kse.name, "owner", f"td:{owner}"), (kse.name, "thread", f"td:{borrower}"),
                 (kse.name, "state", "thread"), (f"td:{owner}", "state", "inhibited"),
                 (f"td:{owner}", "inhibitors", "loan"), (f"td:{borrower}", "state", "running"),
                 (f"td:{borrower}", "role", "borrower"), (f"td:{borrower}", "ke", kse.name),
                 (f"td:{borrower}", "cpu", kse.cpu), (f"cpu:{kse.cpu}", "td", f"td:{borrower}"),
                 (f"cpu:{kse.cpu}", "ke", kse.name),
                 (f"kg:{GROUP}", "runq", [f"td:{u.carrier}" for u in self.woken]),
                 (f"kg:{GROUP}", "iq", [k.name for k in self.kses
                                        if k is not kse and k.user == "idle"]))
        rec.state(THREADS, owner, "lends")
        self._runs(kse, borrower)
        rec.begin(THREADS, borrower, f"syscall {user.call}")
        rec.state(KSES, kse.id, f"thread {borrower} (borrowed)")
        self.wait(9_000, 60_000)
        self._finish(kse, user, borrower, owner)
        if running and not idle:
            rec.step("complete", kse.cpu, owner,
                     f"Thread {owner} has something to tell: user thread {running.address} is "
                     "exported too.", (running.box, "state", "completed"))
            rec.state(USERS, running.serial, "completed")
            self.completed.append(running)
        kse.user = None
        self.upcall(kse)

    def _finish(self, kse, user, borrower, owner):
        """The borrower exports the user thread and exits; the KSE returns to its owner."""
        rec = self.rec
        self.completed.append(user)
        rec.step("complete", kse.cpu, borrower,
                 f"Thread {borrower} has finished {user.call}: the mailbox of user thread "
                 f"{user.address} is completed.", (user.box, "state", "completed"),
                 (user.box, "td", None), (user.box, "call", None),
                 (kse.box, "completed", [u.box for u in self.completed]))
        rec.state(USERS, user.serial, "completed")
        rec.flow("t", user.flow, THREADS, borrower)
        self.wait(1_000, 3_000)
        rec.step("exit", kse.cpu, borrower,
                 f"Thread {borrower} exits and gives up KSE {kse.id}.",
                 (f"td:{borrower}", None, None), (kse.name, "thread", None))
        self.wait(500, 1_500)
        rec.step("reassign", kse.cpu, owner,
                 f"KSE {kse.id} is back with its owner, thread {owner}.",
                 (kse.name, "thread", f"td:{owner}"),
                 (f"td:{owner}", "state", "running"), (f"td:{owner}", "inhibitors", None),
                 (f"td:{owner}", "wmesg", None), (f"cpu:{kse.cpu}", "td", f"td:{owner}"))
        rec.state(THREADS, borrower)
        self._runs(kse, owner)
        rec.state(KSES, kse.id, f"thread {owner}")
        self.spare.append(borrower)
        user.carrier = None

    def round(self):
        """One thing happens."""
        kse = self.random.choice(self.kses)
        self.wait()
        if self.woken and (kse.user == "idle" or self.random.random() < .6):
            self.lend(kse)
        elif self.sleeping and (kse.user == "idle" or self.random.random() < .4):
            self.wake(kse)
        elif kse.user not in (None, "idle"):
            self.block(kse)


def synthetic(seed=2002, rounds=120, users=6, kses=2):
    """A trace of a process with some user threads and KSEs."""
    model = Model(seed, users, kses)
    for _ in range(rounds):
        model.round()
    return model.rec.trace(cpus=kses)


def _template(event):
    """An event as JSON text with %s for time, step and, where it has one, flow."""
    holes = {"ts": "@", "args": {"step": "@", **{k: v for k, v in event["args"].items()
                                                 if k != "step"}}}
    if "id" in event:
        holes["id"] = "@"
    rest = {key: value for key, value in event.items() if key not in holes}
    return json.dumps({**holes, **rest}).replace("%", "%%").replace('"@"', "%s")


def write_multiplied(path, trace, times):
    """Write the trace so many times over, one after the other, as text: large ones in seconds."""
    about, events = trace["kestrel"], trace["traceEvents"]
    length, count = about["end"] - about["start"], len(about["steps"])
    moving = [(_template(e), e["ts"], e["args"]["step"], e.get("id")) for e in events
              if e["ph"] != "M"]
    steps = [(step[0], json.dumps(step[1:])[1:]) for step in about["steps"]]
    flows = 1 + sum(e["ph"] == "s" for e in events)
    with open(path, "w", encoding="utf-8") as file:
        file.write('{"displayTimeUnit": "ns", "traceEvents": [\n')
        file.write(",\n".join(json.dumps(e) for e in events if e["ph"] == "M"))
        for turn in range(times):
            later, first, flow = turn * length / 1000, turn * count, turn * flows
            for text, at, step, number in moving:
                holes = (round(at + later, 3), step + first)
                file.write(",\n" + text % (holes if number is None else (*holes, number + flow)))
        head = {**about, "steps": "@", "end": about["start"] + times * length}
        before, after = json.dumps(head).split('"@"')
        file.write(f'], "kestrel": {before}[')
        file.write(",\n".join(f"[{at + turn * length}, {rest}"
                              for turn in range(times) for at, rest in steps))
        file.write(f"]{after}}}")
