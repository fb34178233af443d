// SPDX-License-Identifier: Apache-2.0
#include "plugin/error_sink.h"

#include "plugin/plugin_limits.h"

namespace burrow {

namespace {

thread_local ErrorCapture *t_capture = nullptr;

} // namespace

ErrorCapture::ErrorCapture()
    : m_outer(t_capture)
{
    t_capture = this;
}

ErrorCapture::~ErrorCapture()
{
    t_capture = m_outer;
}

void ErrorCapture::sink(void *, const burrow_error *error)
{
    if (!t_capture || !error || sizeFault(error->struct_size, BURROW_ERROR_BASE))
        return;
    t_capture->m_message = sanitised(error->message, limits::plugin_message_bytes_max);
}

} // namespace burrow
