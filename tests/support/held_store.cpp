// SPDX-License-Identifier: Apache-2.0
#include "support/held_store.h"

namespace burrow::test {

void HeldStore::openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                            OpenReply reply)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_holdOpens) {
            m_opens.push_back({idIfNew, name, executor, std::move(reply)});
            return;
        }
    }
    openNow({idIfNew, name, executor, std::move(reply)});
}

void HeldStore::openNow(HeldOpen open)
{
    std::optional<Error> error;
    {
        const std::lock_guard lock(m_mutex);
        error = m_openError;
    }
    if (error)
        open.reply(*error);
    else
        m_inner.openSession(open.id, open.name, open.executor, std::move(open.reply));
}

void HeldStore::submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint hint)
{
    for (WriteSet &set : sets)
        submitOrHold(std::move(set), client, hint);
}

void HeldStore::submitOrHold(WriteSet set, StoreClient &client, SubmitHint hint)
{
    HeldWrite write{std::move(set), &client};
    std::optional<Verdict> verdict;
    {
        const std::lock_guard lock(m_mutex);
        m_hints.push_back(hint);
        if (m_holdWrites) {
            m_writes.push_back(std::move(write));
            return;
        }
        verdict = m_verdict;
    }
    answer(std::move(write), verdict);
}

void HeldStore::answer(HeldWrite write, std::optional<Verdict> instead)
{
    if (!instead) {
        m_inner.submitOne(std::move(write.set), *write.client, SubmitHint::NeverBlock);
        return;
    }
    write.client->storeAnswered(
        {{write.set.session, write.set.ticket, *instead,
          QStringLiteral("the test answers \"%1\"").arg(QLatin1String(verdictName(*instead)))}});
}

void HeldStore::findOutcome(SessionId session, InputId input, OutcomeReply reply)
{
    m_inner.findOutcome(session, input, std::move(reply));
}

void HeldStore::findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply)
{
    m_inner.findOutcomeByKey(session, key, std::move(reply));
}

void HeldStore::readEvents(EventQuery query, EventsReply reply)
{
    m_inner.readEvents(std::move(query), std::move(reply));
}

void HeldStore::loadKeys(SessionId session, KeysReply reply)
{
    m_inner.loadKeys(session, std::move(reply));
}

void HeldStore::holdWrites(bool held)
{
    const std::lock_guard lock(m_mutex);
    m_holdWrites = held;
}

void HeldStore::holdOpens(bool held)
{
    const std::lock_guard lock(m_mutex);
    m_holdOpens = held;
}

std::size_t HeldStore::heldWrites() const
{
    const std::lock_guard lock(m_mutex);
    return m_writes.size();
}

std::size_t HeldStore::heldOpens() const
{
    const std::lock_guard lock(m_mutex);
    return m_opens.size();
}

bool HeldStore::letWriteGo(std::optional<Verdict> instead)
{
    HeldWrite write;
    {
        const std::lock_guard lock(m_mutex);
        if (m_writes.empty())
            return false;
        write = std::move(m_writes.front());
        m_writes.pop_front();
    }
    answer(std::move(write), instead);
    return true;
}

void HeldStore::letOpensGo()
{
    std::deque<HeldOpen> opens;
    {
        const std::lock_guard lock(m_mutex);
        opens.swap(m_opens);
    }
    for (HeldOpen &open : opens)
        openNow(std::move(open));
}

void HeldStore::failOpensWith(std::optional<Error> error)
{
    const std::lock_guard lock(m_mutex);
    m_openError = std::move(error);
}

void HeldStore::answerWith(std::optional<Verdict> verdict)
{
    const std::lock_guard lock(m_mutex);
    m_verdict = verdict;
}

std::size_t HeldStore::submitted() const
{
    const std::lock_guard lock(m_mutex);
    return m_hints.size();
}

std::vector<SubmitHint> HeldStore::hints() const
{
    const std::lock_guard lock(m_mutex);
    return m_hints;
}

} // namespace burrow::test
