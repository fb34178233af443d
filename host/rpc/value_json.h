// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "control/host.h"
#include "model/session_event.h"

#include <QJsonObject>

/// What the host answers, as the protocol's shapes. Members that have nothing to say are left out.
namespace burrow {

QJsonObject toJson(const AcceptReceipt &receipt);
QJsonObject toJson(const CommandReceipt &receipt);
QJsonObject toJson(const Outcome &outcome);
QJsonObject toJson(const InputFate &fate);
/// Without `known` and `as_of`, which the view does not know.
QJsonObject toJson(const SessionView &view);
/// `event` is the dotted code of model/event.h, or `progress.` and the kind of progress; `session`, and of
/// `input`, `run`, `from`, `to`, `from_plugin`, `to_plugin`, `other`, `detail`, `text`, `name` and `data` those
/// that it has.
QJsonObject toJson(const SessionEvent &event);

/// A text that holds one JSON value, as that value; null when it is empty.
QJsonValue parsedValue(const QByteArray &json);

} // namespace burrow
