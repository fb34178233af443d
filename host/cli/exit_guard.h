// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <qglobal.h>

namespace burrow {

/// While it lives, whoever calls exit() ends the program at once, with a sentence and as a failure. A plugin
/// that does so would otherwise make a run that was cut off look like one that succeeded, and run static
/// destructors beside threads that use them. One at a time; main thread.
class ExitGuard
{
public:
    ExitGuard();
    ~ExitGuard();
    Q_DISABLE_COPY_MOVE(ExitGuard)
};

} // namespace burrow
