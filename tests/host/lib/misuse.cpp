// SPDX-License-Identifier: BSD-2-Clause
// The host's side of the lists' complaint about misuse.
// Written for Kestrel.
#include "misuse.hpp"

#include <support/tailq.hpp>

void tailq_misuse(char const *what, void const *)
{
	throw list_misuse{what};
}
