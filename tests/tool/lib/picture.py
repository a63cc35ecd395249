# SPDX-License-Identifier: BSD-2-Clause
# The picture of a blocking call on the page of its trace, for docs/life-of-an-upcall.md.
# Written for Kestrel.
"""picture.py TRACE.json PICTURE.png, run in the project's directory"""
import json
import os
import subprocess
import sys
import tempfile

from browser import Browser

# Steps in view before and after the one at which a user thread blocks in read.
BEFORE, AFTER = 6, 32


def picture(trace, file):
    """Look at the page of a trace at that step, and keep what is seen."""
    with open(trace, encoding="utf-8") as source:
        steps = json.load(source)["kestrel"]["steps"]
    blocks = next(number for number, step in enumerate(steps)
                  if any(change[1:] == ["call", "read"] for change in step[5]))
    with tempfile.TemporaryDirectory() as directory, Browser() as browser:
        page = os.path.join(directory, "page.html")
        subprocess.run(["scripts/kestrel", "trace", "view", trace, "-o", page], check=True,
                       stdout=subprocess.DEVNULL)
        shown = browser.page(f"file://{page}", width=1280, height=900)
        shown.wait("document.documentElement.dataset.state === 'ready'")
        shown.evaluate(f"""(() => {{
            if (!kestrel.view.even)
                kestrel.toggleEven();
            kestrel.goTo({blocks}, true);
            kestrel.view.set({blocks - BEFORE}, {blocks + AFTER});
            kestrel.invalidate();
        }})()""")
        shown.picture(file)


picture(*sys.argv[1:])
