// SPDX-License-Identifier: Apache-2.0
#include "base/log_categories.h"

namespace burrow {

Q_LOGGING_CATEGORY(hostLog, "burrow.host")
Q_LOGGING_CATEGORY(sessionLog, "burrow.session")
Q_LOGGING_CATEGORY(storeLog, "burrow.store")
Q_LOGGING_CATEGORY(pluginLog, "burrow.plugin")
Q_LOGGING_CATEGORY(configLog, "burrow.config")

} // namespace burrow
