#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
# Checks that includes point in the allowed directions; the rooms of the tree are the rules.
# Written for Kestrel; after Fiasco's measured module dependencies.
"""Prints FILE:LINE: complaint, exit status 1 if any. No exceptions by name of a file."""
import glob
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
INCLUDE = re.compile(r'^\s*#\s*include(?:_next)?\s*(<[^>]+>|"[^"]+")')
# What GCC has without an operating system below it.
FREESTANDING_CXX = set(
    "array atomic bit cfloat climits compare concepts cstdarg cstddef cstdint expected "
    "initializer_list limits new source_location span tuple type_traits utility".split())
FREESTANDING_C = set(
    "float.h iso646.h limits.h stdalign.h stdarg.h stdbool.h stddef.h stdint.h stdint-gcc.h "
    "stdnoreturn.h".split())


def files(*patterns):
    """Paths below the root, sorted."""
    found = set()
    for pattern in patterns:
        found.update(glob.glob(os.path.join(ROOT, pattern), recursive=True))
    return sorted(os.path.relpath(path, ROOT) for path in found)


def read(path):
    """The lines of a source."""
    with open(os.path.join(ROOT, path), encoding="utf-8") as source:
        return source.read().split("\n")


def includes(path):
    """(line, name, quoted) of each include."""
    for number, line in enumerate(read(path), 1):
        if found := INCLUDE.match(line):
            yield number, found[1][1:-1], found[1][0] == '"'


def room_of(name):
    """The room that an angle-bracket include names."""
    if name in FREESTANDING_CXX:
        return "c++"
    if name in FREESTANDING_C:
        return "c"
    if name == "string.h":      # libc/string serves the kernel as well
        return "string"
    first = name.split("/")[0] if "/" in name else ""
    if first == "machine" and name.endswith(".h"):
        # assym.h is the kernel's, the others are the user's.
        user = os.path.exists(os.path.join(ROOT, "include", name))
        return "abi" if user else "md"
    return {"sys": "abi", "machine": "md", "support": "support", "kern": "kern", "vm": "vm",
            "arch": "arch path", "tests": "tests"}.get(first, "libc" if not first else first)


def own_folder(path, name):
    """Whether a quoted include stays within the including file's top folder."""
    target = os.path.normpath(os.path.join(os.path.dirname(path), name))
    return target.split(os.sep)[:2] == path.split(os.sep)[:2] or \
        target.split(os.sep)[0] == path.split(os.sep)[0] == "libc"


KERNEL = {"abi", "md", "support", "kern", "vm", "c++", "c", "string"}
# Rooms: files, rooms that they may include, whether quoted includes of the own folder are fine.
RULES = [
    (["include/sys/*", "include/machine/*"], {"abi", "c"}, False),
    (["include/*.h"], {"abi", "c", "string", "libc"}, False),
    (["include/support/*"], {"support", "c++", "c"}, False),
    (["kern/*.hpp"], {"abi", "md", "support", "kern", "c++", "c"}, False),
    (["vm/*.hpp"], {"abi", "md", "support", "kern", "vm", "c++", "c"}, False),
    (["kern/*.cpp", "vm/*.cpp"], KERNEL, True),
    (["arch/**/*.cpp", "arch/**/*.hpp", "arch/**/*.S"],
     KERNEL, True),
    (["tests/kernel/*"], KERNEL | {"tests"}, True),
    (["libc/**/*.[chS]", "userland/**/*.[chS]", "tests/user/**/*.[chS]"],
     {"abi", "c", "string", "libc"}, True),
    (["userland/**/*.cpp", "userland/**/*.hpp", "tests/user/**/*.cpp"],
     {"abi", "c", "string", "libc", "support", "c++"}, True),
]


def check_rooms():
    """Every include against its room's rule."""
    for patterns, allowed, quotes in RULES:
        for path in files(*patterns):
            if not os.path.isfile(os.path.join(ROOT, path)):
                continue
            for number, name, quoted in includes(path):
                if quoted:
                    if not quotes or not own_folder(path, name):
                        yield path, number, f'"{name}" is not of the own folder'
                elif room_of(name) not in allowed:
                    yield path, number, f"<{name}> ({room_of(name)}) is not allowed here"


def kernel_graph():
    """The includes among kern/ and vm/ headers."""
    return {path: [name for _, name, _ in includes(path) if room_of(name) in ("kern", "vm")]
            for path in files("kern/*.hpp", "vm/*.hpp")}


def reach(graph, start):
    """All headers that one includes, directly or not."""
    seen, todo = set(), [start]
    while todo:
        for name in graph.get(todo.pop(), []):
            if name not in seen:
                seen.add(name)
                todo.append(name)
    return seen


def check_graph():
    """No cycles; vm's headers know locks and values of kern, never processes and threads."""
    graph = kernel_graph()
    for path in graph:
        reached = reach(graph, path)
        if path in reached:
            yield path, 1, "includes itself through others"
        if path.startswith("vm/") and "kern/proc.hpp" in reached:
            yield path, 1, "reaches kern/proc.hpp; declare the type instead"


def check_text():
    """What a file of a room may not say."""
    bans = [
        (["include/sys/*", "include/machine/*"], r"\b_KERNEL\b|\btemplate\b",
         "conditionals of the kernel and templates have no place in the ABI"),
        (["kern/*", "vm/*"], r"\basm\b", "inline assembly belongs to <machine/cpufunc.hpp>"),
        (["kern/*", "vm/*", "tests/kernel/*"], r"\barch/i386\b(?=.*\.hpp)",
         "no architecture by path"),
    ]
    for patterns, ban, reason in bans:
        for path in files(*patterns):
            if os.path.splitext(path)[1] == ".md":
                continue
            for number, line in enumerate(read(path), 1):
                if re.search(ban, re.sub(r"//.*|/\*.*?\*/|^\s*\*.*|\"[^\"]*\"", "", line)):
                    yield path, number, reason


def main():
    complaints = sorted(set(check_rooms()) | set(check_graph()) | set(check_text()))
    for path, number, complaint in complaints:
        print(f"{path}:{number}: {complaint}")
    sys.exit(1 if complaints else 0)


main()
