# SPDX-License-Identifier: BSD-2-Clause
# gdb commands that every debugging session of Kestrel starts with.
# Written for Kestrel; read by `kestrel debug`, never from a home directory.
set confirm off
set pagination off
set print pretty on
set print static-members off
set architecture i386

define kse-panic
	break panic
	continue
	backtrace
end
document kse-panic
Run until the kernel panics, then show where.
end
