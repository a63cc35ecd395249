// SPDX-License-Identifier: BSD-2-Clause
// Undefined behaviour that the compiler's checks find at run time: each report is a panic.
// Entry points, records and the encoding of values are those of GCC's -fsanitize=undefined.
#include <kern/kassert.hpp>
#include <kern/kdb.hpp>

#include <cstddef>
#include <cstdint>

namespace {

// Where in the source, as the compiler lays it out.
struct source_location final {
	char const *file;
	uint32_t    line;
	uint32_t    column;
};

// A type as the compiler describes it. td_info of an integer: bit 0 signed, above it the binary
// logarithm of its width in bits. The name follows, with quotes.
struct type_description final {
	uint16_t td_kind;
	uint16_t td_info;
	char     td_name[1];
};
constexpr uint16_t td_kind_integer = 0;

// The records that the compiler makes for each check.
struct located final {
	source_location at;
};
struct typed final {
	source_location         at;
	type_description const *type;
};
struct shift_check final {
	source_location         at;
	type_description const *value_type;
	type_description const *count_type;
};
struct bounds_check final {
	source_location         at;
	type_description const *array_type;
	type_description const *index_type;
};
struct access_check final {
	source_location         at;
	type_description const *type;
	uint8_t                 log_alignment;
	uint8_t                 kind;
};
struct argument_check final {
	source_location at;
	source_location attribute_at;
	int             number;
};

// What access_check::kind stands for.
constexpr char const *access_kinds[] = {
	"load of", "store to", "reference to", "member access in", "member call on",
	"constructor call on", "downcast of", "downcast of", "upcast of", "cast to virtual base of",
	"use as non-null of", "dynamic operation on",
};

// A value as text. The compiler passes it as a word, or its address when it is wider than that.
class shown final {
public:
	shown(type_description const &type, uintptr_t handle)
	{
		if (type.td_kind != td_kind_integer) {
			(void)snprintf(text_, sizeof text_, "a value");
			return;
		}
		bool const is_signed = (type.td_info & 1) != 0;
		unsigned const bits = 1u << (type.td_info >> 1);
		uint64_t value = handle;
		if (bits > word_bits)
			value = *reinterpret_cast<uint64_t const *>(handle);
		else if (is_signed)
			value = extended(handle, bits);
		(void)snprintf(text_, sizeof text_, is_signed ? "%lld" : "%llu", value);
	}

	char const *text() const { return text_; }

private:
	static constexpr unsigned word_bits = 32;

	static uint64_t extended(uintptr_t word, unsigned bits)
	{
		unsigned const above = word_bits - bits;
		auto const high = static_cast<int32_t>(static_cast<uint32_t>(word) << above);
		return static_cast<uint64_t>(int64_t{high >> above});
	}

	char text_[24];
};

// report: what happened, and where. In a debugger's session it ends the command that did it, as a
// fault does: what the command looks at may be anything.
[[noreturn, gnu::format(printf, 2, 3)]] void report(source_location const &at, char const *format,
    ...)
{
	char what[128];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(what, sizeof what, format, args);
	va_end(args);
	if (kdb_here())
		kdb_fault();
	panic("undefined behaviour: %s [%s:%u:%u]", what, at.file, at.line, at.column);
}

[[noreturn]] void arithmetic(typed const &check, uintptr_t left, char const *sign, uintptr_t right)
{
	report(check.at, "%s %s %s is no %s", shown{*check.type, left}.text(), sign,
	    shown{*check.type, right}.text(), check.type->td_name);
}

}

