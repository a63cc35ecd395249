// SPDX-License-Identifier: BSD-2-Clause
// Signals of a KSE process: each reaches the UTS through km_sigscaught, whatever its threads do;
// what ends or stops acts on the process.
// Written for Kestrel.
#include "lib/child.h"
#include "lib/raw.h"
#include "lib/uts_raw.h"
#include "lib/zones.h"
#include "tap.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define KM_SIGSCAUGHT	2	// word of a kse_mailbox
#define PATIENCE	3000	// milliseconds before a signal counts as lost

static unsigned int told[33];	// by signal: how often the UTS was told
static unsigned int frames;	// handlers that ran on a thread's stack
static _Atomic unsigned int lost, wrong, calls;   // threads on several KSEs count

static void
handler(int sig)
{
	(void)sig;
	__atomic_fetch_add(&frames, 1, __ATOMIC_RELAXED);
}

static void
catch(int sig)
{
	struct sigaction act = { .sa_flags = 0 };

	act.sa_handler = handler;
	sigaction(sig, &act, NULL);
}

// The UTS takes the words, then goes on as usual.
static void
upcall(uint32_t *km)
{
	for (int w = 0; w < 4; w++) {
		uint32_t bits = __atomic_exchange_n(&km[KM_SIGSCAUGHT + w], 0, __ATOMIC_ACQ_REL);

		while (bits != 0) {
			int sig = w * 32 + __builtin_ctz(bits) + 1;

			bits &= bits - 1;
			__atomic_fetch_add(&told[sig < 33 ? sig : 0], 1, __ATOMIC_RELEASE);
		}
	}
	ru_upcall(km);
}

static void
kse(void)
{
	ru_kse(0)->km[KM_FUNC] = W(upcall);
}

static unsigned int
count_of(int sig)
{
	return __atomic_load_n(&told[sig], __ATOMIC_ACQUIRE);
}

static bool
comes(int sig, unsigned int before)
{
	for (int i = 0; i < PATIENCE && count_of(sig) == before; i++)
		milliseconds(1);
	return count_of(sig) == before + 1;
}

static void
begin(int threads)
{
	if (!ru_init(threads))
		bail_out("no memory");
	memset(told, 0, sizeof told);
	frames = lost = wrong = calls = 0;
}

// A thread that signals its own process, and sees that the UTS is told of each.
static void
send_and_see(struct ru_thread *self)
{
	for (int i = 0; i < 300; i++) {
		unsigned int before = count_of(SIGUSR1);

		RAW(SYS_kill, W(getpid()), SIGUSR1);
		lost += !comes(SIGUSR1, before);
	}
	(void)self;
}

static void
sleep_often(struct ru_thread *self)
{
	uint32_t ts[2] = { 0, 1000000 };

	for (long i = 0; i < self->arg; i++) {
		wrong += RAW(SYS_nanosleep, W(ts), 0) != 0;
		calls++;
	}
}

static void
each_is_told(int kses)
{
	begin(4);
	catch(SIGUSR1);
	for (int i = 0; i < kses; i++)
		kse();
	ru_thread(0, send_and_see, 0);
	ru_thread(0, sleep_often, 100);
	is(ru_run(), 0, "%d KSEs, a thread that sends, one that sleeps", kses);
	is((long)lost, 0, "each of 300 signals reaches the UTS, once");
	is((long)frames, 0, "none of them on a thread's stack");
	is((long)wrong, 0, "no call of another thread is broken off");
	ru_balanced("every thread came back once");
}

static void
ticking(void)
{
	struct itimerval value = { { 0, 10000 }, { 0, 10000 } }, off = { { 0, 0 }, { 0, 0 } };

	begin(10);
	catch(SIGALRM);
	kse();
	kse();
	for (int i = 0; i < 10; i++)
		ru_thread(0, sleep_often, 100);
	setitimer(ITIMER_REAL, &value, NULL);
	is(ru_run(), 0, "1000 blocking calls with a signal every tick");
	setitimer(ITIMER_REAL, &off, NULL);
	is((long)calls, 1000, "all done");
	is((long)wrong, 0, "none with an error");
	ok(count_of(SIGALRM) > 5, "the UTS was told of %u signals", count_of(SIGALRM));
	ru_balanced("no thread is lost");
}

