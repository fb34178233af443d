// SPDX-License-Identifier: Apache-2.0
// The smallest executor there is, in C++ with the barrier that every C++ plugin needs: nothing is thrown
// across.
#include "manifest.h"

#include <burrow/abi.h>

#include <memory>

namespace {

const burrow_host *host = nullptr;

template <std::size_t Size>
constexpr burrow_text text(const char (&literal)[Size])
{
    return {literal, Size - 1};
}

class Instance
{
public:
    void apply(burrow_token token)
    {
        burrow_apply_result result = {};
        result.struct_size = sizeof result;
        result.terminal = BURROW_TERMINAL_RESULT;
        burrow_completion completion = {};
        completion.struct_size = sizeof completion;
        completion.status = BURROW_OK;
        completion.apply = &result;
        host->complete(host->ctx, token, &completion);
    }
};

template <typename Work>
int32_t guarded(Work work) noexcept
{
    try {
        work();
        return BURROW_OK;
    } catch (...) {
        return BURROW_INTERNAL;
    }
}

int32_t create(const burrow_create_request *, void **self)
{
    return guarded([self] { *self = std::make_unique<Instance>().release(); });
}

int32_t apply(void *self, const burrow_apply_request *, burrow_token token)
{
    return guarded([=] { static_cast<Instance *>(self)->apply(token); });
}

void destroy(void *self)
{
    std::unique_ptr<Instance>(static_cast<Instance *>(self)).reset();
}

int32_t init(const burrow_host *given, const burrow_text *)
{
    host = given;
    return BURROW_OK;
}

constexpr burrow_descriptor descriptor = {.struct_size = sizeof(burrow_descriptor),
                                          .thread_model = BURROW_THREAD_SERIAL_INSTANCE,
                                          .abi_min = 1,
                                          .abi_built = BURROW_ABI_VERSION,
                                          .flags = 0,
                                          .id = text(MANIFEST_ID),
                                          .version = text(MANIFEST_VERSION),
                                          .name = text("No work"),
                                          .runtime = {},
                                          .config_schema_json = text(MANIFEST_CONFIG_SCHEMA)};
constexpr burrow_executor_vtable executor = {
    .struct_size = sizeof(burrow_executor_vtable), .create = create, .apply = apply, .destroy = destroy};
constexpr burrow_plugin plugin = {
    .struct_size = sizeof(burrow_plugin), .descriptor = &descriptor, .executor = &executor, .init = init};

} // namespace

int32_t burrow_plugin_entry_v1(const burrow_host_offer *, const burrow_plugin **out)
{
    *out = &plugin;
    return BURROW_OK;
}