extern "C" {
[[noreturn]] void __ubsan_handle_add_overflow_abort(typed const *, uintptr_t, uintptr_t);
[[noreturn]] void __ubsan_handle_sub_overflow_abort(typed const *, uintptr_t, uintptr_t);
[[noreturn]] void __ubsan_handle_mul_overflow_abort(typed const *, uintptr_t, uintptr_t);
[[noreturn]] void __ubsan_handle_negate_overflow_abort(typed const *, uintptr_t);
[[noreturn]] void __ubsan_handle_divrem_overflow_abort(typed const *, uintptr_t, uintptr_t);
[[noreturn]] void __ubsan_handle_shift_out_of_bounds_abort(shift_check const *, uintptr_t,
    uintptr_t);
[[noreturn]] void __ubsan_handle_out_of_bounds_abort(bounds_check const *, uintptr_t);
[[noreturn]] void __ubsan_handle_type_mismatch_v1_abort(access_check const *, uintptr_t);
[[noreturn]] void __ubsan_handle_builtin_unreachable(located const *);
[[noreturn]] void __ubsan_handle_missing_return(located const *);
[[noreturn]] void __ubsan_handle_vla_bound_not_positive_abort(typed const *, uintptr_t);
[[noreturn]] void __ubsan_handle_load_invalid_value_abort(typed const *, uintptr_t);
[[noreturn]] void __ubsan_handle_nonnull_arg_abort(argument_check const *);
[[noreturn]] void __ubsan_handle_nonnull_return_v1_abort(located const *, source_location const *);
[[noreturn]] void __ubsan_handle_pointer_overflow_abort(located const *, uintptr_t, uintptr_t);
[[noreturn]] void __ubsan_handle_invalid_builtin_abort(located const *);
}

void __ubsan_handle_add_overflow_abort(typed const *check, uintptr_t left, uintptr_t right)
{
	arithmetic(*check, left, "+", right);
}

void __ubsan_handle_sub_overflow_abort(typed const *check, uintptr_t left, uintptr_t right)
{
	arithmetic(*check, left, "-", right);
}

void __ubsan_handle_mul_overflow_abort(typed const *check, uintptr_t left, uintptr_t right)
{
	arithmetic(*check, left, "*", right);
}

void __ubsan_handle_negate_overflow_abort(typed const *check, uintptr_t value)
{
	report(check->at, "negative of %s is no %s", shown{*check->type, value}.text(),
	    check->type->td_name);
}

void __ubsan_handle_divrem_overflow_abort(typed const *check, uintptr_t left, uintptr_t right)
{
	arithmetic(*check, left, "/", right);
}

void __ubsan_handle_shift_out_of_bounds_abort(shift_check const *check, uintptr_t value,
    uintptr_t count)
{
	report(check->at, "shift of %s, %s, by %s", shown{*check->value_type, value}.text(),
	    check->value_type->td_name, shown{*check->count_type, count}.text());
}

void __ubsan_handle_out_of_bounds_abort(bounds_check const *check, uintptr_t index)
{
	report(check->at, "element %s of %s", shown{*check->index_type, index}.text(),
	    check->array_type->td_name);
}

void __ubsan_handle_type_mismatch_v1_abort(access_check const *check, uintptr_t address)
{
	char const *const kind = check->kind < sizeof access_kinds / sizeof access_kinds[0]
	    ? access_kinds[check->kind] : "use of";
	uintptr_t const alignment = uintptr_t{1} << check->log_alignment;

	if (address == 0)
		report(check->at, "%s %s at a null pointer", kind, check->type->td_name);
	if (address % alignment != 0)
		report(check->at, "%s %s at %#x, which is not aligned to %u", kind,
		    check->type->td_name, address, alignment);
	report(check->at, "%s %s at %#x, where there is no room for one", kind,
	    check->type->td_name, address);
}

void __ubsan_handle_builtin_unreachable(located const *check)
{
	report(check->at, "a place that cannot be reached was");
}

void __ubsan_handle_missing_return(located const *check)
{
	report(check->at, "a function that has a result ended without one");
}

void __ubsan_handle_vla_bound_not_positive_abort(typed const *check, uintptr_t bound)
{
	report(check->at, "an array of %s elements", shown{*check->type, bound}.text());
}

void __ubsan_handle_load_invalid_value_abort(typed const *check, uintptr_t value)
{
	report(check->at, "%s is no value of %s", shown{*check->type, value}.text(),
	    check->type->td_name);
}

void __ubsan_handle_nonnull_arg_abort(argument_check const *check)
{
	report(check->at, "a null pointer as argument %d", check->number);
}

void __ubsan_handle_nonnull_return_v1_abort(located const *, source_location const *at)
{
	report(*at, "a null pointer as a result that is never one");
}

void __ubsan_handle_pointer_overflow_abort(located const *check, uintptr_t base, uintptr_t result)
{
	report(check->at, "pointer arithmetic from %#x to %#x", base, result);
}

void __ubsan_handle_invalid_builtin_abort(located const *check)
{
	report(check->at, "zero has no first or last bit that is set");
}
