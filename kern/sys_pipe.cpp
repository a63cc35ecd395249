// SPDX-License-Identifier: BSD-2-Clause
// Pipes: a ring of bytes between two open files.
// After FreeBSD 5.0 sys_pipe.c: sides claimed while they move, copies without the mutex.
#include <kern/kern_descrip.hpp>

#include <kern/malloc.hpp>
#include <kern/sleepq.hpp>
#include <kern/syscall.hpp>
#include <kern/sysinit.hpp>
#include <limits.h>
#include <sys/stat.h>
#include <vm/uma.hpp>

static constexpr size_t pipe_size = 16384;      // bytes in the ring, a power of two

// One end of a pipe. Who moves bytes has claimed its side: only a reader changes pi_start, only a
// writer adds to pi_count behind it, and so the bytes in between can be copied without the mutex.
struct pipe_side final {
	bool open{true};        // (pi_mtx) its open file exists
	bool claimed{};         // (pi_mtx) a call moves bytes; others of this side wait for it
	bool wanted{};          // (pi_mtx) somebody of this side sleeps on it
};

//   ring   ....ssssssssssssss........        s: pi_count bytes from pi_start on, may wrap
//              ^ pi_start    ^ writers go on here
struct pipe final {
	mtx       pi_mtx{"pipe", lock_rank::file};
	char     *pi_ring{};    // (a)
	size_t    pi_start{};   // (pi_mtx) first byte to read
	size_t    pi_count{};   // (pi_mtx) bytes to read
	pipe_side pi_reader{};
	pipe_side pi_writer{};
};

static constinit uma_zone_of<pipe> pipe_zone{};

static void pipe_init(void *)
{
	pipe_zone.create("PIPE");
}
SYSINIT(pipe, SI_SUB_INTRINSIC, SI_ORDER_ANY, pipe_init, nullptr);

// wait_on: sleep until rouse() of that side; EINTR or ERESTART.
static Errno wait_on(pipe &pi, pipe_side &side, char const *wmesg) REQUIRES(pi.pi_mtx)
{
	side.wanted = true;
	return msleep(&side, &pi.pi_mtx, PRIBIO | PCATCH, wmesg, 0);
}

// rouse: let the sleepers of a side look again.
static void rouse(pipe_side &side)
{
	if (!side.wanted)
		return;
	side.wanted = false;
	wakeup(&side);
}

static Errno claim(pipe &pi, pipe_side &side) REQUIRES(pi.pi_mtx)
{
	while (side.claimed)
		TRY(wait_on(pi, side, "pipelk"));
	side.claimed = true;
	return OK;
}

static void unclaim(pipe_side &side)
{
	side.claimed = false;
	rouse(side);
}

// smallest: of three lengths.
static size_t smallest(size_t a, size_t b, size_t c)
{
	size_t const ab = a < b ? a : b;
	return ab < c ? ab : c;
}

static Errno pipe_read(file &fp, uio &io)
{
	pipe &pi = *static_cast<pipe *>(fp.f_data);
	if (io.uio_resid == 0)
		return OK;
	mtx_guard g{pi.pi_mtx};
	TRY(claim(pi, pi.pi_reader));
	Errno error = OK;
	while (error == OK && pi.pi_count == 0 && pi.pi_writer.open)
		error = wait_on(pi, pi.pi_reader, "piperd");
	while (error == OK && io.uio_resid != 0 && pi.pi_count != 0) {
		size_t const at = pi.pi_start;
		size_t const span = smallest(io.uio_resid, pi.pi_count, pipe_size - at);
		g.unlock();
		error = io.put(pi.pi_ring + at, span);
		g.lock();
		if (error != OK)
			break;
		pi.pi_start = (at + span) % pipe_size;
		pi.pi_count -= span;
		rouse(pi.pi_writer);
	}
	unclaim(pi.pi_reader);
	return error;
}

// wait_for_room: until `need` bytes are free. EPIPE when nobody will read them.
static Errno wait_for_room(pipe &pi, size_t need) REQUIRES(pi.pi_mtx)
{
	for (;;) {
		if (!pi.pi_reader.open)
			return EPIPE;
		if (pipe_size - pi.pi_count >= need)
			return OK;
		TRY(wait_on(pi, pi.pi_writer, "pipewr"));
	}
}

