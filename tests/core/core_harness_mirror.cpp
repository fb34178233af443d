// SPDX-License-Identifier: Apache-2.0
// A store that ships, beside the model: what it holds on to must be what the model says.
#include "core_harness.h"
#include "stored_difference.h"

namespace burrow::test {

namespace {

const QByteArray session_name("under-test");

} // namespace

void CoreHarness::openMirror()
{
    if (!script.mirror)
        return;
    script.mirror->setTime(wallNow());
    Result<StoredSession> opened = script.mirror->open(session_id, session_name);
    if (opened)
        m_mirrored = std::move(*opened);
    else
        violated(QStringLiteral("the store does not open the session: %1").arg(opened.error().message));
}

/// Of what was under way, a beginning is durable: the model that fits what is found says which.
void CoreHarness::crashMirror()
{
    const std::vector<WriteSet> inFlight(m_pendingWrites.begin(), m_pendingWrites.end());
    script.mirror->setTime(wallNow());
    m_cameThrough = 0;
    Result<StoredSession> found = script.mirror->crash(inFlight);
    if (!found) {
        violated(QStringLiteral("after %1: %2").arg(script.mirror->lastCrash(), found.error().message));
        store.crash();
        return;
    }
    m_mirrored = std::move(*found);
    StoreModel model = store;
    model.now = wallNow();
    QString differences;
    for (std::size_t durable = 0;; ++durable) {
        StoreModel crashed = model;
        crashed.crash();
        const QString difference = mirrorDifference(crashed, m_mirrored, inFlight);
        if (difference.isEmpty()) {
            m_cameThrough = durable;
            store = std::move(crashed);
            return;
        }
        differences += QStringLiteral("\n  with %1 of %2 writes in flight durable: %3")
                           .arg(durable)
                           .arg(inFlight.size())
                           .arg(difference);
        if (durable == inFlight.size())
            break;
        if (std::optional<QString> wrong = model.commit(inFlight[durable]))
            violated(QStringLiteral("the store refuses a write: %1").arg(*wrong));
    }
    violated(QStringLiteral("after %1 the store is not what was written:%2")
                 .arg(script.mirror->lastCrash(), differences));
    store.crash();
}

void CoreHarness::reloadMirror()
{
    openMirror();
    const QString difference = mirrorDifference(store, m_mirrored, {});
    if (!difference.isEmpty())
        violated(QStringLiteral("the session that is read again is not what was written: %1").arg(difference));
}

QString CoreHarness::mirrorDifference(const StoreModel &model, const StoredSession &found,
                                      const std::vector<WriteSet> &inFlight)
{
    QString difference = sessionDifference(model.image(session_id), found);
    if (!difference.isEmpty())
        return difference;
    const Result<std::vector<RetainedKey>> keys = script.mirror->keys();
    difference = keys ? keysDifference(model.keys(), *keys) : keys.error().message;
    if (!difference.isEmpty())
        return difference;
    return outcomesDifference(model, inFlight);
}

QString CoreHarness::outcomesDifference(const StoreModel &model, const std::vector<WriteSet> &inFlight)
{
    std::vector<InputId> asked;
    for (const auto &[sequence, ended] : model.ledger())
        asked.push_back(ended.id);
    const std::size_t ended = asked.size();
    // What ends with its accept and leaves no key shows nowhere else.
    for (const WriteSet &set : inFlight) {
        const auto *accept = std::get_if<AcceptOperation>(&set.operation);
        if (accept != nullptr && model.ended(accept->row.sequence) == nullptr)
            asked.push_back(accept->row.input->id);
    }
    const Result<std::vector<std::optional<StoredOutcome>>> outcomes = script.mirror->outcomes(asked);
    if (!outcomes)
        return outcomes.error().message;
    for (std::size_t at = 0; at < asked.size(); ++at) {
        const std::optional<StoredOutcome> &found = (*outcomes)[at];
        if (at >= ended && found)
            return QStringLiteral("input %1 has ended in the store and not in the model")
                .arg(sequenceOf(asked[at]));
        QString difference =
            at < ended ? outcomeDifference(*model.ended(sequenceOf(asked[at])), found) : QString();
        if (!difference.isEmpty())
            return difference;
    }
    return {};
}

Result<std::vector<RetainedKey>> CoreHarness::mirrorKeys()
{
    Result<std::vector<RetainedKey>> keys = script.mirror->keys();
    const QString difference = keys ? keysDifference(store.keys(), *keys) : keys.error().message;
    if (!difference.isEmpty())
        violated(QStringLiteral("the keys are not what was written: %1").arg(difference));
    return keys;
}

} // namespace burrow::test
