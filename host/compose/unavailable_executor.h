// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/executor.h"

namespace burrow {

/// Stands in for an executor whose plugin is not to be used: the session that wants it shows as failed, with
/// the reason and the remedy, and the others go on. Only a person can change that, so no restart policy tries
/// again. `why` is a whole sentence.
std::shared_ptr<ExecutorFactory> makeUnavailableFactory(ExecutorIdentity identity, QString why);

} // namespace burrow
