# SPDX-License-Identifier: BSD-2-Clause
# A machine whose console a test reads and types at.
# Written for Kestrel.
"""Console: with Console([KESTREL, "run"]) as console: console.expect(...), console.type(...)."""
import os
import selectors
import subprocess
import time

# Seconds for one answer; a hang detector.
PATIENCE = 60


class Console:
    """A machine whose console is a pair of pipes."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def expect(self, text):
        """Wait for text that has not been waited for yet; what came before it."""
        limit = time.monotonic() + PATIENCE
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while text not in self.seen:
                left = limit - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise AssertionError(f"no {text!r} in {self.seen[-2000:]!r}")
                data = os.read(self.process.stdout.fileno(), 4096)
                if not data:
                    raise AssertionError(f"ended before {text!r}: {self.seen[-2000:]!r}")
                self.seen += data.replace(b"\r", b"")
        before, _, self.seen = self.seen.partition(text)
        return before

    def type(self, text):
        """Type."""
        self.process.stdin.write(text)
        self.process.stdin.flush()

    def end(self):
        """Wait for the end; the exit status."""
        self.process.stdin.close()
        return self.process.wait(PATIENCE)


def control(letter):
    """The byte of a key pressed with Ctrl."""
    return bytes([ord(letter) & 0x1f])
