// SPDX-License-Identifier: Apache-2.0

#pragma once

#include "burrow/abi.h"
#include "support/abi_values.h"

namespace plugin_support {

// What an entry function does: hands over `plugin`, or refuses a host that is too old for it with a sentence.
inline int32_t offerPlugin(const burrow_host_offer &offer, const burrow_plugin &plugin,
                           const burrow_plugin **out)
{
    if (offer.abi_max >= plugin.descriptor->abi_min) {
        *out = &plugin;
        return BURROW_OK;
    }
    burrow_error error = {};
    error.struct_size = sizeof error;
    error.code = BURROW_INCOMPATIBLE;
    error.message = toText("This host is older than the plugin; update the host.");
    offer.error(offer.error_ctx, &error);
    return BURROW_INCOMPATIBLE;
}

} // namespace plugin_support
