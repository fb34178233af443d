// SPDX-License-Identifier: Apache-2.0
#include "core/projection.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace burrow {

namespace {

bool isBlank(const QByteArray &text)
{
    return text.trimmed().isEmpty();
}

/// A JSON value that was handed in as text, spliced back as a value; null when there is none.
QJsonValue parsed(const QByteArray &json)
{
    if (json.isEmpty())
        return QJsonValue::Null;
    // Wrapped, because a document holds only objects and arrays.
    return QJsonDocument::fromJson("[" + json + "]").array().first();
}

QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

void putText(QJsonObject &object, const char *name, const QByteArray &text)
{
    if (!text.isEmpty())
        object.insert(QLatin1String(name), QString::fromUtf8(text));
}

void putJson(QJsonObject &object, const char *name, const QByteArray &json)
{
    if (!json.isEmpty())
        object.insert(QLatin1String(name), parsed(json));
}

const char *peerStatusName(PeerBody::Status status)
{
    static constexpr const char *names[] = {"", "completed", "failed", "cancelled"};
    return names[static_cast<int>(status)];
}

Projection projectPrompt(const PromptBody &body)
{
    Projection projection;
    const bool blank = isBlank(body.text) && body.blocksJson.isEmpty();
    if (!blank || body.appends.empty())
        projection.appends.push_back({AppendRole::User, {}, body.text, body.blocksJson});
    projection.appends.insert(projection.appends.end(), body.appends.begin(), body.appends.end());
    return projection;
}

/// The typed notice of a peer input: who, what and about which request, so that no text has to be parsed for
/// it.
QByteArray peerNotice(const Input &input, const PeerBody &body)
{
    QJsonObject notice{{QStringLiteral("notice"), QString::fromLatin1(inputKindName(input.kind))},
                       {QStringLiteral("direction"), QStringLiteral("incoming")},
                       {QStringLiteral("peer"), QString::fromUtf8(input.source.id)}};
    putText(notice, "peer_name", input.source.display);
    putText(notice, "request_id", body.requestId);
    putText(notice, "intent", body.intent);
    putText(notice, "phase", body.phase);
    putText(notice, "status", peerStatusName(body.status));
    putJson(notice, "payload", body.payloadJson);
    putJson(notice, "blocks", body.blocksJson);
    return compact(notice);
}

QByteArray peerText(const Input &input, const PeerBody &body)
{
    if (!isBlank(body.text))
        return body.text;
    const QByteArray &who = input.source.display.isEmpty() ? input.source.id : input.source.display;
    QByteArray text = "[" + QByteArray(inputKindName(input.kind)) + " from " + who + "]";
    // Blocks speak for themselves; only a bare payload is rendered as text.
    if (body.blocksJson.isEmpty() && !body.payloadJson.isEmpty())
        text += " " + body.payloadJson;
    return text;
}

Projection projectPeer(const Input &input, const PeerBody &body)
{
    Projection projection;
    const Append notice{AppendRole::SystemNotice, {}, peerText(input, body), peerNotice(input, body)};
    projection.appends.push_back(notice);
    QByteArray key = body.contextKey;
    // A terminal response is always also context, whatever the submitter asked for.
    if (input.kind == InputKind::PeerResponseTerminal)
        key = "peer:" + input.source.id + ":request:" + body.requestId;
    if (!key.isEmpty()) {
        projection.contextAppends.push_back(notice);
        projection.contextAppends.back().key = key;
    }
    return projection;
}

Projection projectFlowStep(const FlowStepBody &body)
{
    QJsonObject notice{{QStringLiteral("notice"), QStringLiteral("flow_step")},
                       {QStringLiteral("step"), QString::fromUtf8(body.stepId)}};
    return {{{AppendRole::SystemNotice, {}, body.text, compact(notice)}}, {}};
}

Projection projectExternalEvent(const Input &input, const ExternalEventBody &body)
{
    const QByteArray &name = input.source.id.isEmpty() ? body.eventType : input.source.id;
    QJsonObject notice{{QStringLiteral("notice"), QStringLiteral("external_event")},
                       {QStringLiteral("source"), QString::fromUtf8(name)}};
    putText(notice, "type", body.eventType);
    putJson(notice, "payload", body.payloadJson);
    putJson(notice, "blocks", body.blocksJson);
    const QByteArray content = isBlank(body.text) ? body.payloadJson : body.text.trimmed();
    return {{{AppendRole::SystemNotice, {}, "[External event: " + name + "] " + content, compact(notice)}}, {}};
}

Projection projectContinuation(const ContinuationBody &body)
{
    Projection projection;
    if (body.turnAppend)
        projection.appends.push_back(*body.turnAppend);
    if (body.contextAppend)
        projection.contextAppends.push_back(*body.contextAppend);
    return projection;
}

} // namespace

Projection project(const Input &input)
{
    switch (input.kind) {
    case InputKind::Prompt:
        return projectPrompt(std::get<PromptBody>(input.body));
    case InputKind::PeerMessage:
    case InputKind::PeerRequest:
    case InputKind::PeerResponseProgress:
    case InputKind::PeerResponseTerminal:
        return projectPeer(input, std::get<PeerBody>(input.body));
    case InputKind::FlowStep:
        return projectFlowStep(std::get<FlowStepBody>(input.body));
    case InputKind::ExternalEvent:
        return projectExternalEvent(input, std::get<ExternalEventBody>(input.body));
    case InputKind::Continuation:
        return projectContinuation(std::get<ContinuationBody>(input.body));
    case InputKind::SystemGenerated: {
        const auto &body = std::get<SystemGeneratedBody>(input.body);
        return {{},
                {{AppendRole::SystemNotice, "system-generated:" + input.id.toText(), body.text, body.json}}};
    }
    case InputKind::Operation:
    case InputKind::Projected:
        break;
    }
    return {};
}

} // namespace burrow
