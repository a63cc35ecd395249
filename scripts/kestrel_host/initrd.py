# SPDX-License-Identifier: BSD-2-Clause
# The boot image: reading and writing deterministic ustar archives.
# Written for Kestrel; POSIX.1-1988 ustar as tarfile writes it.
"""A boot image is a dict of member: path without leading slash -> Member."""
import io
import os
import tarfile
from typing import NamedTuple

# Made whether or not a file needs them: mount points, as it were.
DIRECTORIES = ("dev", "etc", "tmp")


class Member(NamedTuple):
    """A file of the image."""
    data: bytes
    mode: int


def member_of(host_path, mode=None):
    """The member for a host file; executable there, executable here."""
    with open(host_path, "rb") as source:
        data = source.read()
    if mode is None:
        mode = 0o755 if os.access(host_path, os.X_OK) else 0o644
    return Member(data, mode)


def read(path):
    """The files of an archive."""
    members = {}
    with tarfile.open(path, "r:") as archive:
        for info in archive:
            if info.isreg():
                members[info.name] = Member(archive.extractfile(info).read(), info.mode)
    return members


def _parents(name):
    parts = name.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]


def write(path, members):
    """Write an archive: directories before their files, all sorted, no times and no owners."""
    directories = set(DIRECTORIES)
    for name in members:
        directories.update(_parents(name))
    with tarfile.open(path, "w:", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(directories | set(members)):
            info = tarfile.TarInfo(name)
            if name in members:
                info.size = len(members[name].data)
                info.mode = members[name].mode
                archive.addfile(info, io.BytesIO(members[name].data))
            else:
                info.type = tarfile.DIRTYPE
                info.mode = 0o755
                archive.addfile(info)


def guest_name(path):
    """The member's name for a guest path: `/bin/ls` is `bin/ls`."""
    return os.path.normpath("/" + path).lstrip("/")


def run_file(argv):
    """The member etc/run: each argument of the program, ended by a NUL."""
    return Member(b"".join(os.fsencode(arg) + b"\0" for arg in argv), 0o644)
