// SPDX-License-Identifier: Apache-2.0
#include "session/session_record.h"

#include "session/session_loop.h"

namespace burrow {

SessionRecord::SessionRecord(SessionId id, std::shared_ptr<const CoreSettings> sessionSettings)
    : settings(std::move(sessionSettings))
    , core(id, *settings)
{
}

SessionRecord::~SessionRecord() = default;

} // namespace burrow
