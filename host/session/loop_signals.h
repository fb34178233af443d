// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QObject>

namespace burrow {

struct SessionRecord;

/// How the loops of a shard say that something came for their session, by the signal of its kind. They share
/// this one object: were each a sender of its own, its connections would be read from memory with every event.
/// Lives on the shard's thread.
class LoopSignals : public QObject
{
    Q_OBJECT

Q_SIGNALS:
    void inputQueued(burrow::SessionRecord *session);
    void effectPosted(burrow::SessionRecord *session);
    void applyFinished(burrow::SessionRecord *session);
    void commitFinished(burrow::SessionRecord *session);
    void feedAdvanced(burrow::SessionRecord *session);
};

} // namespace burrow
