// SPDX-License-Identifier: Apache-2.0
#include "store/prepared_set.h"

#include "model/executor_change.h"
#include "store/record_crc.h"

#include <algorithm>

namespace burrow {

namespace {

/// More inputs than this are those of a lifecycle write, which is rare and can be long.
constexpr std::size_t inputs_kept_max = 16;
/// All blobs of one set together. Spare blocks alone never make so much: what went round can go round again.
constexpr qsizetype bytes_kept_max = 16'384;

/// Fills in the rows of one operation.
class Preparer
{
public:
    Preparer(PreparedSet &set, quint64 epoch, WallTime now)
        : m_set(set)
        , m_entry(*set.entry)
        , m_epoch(epoch)
        , m_now(now)
    {
    }

    void operator()(const AcceptOperation &operation)
    {
        m_set.kind = PreparedSet::Kind::Accept;
        finish(operation.replaced);
        if (operation.row.registers.phase == InputPhase::Consumed) {
            FinishedInput ended;
            ended.sequence = operation.row.sequence;
            ended.id = operation.row.input->id;
            ended.idempotencyKey = operation.row.input->idempotencyKey;
            ended.payloadHash = operation.row.payloadHash;
            ended.outcome.outcome = OutcomeClass::CompletedWithoutResult;
            LedgerColumns &row =
                m_set.withRare().consumed.emplace(encodeFinished(ended, m_entry.sid, m_now, &m_set.spare));
            row.crc = checksum(row);
            return;
        }
        m_set.accepted = encodeInput(operation.row, m_entry.sid, &m_set.spare);
        m_set.accepted->crc = checksum(*m_set.accepted);
    }

    void operator()(const FinishRunOperation &operation)
    {
        m_set.kind = PreparedSet::Kind::FinishRun;
        finish(operation.inputs);
        m_set.receipt = encodeReceipt(operation, m_entry.sid, m_now, &m_set.spare);
        if (operation.snapshot) {
            SnapshotColumns &row = m_set.withRare().snapshot.emplace();
            row.sid = m_entry.sid;
            row.run = operation.run.uuid;
            row.bytes = *operation.snapshot;
            row.plugin = m_entry.executor.plugin;
            row.crc = checksum(row);
        }
        session(operation.session);
    }

    void operator()(const FailRunOperation &operation)
    {
        finish(operation.finished);
        if (!operation.requeued.empty())
            m_set.withRare().requeued = operation.requeued;
        session(operation.session);
    }

    void operator()(const LifecycleOperation &operation)
    {
        finish(operation.finished);
        m_set.withRare().cold =
            encodeCold({operation.binding, m_entry.executor, operation.owed, {}}, m_entry.sid);
        session(operation.session);
    }

    void operator()(const GrantOperation &operation) { session(operation.session); }

    void operator()(const NoteOperation &) { m_set.kind = PreparedSet::Kind::Note; }

    void operator()(const OperationsOperation &) {}

    /// An input ends once, and what ends is not queued again: so a set names each once.
    void checkNames()
    {
        const std::span<const RequeuedInput> requeued = m_set.requeued();
        if (m_set.finished.size() + requeued.size() < 2)
            return;
        std::vector<quint64> named;
        named.reserve(m_set.finished.size() + requeued.size());
        for (const LedgerColumns &row : m_set.finished)
            named.push_back(row.sequence);
        for (const RequeuedInput &input : requeued)
            named.push_back(input.sequence);
        std::sort(named.begin(), named.end());
        const auto twice = std::adjacent_find(named.begin(), named.end());
        if (twice != named.end())
            m_set.defect = QStringLiteral("input %1 is named twice in one write").arg(*twice);
    }

private:
    void finish(const std::vector<FinishedInput> &inputs)
    {
        m_set.finished.reserve(inputs.size());
        for (const FinishedInput &input : inputs)
            m_set.finished.push_back(encodeFinished(input, m_entry.sid, m_now, &m_set.spare));
        for (LedgerColumns &row : m_set.finished)
            row.crc = checksum(row);
    }

    void session(const SessionRow &row)
    {
        m_set.row = encodeSession(row, m_entry.sid, m_entry.id, m_entry.name, m_epoch, &m_set.spare);
        m_set.row->crc = checksum(*m_set.row);
        m_set.grant = row.grant;
    }

