// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/plugin_fault.h"

#include <burrow/abi.h>
#include <burrow/ext/boundary.h>
#include <burrow/ext/checkpoint.h>
#include <burrow/ext/operations.h>

#include <QString>

/// Tables of a plugin, copied so that every slot can be called. A table is copied into a zeroed one as far as
/// both sides know it; each empty optional slot gets a typed stub; a missing required slot refuses the table by
/// name.
namespace burrow {

/// Which optional functions a plugin really has; a stub answers for the others.
struct ExecutorSlots
{
    bool cancel = false;
    bool stop = false;
    bool cleanup = false;
    bool getExtension = false;
    bool resume = false;
};

struct BoundExecutor
{
    burrow_executor_vtable table = {};
    ExecutorSlots has;
};

/// EntryGarbage, BadStructSize, MissingSlot or BadDescriptor; the sentences go on from "the plugin …".
PluginResult<burrow_plugin> bindPlugin(const burrow_plugin *plugin);
PluginResult<BoundExecutor> bindExecutor(const burrow_executor_vtable *table);
PluginResult<burrow_drain_vtable> bindDrain(const burrow_drain_vtable *table);
PluginResult<burrow_checkpoint_executor> bindCheckpoint(const void *table);
PluginResult<burrow_boundary_executor> bindBoundary(const void *table);
PluginResult<burrow_operations_client> bindOperationsClient(const void *table);
PluginResult<burrow_descriptor> bindDescriptor(const burrow_descriptor *descriptor);

} // namespace burrow
