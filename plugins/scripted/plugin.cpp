// SPDX-License-Identifier: Apache-2.0
//
// scripted: a deterministic executor, for tests and demonstrations. Each run does what the next step of a
// script says or, where the configuration allows it, what its input says.

#include "instance.h"
#include "manifest.h"

#include "burrow/abi.h"
#include "support/abi_values.h"
#include "support/barrier.h"
#include "support/entry.h"
#include "support/json_fields.h"

#include <memory>

namespace {

using plugin_support::guarded;
using plugin_support::refuseCreation;
using scripted::Instance;

const burrow_host *host = nullptr; // set by init, before any instance exists

int32_t create(const burrow_create_request *request, void **outSelf)
{
    return guarded([&] {
        try {
            scripted::Script script = scripted::Script::parse(plugin_support::toView(request->config_json));
            std::string state;
            if (request->snapshot && request->snapshot->size > 0)
                state.assign(static_cast<const char *>(request->snapshot->data), request->snapshot->size);
            *outSelf = std::make_unique<Instance>(*host, request->instance, std::move(script), std::move(state))
                           .release();
            return BURROW_OK;
        } catch (const plugin_support::ConfigError &error) {
            return refuseCreation(*request, BURROW_CONFIG, error.what());
        }
    });
}

int32_t apply(void *self, const burrow_apply_request *request, burrow_token token)
{
    return guarded([&] { return static_cast<Instance *>(self)->apply(*request, token); });
}

int32_t cancel(void *self, const burrow_cancel_request *request)
{
    return guarded([&] { return static_cast<Instance *>(self)->cancel(*request); });
}

int32_t stop(void *self, const burrow_stop_request *, burrow_token token)
{
    return guarded([&] { return static_cast<Instance *>(self)->stop(token); });
}

void destroy(void *self)
{
    guarded([&] {
        delete static_cast<Instance *>(self);
        return BURROW_OK;
    });
}

int32_t resume(void *self, burrow_token token)
{
    return guarded([&] { return static_cast<Instance *>(self)->resume(token); });
}

int32_t stage(void *self, const burrow_stage_request *request, burrow_token token)
{
    return guarded([&] { return static_cast<Instance *>(self)->stage(*request, token); });
}

int32_t discard(void *self, const burrow_discard_request *request)
{
    return guarded([&] { return static_cast<Instance *>(self)->discard(*request); });
}

const burrow_boundary_executor boundary = {
    .struct_size = sizeof(burrow_boundary_executor),
    .reserved = 0,
    .stage = stage,
    .discard = discard,
};

int32_t cancelOperation(void *self, burrow_operation operation, int32_t mode, uint64_t cookie)
{
    return guarded([&] { return static_cast<Instance *>(self)->cancelOperation(operation, mode, cookie); });
}

const burrow_operations_client operationsClient = {
    .struct_size = sizeof(burrow_operations_client),
    .reserved = 0,
    .cancel = cancelOperation,
};

const void *getExtension(void *, const burrow_text *id)
{
    const std::string_view name = plugin_support::toView(*id);
    if (name == BURROW_EXT_BOUNDARY)
        return &boundary;
    return name == BURROW_EXT_OPERATIONS_CLIENT ? &operationsClient : nullptr;
}

int32_t init(const burrow_host *table, const burrow_text *)
{
    host = table;
    return BURROW_OK;
}

const burrow_descriptor descriptor = {
    .struct_size = sizeof(burrow_descriptor),
    .thread_model = BURROW_THREAD_SERIAL_INSTANCE,
    .abi_min = 1,
    .abi_built = BURROW_ABI_VERSION,
    .flags = BURROW_PLUGIN_CANCELS_BOUNDARY | BURROW_PLUGIN_CANCELS_HARD | BURROW_PLUGIN_RESTORES_SNAPSHOT,
    .id = BURROW_TEXT(MANIFEST_ID),
    .version = BURROW_TEXT(MANIFEST_VERSION),
    .name = BURROW_TEXT("Scripted"),
    .runtime = {},
    .config_schema_json = BURROW_TEXT(MANIFEST_CONFIG_SCHEMA),
};

const burrow_executor_vtable executor = {
    .struct_size = sizeof(burrow_executor_vtable),
    .reserved = 0,
    .create = create,
    .apply = apply,
    .cancel = cancel,
    .stop = stop,
    .destroy = destroy,
    .cleanup = nullptr, // nothing is left behind outside the process
    .get_extension = getExtension,
    .resume = resume,
};

const burrow_plugin plugin = {
    .struct_size = sizeof(burrow_plugin),
    .reserved = 0,
    .descriptor = &descriptor,
    .executor = &executor,
    .drain = nullptr,
    .init = init,
    .deinit = nullptr,
    .get_extension = nullptr,
};

} // namespace

int32_t burrow_plugin_entry_v1(const burrow_host_offer *offer, const burrow_plugin **out)
{
    return plugin_support::offerPlugin(*offer, plugin, out);
}
