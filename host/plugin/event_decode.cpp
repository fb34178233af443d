// SPDX-License-Identifier: Apache-2.0
#include "plugin/event_decode.h"

#include "plugin/abi_text.h"
#include "plugin/plugin_limits.h"

namespace burrow {

namespace {

static_assert(sizeof(burrow_event) == BURROW_EVENT_BASE);
static_assert(BURROW_EVENT_BEGUN + static_cast<int>(ProgressType::Vendor) == BURROW_EVENT_VENDOR);
static_assert(BURROW_EVENT_BEGUN + static_cast<int>(ProgressType::Usage) == BURROW_EVENT_USAGE);

ProgressType typeOf(qint32 type)
{
    return type >= BURROW_EVENT_BEGUN && type <= BURROW_EVENT_VENDOR
               ? static_cast<ProgressType>(type - BURROW_EVENT_BEGUN)
               : ProgressType::Vendor;
}

} // namespace

qint32 decodeEvent(const burrow_event &event, qint64 bytesMax, ProgressEvent &decoded)
{
    if (sizeFault(event.struct_size, BURROW_EVENT_BASE))
        return BURROW_INVALID;
    const auto bound = static_cast<quint64>(bytesMax);
    if (event.name.size > quint64(limits::key_bytes_max) || event.text.size > bound || event.json.size > bound)
        return BURROW_TOO_LARGE;
    if (plainTextFault(event.name, limits::key_bytes_max) || textFault(event.text, bytesMax)
        || textFault(event.json, bytesMax))
        return BURROW_INVALID;
    decoded.type = typeOf(event.type);
    decoded.rawType = event.type;
    decoded.name = copyOf(event.name);
    decoded.text = copyOf(event.text);
    decoded.json = copyOf(event.json);
    return BURROW_OK;
}

} // namespace burrow
