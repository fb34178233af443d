// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "model/write_set.h"

namespace burrow {

/// An idempotency key that still binds although its input has ended.
struct RetainedKey
{
    QByteArray key;
    InputId input;
    quint64 payloadHash = 0;
    OutcomeClass endedAs = OutcomeClass::RuntimeTerminated;
    WallTime endedAt;
};

/// What the store knows of a session when it is opened.
struct StoredSession
{
    SessionId id;
    QByteArray name;
    bool existed = false; ///< The store held it before; false for one that this very call created.
    SessionRow row;
    std::shared_ptr<const RuntimeBinding> binding;
    std::shared_ptr<const OwedCleanup> owed;
    ExecutorIdentity executor; ///< Who ran it before this opening; empty when that is not known.
    std::optional<QByteArray> snapshot;
    RunId snapshotRun;                                  ///< Its last run.
    QByteArray snapshotPlugin;                          ///< Whose it is; empty when that is not known.
    std::shared_ptr<const StoredOperations> operations; ///< Null: none has ever ended.
    std::vector<InputRow> openInputs;                   ///< Any order.
    QString corruption;                                 ///< Non-empty: the session is held with this reason.
};

} // namespace burrow
