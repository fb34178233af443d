// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/assert.h"
#include "base/error.h"

#include <optional>
#include <utility>
#include <variant>

namespace burrow {

/// A value or an Error. The compilers of our base distribution have no std::expected; this is the part of it we
/// use.
template <typename T>
class [[nodiscard]] Result
{
public:
    Result(T value) // NOLINT(google-explicit-constructor): `return value;` is the point of the type.
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error) // NOLINT(google-explicit-constructor): `return error;` is the point of the type.
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    /// The value; asserts ok().
    const T &value() const &
    {
        BURROW_ASSERT(ok());
        return std::get<0>(m_state);
    }
    T &value() &
    {
        BURROW_ASSERT(ok());
        return std::get<0>(m_state);
    }
    T &&value() &&
    {
        BURROW_ASSERT(ok());
        return std::get<0>(std::move(m_state));
    }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }
    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }

    /// The error; asserts !ok().
    const Error &error() const
    {
        BURROW_ASSERT(!ok());
        return std::get<1>(m_state);
    }

private:
    std::variant<T, Error> m_state;
};

/// Success without a value, or an Error.
template <>
class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error) // NOLINT(google-explicit-constructor): `return error;` is the point of the type.
        : m_error(std::move(error))
    {
    }

    bool ok() const { return !m_error.has_value(); }
    explicit operator bool() const { return ok(); }
    /// The error; asserts !ok().
    const Error &error() const
    {
        BURROW_ASSERT(m_error.has_value());
        return *m_error;
    }

private:
    std::optional<Error> m_error;
};

} // namespace burrow
