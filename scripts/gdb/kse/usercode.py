# SPDX-License-Identifier: BSD-2-Clause
# User frames by a program's own tables: DWARF call frame information, function names, lines.
# Written for Kestrel. gdb reads user memory by whatever page tables a CPU has; this does not.
"""Program(path).frames(registers, read_word): (pc, function, place), innermost first."""
import os
import shutil
import struct
import subprocess

FRAMES_MOST = 64
ESP, RETURN = 4, 8              # DWARF's numbers of i386 registers
NAMES = ("eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eip")


class Reader:
    """Bytes of call frame information, read from the left."""

    def __init__(self, data, at=0):
        self.data, self.at = data, at

    def number(self, size):
        """An unsigned little-endian number."""
        value = int.from_bytes(self.data[self.at:self.at + size], "little")
        self.at += size
        return value

    def uleb(self):
        """An unsigned LEB128."""
        value = shift = 0
        while True:
            byte = self.number(1)
            value |= (byte & 0x7f) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def sleb(self):
        """A signed LEB128."""
        start = self.at
        value = self.uleb()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) else value

    def text(self):
        """A string that ends with 0."""
        end = self.data.index(b"\0", self.at)
        value = self.data[self.at:end]
        self.at = end + 1
        return value


def sections(path):
    """(address, bytes) of the sections of a 32-bit ELF file, by name."""
    with open(path, "rb") as source:
        data = source.read()
    if data[:5] != b"\x7fELF\x01":
        return {}
    start, = struct.unpack_from("<I", data, 32)
    size, count, names = struct.unpack_from("<HHH", data, 46)
    heads = [struct.unpack_from("<10I", data, start + i * size) for i in range(count)]
    strings = data[heads[names][4]:heads[names][4] + heads[names][5]]
    return {strings[head[0]:strings.index(b"\0", head[0])].decode(): (
        head[3], data[head[4]:head[4] + head[5]]) for head in heads if head[1] not in (0, 8)}


class Table:
    """The frame descriptions of one section, .debug_frame or .eh_frame."""

    def __init__(self, address, data, eh_frame):
        self.address, self.data, self.eh_frame = address, data, eh_frame
        self.cies = {}

    def _cie(self, at):
        if at not in self.cies:
            r = Reader(self.data, at)
            end = r.number(4) + at + 4
            r.number(4)
            r.number(1)
            augmentation = r.text()
            code, align, _ = r.uleb(), r.sleb(), r.uleb()
            encoding = 0
            if augmentation.startswith(b"z"):
                rest = r.uleb() + r.at
                encoding = r.number(1) if b"R" in augmentation else 0
                r.at = rest
            self.cies[at] = code, align, encoding, self.data[r.at:end], augmentation
        return self.cies[at]

    def find(self, pc):
        """(start of the function, CIE, instructions) for a pc, or None."""
        at = 0
        while at + 4 <= len(self.data):
            r = Reader(self.data, at)
            length = r.number(4)
            end, here = r.at + length, r.at
            ident = r.number(4)
            if length and ident != (0 if self.eh_frame else 0xffffffff):
                found = self._fde(r, here - ident if self.eh_frame else ident, pc, end)
                if found:
                    return found
            at = end
        return None

    def _fde(self, r, cie_at, pc, end):
        cie = self._cie(cie_at)
        here = self.address + r.at
        start = r.number(4)
        if self.eh_frame and cie[2] & 0x70 == 0x10:
            start = (start + here) & 0xffffffff
        if not start <= pc < start + r.number(4):
            return None
        if cie[4].startswith(b"z"):
            r.at += r.uleb()
        return start, cie, self.data[r.at:end]


