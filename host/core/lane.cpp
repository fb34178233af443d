// SPDX-License-Identifier: Apache-2.0
#include "core/lane.h"

#include "base/assert.h"
#include "base/limits.h"

namespace burrow {

namespace {

/// One number orders a lane: prioritised inputs take falling numbers below the first that an arrival ever gets.
bool comesBefore(const InputRecord &a, const InputRecord &b)
{
    return a.registers.admission < b.registers.admission;
}

} // namespace

void InputLane::insert(InputRecord &record)
{
    BURROW_ASSERT(record.previous == nullptr && record.next == nullptr && m_front != &record);
    ++m_count;
    if (m_front == nullptr) {
        m_front = m_back = &record;
        return;
    }
    if (comesBefore(*m_back, record)) {
        record.previous = m_back;
        m_back->next = &record;
        m_back = &record;
        return;
    }
    // What is not new comes back near the front: a roll-back keeps its old place.
    InputRecord *at = m_front;
    while (comesBefore(*at, record))
        at = at->next;
    record.next = at;
    record.previous = at->previous;
    (at->previous != nullptr ? at->previous->next : m_front) = &record;
    at->previous = &record;
}

void InputLane::remove(InputRecord &record)
{
    BURROW_ASSERT(record.previous != nullptr || m_front == &record);
    (record.previous != nullptr ? record.previous->next : m_front) = record.next;
    (record.next != nullptr ? record.next->previous : m_back) = record.previous;
    record.previous = record.next = nullptr;
    --m_count;
}

} // namespace burrow
