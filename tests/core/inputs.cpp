// SPDX-License-Identifier: Apache-2.0
#include "inputs.h"

namespace burrow::test {

namespace {

Input fromPeer(InputKind kind, PeerBody body)
{
    Input input;
    input.kind = kind;
    input.source = {SourceKind::Peer, "peer-1", "Ada", 0};
    input.body = std::move(body);
    return input;
}

Input fromSystem(InputKind kind, InputBody body)
{
    Input input;
    input.kind = kind;
    input.durability = Durability::Derived;
    input.source.kind = SourceKind::System;
    input.body = std::move(body);
    return input;
}

} // namespace

Input prompt(const QByteArray &text)
{
    Input input;
    input.body = PromptBody{text, {}, {}};
    return input;
}

Input peerMessage(const QByteArray &text)
{
    PeerBody body;
    body.text = text;
    return fromPeer(InputKind::PeerMessage, body);
}

Input peerRequest(const QByteArray &requestId, const QByteArray &intent)
{
    PeerBody body;
    body.text = "please";
    body.requestId = requestId;
    body.intent = intent;
    return fromPeer(InputKind::PeerRequest, body);
}

Input progress(const QByteArray &requestId)
{
    PeerBody body;
    body.requestId = requestId;
    body.phase = "accepted";
    return ephemeral(fromPeer(InputKind::PeerResponseProgress, body));
}

Input terminalResponse(const QByteArray &requestId)
{
    PeerBody body;
    body.text = "it is done";
    body.requestId = requestId;
    body.status = PeerBody::Status::Completed;
    return fromPeer(InputKind::PeerResponseTerminal, body);
}

Input flowStep(const QByteArray &text)
{
    Input input;
    input.kind = InputKind::FlowStep;
    input.source = {SourceKind::Flow, "flow-1", {}, 2};
    input.body = FlowStepBody{"step-2", text};
    return input;
}

Input externalEvent(const QByteArray &type, const QByteArray &text)
{
    Input input;
    input.kind = InputKind::ExternalEvent;
    input.source = {SourceKind::External, "ci", {}, 0};
    input.body = ExternalEventBody{type, text, {}, {}};
    return input;
}

Input continuation()
{
    ContinuationBody body;
    body.reason = "go_on";
    body.turnAppend = Append{AppendRole::SystemNotice, {}, "go on", {}};
    return fromSystem(InputKind::Continuation, body);
}

Input attention()
{
    ContinuationBody body;
    body.kind = ContinuationBody::Kind::Attention;
    body.reason = "look_here";
    body.turnAppend = Append{AppendRole::SystemNotice, {}, "look here", {}};
    return fromSystem(InputKind::Continuation, body);
}

Input operation()
{
    return fromSystem(InputKind::Operation, OperationBody{OperationId{{1, 2}}, R"({"event":"done"})"});
}

Input systemGenerated(const QByteArray &text)
{
    return fromSystem(InputKind::SystemGenerated, SystemGeneratedBody{text, {}});
}

Input projected(const QByteArray &text)
{
    return fromSystem(InputKind::Projected, SystemGeneratedBody{text, {}});
}

} // namespace burrow::test
