// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/input_record.h"

namespace burrow {

/// The queued inputs of one lane in admission order. Holds no memory of its own; a record is in at most one
/// lane. Inserting at either end is constant, which is where inputs nearly always go.
class InputLane
{
public:
    InputRecord *front() const { return m_front; }
    InputRecord *back() const { return m_back; }
    bool isEmpty() const { return m_front == nullptr; }
    quint32 count() const { return m_count; }

    /// Places the record by its admission sequence.
    void insert(InputRecord &record);
    void remove(InputRecord &record);
    /// The same lane in a copy of the records: its ends are those.
    void relink(InputRecord *front, InputRecord *back)
    {
        m_front = front;
        m_back = back;
    }

private:
    InputRecord *m_front = nullptr;
    InputRecord *m_back = nullptr;
    quint32 m_count = 0;
};

} // namespace burrow
