// SPDX-License-Identifier: Apache-2.0
// A session: its hot row with the grant, and the binding in the cold one.
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

QByteArray encodeGrant(const StoredGrant &grant)
{
    if (grant.grant == StartGrant{})
        return {};
    FieldWriter writer(32);
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
                             quint64 epoch)
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
    columns.grant = encodeGrant({epoch, row.grant});
    return columns;
}

std::optional<SessionRow> decodeSession(const SessionColumns &columns)
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

ColdColumns encodeCold(const RuntimeBinding *binding, qint64 sid)
{
    ColdColumns columns;
    columns.sid = sid;
    if (binding != nullptr) {
        FieldWriter writer;
        describe(writer, *binding);
        columns.binding = std::move(writer).take();
    }
    return columns;
}

std::optional<std::shared_ptr<const RuntimeBinding>> decodeCold(const ColdColumns &columns)
{
    if (columns.binding.isEmpty())
        return std::shared_ptr<const RuntimeBinding>();
    auto binding = std::make_shared<RuntimeBinding>();
    FieldReader reader(columns.binding);
    describe(reader, *binding);
    if (!reader.ok())
        return std::nullopt;
    return binding;
}

} // namespace burrow
