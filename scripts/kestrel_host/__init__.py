# SPDX-License-Identifier: BSD-2-Clause
# The host tool's parts: images, machines, the host channel, tests.
# Written for Kestrel; Python 3 standard library only.
