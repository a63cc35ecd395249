# SPDX-License-Identifier: BSD-2-Clause
# The package behind `kestrel run --trace`: recording, reading the rings, replay, timeline.
# Written for Kestrel.
