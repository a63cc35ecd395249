// SPDX-License-Identifier: BSD-2-Clause
// Sorting and searching arrays.
// C11 7.22.5: quicksort by the median of three, heapsort where that goes deep: always O(n log n).

#include <stdlib.h>

typedef int compare(const void *, const void *);

#define SMALL	8	// elements; below it, insertion

static void
swap(char *a, char *b, size_t size)
{
	while (size-- > 0) {
		char c = *a;

		*a++ = *b;
		*b++ = c;
	}
}

static void
insertion_sort(char *base, size_t count, size_t size, compare *cmp)
{
	for (char *p = base + size; p < base + count * size; p += size) {
		for (char *q = p; q > base && cmp(q - size, q) > 0; q -= size)
			swap(q - size, q, size);
	}
}

// sift: let element root sink until the heap below it is in order.
static void
sift(char *base, size_t root, size_t count, size_t size, compare *cmp)
{
	for (;;) {
		size_t child = 2 * root + 1;

		if (child >= count)
			return;
		if (child + 1 < count && cmp(base + child * size, base + (child + 1) * size) < 0)
			child++;
		if (cmp(base + root * size, base + child * size) >= 0)
			return;
		swap(base + root * size, base + child * size, size);
		root = child;
	}
}

static void
heap_sort(char *base, size_t count, size_t size, compare *cmp)
{
	for (size_t i = count / 2; i-- > 0;)
		sift(base, i, count, size, cmp);
	for (size_t i = count; i-- > 1;) {
		swap(base, base + i * size, size);
		sift(base, 0, i, size, cmp);
	}
}

// partition: pivot to its final place; smaller ones before it. Returns its index.
static size_t
partition(char *base, size_t count, size_t size, compare *cmp)
{
	char *last = base + (count - 1) * size, *mid = base + count / 2 * size;
	char *left = base, *right = last;

	// The median of first, middle and last becomes the first; it is the pivot.
	if (cmp(mid, last) > 0)
		swap(mid, last, size);
	if (cmp(base, last) > 0)
		swap(base, last, size);
	if (cmp(base, mid) < 0)
		swap(base, mid, size);
	for (;;) {
		do
			left += size;
		while (left < last && cmp(left, base) < 0);
		while (cmp(right, base) > 0)
			right -= size;
		if (left >= right)
			break;
		swap(left, right, size);
		right -= size;
	}
	swap(base, right, size);
	return (size_t)(right - base) / size;
}

static void
sort(char *base, size_t count, size_t size, compare *cmp, int depth)
{
	while (count > SMALL) {
		size_t pivot;

		if (depth-- == 0) {
			heap_sort(base, count, size, cmp);
			return;
		}
		pivot = partition(base, count, size, cmp);
		// Recurse into the smaller part: the stack stays O(log n) deep.
		if (pivot < count - pivot - 1) {
			sort(base, pivot, size, cmp, depth);
			base += (pivot + 1) * size;
			count -= pivot + 1;
		} else {
			sort(base + (pivot + 1) * size, count - pivot - 1, size, cmp, depth);
			count = pivot;
		}
	}
	insertion_sort(base, count, size, cmp);
}

void
qsort(void *base, size_t count, size_t size, compare *cmp)
{
	int depth = 0;

	if (size == 0)
		return;
	for (size_t n = count; n > 1; n /= 2)
		depth += 2;
	sort(base, count, size, cmp, depth);
}

void *
bsearch(const void *key, const void *base, size_t count, size_t size, compare *cmp)
{
	const char *p = base;

	while (count > 0) {
		const char *mid = p + count / 2 * size;
		int order = cmp(key, mid);

		if (order == 0)
			return (void *)mid;
		if (order > 0) {
			p = mid + size;
			count -= count / 2 + 1;
		} else {
			count /= 2;
		}
	}
	return NULL;
}
