// SPDX-License-Identifier: Apache-2.0
#include "rig/observed_store.h"

#include <algorithm>
#include <map>

namespace burrow::faults {

QByteArray labelOf(const QByteArray &text)
{
    return text.left(text.indexOf(' '));
}

QByteArray labelOf(const Input &input)
{
    const auto *prompt = std::get_if<PromptBody>(&input.body);
    return prompt == nullptr ? QByteArray("-") : labelOf(prompt->text);
}

void ObservedStore::openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                                OpenReply reply)
{
    m_inner.openSession(idIfNew, name, executor,
                        [this, name, reply = std::move(reply)](Result<StoredSession> opened) {
                            if (opened) {
                                const std::lock_guard lock(m_mutex);
                                m_names.insert(opened->id, name);
                            }
                            reply(std::move(opened));
                        });
}

QByteArray ObservedStore::nameOf(SessionId session) const
{
    const std::lock_guard lock(m_mutex);
    return m_names.value(session);
}

int ObservedStore::awaited(const std::vector<FinishedInput> &inputs)
{
    const std::lock_guard lock(m_mutex);
    return static_cast<int>(std::count_if(inputs.begin(), inputs.end(), [this](const FinishedInput &input) {
        return m_admitted.remove(input.sequence);
    }));
}

ObservedStore::Ticket ObservedStore::describe(const WriteSet &set)
{
    Ticket ticket;
    if (const auto *accept = std::get_if<AcceptOperation>(&set.operation)) {
        ticket.step = Step::Accept;
        ticket.grants = accept->row.starts > 0;
        const std::lock_guard lock(m_mutex);
        m_admitted.insert(accept->row.sequence);
    } else if (const auto *finish = std::get_if<FinishRunOperation>(&set.operation)) {
        ticket.step = Step::Ending;
        ticket.grants = !finish->session.grant.inputs.empty();
        ticket.ended = awaited(finish->inputs);
    } else if (const auto *fail = std::get_if<FailRunOperation>(&set.operation)) {
        ticket.step = Step::Ending;
        ticket.grants = !fail->session.grant.inputs.empty();
        ticket.ended = awaited(fail->finished);
    } else if (const auto *grant = std::get_if<GrantOperation>(&set.operation)) {
        ticket.grants = !grant->session.grant.inputs.empty();
    }
    return ticket;
}

void ObservedStore::note(const WriteSet &set)
{
    if (const auto *accept = std::get_if<AcceptOperation>(&set.operation)) {
        const Input &input = *accept->row.input;
        const QByteArray key = input.idempotencyKey.isEmpty() ? QByteArray("-") : input.idempotencyKey;
        m_witness.noted("admitted " + labelOf(input) + ' ' + input.id.toText() + ' ' + nameOf(set.session) + ' '
                        + QByteArray::number(accept->row.registers.admission) + ' ' + key);
    } else if (const auto *fail = std::get_if<FailRunOperation>(&set.operation)) {
        for (const RequeuedInput &input : fail->requeued)
            m_witness.noted("requeued " + QByteArray::number(input.sequence));
    }
}

void ObservedStore::submitting(const WriteSet &set, StoreClient &client)
{
    note(set);
    const auto *lifecycle = std::get_if<LifecycleOperation>(&set.operation);
    if (lifecycle != nullptr && lifecycle->verb == "stop" && m_stopIsBeingWritten)
        m_stopIsBeingWritten(nameOf(set.session));
    Ticket ticket = describe(set);
    ticket.client = &client;
    {
        const std::lock_guard lock(m_mutex);
        m_tickets.insert({set.session, set.ticket}, ticket);
    }
    ++m_moments.gauges().tickets;
    if (ticket.step == Step::Ending)
        m_moments.enter(Window::RunUncommitted);
}

void ObservedStore::submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint hint)
{
    for (const WriteSet &set : sets)
        submitting(set, client);
    m_inner.submit(std::move(sets), *this, hint);
}

void ObservedStore::granted(SessionId session, bool grants)
{
    bool had = false;
    {
        const std::lock_guard lock(m_mutex);
        had = m_granted.value(session);
        m_granted.insert(session, grants);
    }
    if (grants && !had)
        m_moments.enter(Window::GrantUnused);
    else if (!grants && had)
        m_moments.leave(Window::GrantUnused);
}

void ObservedStore::applying(SessionId session)
{
    granted(session, false);
}

void ObservedStore::answered(const Ticket &ticket, const StoreAnswer &answer)
{
    --m_moments.gauges().tickets;
    const bool committed = answer.verdict == Verdict::Committed;
    if (ticket.step == Step::Ending) {
        m_moments.leave(Window::RunUncommitted);
        for (int input = 0; committed && input < ticket.ended; ++input)
            m_moments.enter(Window::EndUntold);
    } else if (ticket.step == Step::Accept && committed) {
        m_moments.enter(Window::AcceptUntold);
    }
    if (committed && ticket.grants)
        granted(answer.session, true);
}

void ObservedStore::storeAnswered(std::vector<StoreAnswer> answers)
{
    std::map<StoreClient *, std::vector<StoreAnswer>> parts;
    for (StoreAnswer &answer : answers) {
        Ticket ticket;
        {
            const std::lock_guard lock(m_mutex);
            ticket = m_tickets.take({answer.session, answer.ticket});
        }
        answered(ticket, answer);
        parts[ticket.client].push_back(std::move(answer));
    }
    for (auto &[client, part] : parts)
        client->storeAnswered(std::move(part));
}

void ObservedStore::findOutcome(SessionId session, InputId input, OutcomeReply reply)
{
    m_inner.findOutcome(session, input, std::move(reply));
}

void ObservedStore::findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply)
{
    m_inner.findOutcomeByKey(session, key, std::move(reply));
}

void ObservedStore::readEvents(EventQuery query, EventsReply reply)
{
    m_inner.readEvents(std::move(query), std::move(reply));
}

void ObservedStore::loadKeys(SessionId session, KeysReply reply)
{
    m_inner.loadKeys(session, std::move(reply));
}

} // namespace burrow::faults