def rows(found, pc):
    """The rules that hold at a pc: ((register, offset) of the CFA, {register: offset from it})."""
    start, (code, align, _, initial, _), instructions = found
    cfa, rules, stack = (ESP, 4), {}, []
    for program, limit in ((initial, None), (instructions, pc)):
        r, at, first = Reader(program), start, dict(rules)
        while r.at < len(program):
            op = r.number(1)
            low, high = op & 0x3f, op & 0xc0
            if high == 0x40 or op in (2, 3, 4):
                at += code * (low if high else r.number({2: 1, 3: 2, 4: 4}[op]))
                if limit is not None and at > limit:
                    break
            elif high == 0x80:
                rules[low] = r.uleb() * align
            elif high == 0xc0 or op == 6:
                reg = low if high else r.uleb()
                rules.pop(reg, None)
                rules.update({reg: first[reg]} if reg in first else {})
            elif op == 5:
                reg = r.uleb()
                rules[reg] = r.uleb() * align
            elif op == 0x0a:
                stack.append((cfa, dict(rules)))
            elif op == 0x0b and stack:
                cfa, rules = stack.pop()
            elif op == 0x0c:
                cfa = r.uleb(), r.uleb()
            elif op == 0x0d:
                cfa = r.uleb(), cfa[1]
            elif op == 0x0e:
                cfa = cfa[0], r.uleb()
            elif op in (7, 8):
                rules.pop(r.uleb(), None)
            elif op == 0x2e:
                r.uleb()
            elif op:
                return None     # expressions: the C compiler makes none for our programs
    return cfa, rules


class Program:
    """A program's file."""
    _known = {}

    def __init__(self, path):
        self.path = path
        found = sections(path)
        self.text = found.get(".text", (0, b""))
        self.tables = [Table(*found[name], name == ".eh_frame")
                       for name in (".debug_frame", ".eh_frame") if name in found]

    @classmethod
    def of(cls, path):
        """The program of a file, read once for each state of the file."""
        key = path, os.stat(path).st_mtime_ns
        if key not in cls._known:
            cls._known[key] = cls(path)
        return cls._known[key]

    def older(self, registers, newest, read_word):
        """Registers of the caller, or None: outermost, or no description."""
        pc = registers["eip"] - (0 if newest else 1)
        for table in self.tables:
            found = table.find(pc)
            rule = rows(found, pc) if found else None
            if rule is None:
                continue
            (reg, offset), saved = rule
            if reg >= len(NAMES):
                return None
            cfa = (registers[NAMES[reg]] + offset) & 0xffffffff
            caller = dict(registers, esp=cfa)
            for number, distance in saved.items():
                if number < len(NAMES):
                    caller[NAMES[number]] = read_word((cfa + distance) & 0xffffffff)
            return caller if RETURN in saved and caller["eip"] else None
        return self.leaf_caller(registers, read_word) if newest else None

    def leaf_caller(self, registers, read_word):
        """A function without description that has pushed nothing, such as a system call's stub."""
        address, text = self.text
        back = read_word(registers["esp"])
        if address <= back < address + len(text):
            return dict(registers, eip=back, esp=registers["esp"] + 4)
        return None

    def frames(self, registers, read_word):
        """All frames: pc, and whether it is the newest."""
        found = []
        while registers is not None and len(found) < FRAMES_MOST:
            found.append(registers["eip"])
            registers = self.older(registers, len(found) == 1, read_word)
        return found

    def places(self, pcs):
        """(function, file:line) for each pc of frames()."""
        tool = shutil.which("i686-linux-gnu-addr2line") or shutil.which("addr2line")
        if tool is None or not pcs:
            return [("??", "")] * len(pcs)
        asked = [f"{pc - (1 if i else 0):#x}" for i, pc in enumerate(pcs)]
        run = subprocess.run([tool, "-f", "-C", "-e", self.path] + asked, check=False,
                             stdin=subprocess.DEVNULL, capture_output=True, text=True)
        lines = run.stdout.splitlines()
        if len(lines) != 2 * len(pcs):
            return [("??", "")] * len(pcs)
        return [(lines[2 * i], lines[2 * i + 1].partition(" (")[0]) for i in range(len(pcs))]
