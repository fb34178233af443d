// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/host_client.h"
#include "cli/store_source.h"

namespace burrow {

/// Whom a command asks that can be answered by a host which runs, and by the file of one that does not: the
/// host, where one is reached; else the store. With --store it is that file, without --socket a fallback. When
/// it is an exit code, what is wrong has been said.
std::variant<HostClient, StoreSource, ExitCode> hostOrStoreOf(const Invocation &invocation,
                                                              AnswerWriter &answer);

/// The session of that store that a person means; see cli/session_choice.h.
Result<QByteArray> storedSessionMeantBy(StoreReader &reader, const StoreSource &store, const QString &given);

} // namespace burrow
