// SPDX-License-Identifier: BSD-2-Clause
// The kernel's command line, cut into words in place.
// Written for Kestrel; no kernel services, since it is parsed before anything can panic.
#include <kern/cmdline.hpp>

#include <kern/config.hpp>

namespace {

// Each word has at least one letter and one separator.
constexpr size_t words_max = config::cmdline_max / 2;

// The copy, separators and the first '=' of each word replaced by zeroes. Written once at boot.
constinit char text_copy[config::cmdline_max]{};
constinit size_t word_count{};

// name: where the word starts. value: what follows its '=', or null.
struct word final {
	char const *name;
	char const *value;
};
constinit word words[words_max]{};

bool equal(char const *a, char const *b)
{
	for (; *a != '\0' && *a == *b; a++)
		b++;
	return *a == *b;
}

bool separates(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// find: the last word of that name, so that later ones override; null when there is none.
word const *find(char const *name)
{
	for (size_t i = word_count; i > 0; i--)
		if (equal(words[i - 1].name, name))
			return &words[i - 1];
	return nullptr;
}

// cut_word: ends the word at `at` and splits it at its first '='; returns what follows it.
char *cut_word(char *at)
{
	word &w = words[word_count++];

	w = {at, nullptr};
	for (; *at != '\0' && !separates(*at); at++) {
		if (*at == '=' && w.value == nullptr) {
			*at = '\0';
			w.value = at + 1;
		}
	}
	if (*at != '\0')
		*at++ = '\0';
	return at;
}

}

void cmdline_init(char const *text)
{
	size_t length = 0;

	while (text != nullptr && text[length] != '\0' && length < config::cmdline_max - 1) {
		text_copy[length] = text[length];
		length++;
	}
	text_copy[length] = '\0';
	word_count = 0;
	for (char *at = text_copy; *at != '\0';) {
		if (separates(*at))
			at++;
		else
			at = cut_word(at);
	}
}

char const *cmdline_get(char const *name)
{
	word const *const w = find(name);

	if (w == nullptr)
		return nullptr;
	return w->value != nullptr ? w->value : "";
}

bool cmdline_flag(char const *name)
{
	static constinit char const *const yes[] = {"", "1", "yes", "true", "on"};
	char const *const value = cmdline_get(name);

	if (value == nullptr)
		return false;
	for (char const *word_for_yes : yes)
		if (equal(value, word_for_yes))
			return true;
	return false;
}

bool cmdline_word(size_t i, char const **name, char const **value)
{
	if (i >= word_count)
		return false;
	*name = words[i].name;
	*value = words[i].value;
	return true;
}
