// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/admission.h"
#include "support.h"

namespace burrow {

inline constexpr InputKind every_kind[] = {InputKind::Prompt,
                                           InputKind::PeerMessage,
                                           InputKind::PeerRequest,
                                           InputKind::PeerResponseProgress,
                                           InputKind::PeerResponseTerminal,
                                           InputKind::FlowStep,
                                           InputKind::ExternalEvent,
                                           InputKind::Continuation,
                                           InputKind::Operation,
                                           InputKind::SystemGenerated,
                                           InputKind::Projected};
inline constexpr HandlingMode every_mode[] = {HandlingMode::Absent, HandlingMode::Queue, HandlingMode::Steer};

/// A well-formed input of each kind.
inline Input inputOf(InputKind kind)
{
    Input input;
    input.kind = kind;
    input.source = {SourceKind::Peer, "peer-7", "Peer Seven", 0};
    switch (kind) {
    case InputKind::Prompt:
        input.body = PromptBody{"hello", {}, {}};
        break;
    case InputKind::PeerMessage:
    case InputKind::PeerRequest:
    case InputKind::PeerResponseProgress:
    case InputKind::PeerResponseTerminal: {
        PeerBody body;
        body.text = "hello";
        body.requestId = "request-1";
        body.status =
            kind == InputKind::PeerResponseTerminal ? PeerBody::Status::Completed : PeerBody::Status::None;
        input.body = body;
        break;
    }
    case InputKind::FlowStep:
        input.body = FlowStepBody{"step-1", "hello"};
        break;
    case InputKind::ExternalEvent:
        input.body = ExternalEventBody{"mail", "hello", {}, {}};
        break;
    case InputKind::Continuation:
        input.body = ContinuationBody{};
        break;
    case InputKind::Operation:
        input.body = OperationBody{};
        break;
    case InputKind::SystemGenerated:
    case InputKind::Projected:
        input.source = {SourceKind::System, "host", "host", 0};
        input.body = SystemGeneratedBody{"hello", {}};
        break;
    }
    return input;
}

} // namespace burrow
