// SPDX-License-Identifier: Apache-2.0
#include "base/log_categories.h"

namespace burrow {

// Where nobody has set filter rules, as in a program that embeds the host, only what somebody should look at is
// logged: a line for each step of each input costs more than the step.
Q_LOGGING_CATEGORY(hostLog, "burrow.host", QtWarningMsg)
Q_LOGGING_CATEGORY(sessionLog, "burrow.session", QtWarningMsg)
Q_LOGGING_CATEGORY(storeLog, "burrow.store", QtWarningMsg)
Q_LOGGING_CATEGORY(pluginLog, "burrow.plugin", QtWarningMsg)
Q_LOGGING_CATEGORY(configLog, "burrow.config", QtWarningMsg)

} // namespace burrow
