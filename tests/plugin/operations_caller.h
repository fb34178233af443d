// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/abi_text.h"
#include "puppet_box.h"

#include <burrow/ext/operations.h>

#include <atomic>

namespace burrow::test {

/// burrow.operations/1 as a plugin uses it.
struct OperationsCaller
{
    explicit OperationsCaller(const burrow_host *offered)
        : host(offered)
    {
        const burrow_text id = BURROW_TEXT(BURROW_EXT_OPERATIONS);
        table = static_cast<const burrow_operations_host *>(host->get_extension(host->ctx, 0, &id));
    }

    int32_t begin(burrow_instance instance, int32_t kind, QByteArrayView name, burrow_operation &operation,
                  quint64 cookie = 0) const
    {
        const burrow_operation_begin request = {sizeof request, kind, toAbiText(name), cookie};
        return table->begin(host->ctx, instance, &request, &operation);
    }
    int32_t update(burrow_operation operation, int32_t action, QByteArrayView text = {},
                   const burrow_error *error = nullptr) const
    {
        const burrow_operation_update request = {sizeof request, action, toAbiText(text), toAbiText({}), error};
        return table->update(host->ctx, operation, &request);
    }
    int32_t state(burrow_operation operation) const { return table->state(host->ctx, operation); }

    const burrow_host *host;
    const burrow_operations_host *table;
};

/// A stage whose instances say their names.
struct OperationsStage
{
    OperationsStage()
    {
        stage.strings.create = [this](const burrow_create_request *request, void **self) {
            *self = nullptr;
            instance = request->instance;
            return BURROW_OK;
        };
    }

    PuppetStage stage;
    std::atomic<burrow_instance> instance = 0;
};

} // namespace burrow::test
