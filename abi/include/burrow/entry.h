// SPDX-License-Identifier: Apache-2.0
//
// The one symbol a plugin library exports.
//
// The host reads the manifest `<id>.burrow-plugin.json` beside the library, opens the library with
// local binding, and calls the entry function once. Libraries are never unloaded, not even after
// `deinit`, so static data and threads of the library may live until the process ends.

#ifndef BURROW_ENTRY_H
#define BURROW_ENTRY_H

#include "burrow/error.h"
#include "burrow/plugin.h"
#include "burrow/status.h"
#include "burrow/types.h"

// Makes the entry function visible in a library that hides everything else.
#if defined(__GNUC__)
#define BURROW_EXPORT __attribute__((visibility("default")))
#else
#define BURROW_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

// The host is in checking mode: it overwrites borrowed memory as soon as a call has returned.
#define BURROW_OFFER_CHECKING 1u

// Growable. What the host is.
typedef struct burrow_host_offer
{
    uint32_t struct_size;
    uint32_t abi_min; // oldest minor revision whose plugins this host runs
    uint32_t abi_max; // the revision this host was built with
    uint32_t flags;   // BURROW_OFFER_*
    burrow_text host_name;
    burrow_text host_version;
    void *error_ctx;

    // Takes the sentence that explains a refusal; call it before returning anything but OK.
    // [loader & entry]
    void (*error)(void *ctx, const burrow_error *error);
} burrow_host_offer;

// Answers OK and stores the library's plugin table, which is static, in `*out`; or refuses with a
// status and, through the sink, a sentence. `*out` is ignored then.
//
// A plugin accepts when `abi_max` is at least the oldest revision it can work with
// (descriptor.abi_min), and otherwise answers INCOMPATIBLE. The host compares in the other
// direction: it refuses a plugin whose `abi_built` is below its `abi_min`. A plugin built for a
// newer revision than the host's is welcome if its `abi_min` is not.
//
// The function does nothing else: no threads, no files, no calls out. Work starts in `init`.
// It may be called again, with the same answer, when the first caller only probed the library.
// [loader & entry]
BURROW_EXPORT int32_t burrow_plugin_entry_v1(const burrow_host_offer *offer, const burrow_plugin **out);

#ifdef __cplusplus
}
#endif

#endif
