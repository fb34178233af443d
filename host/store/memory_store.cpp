// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.h"

#include "model/executor_change.h"

#include <algorithm>
#include <set>

namespace burrow {

namespace {

QString notOpen(quint64 sequence)
{
    return QStringLiteral("input %1 is not among the open inputs").arg(sequence);
}

/// Looks at everything a set touches before any of it is written, so that a refused set leaves no trace.
class SetCheck
{
public:
    explicit SetCheck(const std::map<quint64, InputRow> &open)
        : m_open(open)
    {
    }

    /// The input is open and the set names it once: an input ends once, and what ends is not queued again.
    SetCheck &touches(quint64 sequence)
    {
        if (!m_open.contains(sequence))
            complain(notOpen(sequence));
        else if (!m_touched.insert(sequence).second)
            complain(QStringLiteral("input %1 is named twice in one write").arg(sequence));
        return *this;
    }
    SetCheck &ends(const std::vector<FinishedInput> &inputs)
    {
        for (const FinishedInput &input : inputs)
            touches(input.sequence);
        return *this;
    }
    /// A grant is for inputs that are still there when the set is written.
    SetCheck &grants(const StartGrant &grant)
    {
        for (const quint64 sequence : grant.inputs) {
            if (!m_open.contains(sequence))
                complain(notOpen(sequence));
        }
        return *this;
    }
    const QString &problem() const { return m_problem; }

private:
    void complain(const QString &problem)
    {
        if (m_problem.isEmpty())
            m_problem = problem;
    }

    const std::map<quint64, InputRow> &m_open;
    std::set<quint64> m_touched;
    QString m_problem;
};

} // namespace

void MemoryStore::openSession(SessionId idIfNew, const QByteArray &name, const ExecutorIdentity &executor,
                              OpenReply reply)
{
    StoredSession stored;
    {
        const std::lock_guard lock(m_mutex);
        stored.existed = m_byName.contains(name);
        const SessionId id = m_byName.value(name, idIfNew);
        m_byName.insert(name, id);
        if (m_firstSession.isNull())
            m_firstSession = id;
        Image &image = m_sessions[id];
        image.id = id;
        image.name = name;
        image.refused = false;
        stored.id = id;
        stored.name = name;
        stored.row = image.row;
        stored.binding = image.binding;
        stored.owed = image.owed;
        stored.executor = image.executor;
        stored.snapshot = image.snapshot;
        stored.snapshotRun = image.snapshotRun;
        stored.snapshotPlugin = image.snapshotPlugin;
        if (!executor.isEmpty()) {
            if (std::optional<LifecycleEvent> change = executorChange(stored, executor))
                log(image, {}, {*std::move(change)});
            image.executor = executor;
            if (image.snapshotPlugin.isEmpty()) // Before this, nobody knew of several.
                image.snapshotPlugin = executor.plugin;
        }
        stored.operations = image.operations;
        for (const auto &[sequence, row] : image.open)
            stored.openInputs.push_back(row);
    }
    reply(std::move(stored));
}

StoreAnswer MemoryStore::write(const WriteSet &set)
{
    StoreAnswer answer{set.session, set.ticket, Verdict::Committed, {}};
    const auto image = m_sessions.find(set.session);
    if (image == m_sessions.end())
        answer.reason = QStringLiteral("the session is not open in this store");
    else if (image->refused)
        answer.reason = QStringLiteral("an earlier write of this session was refused");
    else
        answer.reason =
            std::visit([&](const auto &operation) { return apply(*image, operation); }, set.operation);
    if (!answer.reason.isEmpty()) {
        answer.verdict = Verdict::Refused;
        if (image != m_sessions.end())
            image->refused = true;
        return answer;
    }
    if (set.operations)
        image->operations = set.operations->epoch.isNull() ? nullptr : set.operations;
    const auto *lifecycle = std::get_if<LifecycleOperation>(&set.operation);
    if (!set.events.empty() || lifecycle != nullptr)
        answer.eventNumber = log(*image, lifecycle != nullptr ? lifecycle->verb : QByteArray(), set.events);
    return answer;
}

/// Adds a row to the log; gives its number.
quint64 MemoryStore::log(const Image &image, const QByteArray &verb, std::vector<LifecycleEvent> events)
{
    m_events.push_back({.number = ++m_lastEvent,
                        .session = image.id,
                        .name = image.name,
                        .at = now(),
                        .verb = verb,
                        .events = std::move(events)});
    if (m_events.size() > limits::memory_events_max)
        m_events.pop_front();
    return m_lastEvent;
}

void MemoryStore::submit(std::vector<WriteSet> sets, StoreClient &client, SubmitHint)
{
    std::vector<StoreAnswer> answers;
    answers.reserve(sets.size());
    {
        const std::lock_guard lock(m_mutex);
        for (const WriteSet &set : sets)
            answers.push_back(write(set));
    }
    client.storeAnswered(std::move(answers));
}

void MemoryStore::findOutcome(SessionId session, InputId input, OutcomeReply reply)
{
    std::optional<StoredOutcome> found;
    {
        const std::lock_guard lock(m_mutex);
        const auto entry = m_ledger.find(sequenceOf(input));
        if (entry != m_ledger.end() && entry->second.input.id == input && entry->second.session == session)
            found = entry->second;
    }
    reply(std::move(found));
}

void MemoryStore::findOutcomeByKey(SessionId session, const QByteArray &key, OutcomeReply reply)
{
    std::optional<StoredOutcome> found;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &[sequence, outcome] : m_ledger) {
            if (outcome.session == session && outcome.input.idempotencyKey == key)
                found = outcome; // The one that was accepted last.
        }
    }
    reply(std::move(found));
}

