# SPDX-License-Identifier: BSD-2-Clause
# The host channel: bytes and events over COM3, framed by DLE.
# Written for Kestrel; the kernel's side is its hostio driver.
"""DLE DLE is a literal 0x10. To the guest, DLE E ends the input. From the guest, DLE R asks for
input, at the program's first read of it: what is sent earlier may be lost, the port is not set up.
DLE X <decimal> newline is the program's exit status."""

DLE = b"\x10"
END_OF_INPUT = DLE + b"E"


def escape(data):
    """Payload as it travels."""
    return data.replace(DLE, DLE + DLE)


class Decoder:
    """Splits what the guest sends into payload and events; keeps state between calls."""

    def __init__(self, on_ready):
        self.status = None
        self._on_ready = on_ready
        self._pending = b""

    def feed(self, data):
        """The payload in `data`; `status` is set once the guest has sent it, and on_ready is
        called when the guest asks for input."""
        data = self._pending + data
        self._pending = b""
        payload = bytearray()
        while data:
            plain, mark, data = data.partition(DLE)
            payload += plain
            if not mark:
                break
            if data[:1] == DLE:
                payload += DLE
                data = data[1:]
            elif data[:1] == b"R":
                data = data[1:]
                self._on_ready()
            elif data[:1] == b"X" and b"\n" in data:
                number, _, data = data[1:].partition(b"\n")
                self.status = int(number)
            elif not data or data[:1] == b"X":
                self._pending = DLE + data
                break
            else:
                raise ValueError(f"unknown frame DLE {data[:1]!r} on the host channel")
        return bytes(payload)
