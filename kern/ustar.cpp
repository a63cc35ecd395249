// SPDX-License-Identifier: BSD-2-Clause
// Reading ustar archives in place.
// After POSIX.1-1988 ustar.
#include <kern/ustar.hpp>

#include <string.h>

namespace {

constexpr size_t block = 512;

// The header of a member: text fields, not always ended by a zero.
struct header final {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char linkname[100];
	char magic[6];
	char version[2];
	char uname[32];
	char gname[32];
	char devmajor[8];
	char devminor[8];
	char prefix[155];
	char pad[12];
};
static_assert(sizeof(header) == block);

// read_octal: a number in octal digits, blanks before and blanks or zeroes behind; false when it is
// something else. An empty field is 0.
bool read_octal(char const *field, size_t width, uint64_t &value)
{
	size_t i = 0;
	value = 0;
	while (i < width && field[i] == ' ')
		i++;
	for (; i < width && field[i] >= '0' && field[i] <= '7'; i++)
		value = value << 3 | static_cast<uint64_t>(field[i] - '0');
	for (; i < width; i++)
		if (field[i] != ' ' && field[i] != '\0')
			return false;
	return true;
}

bool is_zero_block(uint8_t const *at)
{
	for (size_t i = 0; i < block; i++)
		if (at[i] != 0)
			return false;
	return true;
}

// checksum_fits: the sum of the header's bytes, its own field taken as blanks.
bool checksum_fits(header const &h, uint8_t const *at)
{
	constexpr size_t from = offsetof(header, checksum);
	uint64_t stored;
	uint32_t sum = 0;

	for (size_t i = 0; i < block; i++)
		sum += i >= from && i < from + sizeof h.checksum ? uint32_t{' '} : at[i];
	return read_octal(h.checksum, sizeof h.checksum, stored) && stored == sum;
}

// append: a field that ends at its width or at a zero.
char *append(char *to, char const *field, size_t width)
{
	for (size_t i = 0; i < width && field[i] != '\0'; i++)
		*to++ = field[i];
	return to;
}

void join_name(header const &h, char *to)
{
	if (h.prefix[0] != '\0') {
		to = append(to, h.prefix, sizeof h.prefix);
		*to++ = '/';
	}
	*append(to, h.name, sizeof h.name) = '\0';
}
static_assert(sizeof(header::prefix) + 1 + sizeof(header::name) <= ustar_member::name_most);

ustar_type type_of(char type)
{
	switch (type) {
	case '\0':              // what tar wrote before POSIX
	case '0':
	case '7':               // contiguous: an ordinary file to us
		return ustar_type::file;
	case '5':
		return ustar_type::directory;
	default:
		return ustar_type::other;
	}
}

}

ustar_step ustar_reader::stop(ustar_step why)
{
	left_ = 0;
	return last_ = why;
}

ustar_step ustar_reader::next(ustar_member &out)
{
	header h;
	uint64_t size, mode, mtime;

	if (last_ != ustar_step::member)
		return last_;
	if (left_ == 0)
		return stop(ustar_step::end);
	if (left_ < block)
		return stop(ustar_step::truncated);
	if (is_zero_block(at_))
		return stop(ustar_step::end);
	memcpy(&h, at_, block);
	if (!checksum_fits(h, at_) || memcmp(h.magic, "ustar", 5) != 0 ||
	    !read_octal(h.size, sizeof h.size, size) ||
	    !read_octal(h.mode, sizeof h.mode, mode) ||
	    !read_octal(h.mtime, sizeof h.mtime, mtime))
		return stop(ustar_step::corrupt);
	at_ += block;
	left_ -= block;
	// All types may bring data, even those that are passed over.
	if (size > left_)
		return stop(ustar_step::truncated);

	out.type = type_of(h.type);
	out.mode = static_cast<uint32_t>(mode & 07777);
	out.mtime = static_cast<int64_t>(mtime);
	out.data = at_;
	out.size = out.type == ustar_type::file ? static_cast<size_t>(size) : 0;
	join_name(h, out.name);

	// The last member's padding may be missing.
	size_t const padded = (static_cast<size_t>(size) + block - 1) & ~(block - 1);
	size_t const step = padded < left_ && padded >= size ? padded : left_;
	at_ += step;
	left_ -= step;
	return ustar_step::member;
}

ustar_name ustar_component(char const *&path)
{
	for (;;) {
		while (*path == '/')
			path++;
		char const *const start = path;
		while (*path != '\0' && *path != '/')
			path++;
		size_t const length = static_cast<size_t>(path - start);
		if (length != 1 || *start != '.')
			return {start, length};
	}
}
