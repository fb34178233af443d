// SPDX-License-Identifier: Apache-2.0
//
// Directives: inputs that say themselves what is to become of them.
//
//   !fail CAUSE [MESSAGE]     !final CAUSE [MESSAGE]   !refuse STATUS        !cancelled
//   !hang [boundary|hard]     end only when cancelled; the word names what is ignored
//   !delay 50ms [then …]      !chunks N [then …]       !thread [then …]      !before_return [then …]
//   !snapshot TEXT            keep TEXT and answer it  !state                answer what was kept
//   !callback TOOL [JSON]     !none                    !no_pending_boundary  !log TEXT
//   !steer N [STATUS]         open the live boundary until N contexts were staged, and answer them; a status
//                             refuses each
//   !operation NAME [STATUS]  begin a background operation that goes on until it is cancelled; a status refuses
//                             each cancel
//   !wrong_run                !reorder                 !twice                !throw
//
// After `then` comes a text to answer or another directive.

#pragma once

#include "step.h"

#include <string_view>

namespace scripted {

// The step that `text` asks for; it begins with '!'. Throws plugin_support::ConfigError.
Step parseDirective(std::string_view text);

} // namespace scripted
