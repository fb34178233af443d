// SPDX-License-Identifier: Apache-2.0
// The asynchronous operations of a session that have ended, as one blob of its cold row.
#include "store/field_codec.h"
#include "store/record_codec.h"

namespace burrow {

namespace {

/// An outcome as fields: which end it is, and what its payload has of these.
struct EndFields
{
    OperationStatus status = OperationStatus::Completed;
    QByteArray text;
    QByteArray json;
    QString reason;
};

EndFields fieldsOf(const OperationOutcome &outcome)
{
    EndFields fields;
    fields.status = statusOf(outcome);
    struct Take
    {
        EndFields &into;
        void operator()(const OperationCompleted &end) { into.text = end.text, into.json = end.json; }
        void operator()(const OperationFailed &end) { into.reason = end.message; }
        void operator()(const OperationAborted &end) { into.reason = end.reason; }
        void operator()(const OperationCancelled &end) { into.reason = end.reason; }
        void operator()(const OperationRetired &) {}
        void operator()(const OperationTerminated &end) { into.reason = end.reason; }
    };
    std::visit(Take{fields}, outcome);
    return fields;
}

/// Nothing for a status that is no end.
std::optional<OperationOutcome> outcomeOf(EndFields fields)
{
    switch (fields.status) {
    case OperationStatus::Completed:
        return OperationCompleted{std::move(fields.text), std::move(fields.json)};
    case OperationStatus::Failed:
        return OperationFailed{std::move(fields.reason)};
    case OperationStatus::Aborted:
        return OperationAborted{std::move(fields.reason)};
    case OperationStatus::Cancelled:
        return OperationCancelled{std::move(fields.reason)};
    case OperationStatus::Retired:
        return OperationRetired{};
    case OperationStatus::Terminated:
        return OperationTerminated{std::move(fields.reason)};
    default:
        return std::nullopt;
    }
}

/// One ended operation on its way in or out.
struct EndedRecord
{
    OperationSpec spec;
    quint64 sequence = 0;
    quint32 progress = 0;
    EndFields end;
};

template <typename Coder, Describes<EndedRecord> Record>
void describe(Coder &coder, Record &record)
{
    coder.id(1, record.spec.id);
    coder.choice(2, record.spec.kind, OperationKind::CapacitySlot);
    coder.bytes(3, record.spec.name);
    coder.bytes(4, record.spec.source);
    coder.number(5, record.sequence);
    coder.number(6, record.progress);
    coder.choice(7, record.end.status, OperationStatus::Terminated);
    coder.bytes(8, record.end.text);
    coder.bytes(9, record.end.json);
    coder.text(10, record.end.reason);
}

/// A feed entry apart from its place in the list.
struct FeedRecord
{
    FeedEntry entry;
};

template <typename Coder, Describes<FeedRecord> Record>
void describe(Coder &coder, Record &record)
{
    coder.number(1, record.entry.sequence);
    coder.id(2, record.entry.operation);
    coder.choice(3, record.entry.kind, OperationKind::CapacitySlot);
    coder.choice(4, record.entry.status, OperationStatus::Terminated);
}

/// All of it, in the form in which it is stored.
struct OperationsRecord
{
    EpochId epoch;
    quint64 sequence = 0;
    std::vector<quint64> cursors;
    std::vector<EndedRecord> ended;
    std::vector<FeedRecord> feed;
    quint64 newestWake = 0;
};

template <typename Coder, Describes<OperationsRecord> Record>
void describe(Coder &coder, Record &record)
{
    coder.id(1, record.epoch);
    coder.number(2, record.sequence);
    coder.numbers(3, record.cursors);
    coder.records(4, record.ended);
    coder.records(5, record.feed);
    coder.number(6, record.newestWake);
}

} // namespace

QByteArray encodeOperations(const StoredOperations &operations)
{
    OperationsRecord record;
    record.epoch = operations.epoch;
    record.sequence = operations.sequence;
    record.cursors.assign(operations.cursors.begin(), operations.cursors.end());
    for (const EndedOperation &one : operations.ended)
        record.ended.push_back({one.spec, one.sequence, one.progress, fieldsOf(one.outcome)});
    for (const FeedEntry &entry : operations.feed)
        record.feed.push_back({entry});
    record.newestWake = operations.newestWake;
    FieldWriter writer(256);
    describe(writer, record);
    return std::move(writer).take();
}

std::optional<StoredOperations> decodeOperations(QByteArrayView bytes)
{
    OperationsRecord record;
    FieldReader reader(bytes);
    describe(reader, record);
    StoredOperations operations;
    if (!reader.ok() || record.cursors.size() != operations.cursors.size())
        return std::nullopt;
    operations.epoch = record.epoch;
    operations.sequence = record.sequence;
    operations.newestWake = record.newestWake;
    std::copy(record.cursors.begin(), record.cursors.end(), operations.cursors.begin());
    for (EndedRecord &one : record.ended) {
        std::optional<OperationOutcome> outcome = outcomeOf(std::move(one.end));
        if (!outcome)
            return std::nullopt;
        operations.ended.push_back({std::move(one.spec), *std::move(outcome), one.sequence, one.progress});
    }
    for (const FeedRecord &one : record.feed)
        operations.feed.push_back(one.entry);
    return operations;
}

} // namespace burrow
