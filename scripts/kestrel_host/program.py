# SPDX-License-Identifier: BSD-2-Clause
# Which program `kestrel run PROG` means: one in the image, or an ELF file of the host.
# Written for Kestrel; ELF fields after the System V ABI.
"""Finds PROG and says what argv[0] and the image are to hold."""
import os
import struct

from . import initrd, paths

ET_EXEC, EM_386 = 2, 3
# Where a host program appears on the guest.
HOST_DIRECTORY = "/host"
SEARCH = ("bin", "sbin", "tests")


def _check_elf(path):
    """Raise unless the file is a static i386 program."""
    with open(path, "rb") as source:
        head = source.read(20)
    if head[:4] != b"\x7fELF":
        raise paths.ToolError(f"{path}: not an ELF program", paths.EXIT_NOT_EXECUTABLE)
    kind, machine = struct.unpack_from("<HH", head, 16)
    if head[4] != 1 or machine != EM_386 or kind != ET_EXEC:
        raise paths.ToolError(f"{path}: not a static i386 program; build it with kestrel-cc",
                              paths.EXIT_NOT_EXECUTABLE)


def resolve(program, image):
    """The guest path of PROG. A guest path wins over a host file of the same name."""
    members = initrd.read(paths.INITRD)
    added = {initrd.guest_name(spec.partition("=")[2] or os.path.basename(spec))
             for spec in image.options.add}
    if program.startswith("/") and initrd.guest_name(program) in set(members) | added:
        return "/" + initrd.guest_name(program)
    if os.path.isfile(program):
        _check_elf(program)
        guest = f"{HOST_DIRECTORY}/{os.path.basename(program)}"
        image.add(program, guest)
        return guest
    if "/" not in program:
        for directory in SEARCH:
            if f"{directory}/{program}" in members:
                return f"/{directory}/{program}"
    raise paths.ToolError(f"{program}: neither in the boot image nor a file here",
                          paths.EXIT_NOT_FOUND)