    PreparedSet &m_set;
    SessionEntry &m_entry;
    quint64 m_epoch;
    WallTime m_now;
};

} // namespace

RareRows &PreparedSet::withRare()
{
    if (!rare)
        rare = std::make_unique<RareRows>();
    return *rare;
}

std::span<const RequeuedInput> PreparedSet::requeued() const
{
    return rare ? std::span<const RequeuedInput>(rare->requeued) : std::span<const RequeuedInput>();
}

bool PreparedSet::isLarge() const
{
    if (finished.capacity() > inputs_kept_max || (rare && rare->requeued.capacity() > inputs_kept_max))
        return true;
    qsizetype bytes = 0;
    // Bytes that are somebody else's have a size and no capacity; they are kept alive all the same.
    const auto count = [&bytes](const QByteArray &blob) { bytes += std::max(blob.size(), blob.capacity()); };
    if (accepted) {
        count(accepted->semantics);
        count(accepted->payload);
    }
    for (const LedgerColumns &ended : finished)
        count(ended.detail);
    if (row)
        count(row->grant);
    if (receipt)
        count(receipt->draft);
    if (event)
        count(event->body);
    if (rare && rare->consumed)
        count(rare->consumed->detail);
    if (rare && rare->snapshot)
        count(rare->snapshot->bytes);
    if (rare && rare->cold) {
        count(rare->cold->binding);
        count(rare->cold->executor);
        count(rare->cold->owed);
    }
    if (rare && rare->operations)
        count(*rare->operations);
    return bytes > bytes_kept_max;
}

void PreparedSet::clear()
{
    // Most sets have few rows with blobs; each gives its memory, and is then gone with all that it shares.
    if (accepted) {
        spare.keep(std::move(accepted->semantics));
        spare.keep(std::move(accepted->payload));
    }
    for (LedgerColumns &ended : finished)
        spare.keep(std::move(ended.detail));
    if (receipt)
        spare.keep(std::move(receipt->draft));
    if (row)
        spare.keep(std::move(row->grant));
    if (event)
        spare.keep(std::move(event->body));
    entry = nullptr;
    session = {};
    ticket = 0;
    kind = Kind::Other;
    defect.clear();
    accepted.reset();
    finished.clear();
    if (finished.capacity() > inputs_kept_max)
        finished.shrink_to_fit();
    row.reset();
    grant = {};
    receipt.reset();
    event.reset();
    rare.reset();
}

void prepareSet(PreparedSet &prepared, const WriteSet &set, SessionEntry *entry, quint64 epoch, WallTime now)
{
    prepared.entry = entry;
    prepared.session = set.session;
    prepared.ticket = set.ticket;
    if (entry == nullptr) {
        prepared.defect = QStringLiteral("the session is not open in this store");
        return;
    }
    Preparer preparer(prepared, epoch, now);
    std::visit(preparer, set.operation);
    preparer.checkNames();
    if (set.operations)
        prepared.withRare().operations =
            set.operations->epoch.isNull() ? QByteArray() : encodeOperations(*set.operations);
    const auto *lifecycle = std::get_if<LifecycleOperation>(&set.operation);
    if (!set.events.empty() || lifecycle != nullptr)
        prepared.event = encodeEvents(set.events, lifecycle != nullptr ? lifecycle->verb : QByteArray(),
                                      entry->sid, now, &prepared.spare);
}

PreparedSet prepareCreation(SessionEntry &entry, quint64 epoch)
{
    PreparedSet prepared;
    prepared.entry = &entry;
    prepared.session = entry.id;
    prepared.kind = PreparedSet::Kind::Create;
    prepared.row = encodeSession({}, entry.sid, entry.id, entry.name, epoch);
    prepared.row->crc = checksum(*prepared.row);
    if (!entry.executor.isEmpty())
        prepared.withRare().cold = encodeCold({{}, entry.executor, {}, {}}, entry.sid);
    return prepared;
}

PreparedSet prepareReopening(SessionEntry &entry, const StoredSession &stored, WallTime now)
{
    PreparedSet prepared;
    prepared.entry = &entry;
    prepared.session = entry.id;
    prepared.withRare().cold = encodeCold({stored.binding, entry.executor, stored.owed, {}}, entry.sid);
    if (stored.snapshot && stored.snapshotPlugin.isEmpty()) {
        SnapshotColumns &row = prepared.withRare().snapshot.emplace();
        row.sid = entry.sid;
        row.run = stored.snapshotRun.uuid;
        row.bytes = *stored.snapshot;
        row.plugin = entry.executor.plugin;
        row.crc = checksum(row);
    }
    if (const std::optional<LifecycleEvent> change = executorChange(stored, entry.executor))
        prepared.event = encodeEvents({*change}, {}, entry.sid, now);
    return prepared;
}

} // namespace burrow
