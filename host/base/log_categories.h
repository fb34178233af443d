// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QLoggingCategory>

#include <array>

/// What the host logs, by who says it. The library only logs; where the records go is decided by the message
/// handler that a program installs.
///
/// A record carries no payload of an input or an answer, no value of a plugin's configuration, and no secret.
namespace burrow {

Q_DECLARE_LOGGING_CATEGORY(hostLog)    ///< The host: start, shutdown, another host.
Q_DECLARE_LOGGING_CATEGORY(sessionLog) ///< What happens to sessions, their inputs and runs.
Q_DECLARE_LOGGING_CATEGORY(storeLog)   ///< The store: opening, writes that do not get through.
Q_DECLARE_LOGGING_CATEGORY(pluginLog)  ///< What plugins log, and what the host has to say of them.
Q_DECLARE_LOGGING_CATEGORY(configLog)  ///< What was configured.

/// All of them by name, for checks and suggestions.
inline constexpr std::array logCategoryNames{"burrow.host", "burrow.session", "burrow.store", "burrow.plugin",
                                             "burrow.config"};

} // namespace burrow
