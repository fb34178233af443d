// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/assert.h"

#include <cstddef>
#include <utility>
#include <vector>

namespace burrow {

/// A queue that holds no memory while it is empty for good and keeps what it has while it is busy: a session
/// that is parked has several of these and must stay small.
template <typename T>
class Fifo
{
public:
    bool isEmpty() const { return m_head == m_items.size(); }
    std::size_t count() const { return m_items.size() - m_head; }
    T &front()
    {
        BURROW_ASSERT(!isEmpty());
        return m_items[m_head];
    }
    T &back()
    {
        BURROW_ASSERT(!isEmpty());
        return m_items.back();
    }
    T &at(std::size_t index) { return m_items[m_head + index]; }
    const T &at(std::size_t index) const { return m_items[m_head + index]; }

    void push(T &&item) { m_items.push_back(std::move(item)); }
    void push(const T &item) { m_items.push_back(item); }
    void pushFront(T item)
    {
        if (m_head > 0)
            m_items[--m_head] = std::move(item);
        else
            m_items.insert(m_items.begin(), std::move(item));
    }
    T pop()
    {
        BURROW_ASSERT(!isEmpty());
        T item = std::move(m_items[m_head++]);
        compact();
        return item;
    }
    T popBack()
    {
        BURROW_ASSERT(!isEmpty());
        T item = std::move(m_items.back());
        m_items.pop_back();
        compact();
        return item;
    }
    void clear()
    {
        m_items.clear();
        m_head = 0;
    }
    /// Gives all memory back when empty.
    void trim()
    {
        if (isEmpty())
            std::vector<T>().swap(m_items);
    }

private:
    void compact()
    {
        if (m_head == m_items.size()) {
            clear();
        } else if (m_head >= 64 && m_head * 2 >= m_items.size()) {
            m_items.erase(m_items.begin(), m_items.begin() + static_cast<std::ptrdiff_t>(m_head));
            m_head = 0;
        }
    }

    std::vector<T> m_items;
    std::size_t m_head = 0;
};

} // namespace burrow
