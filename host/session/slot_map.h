// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtGlobal>

#include <optional>
#include <utility>
#include <vector>

namespace burrow {

/// Values under ids that are never 0 and never name a later value: an answer that comes twice finds nothing. An
/// id is used again only after a slot has held as many values as a generation can count.
template <typename T, typename Generation = quint32>
class SlotMap
{
public:
    quint64 insert(T value)
    {
        quint32 index = 0;
        if (m_free.empty()) {
            index = static_cast<quint32>(m_slots.size());
            m_slots.emplace_back();
        } else {
            index = m_free.back();
            m_free.pop_back();
        }
        Slot &slot = m_slots[index];
        slot.value.emplace(std::move(value));
        // A counter that has come round would give the first slot the id 0, which means nobody.
        if (++slot.generation == 0)
            ++slot.generation;
        return idOf(slot, index);
    }

    /// The value, which is gone from the map; empty for an id that names none.
    std::optional<T> take(quint64 id)
    {
        const auto index = static_cast<quint32>(id);
        if (index >= m_slots.size())
            return std::nullopt;
        Slot &slot = m_slots[index];
        if (slot.generation != id >> 32 || !slot.value)
            return std::nullopt;
        std::optional<T> value = std::move(slot.value);
        slot.value.reset();
        m_free.push_back(index);
        return value;
    }

    /// The value, which stays; null for an id that names none.
    T *find(quint64 id)
    {
        const auto index = static_cast<quint32>(id);
        const bool there =
            index < m_slots.size() && m_slots[index].generation == id >> 32 && m_slots[index].value;
        return there ? &*m_slots[index].value : nullptr;
    }

    std::size_t count() const { return m_slots.size() - m_free.size(); }

    /// Takes everything that is left.
    std::vector<T> takeAll()
    {
        std::vector<T> all;
        for (quint32 index = 0; index < m_slots.size(); ++index) {
            if (std::optional<T> value = take(idOf(m_slots[index], index)))
                all.push_back(*std::move(value));
        }
        return all;
    }

private:
    struct Slot
    {
        Generation generation = 0;
        std::optional<T> value;
    };

    static quint64 idOf(const Slot &slot, quint32 index)
    {
        return (static_cast<quint64>(slot.generation) << 32) | index;
    }

    std::vector<Slot> m_slots;
    std::vector<quint32> m_free;
};

} // namespace burrow
