// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/input.h"

/// Inputs as submitters write them, one function per kind; a test changes the one member that it is about.
namespace burrow::test {

Input prompt(const QByteArray &text = "do it");
Input peerMessage(const QByteArray &text = "hello");
Input peerRequest(const QByteArray &requestId = "r1", const QByteArray &intent = "ask");
Input progress(const QByteArray &requestId = "r1");
Input terminalResponse(const QByteArray &requestId = "r1");
Input flowStep(const QByteArray &text = "next");
Input externalEvent(const QByteArray &type = "build", const QByteArray &text = "green");
Input continuation();
Input attention();
Input operation();
Input systemGenerated(const QByteArray &text = "the time is noon");
Input projected(const QByteArray &text = "seen");

inline Input withKey(Input input, const QByteArray &key)
{
    input.idempotencyKey = key;
    return input;
}
inline Input superseding(Input input, const QByteArray &key)
{
    input.supersessionKey = key;
    return input;
}
inline Input ephemeral(Input input)
{
    input.durability = Durability::Ephemeral;
    return input;
}
inline Input durable(Input input)
{
    input.durability = Durability::Durable;
    return input;
}
inline Input steered(Input input)
{
    input.handling = HandlingMode::Steer;
    return input;
}
inline Input withMetadata(Input input, TurnMetadata metadata)
{
    input.metadata = std::make_shared<const TurnMetadata>(std::move(metadata));
    return input;
}

} // namespace burrow::test
