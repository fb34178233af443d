// SPDX-License-Identifier: Apache-2.0
//
// Between the ABI's plain values and C++ ones.

#pragma once

#include "burrow/abi.h"

#include <string>
#include <string_view>

namespace plugin_support {

// Borrows from `text`; valid as long as that is.
inline burrow_text toText(std::string_view text)
{
    return {text.data(), text.size()};
}

inline std::string_view toView(burrow_text text)
{
    return text.size == 0 ? std::string_view() : std::string_view(text.data, text.size);
}

// The readable text of every append, one a line.
inline std::string joinedText(burrow_array appends)
{
    std::string joined;
    for (uint64_t i = 0; i < appends.count; ++i) {
        if (i > 0)
            joined += '\n';
        joined += toView(BURROW_AT(burrow_append, appends, i)->text);
    }
    return joined;
}

// Tells the host why `create` will refuse, in a sentence, and answers the status to refuse with.
inline int32_t refuseCreation(const burrow_create_request &request, int32_t status, std::string_view message)
{
    burrow_error error = {};
    error.struct_size = sizeof error;
    error.code = status;
    error.flags = status == BURROW_CONFIG ? BURROW_ERROR_USER_FAULT : 0;
    error.message = toText(message);
    request.error(request.error_ctx, &error);
    return status;
}

} // namespace plugin_support