void MemoryStore::readEvents(EventQuery query, EventsReply reply)
{
    EventPage page;
    {
        const std::lock_guard lock(m_mutex);
        page = pageOf(query);
    }
    reply(std::move(page));
}

EventPage MemoryStore::pageOf(const EventQuery &query) const
{
    EventPage page;
    page.next.log = m_firstSession.uuid;
    beginPage(page, query.since, m_events.empty() ? 0 : m_events.front().number, m_lastEvent);
    const quint32 rowsMax = std::clamp(query.rowsMax, 1U, limits::event_rows_per_page_max);
    auto row =
        std::upper_bound(m_events.begin(), m_events.end(), page.next.number,
                         [](quint64 number, const LoggedEvents &logged) { return number < logged.number; });
    for (; row != m_events.end() && (query.upTo == 0 || row->number <= query.upTo); ++row) {
        if (page.rows.size() >= rowsMax) {
            page.more = true;
            return page;
        }
        page.next.number = row->number;
        if (query.session.isNull() || row->session == query.session)
            page.rows.push_back(*row);
    }
    page.next.number = std::max(page.next.number, query.upTo);
    return page;
}

void MemoryStore::loadKeys(SessionId session, KeysReply reply)
{
    std::vector<RetainedKey> keys;
    {
        const std::lock_guard lock(m_mutex);
        for (const auto &[sequence, outcome] : m_ledger) {
            if (outcome.session == session && !outcome.input.idempotencyKey.isEmpty()) {
                keys.push_back({.key = outcome.input.idempotencyKey,
                                .input = outcome.input.id,
                                .payloadHash = outcome.input.payloadHash,
                                .endedAs = outcome.input.outcome.outcome,
                                .endedAt = outcome.endedAt});
            }
        }
    }
    reply(std::move(keys));
}

WallTime MemoryStore::now()
{
    return {std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now().time_since_epoch())};
}

void MemoryStore::remember(StoredOutcome outcome)
{
    const quint64 sequence = outcome.input.sequence;
    m_ledger.insert_or_assign(sequence, std::move(outcome));
    if (m_ledger.size() > limits::memory_ledger_max)
        m_ledger.erase(m_ledger.begin());
}

/// Moves ended inputs from the open ones to the ledger.
void MemoryStore::finish(Image &image, const std::vector<FinishedInput> &inputs)
{
    for (const FinishedInput &input : inputs) {
        remember({image.id, input, now()});
        image.open.erase(input.sequence);
    }
}

/// Writes the session's row. A grant hands out an attempt number, and that number stays used when the grant is
/// overwritten: it is kept with the inputs.
void MemoryStore::writeRow(Image &image, const SessionRow &row)
{
    image.row = row;
    for (const quint64 sequence : row.grant.inputs) {
        const auto input = image.open.find(sequence);
        if (input != image.open.end())
            input->second.starts = std::max(input->second.starts, row.grant.attempt);
    }
}

QString MemoryStore::apply(Image &image, const AcceptOperation &operation)
{
    const quint64 sequence = operation.row.sequence;
    if (image.open.contains(sequence) || m_ledger.contains(sequence))
        return QStringLiteral("input %1 is stored already").arg(sequence);
    if (const SetCheck check = SetCheck(image.open).ends(operation.replaced); !check.problem().isEmpty())
        return check.problem();
    finish(image, operation.replaced);
    if (operation.row.registers.phase == InputPhase::Consumed) {
        FinishedInput consumed;
        consumed.sequence = sequence;
        consumed.id = operation.row.input->id;
        consumed.idempotencyKey = operation.row.input->idempotencyKey;
        consumed.payloadHash = operation.row.payloadHash;
        consumed.outcome.outcome = OutcomeClass::CompletedWithoutResult;
        remember({image.id, consumed, now()});
        return {};
    }
    image.open.emplace(sequence, operation.row);
    return {};
}

QString MemoryStore::apply(Image &image, const FinishRunOperation &operation)
{
    const SetCheck check = SetCheck(image.open).ends(operation.inputs).grants(operation.session.grant);
    if (!check.problem().isEmpty())
        return check.problem();
    finish(image, operation.inputs);
    if (operation.snapshot) {
        image.snapshot = operation.snapshot;
        image.snapshotRun = operation.run;
        image.snapshotPlugin = image.executor.plugin;
    }
    writeRow(image, operation.session);
    return {};
}

QString MemoryStore::apply(Image &image, const FailRunOperation &operation)
{
    SetCheck check = SetCheck(image.open).ends(operation.finished).grants(operation.session.grant);
    for (const RequeuedInput &input : operation.requeued)
        check.touches(input.sequence);
    if (!check.problem().isEmpty())
        return check.problem();
    for (const RequeuedInput &input : operation.requeued) {
        InputRow &row = image.open.at(input.sequence);
        row.registers.tries = input.tries;
        row.registers.admission = input.admission;
    }
    finish(image, operation.finished);
    writeRow(image, operation.session);
    return {};
}

QString MemoryStore::apply(Image &image, const LifecycleOperation &operation)
{
    const SetCheck check = SetCheck(image.open).ends(operation.finished).grants(operation.session.grant);
    if (!check.problem().isEmpty())
        return check.problem();
    finish(image, operation.finished);
    writeRow(image, operation.session);
    image.binding = operation.binding;
    image.owed = operation.owed;
    return {};
}

QString MemoryStore::apply(Image &, const OperationsOperation &)
{
    return {};
}

QString MemoryStore::apply(Image &image, const GrantOperation &operation)
{
    const SetCheck check = SetCheck(image.open).grants(operation.session.grant);
    if (!check.problem().isEmpty())
        return check.problem();
    writeRow(image, operation.session);
    return {};
}

} // namespace burrow
