# SPDX-License-Identifier: BSD-2-Clause
# A dead machine's memory: a file with its RAM, read through the kernel's own page tables.
# Written for Kestrel.
"""Nothing here trusts the guest: what cannot be read raises Unreadable."""
import mmap
import struct

PAGE = 4096
KERNBASE = 0xc0000000           # physical 0 in the kernel's image and direct map
PG_V, PG_PS = 0x001, 0x080
STRING_MOST = 256


class Unreadable(Exception):
    """An address or a structure that is not what it should be."""


def symbol(path, name):
    """The address of a symbol of an ELF file, by its symbol table."""
    with open(path, "rb") as file:
        image = file.read()
    if image[:6] != b"\x7fELF\x01\x01":
        raise Unreadable(f"{path}: no 32-bit ELF file")
    table, = struct.unpack_from("<I", image, 32)
    size, count = struct.unpack_from("<HH", image, 46)
    sections = [struct.unpack_from("<10I", image, table + i * size) for i in range(count)]
    wanted = name.encode()
    for kind, offset, length, link in ((s[1], s[4], s[5], s[6]) for s in sections):
        if kind != 2:           # SHT_SYMTAB
            continue
        names = sections[link][4]
        for at in range(offset, offset + length, 16):
            label, value = struct.unpack_from("<II", image, at)
            start = names + label
            if image[start:start + len(wanted) + 1] == wanted + b"\0":
                return value
    raise Unreadable(f"{path}: no symbol {name}")


class Memory:
    """Kernel addresses of a machine whose RAM is in a file."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self._ram = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        self._pdir = None
        self._strings = {}

    def close(self):
        """The file is not needed any more."""
        self._ram.close()

    def use_page_directory(self, physical):
        """From here on any mapped kernel address can be read, not only the image."""
        self._pdir = physical

    def _physical_word(self, at):
        if at + 4 > len(self._ram):
            raise Unreadable(f"physical address {at:#x} is beyond the memory")
        return struct.unpack_from("<I", self._ram, at)[0]

    def _physical(self, at):
        if self._pdir is None:
            return at - KERNBASE
        pde = self._physical_word(self._pdir + (at >> 22) * 4)
        if not pde & PG_V:
            raise Unreadable(f"kernel address {at:#x} is not mapped")
        if pde & PG_PS:
            return (pde & 0xffc00000) | (at & 0x3fffff)
        pte = self._physical_word((pde & 0xfffff000) + (at >> 12 & 0x3ff) * 4)
        if not pte & PG_V:
            raise Unreadable(f"kernel address {at:#x} is not mapped")
        return (pte & 0xfffff000) | (at & 0xfff)

    def read(self, at, size):
        """Bytes at a kernel address."""
        parts = []
        while size > 0:
            length = min(size, PAGE - at % PAGE)
            start = self._physical(at)
            part = self._ram[start:start + length]
            if len(part) != length or start < 0:
                raise Unreadable(f"kernel address {at:#x} is beyond the memory")
            parts.append(part)
            at += length
            size -= length
        return b"".join(parts)

    def words(self, at, count):
        """Words at a kernel address."""
        return struct.unpack(f"<{count}I", self.read(at, 4 * count))

    def string(self, at):
        """The string at a kernel address; a null pointer is None."""
        if at == 0:
            return None
        if at not in self._strings:
            data = b""
            while b"\0" not in data and len(data) < STRING_MOST:
                data += self.read(at + len(data), min(64, PAGE - (at + len(data)) % PAGE))
            self._strings[at] = data.split(b"\0")[0].decode(errors="replace")
        return self._strings[at]
