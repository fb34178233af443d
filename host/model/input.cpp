// SPDX-License-Identifier: Apache-2.0
#include "model/input.h"

#include <QCryptographicHash>

#include <cstring>

namespace burrow {

namespace {

/// Calls `visit` with every byte string of the content, in a fixed order. One walk serves the hash and the
/// size, so that neither forgets a member.
template <typename Visit>
struct ContentWalk
{
    Visit visit;

    void append(const Append &a)
    {
        visit(QByteArrayView(appendRoleName(a.role)));
        visit(a.key);
        visit(a.text);
        visit(a.json);
    }
    void operator()(const PromptBody &b)
    {
        visit(b.text);
        visit(b.blocksJson);
        for (const Append &a : b.appends)
            append(a);
    }
    void operator()(const PeerBody &b)
    {
        for (const QByteArray &part :
             {b.text, b.blocksJson, b.payloadJson, b.requestId, b.intent, b.phase, b.contextKey})
            visit(part);
        visit(QByteArray::number(static_cast<int>(b.status)));
    }
    void operator()(const FlowStepBody &b)
    {
        visit(b.stepId);
        visit(b.text);
    }
    void operator()(const ExternalEventBody &b)
    {
        for (const QByteArray &part : {b.eventType, b.text, b.payloadJson, b.blocksJson})
            visit(part);
    }
    void operator()(const ContinuationBody &b)
    {
        visit(QByteArray::number(static_cast<int>(b.kind)));
        visit(b.reason);
        visit(b.requestId);
        append(b.contextAppend.value_or(Append{}));
        append(b.turnAppend.value_or(Append{}));
    }
    void operator()(const OperationBody &b)
    {
        visit(b.operation.toText());
        visit(b.eventJson);
    }
    void operator()(const SystemGeneratedBody &b)
    {
        visit(b.text);
        visit(b.json);
    }
};

template <typename Visit>
void walkContent(const Input &input, Visit visit)
{
    ContentWalk<Visit> walk{visit};
    std::visit(walk, input.body);
}

} // namespace

quint64 payloadHash(const Input &input)
{
    QCryptographicHash hash(QCryptographicHash::Blake2s_128);
    hash.addData(QByteArrayView(inputKindName(input.kind)));
    walkContent(input, [&hash](QByteArrayView part) {
        // The length in front keeps ("ab", "c") apart from ("a", "bc").
        const quint64 size = static_cast<quint64>(part.size());
        hash.addData(QByteArrayView(reinterpret_cast<const char *>(&size), sizeof size));
        hash.addData(part);
    });
    const QByteArray digest = hash.result();
    quint64 value = 0;
    std::memcpy(&value, digest.constData(), sizeof value);
    return value;
}

qint64 contentBytes(const Input &input)
{
    qint64 total = input.idempotencyKey.size() + input.supersessionKey.size() + input.correlationId.size();
    walkContent(input, [&total](QByteArrayView part) { total += part.size(); });
    return total;
}

Input detachedWorkContinuation(InputId id, WallTime now)
{
    Input input;
    input.id = id;
    input.kind = InputKind::Continuation;
    input.durability = Durability::Derived;
    input.handling = HandlingMode::Steer;
    input.visibility = {false, false};
    input.submittedAt = now;
    input.source.kind = SourceKind::System;
    ContinuationBody body;
    body.kind = ContinuationBody::Kind::Ordinary;
    body.reason = "detached_background_op_completed";
    input.body = body;
    return input;
}

} // namespace burrow
