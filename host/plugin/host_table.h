// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <burrow/abi.h>

namespace burrow {

class PluginContext;

/// The functions that a plugin may call, with the context as their `ctx`. None blocks, and none calls the
/// plugin.
burrow_host makeHostTable(PluginContext &context);

} // namespace burrow
