// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/store.h"

namespace burrow::test {

/// A store that ships, kept beside the model of one: the harness tells it every write that the model takes, and
/// after a crash the session is opened from what it held on to. Every call waits for its answer, so that a seed
/// gives the same walk again. One thread. Errors say what the store answered.
class StoreMirror
{
public:
    virtual ~StoreMirror() = default;

    /// What the store's clock shows from now on.
    virtual void setTime(WallTime now) = 0;
    virtual quint64 nextSequence() = 0;
    /// Makes the session, or reads it again behind everything that was written.
    virtual Result<StoredSession> open(SessionId id, const QByteArray &name) = 0;
    /// Writes it and waits. Gives a sentence when it is not committed.
    virtual std::optional<QString> commit(const WriteSet &set) = 0;
    /// The host dies while it writes these, and the session is opened again. Some first ones of them, or none,
    /// are durable then, each wholly; everything that was committed before is.
    virtual Result<StoredSession> crash(const std::vector<WriteSet> &inFlight) = 0;
    virtual Result<std::vector<RetainedKey>> keys() = 0;
    /// Of each of them, in this order.
    virtual Result<std::vector<std::optional<StoredOutcome>>> outcomes(const std::vector<InputId> &inputs) = 0;
    /// How the last crash came, in words.
    virtual QString lastCrash() const = 0;
};

} // namespace burrow::test
