// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/run_report.h"
#include "model/session_event.h"

#include <QJsonObject>

namespace burrow {

// What `run` tells programs, as `--json` gathers it in one value and `--jsonl` tells it as it happens.

QJsonObject toJson(const TakenOver &taken);
QJsonObject toJson(const InputEnd &end);

/// One thing that a session said: `event` is the dotted code of model/event.h, or `progress.` and the kind of
/// progress; `session`, and of `input`, `run`, `from`, `to`, `from_plugin`, `to_plugin`, `other`, `detail`,
/// `text`, `name` and `data` those that it has.
QJsonObject toJson(const SessionEvent &event);

} // namespace burrow
