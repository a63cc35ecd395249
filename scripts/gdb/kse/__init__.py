# SPDX-License-Identifier: BSD-2-Clause
# gdb's view of Kestrel's structures: each module defines commands when it is imported.
# Written for Kestrel.
"""kernel: access to structures; session ... zones: commands, one subject a file."""
