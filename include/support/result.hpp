// SPDX-License-Identifier: BSD-2-Clause
// A value or an error, and the macro that passes the error on.
// Written for Kestrel: the part of std::expected that needs no hosted library (GCC 12's needs one).
#pragma once

#include <type_traits>
#include <utility>

// unexpected<E>: the error arm of an outcome.
template <class Error>
struct unexpected final {
	Error error;
};

// outcome<T, E>: either a T, or an E that is not E{} (E{} stands for success).
template <class One, class Error>
class [[nodiscard]] outcome final {
public:
	constexpr outcome(One value) : value_{std::move(value)}, error_{} {}
	constexpr outcome(unexpected<Error> failure) : value_{}, error_{failure.error} {}

	constexpr explicit operator bool() const { return error_ == Error{}; }
	constexpr bool has_value() const { return error_ == Error{}; }
	// error: E{} when there is a value.
	constexpr Error error() const { return error_; }
	// operator*: only where there is a value.
	constexpr One &operator*() { return value_; }
	constexpr One const &operator*() const { return value_; }
	constexpr One *operator->() { return &value_; }

private:
	One   value_;
	Error error_;
};

// error_of, value_of: one view of both kinds of answer, an error code that is a bare enum and an
// outcome, so that TRY serves both.
template <class One>
	requires std::is_enum_v<One>
constexpr One error_of(One answer)
{
	return answer;
}

template <class One, class Error>
constexpr Error error_of(outcome<One, Error> const &answer)
{
	return answer.error();
}

template <class One>
	requires std::is_enum_v<One>
constexpr void value_of(One)
{
}

template <class One, class Error>
constexpr One value_of(outcome<One, Error> &&answer)
{
	return std::move(*answer);
}

// The error of TRY, convertible to what the enclosing function returns.
template <class Error>
struct propagated final {
	Error error;

	constexpr operator Error() const { return error; }
	template <class One>
	constexpr operator outcome<One, Error>() const
	{
		return unexpected<Error>{error};
	}
};

// TRY(expression): its value; or return its error from this function. The zero error is success.
#define TRY(expression) \
	({ \
		auto try_answer_ = (expression); \
		if (auto try_error_ = error_of(try_answer_); static_cast<int>(try_error_) != 0) \
			return propagated<decltype(try_error_)>{try_error_}; \
		value_of(std::move(try_answer_)); \
	})
