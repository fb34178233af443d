// SPDX-License-Identifier: Apache-2.0
//
// usage: probe LIBRARY    prints the id and the revision that the plugin library says of itself
#include <burrow/abi.h>

#include <dlfcn.h>
#include <stdio.h>

typedef int32_t entry_function(const burrow_host_offer *offer, const burrow_plugin **out);

static void print_error(void *ctx, const burrow_error *error)
{
    (void)ctx;
    fprintf(stderr, "%.*s\n", (int)error->message.size, error->message.data);
}

int main(int count, char **arguments)
{
    void *library = count == 2 ? dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    void *symbol = library ? dlsym(library, "burrow_plugin_entry_v1") : NULL;
    if (!symbol) {
        fprintf(stderr, "%s\n", count == 2 ? dlerror() : "usage: probe LIBRARY");
        return 2;
    }
    const burrow_host_offer offer = {
        .struct_size = sizeof offer,
        .abi_min = 1,
        .abi_max = BURROW_ABI_VERSION,
        .host_name = BURROW_TEXT("probe"),
        .host_version = BURROW_TEXT("1.0.0"),
        .error = print_error,
    };
    const burrow_plugin *plugin = NULL;
    entry_function *entry = NULL;
    *(void **)&entry = symbol; // the way that POSIX gives to turn an address into a function
    if (entry(&offer, &plugin) != BURROW_OK)
        return 1;
    const burrow_text id = plugin->descriptor->id;
    printf("%.*s, built for ABI %u\n", (int)id.size, id.data, (unsigned)plugin->descriptor->abi_built);
    return 0;
}
