// SPDX-License-Identifier: Apache-2.0
//
// The smallest library that passes for a plugin: it is loaded and asked who it is, and it runs nothing.
#include <burrow/abi.h>

#include <stddef.h>

static int32_t create(const burrow_create_request *request, void **out_self)
{
    (void)request;
    *out_self = NULL;
    return BURROW_UNIMPLEMENTED;
}

static int32_t apply(void *self, const burrow_apply_request *request, burrow_token token)
{
    (void)self;
    (void)request;
    (void)token;
    return BURROW_UNIMPLEMENTED;
}

static void destroy(void *self)
{
    (void)self;
}

static int32_t init(const burrow_host *host, const burrow_text *config_json)
{
    (void)host;
    (void)config_json;
    return BURROW_OK;
}

static const burrow_descriptor descriptor = {
    .struct_size = sizeof(burrow_descriptor),
    .thread_model = BURROW_THREAD_SERIAL_INSTANCE,
    .abi_min = 1,
    .abi_built = BURROW_ABI_VERSION,
    .id = BURROW_TEXT("hello"),
    .version = BURROW_TEXT("1.0.0"),
    .name = BURROW_TEXT("Hello"),
};

static const burrow_executor_vtable executor = {
    .struct_size = sizeof(burrow_executor_vtable),
    .create = create,
    .apply = apply,
    .destroy = destroy,
};

static const burrow_plugin plugin = {
    .struct_size = sizeof(burrow_plugin),
    .descriptor = &descriptor,
    .executor = &executor,
    .init = init,
};

int32_t burrow_plugin_entry_v1(const burrow_host_offer *offer, const burrow_plugin **out)
{
    (void)offer;
    *out = &plugin;
    return BURROW_OK;
}