// fill: user bytes into the free part of the ring, as many as there are and fit; what the reader
// frees meanwhile only makes room. No locks; the writers' side is claimed.
static Errno fill(pipe &pi, size_t at, size_t room, uio &io, size_t *filled)
{
	while (*filled < room && io.uio_resid != 0) {
		size_t const to = (at + *filled) % pipe_size;
		size_t const span = smallest(io.uio_resid, room - *filled, pipe_size - to);
		TRY(io.get(pi.pi_ring + to, span));
		*filled += span;
	}
	return OK;
}

// Up to PIPE_BUF bytes go in all at once or not at all; more go in pieces, but since the side stays
// claimed, never mixed with another writer's.
static Errno pipe_write(file &fp, uio &io)
{
	pipe &pi = *static_cast<pipe *>(fp.f_data);
	bool const whole = io.uio_resid <= PIPE_BUF;
	mtx_guard g{pi.pi_mtx};
	TRY(claim(pi, pi.pi_writer));
	Errno error = OK;
	while (io.uio_resid != 0) {
		error = wait_for_room(pi, whole ? io.uio_resid : 1);
		if (error != OK)
			break;
		size_t const at = (pi.pi_start + pi.pi_count) % pipe_size;
		size_t const room = pipe_size - pi.pi_count;
		size_t filled = 0;
		g.unlock();
		error = fill(pi, at, room, io, &filled);
		g.lock();
		if (error == OK || !whole) {
			pi.pi_count += filled;
			rouse(pi.pi_reader);
		}
		if (error != OK)
			break;
	}
	unclaim(pi.pi_writer);
	return error;
}

static Errno pipe_stat(file const &fp, struct stat &sb)
{
	pipe &pi = *static_cast<pipe *>(fp.f_data);
	mtx_guard g{pi.pi_mtx};
	sb.st_mode = S_IFIFO | 0600;
	sb.st_nlink = 1;
	sb.st_size = static_cast<off_t>(pi.pi_count);
	sb.st_blksize = pipe_size;
	return OK;
}

static void pipe_free(pipe *pi)
{
	kfree(pi->pi_ring);
	pipe_zone.free(pi);
}

static void pipe_close(file &fp)
{
	auto *pi = static_cast<pipe *>(fp.f_data);
	bool last;
	{	mtx_guard g{pi->pi_mtx};
		pipe_side &side = (fp.f_flag & FREAD) != 0 ? pi->pi_reader : pi->pi_writer;
		side.open = false;
		last = !pi->pi_reader.open && !pi->pi_writer.open;
		rouse(pi->pi_reader);
		rouse(pi->pi_writer);
	}
	if (last)
		pipe_free(pi);
}

static constinit fileops const pipe_read_ops{pipe_read, no_write, pipe_stat, pipe_close};
static constinit fileops const pipe_write_ops{no_read, pipe_write, pipe_stat, pipe_close};

// pipe: a new pipe.
//   result   eax the descriptor to read from, edx the one to write to
//   errors   EMFILE
//   locks    none; may sleep
Errno sys_pipe(thread *td, pipe_args const &)
{
	pipe *pi = pipe_zone.alloc(M_WAITOK);
	pi->pi_ring = static_cast<char *>(kmalloc(pipe_size, M_WAITOK));
	// Both ends exist before the first can fail: closing them frees the pipe.
	file_ref reader = falloc(FREAD, &pipe_read_ops, pi);
	file_ref writer = falloc(FWRITE, &pipe_write_ops, pi);
	int const rfd = TRY(fdalloc(td, std::move(reader)));
	auto const wfd = fdalloc(td, std::move(writer));
	if (!wfd) {
		(void)fdclose(td, rfd);
		return wfd.error();
	}
	td->td_retval[0] = static_cast<uint32_t>(rfd);
	td->td_retval[1] = static_cast<uint32_t>(*wfd);
	return OK;
}