// A child of ours, no KSE process, that sends.
static int
send_later(void *arg)
{
	milliseconds(*(int *)arg);
	return kill(getppid(), SIGUSR2) != 0;
}

// Computes without a system call until the UTS has been told.
static void
spin(struct ru_thread *self)
{
	(void)self;
	while (count_of(SIGUSR2) == 0)
		__asm__ volatile("pause");
}

// The same in a region without upcalls: it must not come there, and must come behind it. Its system
// calls are the UTS's, and ru_sync would leave the region for an instant.
static void
spin_in_peace(struct ru_thread *self)
{
	uint32_t start[2], now[2], *current = &self->kse->km[KM_CURTHREAD];

	RAW(SYS_clock_gettime, 4, W(start));
	self->tm[TM_FLAGS] |= 1u;
	do {
		for (volatile int i = 0; i < 100000; i = i + 1)
			continue;
		wrong += count_of(SIGUSR2) != 0;
		__atomic_store_n(current, 0, __ATOMIC_SEQ_CST);
		RAW(SYS_clock_gettime, 4, W(now));
		__atomic_store_n(current, W(self->tm), __ATOMIC_SEQ_CST);
	} while ((now[0] - start[0]) * 1000 + now[1] / 1000000 < start[1] / 1000000 + 200);
	self->tm[TM_FLAGS] &= ~1u;
	spin(self);
}

static void
while_computing(void (*body)(struct ru_thread *), const char *what)
{
	int time = 50, child;

	catch(SIGUSR2);
	child = child_start(send_later, &time);
	begin(1);
	kse();
	ru_thread(0, body, 0);
	is(ru_run(), 0, "%s", what);
	is((long)count_of(SIGUSR2), 1, "the UTS is told");
	is((long)wrong, 0, "not too early");
	child_is(child_wait(child), 0, "the sender is content");
}

static void
hide(struct ru_thread *self)
{
	uint32_t set[4] = { 1u << (SIGUSR1 - 1) };

	(void)self;
	RAW(SYS_sigprocmask, 1, W(set), 0);
	RAW(SYS_kill, W(getpid()), SIGUSR1);
	milliseconds(50);
	wrong += count_of(SIGUSR1) != 0;
	RAW(SYS_sigprocmask, 2, W(set), 0);
	lost += !comes(SIGUSR1, 0);
}

static void
all_asleep(void)
{
	int time = 50, child;

	catch(SIGUSR2);
	child = child_start(send_later, &time);
	begin(2);
	kse();
	ru_thread(0, sleep_often, 100);
	is(ru_run(), 0, "a signal while everybody sleeps");
	is((long)count_of(SIGUSR2), 1, "wakes the idle KSE");
	is((long)wrong, 0, "and no thread");
	child_is(child_wait(child), 0, "the sender is content");
	begin(1);
	catch(SIGUSR1);
	kse();
	ru_thread(0, hide, 0);
	is(ru_run(), 0, "a masked signal");
	is((long)wrong, 0, "waits");
	is((long)lost, 0, "until it is let through");
}

static _Atomic unsigned int mended;

static void
mend(int sig, siginfo_t *si, void *uc)
{
	(void)sig;
	(void)si;
	// Blocked in here, it lets the other thread run, which faults, too.
	milliseconds(mended % 8 == 0 ? 20 : 0);
	// Behind "ud2".
	*(uint32_t *)(void *)((char *)uc + 76) += 2;
	mended++;
}

