// SPDX-License-Identifier: Apache-2.0
// The smallest executor there is, in C: what a benchmark measures around it is the host's.
#include "manifest.h"

#include <burrow/abi.h>

#define TEXT(literal)                                                                                          \
    {                                                                                                          \
        (literal), sizeof(literal) - 1                                                                         \
    }

static const burrow_host *host;
static int instance;

static int32_t create(const burrow_create_request *request, void **out_self)
{
    (void)request;
    *out_self = &instance;
    return BURROW_OK;
}

static int32_t apply(void *self, const burrow_apply_request *request, burrow_token token)
{
    (void)self;
    (void)request;
    const burrow_apply_result result = {.struct_size = sizeof result, .terminal = BURROW_TERMINAL_RESULT};
    const burrow_completion completion = {
        .struct_size = sizeof completion, .status = BURROW_OK, .apply = &result};
    host->complete(host->ctx, token, &completion);
    return BURROW_OK;
}

static void destroy(void *self)
{
    (void)self;
}

static int32_t init(const burrow_host *given, const burrow_text *config_json)
{
    (void)config_json;
    host = given;
    return BURROW_OK;
}

static const burrow_descriptor descriptor = {
    .struct_size = sizeof(burrow_descriptor),
    .thread_model = BURROW_THREAD_SERIAL_INSTANCE,
    .abi_min = 1,
    .abi_built = BURROW_ABI_VERSION,
    .id = TEXT(MANIFEST_ID),
    .version = TEXT(MANIFEST_VERSION),
    .name = TEXT("No work"),
    .config_schema_json = TEXT(MANIFEST_CONFIG_SCHEMA),
};
static const burrow_executor_vtable executor = {
    .struct_size = sizeof(burrow_executor_vtable), .create = create, .apply = apply, .destroy = destroy};
static const burrow_plugin plugin = {
    .struct_size = sizeof(burrow_plugin), .descriptor = &descriptor, .executor = &executor, .init = init};

int32_t burrow_plugin_entry_v1(const burrow_host_offer *offer, const burrow_plugin **out)
{
    (void)offer;
    *out = &plugin;
    return BURROW_OK;
}
