# SPDX-License-Identifier: BSD-2-Clause
# The SDK's wrappers: ordinary compile lines, and what they refuse.
# Written for Kestrel.
"""TAP on stdout."""
import os
import sys

from lib.expect import compiler, equal, kestrel, main, program, scratch

HELLO = """
#include <stdio.h>
int main(void) { puts("hello"); return 0; }
"""
CXX = """
#include <atomic>
#include <cstdint>
#include <new>
#include <type_traits>
#include <stdio.h>
template <class T> struct box { T value; constexpr explicit box(T v) : value{v} {} };
int main()
{
	std::atomic<std::int32_t> counter{40};
	counter.fetch_add(2);
	std::printf("%d\\n", box{counter.load()}.value);
	return 0;
}
"""


def an_ordinary_line_makes_a_program():
    path = program("hello", HELLO, "-O2", "-g", "-Wall", "-pthread", "-std=c11")
    done = kestrel("run", path)
    equal((done.returncode, done.stdout), (0, b"hello\n"), done)


def objects_can_be_made_and_linked_apart():
    program("hello", HELLO)
    equal(compiler("kestrel-cc", "-c", "hello.c", "-o", "hello.o").returncode, 0)
    made = compiler("kestrel-cc", "hello.o", "-lpthread", "-lm", "-o", "apart")
    equal((made.returncode, made.stderr), (0, ""))
    equal(kestrel("run", scratch("apart")).stdout, b"hello\n")


def cxx_programs_have_the_freestanding_library():
    path = program("cxx", CXX.replace("std::printf", "printf"), "-std=c++20", "-O2",
                   wrapper="kestrel-c++", suffix=".cpp")
    done = kestrel("run", path)
    equal((done.returncode, done.stdout), (0, b"42\n"), done)


def assembly_and_preprocessed_text_go_to_files_and_stdout():
    program("hello", HELLO)
    equal(compiler("kestrel-cc", "-S", "hello.c").returncode, 0)
    equal(os.path.exists(scratch("hello.s")), True)
    equal("puts" in compiler("kestrel-cc", "-E", "hello.c").stdout, True)


def the_system_is_kestrel_and_not_linux():
    macros = compiler("kestrel-cc", "-E", "-dM", "-x", "c", "/dev/null").stdout
    equal("__Kestrel__" in macros, True)
    equal("linux" in macros.lower(), False)


def shared_objects_are_refused_with_a_reason():
    program("hello", HELLO)
    made = compiler("kestrel-cc", "-shared", "hello.c", "-o", "hello.so")
    equal(made.returncode, 1)
    equal("static" in made.stderr, True)


def a_mistake_in_the_program_is_the_compilers_to_report():
    with open(scratch("wrong.c"), "w", encoding="utf-8") as source:
        source.write("int main(void) { return undeclared; }\n")
    made = compiler("kestrel-cc", "wrong.c", "-o", "wrong")
    equal(made.returncode, 1)
    equal("undeclared" in made.stderr, True)


sys.exit(main(
    an_ordinary_line_makes_a_program,
    objects_can_be_made_and_linked_apart,
    cxx_programs_have_the_freestanding_library,
    assembly_and_preprocessed_text_go_to_files_and_stdout,
    the_system_is_kestrel_and_not_linux,
    shared_objects_are_refused_with_a_reason,
    a_mistake_in_the_program_is_the_compilers_to_report,
))
