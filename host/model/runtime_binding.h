// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/ids.h"

#include <optional>

namespace burrow {

/// Which runtime this session is bound to. Absent members are unset facts.
struct RuntimeBinding
{
    QByteArray runtimeId;
    std::optional<quint64> fence;
    std::optional<quint64> generation;
    std::optional<EpochId> epoch;

    friend bool operator==(const RuntimeBinding &, const RuntimeBinding &) = default;
};

} // namespace burrow
