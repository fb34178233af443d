// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/run_report.h"
#include "rpc/value_json.h"

namespace burrow {

// What `run` tells programs, as `--json` gathers it in one value and `--jsonl` tells it as it happens. What
// sessions say is told in the same words as at the control socket.

QJsonObject toJson(const TakenOver &taken);
QJsonObject toJson(const InputEnd &end);

} // namespace burrow