static void
fault(struct ru_thread *self)
{
	for (int i = 0; i < 20; i++) {
		__asm__ volatile("ud2" : : : "memory");
		ru_yield(self);
	}
}

static void
faults(void)
{
	struct sigaction act = { .sa_flags = SA_SIGINFO };

	act.sa_sigaction = mend;
	sigaction(SIGILL, &act, NULL);
	begin(2);
	kse();
	ru_thread(0, fault, 0);
	ru_thread(0, fault, 0);
	is(ru_run(), 0, "two threads that fault");
	is((long)mended, 40, "handle it themselves, also both at once");
	is((long)count_of(SIGILL), 0, "the UTS hears nothing");
	ru_balanced("every thread came back once");
}

static int progress[2];

static void
tell_progress(struct ru_thread *self)
{
	uint32_t ts[2] = { 0, 5000000 };

	(void)self;
	for (;;) {
		RAW(SYS_nanosleep, W(ts), 0);
		RAW(SYS_write, (uint32_t)progress[1], W("p"), 1);
	}
}

static void
compute(struct ru_thread *self)
{
	(void)self;
	for (volatile unsigned int i = 1; i != 0; i |= 1)
		continue;
}

static void
block(struct ru_thread *self)
{
	static int fds[2];
	char byte;

	(void)self;
	if (raw_pipe(fds) == 0)
		RAW(SYS_read, (uint32_t)fds[0], W(&byte), 1);
}

static int
busy_process(void *arg)
{
	begin(8);
	kse();
	if (arg != NULL)
		kse();
	ru_thread(0, tell_progress, 0);
	ru_thread(0, block, 0);
	ru_thread(0, sleep_often, 1000000);
	if (arg != NULL)
		ru_thread(0, compute, 0);
	return ru_run();
}

static bool
moves(void)
{
	char byte;

	return read(progress[0], &byte, 1) == 1;
}

static void
stop_and_go(void *variant, const char *what)
{
	int pid, status, bad = 0;
	char bytes[16384];

	if (pipe(progress) != 0)
		bail_out("no pipe");
	pid = child_start(busy_process, variant);
	ok(moves(), "%s: it runs", what);
	for (int i = 0; i < 10; i++) {
		kill(pid, SIGSTOP);
		bad += wait4(pid, &status, WUNTRACED, NULL) != pid || !WIFSTOPPED(status);
		write(progress[1], "e", 1);
		while (read(progress[0], bytes, sizeof bytes) == sizeof bytes)
			continue;
		milliseconds(30);
		write(progress[1], "e", 1);
		bad += read(progress[0], bytes, sizeof bytes) != 1;
		kill(pid, SIGCONT);
		bad += wait4(pid, &status, WCONTINUED, NULL) != pid || !WIFCONTINUED(status);
		bad += !moves();
	}
	is(bad, 0, "ten times it stops, all of it, and goes on");
	kill(pid, SIGSTOP);
	kill(pid, SIGTERM);
	kill(pid, SIGCONT);
	child_died(child_wait(pid), SIGTERM, "SIGTERM ends it");
	pid = child_start(busy_process, variant);
	ok(moves() && kill(pid, SIGSTOP) == 0 && wait4(pid, &status, WUNTRACED, NULL) == pid,
	    "another one stops");
	kill(pid, SIGKILL);
	child_died(child_wait(pid), SIGKILL, "SIGKILL ends it where it is");
	close(progress[0]);
	close(progress[1]);
}

int
main(void)
{
	static struct zones before;

	each_is_told(1);
	zones_warm();
	zones_read(&before);
	each_is_told(2);
	each_is_told(4);
	ticking();
	while_computing(spin, "a signal to a thread that computes");
	while_computing(spin_in_peace, "a signal to a thread that must not be disturbed");
	all_asleep();
	faults();
	stop_and_go(NULL, "sleeping and blocked threads");
	stop_and_go(&before, "computing ones, too");
	zones_settled(&before, "the kernel has everything back");
	return done_testing();
}
