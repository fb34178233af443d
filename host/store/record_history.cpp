// SPDX-License-Identifier: Apache-2.0
// What has happened: ended inputs, receipts of runs, lifecycle events.
#include "store/field_codec.h"
#include "store/record_codec.h"

namespace burrow {

namespace {

constexpr EventCode last_event_code = static_cast<EventCode>(eventCodeName.names.size() - 1);

/// `detail` of a ledger row: what its columns do not hold.
struct Detail
{
    AbandonReason reason = AbandonReason::None;
    InputId replacedBy;
    Outcome outcome;
};

template <typename Coder, Describes<Detail> Record>
void describe(Coder &coder, Record &detail)
{
    coder.choice(1, detail.reason, AbandonReason::NeverExecuted);
    coder.id(2, detail.replacedBy);
    coder.choice(3, detail.outcome.outcome, OutcomeClass::RuntimeTerminated);
    coder.choice(4, detail.outcome.waitFailure, WaitFailure::AuthorityUnavailable);
    coder.bytes(5, detail.outcome.text);
    coder.bytes(6, detail.outcome.json);
    coder.text(7, detail.outcome.reason);
    coder.choice(8, detail.outcome.cause, FailureCause::ExecutorInternal);
    coder.id(9, detail.outcome.run);
}

} // namespace

// Outside the unnamed namespace, where the coders find them by their argument.

template <typename Coder, Describes<ReceiptDraft> Record>
void describe(Coder &coder, Record &draft)
{
    coder.id(1, draft.run);
    coder.choice(2, draft.boundary, Boundary::RunCheckpoint);
    coder.ids(3, draft.contributors);
    coder.bytes(4, draft.conversationDigest);
    coder.number(5, draft.messageCount);
}

template <typename Coder, Describes<ExecutorChange> Record>
void describe(Coder &coder, Record &change)
{
    coder.bytes(1, change.from.name);
    coder.bytes(2, change.from.plugin);
    coder.bytes(3, change.to.name);
    coder.bytes(4, change.to.plugin);
}

/// One event of a body. The events of one write speak of one run and of few inputs, so what an event shares
/// with the one before it is not written again: that halves the row of a run.
struct EventRecord
{
    enum Same : quint8 {
        SameInput = 1,
        SameRun = 2,
        SameCorrelation = 4,
        SameAll = SameInput | SameRun | SameCorrelation,
    };
    LifecycleEvent event;
    quint8 same = 0;
};

template <typename Coder, Describes<EventRecord> Record>
void describe(Coder &coder, Record &record)
{
    auto &event = record.event;
    coder.choice(1, event.code, last_event_code);
    coder.choice(2, event.from, Phase::Destroyed);
    coder.choice(3, event.to, Phase::Destroyed);
    coder.id(4, event.input);
    coder.id(5, event.other);
    coder.id(6, event.run);
    coder.text(7, event.detail);
    coder.sharedRecord(8, event.executors);
    coder.number(9, record.same);
    coder.bytes(10, event.correlation);
}

namespace {

EventRecord behind(const LifecycleEvent *before, const LifecycleEvent &event)
{
    EventRecord record{event};
    if (event.code != EventCode::RuntimeStateChanged)
        record.event.from = record.event.to = Phase{}; // They say nothing, and zero is not written.
    if (before == nullptr)
        return record;
    if (event.input && event.input == before->input) {
        record.same |= EventRecord::SameInput;
        record.event.input = {};
    }
    if (event.run && event.run == before->run) {
        record.same |= EventRecord::SameRun;
        record.event.run = {};
    }
    if (!event.correlation.isEmpty() && event.correlation == before->correlation) {
        record.same |= EventRecord::SameCorrelation;
        record.event.correlation.clear();
    }
    return record;
}

/// The event in full; nothing when it says that it shares what is not there.
std::optional<LifecycleEvent> inFull(const LifecycleEvent *before, EventRecord record)
{
    LifecycleEvent &event = record.event;
    const auto take = [&](quint8 bit, auto &own, const auto &others) {
        if ((record.same & bit) == 0)
            return true;
        if (!own.isNull() || others.isNull())
            return false;
        own = others;
        return true;
    };
    static const LifecycleEvent nothing;
    const LifecycleEvent &shared = before != nullptr ? *before : nothing;
    const bool fits = (record.same & ~EventRecord::SameAll) == 0
                      && take(EventRecord::SameInput, event.input, shared.input)
                      && take(EventRecord::SameRun, event.run, shared.run)
                      && take(EventRecord::SameCorrelation, event.correlation, shared.correlation);
    if (event.code != EventCode::RuntimeStateChanged)
        event.from = event.to = nothing.from;
    return fits ? std::optional(std::move(event)) : std::nullopt;
}

} // namespace

LedgerColumns encodeFinished(const FinishedInput &finished, qint64 sid, WallTime endedAt, SpareBlobs *spare)
{
    LedgerColumns columns;
    columns.sequence = finished.sequence;
    columns.sid = sid;
    columns.kind = static_cast<quint8>(finished.kind);
    columns.attempt = finished.attempt;
    columns.boundarySequence = finished.boundarySequence;
    columns.run = finished.run.uuid;
    columns.id = finished.id.uuid;
    columns.key = finished.idempotencyKey;
    columns.payloadHash = finished.payloadHash;
    columns.endedAt = endedAt.sinceEpoch.count();
    const qsizetype size = finished.outcome.text.size() + finished.outcome.json.size() + 96;
    FieldWriter writer(size, takeBlock(spare, size));
    const Detail detail{finished.reason, finished.replacedBy, finished.outcome};
    describe(writer, detail);
    columns.detail = std::move(writer).take();
    return columns;
}

std::optional<FinishedInput> decodeFinished(const LedgerColumns &columns)
{
    Detail detail;
    FieldReader reader(columns.detail);
    describe(reader, detail);
    if (!reader.ok() || columns.kind > static_cast<quint8>(TerminalKind::Abandoned))
        return std::nullopt;
    FinishedInput finished;
    finished.sequence = columns.sequence;
    finished.id = {columns.id.uuid()};
    finished.kind = static_cast<TerminalKind>(columns.kind);
    finished.reason = detail.reason;
    finished.attempt = columns.attempt;
    finished.run = {columns.run.uuid()};
    finished.boundarySequence = columns.boundarySequence;
    finished.replacedBy = detail.replacedBy;
    finished.idempotencyKey = columns.key;
    finished.payloadHash = columns.payloadHash.value();
    finished.outcome = std::move(detail.outcome);
    return finished;
}

ReceiptColumns encodeReceipt(const FinishRunOperation &operation, qint64 sid, WallTime at, SpareBlobs *spare)
{
    ReceiptColumns columns;
    columns.sid = sid;
    columns.run = operation.run.uuid;
    columns.boundarySequence = operation.receiptSequence;
    columns.at = at.sinceEpoch.count();
    const qsizetype size = 64 + static_cast<qsizetype>(operation.receipt.contributors.size()) * 18;
    FieldWriter writer(size, takeBlock(spare, size));
    describe(writer, operation.receipt);
    columns.draft = std::move(writer).take();
    return columns;
}

std::optional<ReceiptDraft> decodeReceipt(const ReceiptColumns &columns)
{
    ReceiptDraft draft;
    FieldReader reader(columns.draft);
    describe(reader, draft);
    return reader.ok() ? std::optional(std::move(draft)) : std::nullopt;
}

EventColumns encodeEvents(const std::vector<LifecycleEvent> &events, const QByteArray &verb, qint64 sid,
                          WallTime at, SpareBlobs *spare)
{
    EventColumns columns;
    columns.sid = sid;
    columns.code = static_cast<quint8>(events.empty() ? EventCode::RuntimeStateChanged : events.front().code);
    columns.at = at.sinceEpoch.count();
    const qsizetype size = verb.size() + 48 + static_cast<qsizetype>(events.size()) * 24;
    FieldWriter writer(size, takeBlock(spare, size));
    writer.bytes(1, verb);
    const LifecycleEvent *before = nullptr;
    for (const LifecycleEvent &event : events) {
        writer.record(2, behind(before, event));
        before = &event;
    }
    columns.body = std::move(writer).take();
    return columns;
}

std::optional<StoredEvents> decodeEvents(const EventColumns &columns)
{
    StoredEvents stored;
    std::vector<EventRecord> records;
    FieldReader reader(columns.body);
    reader.bytes(1, stored.verb);
    reader.records(2, records);
    if (!reader.ok())
        return std::nullopt;
    stored.events.reserve(records.size());
    for (EventRecord &record : records) {
        const LifecycleEvent *before = stored.events.empty() ? nullptr : &stored.events.back();
        std::optional<LifecycleEvent> event = inFull(before, std::move(record));
        if (!event)
            return std::nullopt;
        stored.events.push_back(*std::move(event));
    }
    return stored;
}

} // namespace burrow
