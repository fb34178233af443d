// SPDX-License-Identifier: Apache-2.0
//
// Background operations: each goes on until it is cancelled, or the instance goes.

#include "instance.h"

#include "support/abi_values.h"

namespace scripted {

using plugin_support::toText;

const burrow_operations_host *Instance::operations() const
{
    const burrow_text id = BURROW_TEXT(BURROW_EXT_OPERATIONS);
    return static_cast<const burrow_operations_host *>(m_host.get_extension(m_host.ctx, m_name, &id));
}

void Instance::beginOperation(const Step &step)
{
    const burrow_operations_host *const table = operations();
    if (!table)
        return;
    burrow_operation_begin begin = {};
    begin.struct_size = sizeof begin;
    begin.kind = BURROW_OPERATION_BACKGROUND_TOOL;
    begin.name = toText(*step.operation);
    {
        // Known by its cookie before it has begun: a cancel may be quicker than `begin`.
        const std::lock_guard lock(m_mutex);
        m_operations.push_back(step.operationRefusal);
        begin.cookie = m_operations.size();
    }
    burrow_operation operation = 0;
    if (table->begin(m_host.ctx, m_name, &begin, &operation) != BURROW_OK)
        return;
    burrow_operation_update update = {};
    update.struct_size = sizeof update;
    update.action = BURROW_OPERATION_STARTED;
    table->update(m_host.ctx, operation, &update);
}

int32_t Instance::cancelOperation(burrow_operation operation, int32_t mode, uint64_t cookie)
{
    {
        const std::lock_guard lock(m_mutex);
        if (cookie == 0 || cookie > m_operations.size())
            return BURROW_NOT_FOUND;
        if (const std::optional<int32_t> refusal = m_operations[cookie - 1])
            return *refusal;
    }
    const burrow_operations_host *const table = operations();
    if (!table)
        return BURROW_UNAVAILABLE;
    burrow_operation_update update = {};
    update.struct_size = sizeof update;
    update.action = BURROW_OPERATION_CANCEL;
    update.text =
        mode == BURROW_CANCEL_BOUNDARY ? toText("told to end at a boundary") : toText("told to end now");
    return table->update(m_host.ctx, operation, &update);
}

} // namespace scripted
