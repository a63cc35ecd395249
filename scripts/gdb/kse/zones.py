# SPDX-License-Identifier: BSD-2-Clause
# The zones of kernel memory.
# Written for Kestrel.
"""kse-zones."""
from .kernel import Command, atomic, text_of, variable, walk, word


class Zones(Command):
    """All zones: item size, items in use, cached in per-CPU buckets, free in slabs, slabs, limit,
pages, and each CPU's bucket (items in it; `-`: it has none). A bucket that a CPU has just taken out
of its cache counts as used."""
    name = "kse-zones"
    most_arguments = 0

    def run(self, words):
        print(f"{'ZONE':<18} {'SIZE':>6} {'USED':>7} {'CACHED':>6} {'FREE':>6} {'SLABS':>5} "
              f"{'PAGES':>5} {'LIMIT':>6} BUCKETS")
        cpus = int(variable("mp_ncpus"))
        for zone in walk(variable("zones"), "zones"):
            self.line(zone, cpus)

    @staticmethod
    def line(zone, cpus):
        """One zone."""
        buckets = [atomic(zone["uz_caches"][cpu]["uc_bucket"]) for cpu in range(cpus)]
        counts = [word(bucket["ub_count"]) if word(bucket) else None for bucket in buckets]
        cached = sum(count or 0 for count in counts)
        shelf, layout = zone["uz_shelf"], zone["uz_layout"]
        slabs, out = word(shelf["slabs_"]), word(zone["uz_out"])
        limit = word(zone["uz_max"])
        print(f"{text_of(zone['uz_lock']['name'], 18):<18} {word(zone['uz_size']):>6} "
              f"{out - cached:>7} {cached:>6} {slabs * word(layout['items']) - out:>6} {slabs:>5} "
              f"{slabs * word(layout['pages']):>5} {limit or '-':>6} "
              + " ".join("-" if count is None else str(count) for count in counts))


Zones()
