// SPDX-License-Identifier: Apache-2.0
// What a core has of its operations, and what is stored of them. Which executor an operation belongs to is told
// only as whether it is the one of now.
#include "state_probe.h"

namespace burrow {

void StateProbe::ids(const std::vector<OperationId> &ids)
{
    m_out.put(ids.size());
    for (const OperationId id : ids)
        m_out.put(id.uuid.low);
}

void StateProbe::feed(const std::deque<FeedEntry> &entries, const FeedCursors &cursors, quint64 newestWake)
{
    m_out.put(entries.size());
    for (const FeedEntry &entry : entries) {
        m_out.put(entry.operation.uuid.low);
        m_out.putPlace(entry.sequence);
    }
    for (const quint64 cursor : cursors)
        m_out.putPlace(cursor);
    m_out.putPlace(newestWake);
}

void StateProbe::operationEntries(const OperationRegistry &registry, const QByteArray &source)
{
    std::vector<OperationId> known;
    for (const auto &[id, entry] : registry.m_entries)
        known.push_back(id);
    std::sort(known.begin(), known.end());
    ids(known);
    for (const OperationId id : known) {
        const OperationRegistry::Entry &entry = registry.m_entries.at(id);
        const bool onItsWay = entry.ending != OperationRegistry::Ending::No;
        m_out.put(entry.registers.status);
        m_out.put(entry.registers.progress);
        m_out.put(entry.outcome ? 1U + entry.outcome->index() : 0U);
        m_out.put((entry.registers.peerReady ? 1U : 0U) | (entry.ownerGone ? 2U : 0U)
                  | (entry.command != 0 ? 4U : 0U) | (entry.spec.source == source ? 8U : 0U));
        m_out.put(entry.ending);
        m_out.put(onItsWay ? 1U + static_cast<quint64>(entry.endVerb) : 0U);
        m_out.putPlace(entry.sequence);
        const auto watchers = registry.m_waits.m_watchers.find(id);
        m_out.put(watchers == registry.m_waits.m_watchers.end() ? 0U : watchers->second.size());
    }
}

void StateProbe::operations(const SessionCore &core)
{
    m_out.put(core.m_operations ? 1U : 0U);
    if (!core.m_operations)
        return;
    const SessionOperations &all = *core.m_operations;
    const OperationRegistry &registry = all.registry;
    operationEntries(registry, core.executorSource());
    ids(registry.m_staged);
    ids(registry.m_inWrite);
    for (const FeedCursors *cursors : {&registry.m_stagedCursors, &registry.m_cursorsInWrite}) {
        for (const quint64 cursor : *cursors)
            m_out.putPlace(cursor);
    }
    feed(registry.m_feed.entries(), registry.m_feed.cursors(), registry.m_feed.newestWake());
    m_out.putPlace(registry.m_feed.watermark());
    const auto &waitsForAll = registry.m_waits.m_all;
    m_out.put(waitsForAll ? 1U + waitsForAll->open : 0U);
    m_out.put((registry.m_poisoned.isEmpty() ? 0U : 1U) | (registry.m_writing ? 2U : 0U)
              | (all.minting ? 4U : 0U));
    m_out.put(registry.m_active);
    m_out.put(all.acknowledged.size());
    m_out.put(all.acknowledgedNow.size());
    m_out.putTime(all.retryAt);
}

void StateProbe::image(const std::shared_ptr<const StoredOperations> &stored)
{
    m_out.put(stored == nullptr ? 0U : stored->epoch.isNull() ? 1U : 2U);
    if (stored == nullptr)
        return;
    m_out.put(stored->ended.size());
    for (const EndedOperation &one : stored->ended) {
        m_out.put(one.spec.id.uuid.low);
        m_out.put(one.outcome.index());
        m_out.putPlace(one.sequence);
    }
    feed({stored->feed.begin(), stored->feed.end()}, stored->cursors, stored->newestWake);
}

} // namespace burrow
