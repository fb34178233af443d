// SPDX-License-Identifier: Apache-2.0
// A session: its hot row with the grant, and the cold one: its binding, its executor and what is owed.
#include "store/field_codec.h"
#include "store/record_codec.h"

namespace burrow {

template <typename Coder, Describes<StoredGrant> Record>
void describe(Coder &coder, Record &stored)
{
    coder.number(1, stored.epoch);
    coder.number(2, stored.grant.attempt);
    coder.numbers(3, stored.grant.inputs);
}

template <typename Coder, Describes<RuntimeBinding> Record>
void describe(Coder &coder, Record &binding)
{
    coder.bytes(1, binding.runtimeId);
    coder.optionalNumber(2, binding.fence);
    coder.optionalNumber(3, binding.generation);
    coder.optionalId(4, binding.epoch);
}

template <typename Coder, Describes<ExecutorIdentity> Record>
void describe(Coder &coder, Record &executor)
{
    coder.bytes(1, executor.name);
    coder.bytes(2, executor.plugin);
}

template <typename Coder, Describes<OwedCleanup> Record>
void describe(Coder &coder, Record &owed)
{
    coder.choice(1, owed.cause, CleanupCause::Destroyed);
    coder.bytes(2, owed.instanceId);
    coder.ids(3, owed.openRuns);
    coder.number(4, owed.attempts);
    coder.record(5, owed.executor);
    coder.moment(6, owed.since);
    coder.text(7, owed.reason);
}

namespace {

template <typename Record>
QByteArray encodedOrNull(const Record *record)
{
    if (record == nullptr)
        return {};
    FieldWriter writer;
    describe(writer, *record);
    return std::move(writer).take();
}

/// Empty bytes are a null pointer. False: what is there cannot be read.
template <typename Record>
bool decodeShared(const QByteArray &bytes, std::shared_ptr<const Record> &shared)
{
    if (bytes.isEmpty())
        return true;
    auto record = std::make_shared<Record>();
    FieldReader reader(bytes);
    describe(reader, *record);
    shared = std::move(record);
    return reader.ok();
}

} // namespace

QByteArray encodeGrant(const StoredGrant &grant, SpareBlobs *spare)
{
    if (grant.grant == StartGrant{})
        return {};
    constexpr qsizetype grant_bytes = 32;
    FieldWriter writer(grant_bytes, takeBlock(spare, grant_bytes));
    describe(writer, grant);
    return std::move(writer).take();
}

std::optional<StoredGrant> decodeGrant(QByteArrayView bytes)
{
    StoredGrant grant;
    if (bytes.isEmpty())
        return grant;
    FieldReader reader(bytes);
    describe(reader, grant);
    return reader.ok() ? std::optional(std::move(grant)) : std::nullopt;
}

SessionColumns encodeSession(const SessionRow &row, qint64 sid, SessionId id, const QByteArray &name,
                             quint64 epoch, SpareBlobs *spare)
{
    SessionColumns columns;
    columns.sid = sid;
    columns.uuid = id.uuid;
    columns.name = name;
    columns.phase = static_cast<quint8>(row.phase);
    columns.revision = row.revision;
    columns.nextAdmission = row.nextAdmission;
    columns.nextPriority = row.nextPriority;
    columns.lastRun = row.lastRun.uuid;
    columns.grant = encodeGrant({epoch, row.grant}, spare);
    return columns;
}

std::optional<SessionRow> decodeSession(const SessionColumnsView &columns)
{
    std::optional<StoredGrant> grant = decodeGrant(columns.grant);
    if (!grant || columns.phase > static_cast<quint8>(Phase::Destroyed))
        return std::nullopt;
    SessionRow row;
    row.phase = static_cast<Phase>(columns.phase);
    row.revision = columns.revision;
    row.nextAdmission = columns.nextAdmission;
    row.nextPriority = columns.nextPriority;
    row.lastRun = {columns.lastRun.uuid()};
    row.grant = std::move(grant->grant);
    return row;
}

ColdColumns encodeCold(const StoredCold &cold, qint64 sid)
{
    ColdColumns columns;
    columns.sid = sid;
    columns.binding = encodedOrNull(cold.binding.get());
    columns.executor = cold.executor.isEmpty() ? QByteArray() : encodedOrNull(&cold.executor);
    columns.owed = encodedOrNull(cold.owed.get());
    if (cold.operations)
        columns.operations = encodeOperations(*cold.operations);
    return columns;
}

std::optional<StoredCold> decodeCold(const ColdColumns &columns)
{
    StoredCold cold;
    bool ok = decodeShared(columns.binding, cold.binding);
    ok = decodeShared(columns.owed, cold.owed) && ok;
    if (!columns.executor.isEmpty()) {
        FieldReader reader(columns.executor);
        describe(reader, cold.executor);
        ok = reader.ok() && ok;
    }
    if (!columns.operations.isEmpty()) {
        std::optional<StoredOperations> operations = decodeOperations(columns.operations);
        ok = operations.has_value() && ok;
        if (operations)
            cold.operations = std::make_shared<const StoredOperations>(*std::move(operations));
    }
    return ok ? std::optional(std::move(cold)) : std::nullopt;
}

} // namespace burrow
