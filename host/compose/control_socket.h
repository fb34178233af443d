// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configuration.h"
#include "rpc/server.h"

namespace burrow {

class Composition;

/// Where the host of that configuration is reached; empty: nowhere, and on purpose. Error: NotReady (no place
/// is known for it).
Result<QString> controlSocketOf(const Configuration &configuration);

/// Serves a composed host at `path`, which controlSocketOf() gave before any plugin was opened: a plugin may
/// change the environment, and with it where clients look. Null where it is empty. `shutdown` hears of clients
/// that ask the host to go down. To be destroyed before the composition. Errors: the one in `path`, and those
/// of RpcServer::listen().
Result<std::unique_ptr<RpcServer>> serveControl(const Result<QString> &path, const Configuration &configuration,
                                                Composition &composition,
                                                std::function<void(CancelMode)> shutdown);

/// Without a word about it in the configuration, a host that finds its socket taken does its work all the same.
bool isControlOptional(const Configuration &configuration);

} // namespace burrow
