// SPDX-License-Identifier: Apache-2.0
//
// command: an executor that runs one program per input. The text is its stdin, its stdout is the answer.

#include "instance.h"
#include "manifest.h"

#include "burrow/abi.h"
#include "support/abi_values.h"
#include "support/barrier.h"
#include "support/entry.h"
#include "support/json_fields.h"

#include <dlfcn.h>
#include <unistd.h>

#include <memory>

namespace {

using command::Instance;
using plugin_support::guarded;
using plugin_support::refuseCreation;

const burrow_host *host = nullptr; // set by init, before any instance exists

// The supervisor lies beside this library.
std::string supervisorPath()
{
    Dl_info info = {};
    if (::dladdr(reinterpret_cast<const void *>(&burrow_plugin_entry_v1), &info) == 0 || !info.dli_fname)
        return "burrow-command-supervisor";
    const std::string library = info.dli_fname;
    return library.substr(0, library.rfind('/') + 1) + "burrow-command-supervisor";
}

int32_t create(const burrow_create_request *request, void **outSelf)
{
    return guarded([&] {
        try {
            command::Config config = command::parseConfig(plugin_support::toView(request->config_json));
            std::string supervisor = supervisorPath();
            if (::access(supervisor.c_str(), X_OK) != 0)
                return refuseCreation(*request, BURROW_NOT_FOUND,
                                      "The command plugin is incomplete: " + supervisor
                                          + " is missing or cannot be executed.");
            *outSelf = std::make_unique<Instance>(*host, std::move(config), std::move(supervisor)).release();
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
    .flags = BURROW_PLUGIN_CANCELS_BOUNDARY | BURROW_PLUGIN_CANCELS_HARD,
    .id = BURROW_TEXT(MANIFEST_ID),
    .version = BURROW_TEXT(MANIFEST_VERSION),
    .name = BURROW_TEXT("Command"),
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
    .cleanup = nullptr, // a run's processes end with it, and with the host
    .get_extension = nullptr,
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
