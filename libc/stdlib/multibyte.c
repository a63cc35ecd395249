// SPDX-License-Identifier: BSD-2-Clause
// Multibyte characters of the C locale: ASCII, a byte each, without state.
// C11 7.22.7 and 7.22.8.

#include <errno.h>
#include <stdlib.h>

int
mbtowc(wchar_t *wide, const char *s, size_t n)
{
	if (s == NULL)
		return 0;
	if (n == 0 || (unsigned char)*s > 0x7f) {
		errno = EILSEQ;
		return -1;
	}
	if (wide != NULL)
		*wide = *s;
	return *s != '\0';
}

int
mblen(const char *s, size_t n)
{
	return mbtowc(NULL, s, n);
}

int
wctomb(char *s, wchar_t wide)
{
	if (s == NULL)
		return 0;
	if (wide < 0 || wide > 0x7f) {
		errno = EILSEQ;
		return -1;
	}
	*s = (char)wide;
	return 1;
}

size_t
mbstowcs(wchar_t *wide, const char *s, size_t n)
{
	size_t i;

	for (i = 0; wide == NULL || i < n; i++) {
		int length = mbtowc(wide != NULL ? &wide[i] : NULL, s + i, 1);

		if (length < 0)
			return (size_t)-1;
		if (length == 0)
			break;
	}
	return i;
}

size_t
wcstombs(char *s, const wchar_t *wide, size_t n)
{
	size_t i;
	char c;

	for (i = 0; s == NULL || i < n; i++) {
		if (wctomb(s != NULL ? &s[i] : &c, wide[i]) < 0)
			return (size_t)-1;
		if (wide[i] == 0)
			break;
	}
	return i;
}
