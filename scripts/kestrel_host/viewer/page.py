# SPDX-License-Identifier: BSD-2-Clause
# The verb `kestrel trace view`: one HTML file of the page's sources and the trace.
# Written for Kestrel.
"""The page asks the network for nothing; a content security policy in it keeps it so."""
import base64
import gc
import gzip
import os
import tempfile

from .. import paths
from . import pack, trace

HERE = os.path.dirname(os.path.realpath(__file__))
STYLES = ("base.css", "panels.css", "structures.css")
# In the order in which they are joined: what is used while loading comes first.
SCRIPTS = ("codec.js", "model.js", "replay.js", "names.js", "loans.js", "follow.js", "search.js",
           "theme.js", "viewport.js", "layout.js", "lanes.js", "marks.js", "overview.js",
           "words.js", "structures.js", "boxes.js", "panel.js", "player.js", "mouse.js", "keys.js",
           "main.js")


def _source(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()


def page(packed):
    """The text of the page for a packed trace."""
    data = base64.b64encode(gzip.compress(packed, 6, mtime=0)).decode("ascii")
    text = _source("page.html")
    for mark, content in (("/*STYLE*/", "".join(map(_source, STYLES))),
                          ("/*SCRIPT*/", "".join(map(_source, SCRIPTS))), ("/*DATA*/", data)):
        before, after = text.split(mark)
        text = before + content + after
    return text


def _write(path, text):
    """All of it or nothing: a new file takes the place of the old one at the end."""
    directory = os.path.dirname(os.path.abspath(path))
    handle, temporary = tempfile.mkstemp(prefix=".trace-", dir=directory)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        umask = os.umask(0)
        os.umask(umask)
        os.chmod(temporary, 0o666 & ~umask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def view(options):
    """Write the page; the exit status."""
    output = options.output or os.path.splitext(options.file)[0] + ".html"
    if os.path.abspath(output) == os.path.abspath(options.file):
        raise paths.ToolError(f"{output}: is the trace itself", 1)
    # Millions of small objects, none of them in a cycle: looking for cycles takes half the time.
    gc.disable()
    text = page(pack.pack(trace.read(options.file)))
    try:
        _write(output, text)
    except OSError as error:
        raise paths.ToolError(f"{output}: {error.strerror or error}", 1) from None
    print(output)
    return 0
