// SPDX-License-Identifier: BSD-2-Clause
// Sysctls about the system as a whole: its name, its version, its machine.
// After FreeBSD's kern_mib.c.
#include <kern/callout.hpp>
#include <kern/kassert.hpp>
#include <kern/md.hpp>
#include <kern/sysctl.hpp>
#include <kern/sysinit.hpp>
#include <kern/version.hpp>
#include <machine/pcpu.hpp>
#include <sys/time.h>
#include <vm/vm_page.hpp>

namespace {

// __FreeBSD_version of the interfaces that user programs see.
constinit int osreldate{500039};
constinit int osrevision{199506};
constinit int page_bytes{static_cast<int>(page_size)};

constinit char ostype[] = "Kestrel";
constinit char osrelease[16]{};
constinit char version[64]{};
constinit char hostname[64]{"kestrel"};
constinit char machine[] = "i386";
constinit char bootfile[] = "kernel";

SYSCTL_STRING(kern_ostype, "kern.ostype", "Name of the system", ostype, sysctl_access::ro);
SYSCTL_STRING(kern_osrelease, "kern.osrelease", "Its release", osrelease, sysctl_access::ro);
SYSCTL_STRING(kern_version, "kern.version", "Release and configuration", version,
    sysctl_access::ro);
SYSCTL_STRING(kern_hostname, "kern.hostname", "Name of this machine", hostname,
    sysctl_access::rwtun);
SYSCTL_STRING(kern_bootfile, "kern.bootfile", "Name of the kernel's file", bootfile,
    sysctl_access::ro);
SYSCTL_INT(kern_osreldate, "kern.osreldate", "FreeBSD version whose interfaces these are",
    osreldate, sysctl_access::ro, 0, 0);
SYSCTL_INT(kern_osrevision, "kern.osrevision", "BSD revision", osrevision, sysctl_access::ro, 0,
    0);
SYSCTL_STRING(hw_machine, "hw.machine", "Machine type", machine, sysctl_access::ro);
SYSCTL_INT(hw_ncpu, "hw.ncpu", "CPUs that run", mp_ncpus, sysctl_access::ro, 0, 0);
SYSCTL_INT(hw_pagesize, "hw.pagesize", "Bytes of a page", page_bytes, sysctl_access::ro, 0, 0);

Errno sysctl_physmem(sysctl_oid const &, sysctl_req &req)
{
	uint32_t const bytes = vm_page_count().total * page_size;
	return sysctl_out(req, &bytes, sizeof(bytes));
}

SYSCTL_PROC(hw_physmem, "hw.physmem", "Bytes of memory the kernel manages", sysctl_type::integer,
    sysctl_access::ro, sysctl_physmem);

Errno sysctl_clockrate(sysctl_oid const &, sysctl_req &req)
{
	clockinfo const info{hz, 1'000'000 / hz, 0, hz, hz};
	return sysctl_out(req, &info, sizeof(info));
}

SYSCTL_PROC(kern_clockrate, "kern.clockrate", "struct clockinfo", sysctl_type::opaque,
    sysctl_access::ro, sysctl_clockrate);

Errno sysctl_boottime(sysctl_oid const &, sysctl_req &req)
{
	timeval const at{static_cast<time_t>(boot_time()), 0};
	return sysctl_out(req, &at, sizeof(at));
}

SYSCTL_PROC(kern_boottime, "kern.boottime", "struct timeval of the boot", sysctl_type::opaque,
    sysctl_access::ro, sysctl_boottime);

void mib_startup(void *)
{
	(void)snprintf(osrelease, sizeof(osrelease), "%s", kestrel_release);
	(void)snprintf(version, sizeof(version), "%s %s (%s)", ostype, kestrel_release,
	    kestrel_kernconf);
}

SYSINIT(mib, SI_SUB_TUNABLES, SI_ORDER_FIRST, mib_startup, nullptr);

}
