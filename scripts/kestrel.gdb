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

define kse-program
	tbreak exec_setregs
	continue
	tbreak exec_setregs
	continue
	tbreak *entry
	continue
end
document kse-program
From boot, run until the program of `kestrel debug PROG` has been loaded and is about to start.
All programs are linked at one address: a breakpoint set before would stop init as well.
end

define kse-quit
	python
try:
    gdb.execute("kill")
except gdb.error:
    pass
	end
end
document kse-quit
End the machine. QEMU may close the line before gdb has its answer to `kill`; that is no error.
end
