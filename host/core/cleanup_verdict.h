// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "machine/session_machine.h"

/// What somebody does who holds capacity for a session, once the outcome that he waited for is there.
namespace burrow {

/// What he saw, and of which session in which binding.
struct CleanupObservation
{
    SessionId session;
    std::shared_ptr<const RuntimeBinding> binding; ///< As it was when the input was accepted; null: none.
    Outcome outcome;
    bool archived = false;   ///< The session is kept only to be looked at.
    bool liveSession = true; ///< Somebody else still uses the session.
};

enum class CleanupVerdict : quint8 {
    Retain,  ///< The runtime stays.
    CleanUp, ///< The runtime has nothing left to do here.
    Refused, ///< What was seen is of another session or of an older binding: nothing may follow from it.
};
inline constexpr EnumNames<CleanupVerdict, 3> cleanupVerdictName{{"retain", "clean_up", "refused"}};

/// How an end is named to the public.
enum class PublicClass : quint8 { Completed, Failed, Cancelled, Terminated, Unavailable };
inline constexpr EnumNames<PublicClass, 5> publicClassName{
    {"completed", "failed", "cancelled", "terminated", "unavailable"}};

struct CleanupDecision
{
    CleanupVerdict verdict = CleanupVerdict::Refused;
    bool releasesAdmission = false; ///< What was held for the input is given back, be it that waiting failed.
    PublicClass publicClass = PublicClass::Unavailable;
    QString reason; ///< One sentence, empty for success.
};

/// Judges an observation against the session as it is now.
CleanupDecision decideCleanup(const SessionRegisters &now, const CleanupObservation &observation);

} // namespace burrow
