// SPDX-License-Identifier: BSD-2-Clause
// What a misused list throws on the host, where the kernel would panic.
// Written for Kestrel.
#pragma once

#include <stdexcept>

struct list_misuse final : std::logic_error {
	using std::logic_error::logic_error;
};
