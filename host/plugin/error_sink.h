// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/abi_text.h"

namespace burrow {

/// Takes the sentence with which a plugin explains a refusal. A sink is legal only while one call runs and on
/// its thread; a plugin that keeps it and calls it later or elsewhere reaches nobody, and no freed memory: what
/// the plugin holds is a function, and the receiver is found by thread.
class ErrorCapture
{
public:
    ErrorCapture();
    ~ErrorCapture();
    Q_DISABLE_COPY_MOVE(ErrorCapture)

    /// For the request's `error`; its context is ignored.
    static void sink(void *context, const burrow_error *error);

    /// The sentence, sanitised; empty when the plugin gave none.
    const QString &message() const { return m_message; }

private:
    ErrorCapture *m_outer;
    QString m_message;
};

} // namespace burrow
