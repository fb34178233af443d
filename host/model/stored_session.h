// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/write_set.h"

namespace burrow {

/// What the store knows of a session when it is opened.
struct StoredSession
{
    SessionId id;
    QByteArray name;
    SessionRow row;
    std::shared_ptr<const RuntimeBinding> binding;
    std::optional<QByteArray> snapshot;
    std::vector<InputRow> openInputs; ///< Any order.
    QString corruption;               ///< Non-empty: the session is held with this reason.
};

} // namespace burrow
