// SPDX-License-Identifier: Apache-2.0
#include "cli/exit_guard.h"

#include "cli/exit_code.h"
#include "cli/notices.h"
#include "plugin/call_sentinel.h"

#include <atomic>
#include <cstdlib>

#include <unistd.h>

namespace burrow {

namespace {

std::atomic<bool> guarded = false;

void leaveAtOnce()
{
    if (!guarded)
        return;
    call_sentinel::noteExit();
    notice(QStringLiteral(
        "a plugin has ended the program by calling exit(); what was not answered yet is done again "
        "by the next host of this store"));
    ::_exit(static_cast<int>(ExitCode::Failed));
}

} // namespace

ExitGuard::ExitGuard()
{
    guarded = true;
    // Each time anew: the handler that was registered last is called first, before what plugins have
    // registered.
    std::atexit(leaveAtOnce);
}

ExitGuard::~ExitGuard()
{
    guarded = false;
}

} // namespace burrow
