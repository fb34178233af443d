// SPDX-License-Identifier: Apache-2.0
//
// What a plugin says of itself: its descriptor and its tables. Both are static data.

#ifndef BURROW_PLUGIN_H
#define BURROW_PLUGIN_H

#include "burrow/drain.h"
#include "burrow/executor.h"
#include "burrow/host.h"
#include "burrow/types.h"

#ifdef __cplusplus
extern "C" {
#endif

// How the host may call [instance] functions. Unknown values are treated as SERIAL_LIBRARY.
#define BURROW_THREAD_SERIAL_LIBRARY 1  // one call at a time in the whole library, cleanup included
#define BURROW_THREAD_SERIAL_INSTANCE 2 // one call at a time per instance: the usual choice
#define BURROW_THREAD_PARALLEL 3        // calls of one instance may overlap, except create, stop and destroy
#define BURROW_THREAD_PINNED 4          // as SERIAL_INSTANCE, and an instance always sees the same OS thread

// Descriptor flags. Unknown flags are ignored.
#define BURROW_PLUGIN_BLOCKING 1u          // a call may last as long as its work; give it a worker
#define BURROW_PLUGIN_CANCELS_BOUNDARY 2u  // a run ends early, at its next boundary, when asked
#define BURROW_PLUGIN_CANCELS_HARD 4u      // a run ends at once when told
#define BURROW_PLUGIN_RESTORES_SNAPSHOT 8u // create and cleanup make use of the snapshot
#define BURROW_PLUGIN_NEEDS_CLEANUP 16u    // cleanup has effects outside the process and is worth retrying

// Growable. Must say the same as the manifest beside the library, except for `name`.
typedef struct burrow_descriptor
{
    uint32_t struct_size;
    int32_t thread_model; // BURROW_THREAD_*
    uint32_t abi_min;     // oldest minor revision of a host that this plugin can work with
    uint32_t abi_built;   // BURROW_ABI_VERSION of the headers it was compiled with
    uint64_t flags;       // BURROW_PLUGIN_*
    burrow_text id;       // [a-z0-9-], at most 64 bytes: the file is lib<id>.so
    burrow_text version;  // the plugin's own, "1.2.0"
    burrow_text name;     // for people
    burrow_text runtime;  // what it embeds: "" or "go", "python", "jvm"; then a child process is the default
    burrow_text config_schema_json; // JSON Schema of an instance's configuration
} burrow_descriptor;

// Growable. At least one of `executor` and `drain` is set. The order of life: entry, `init`, any number of
// instances, `deinit` once every instance is destroyed and every cleanup is complete.
typedef struct burrow_plugin
{
    uint32_t struct_size;
    uint32_t reserved; // 0
    const burrow_descriptor *descriptor;
    const burrow_executor_vtable *executor; // null = none
    const burrow_drain_vtable *drain;       // null = none

    // Required. Receives the host's table, valid until the process ends, and the plugin-wide configuration
    // (a JSON object). Anything but OK means that the plugin is not used; `deinit` is then not called.
    // [loader & loaded]
    int32_t (*init)(const burrow_host *host, const burrow_text *config_json);

    // Optional. Gives back what `init` took. Host functions answer CLOSED afterwards.
    // [loader & initialised]
    void (*deinit)(void);

    // Optional. The table of a plugin-wide extension, static, or null if it has none of that id.
    // [any & initialised]
    const void *(*get_extension)(const burrow_text *id);
} burrow_plugin;

#ifdef __cplusplus
}
#endif

#endif
