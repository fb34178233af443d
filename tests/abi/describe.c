// SPDX-License-Identifier: Apache-2.0
//
// Opens a plugin library as a host written in C would, and prints its descriptor as JSON.

#include "burrow/abi.h"

#include <dlfcn.h>
#include <stdio.h>

typedef int32_t (*entry_function)(const burrow_host_offer *, const burrow_plugin **);

static void print_error(void *ctx, const burrow_error *error)
{
    (void)ctx;
    fprintf(stderr, "%.*s\n", (int)error->message.size, error->message.data);
}

// None of these texts needs escaping, or the output is not JSON and the test fails.
static void print_text(const char *key, burrow_text text)
{
    printf("\"%s\": \"%.*s\", ", key, (int)text.size, text.size ? text.data : "");
}

static void print_plugin(const burrow_plugin *plugin)
{
    const burrow_descriptor *descriptor = plugin->descriptor;
    printf("{");
    print_text("id", descriptor->id);
    print_text("version", descriptor->version);
    print_text("name", descriptor->name);
    print_text("runtime", descriptor->runtime);
    printf("\"abi_min\": %u, \"abi_built\": %u, ", descriptor->abi_min, descriptor->abi_built);
    printf("\"thread_model\": %d, \"flags\": %llu, ", descriptor->thread_model,
           (unsigned long long)descriptor->flags);
    printf("\"executor\": %s, \"drain\": %s, ", plugin->executor ? "true" : "false",
           plugin->drain ? "true" : "false");
    printf("\"config_schema\": %.*s}\n", (int)descriptor->config_schema_json.size,
           descriptor->config_schema_json.data);
}

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    void *library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    entry_function entry = NULL;
    *(void **)&entry = dlsym(library, "burrow_plugin_entry_v1");
    const burrow_host_offer offer = {
        .struct_size = sizeof offer,
        .abi_min = 1,
        .abi_max = BURROW_ABI_VERSION,
        .host_name = BURROW_TEXT("describe"),
        .host_version = BURROW_TEXT("0"),
        .error = print_error,
    };
    const burrow_plugin *plugin = NULL;
    if (!entry || entry(&offer, &plugin) != BURROW_OK)
        return 1;
    print_plugin(plugin);

    // A host from before the first revision must be refused with a sentence.
    burrow_host_offer old = offer;
    old.abi_min = 0;
    old.abi_max = 0;
    return entry(&old, &plugin) == BURROW_INCOMPATIBLE ? 0 : 1;
}
