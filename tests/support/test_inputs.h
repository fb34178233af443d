// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/input.h"

#include <memory>

/// Inputs as a submitter writes them.
namespace burrow::test {

inline Input promptOf(const QByteArray &text, const QByteArray &key = {})
{
    Input input;
    input.kind = InputKind::Prompt;
    input.durability = Durability::Durable;
    input.idempotencyKey = key;
    input.body = PromptBody{.text = text, .blocksJson = {}, .appends = {}};
    return input;
}

/// Never stored, and so no write stands between it and its run.
inline Input ephemeralOf(const QByteArray &text)
{
    Input input = promptOf(text);
    input.durability = Durability::Ephemeral;
    return input;
}

/// The same input under the id that a host would mint for that sequence.
inline InputPointer numbered(Input input, quint64 sequence)
{
    input.id = {Uuid::version7(1'000, 0, sequence)};
    return std::make_shared<const Input>(std::move(input));
}

inline SessionId sessionIdOf(quint64 number)
{
    return {Uuid::version7(1'000, 0, number)};
}

inline RunId runIdOf(quint64 number)
{
    return {Uuid::version7(2'000, 0, number)};
}

} // namespace burrow::test
