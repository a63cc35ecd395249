# SPDX-License-Identifier: BSD-2-Clause
# Who holds which lock, and who waits for it.
# Written for Kestrel.
"""kse-locks."""
from .kernel import (Command, all_threads, array_text, atomic, pointer, state, text_of, variable,
                     walk, word)

MTX_UNOWNED, MTX_FLAGMASK, MTX_CONTESTED = 4, 3, 2


def owner_of(mutex):
    """struct thread * of the owner, or None."""
    value = word(atomic(mutex["mtx_lock_"]))
    if value & ~MTX_FLAGMASK in (0, MTX_UNOWNED):
        return None
    return pointer(value & ~MTX_FLAGMASK, "thread")


def lock_text(mutex):
    """Name, owner, depth."""
    name = text_of(mutex["name"], 31)
    owner = owner_of(mutex)
    if owner is None:
        return f"{name}: free"
    contested = ", contested" if word(atomic(mutex["mtx_lock_"])) & MTX_CONTESTED else ""
    return f"{name}: thread {int(owner['td_tid'])}, depth {word(mutex['recurse_']) + 1}{contested}"


class Locks(Command):
    """sched_lock and Giant; what each thread holds by its witness list (INVARIANTS kernels); every
contested mutex with its waiters and the priority that they lend. A thread that was switched out has
sched_lock on its list: it finds it there, truly, when it runs again."""
    name = "kse-locks"
    most_arguments = 0

    def run(self, words):
        for name in ("sched_lock", "Giant", "proctree_lock"):
            print(lock_text(variable(name)))
        for td in all_threads():
            self.held(td)
        for td in all_threads():
            self.contested(td)

    @staticmethod
    def held(td):
        """A thread's witness list."""
        held = td["td_sleeplocks"]
        count = word(held["count"])
        most = held["held"].type.range()[1] + 1
        if count > most:
            print(f"thread {int(td['td_tid'])}: (broken witness list of {count} locks)")
            count = 0
        # sched_lock alone says of a thread that is switched out only that it is.
        texts = [f"{text_of(held['held'][i]['name'], 31)} (rank "
                 f"{str(held['held'][i]['rank']).rpartition(':')[2]})" for i in range(count)]
        if texts and (state(td["td_state"]) == "running" or count > 1):
            print(f"thread {int(td['td_tid'])} ({array_text(td['td_proc']['p_comm'])}, "
                  f"{state(td['td_state'])}) holds: " + ", ".join(texts))

    @staticmethod
    def contested(td):
        """The mutexes of a thread that others wait for."""
        for mutex in walk(td["td_contested"], f"td_contested of thread {int(td['td_tid'])}"):
            print(f"turnstile of {lock_text(mutex)}; owner runs at {int(td['td_priority'])}, "
                  f"own {int(td['td_base_pri'])}")
            for waiter in walk(mutex["mtx_blocked"], "mtx_blocked"):
                print(f"  waits: thread {int(waiter['td_tid'])} pri {int(waiter['td_priority'])}")


Locks()
