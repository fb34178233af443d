// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>

namespace burrow {

/// Owns a value on the heap, or none. A copy owns a copy of the value, so that who holds one can be copied as a
/// whole; otherwise it is a std::unique_ptr.
template <typename T>
class ClonePointer
{
public:
    ClonePointer() = default;
    ClonePointer(std::unique_ptr<T> owned) // NOLINT(google-explicit-constructor): as a unique_ptr is given on.
        : m_owned(std::move(owned))
    {
    }
    ClonePointer(const ClonePointer &other)
        : m_owned(other.m_owned ? std::make_unique<T>(*other.m_owned) : nullptr)
    {
    }
    ClonePointer(ClonePointer &&other) noexcept = default;
    ClonePointer &operator=(ClonePointer other) noexcept
    {
        m_owned.swap(other.m_owned);
        return *this;
    }
    ~ClonePointer() = default;

    explicit operator bool() const { return m_owned != nullptr; }
    T *get() const { return m_owned.get(); }
    T &operator*() const { return *m_owned; }
    T *operator->() const { return m_owned.get(); }
    void reset() { m_owned.reset(); }

private:
    std::unique_ptr<T> m_owned;
};

} // namespace burrow
