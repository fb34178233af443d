// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"

#include <QtGlobal>

namespace burrow {

/// What of a plugin runs: each call that leaves the host's own code.
enum class ForeignStage : quint8 {
    None,
    Open, ///< Its constructors, inside dlopen.
    Entry,
    Init,
    Deinit,
    Create,
    GetExtension,
    Apply,
    Committed,
    Cancel,
    Resume,
    Stop,
    Destroy,
    Cleanup,
    StageContext,
    DiscardContext,
    CancelOperation,
};
inline constexpr EnumNames<ForeignStage, 17> foreignStageName{
    {"none", "open", "entry", "init", "deinit", "create", "get_extension", "apply", "committed", "cancel",
     "resume", "stop", "destroy", "cleanup", "stage", "discard", "cancel_operation"}};

} // namespace burrow
