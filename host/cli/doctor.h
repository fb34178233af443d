// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_check.h"

namespace burrow {

/// What became of one check.
struct DoctorRow
{
    enum class State : quint8 { Ok, Warn, Fail };

    QString check; ///< What was looked at, in a word or two.
    State state = State::Ok;
    QString sentence;
    QString remedy; ///< What to do; empty where nothing has to be done.
};
inline constexpr EnumNames<DoctorRow::State, 3> doctorStateName{{"ok", "warn", "fail"}};

/// Everything that a person would look at by hand before asking for help. Nothing is changed: no host is
/// started and no file is made, but libraries of plugins that are not known yet are tried in a process of their
/// own. Null: no configuration was named, and what a host would do without one is looked at.
std::vector<DoctorRow> examine(const CheckedFile *checked);

} // namespace burrow
