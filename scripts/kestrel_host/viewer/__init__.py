# SPDX-License-Identifier: BSD-2-Clause
# kestrel trace view: a trace as one HTML page that needs nothing else.
# Written for Kestrel.
"""trace.py reads and checks, pack.py makes columns, page.py joins them with the page's sources."""
