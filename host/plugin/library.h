// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/checked_library.h"

#include <burrow/abi.h>

namespace burrow {

/// A library that has been opened. It is never closed: its threads, its thread-local destructors and its static
/// data may be in use until the process ends. Hence a plain value that owns nothing.
struct OpenLibrary
{
    using Entry = int32_t (*)(const burrow_host_offer *, const burrow_plugin **);
    Entry entry = nullptr;
};

/// dlopen with all symbols resolved now and none made visible to others. Runs the library's constructors.
PluginResult<OpenLibrary> openLibrary(const CheckedLibrary &library);

} // namespace burrow
