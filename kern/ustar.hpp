// SPDX-License-Identifier: BSD-2-Clause
// Reading ustar archives in place: pure code, tested on the host too, safe with any input.
// After POSIX.1-1988 ustar and the tar(5) of BSD.
#pragma once

#include <cstddef>
#include <cstdint>

// What a member is; others are passed over.
enum class ustar_type : uint8_t { file, directory, other };

// ustar_member: one member. Nothing is allocated: data points into the archive.
struct ustar_member final {
	static constexpr size_t name_most = 256;

	char           name[name_most + 1];     // prefix and name joined, as stored; ends with 0
	ustar_type     type;
	uint32_t       mode;                    // permission bits
	int64_t        mtime;                   // seconds since 1970
	uint8_t const *data;
	size_t         size;                    // bytes; 0 unless a file
};

// How the walk went on.
enum class ustar_step : uint8_t {
	member,         // the next member is there
	end,            // two zero blocks, or exactly the end of the data
	truncated,      // a header or a member's data passes the end of the archive
	corrupt,        // bad checksum, magic or number
};

// ustar_reader: walks an archive from its first block on. After any answer but `member` it stays
// at that answer.
class ustar_reader final {
public:
	constexpr ustar_reader(void const *archive, size_t size)
	    : at_{static_cast<uint8_t const *>(archive)}, left_{size}
	{
	}

	// next: fills `out` when the answer is `member`.
	ustar_step next(ustar_member &out);

private:
	ustar_step stop(ustar_step why);

	uint8_t const *at_;
	size_t         left_;
	ustar_step     last_{ustar_step::member};
};

// ustar_component: the next component of a path: moves `path` behind it and any slashes around it,
// and gives its start and length; length 0 at the end. "." counts as nothing.
struct ustar_name final {
	char const *start;
	size_t      length;
};
ustar_name ustar_component(char const *&path);
