# SPDX-License-Identifier: BSD-2-Clause
# The test runner: what there is to run, how each kind runs, and TAP of all of it.
# Written for Kestrel; prove judges and sums up.
