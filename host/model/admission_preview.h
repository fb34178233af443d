// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/policy.h"
#include "model/receipt.h"

namespace burrow {

/// What an accept would come to if it were made now. Nothing has changed because of the question.
struct AdmissionPreview
{
    AcceptReceipt receipt; ///< As the accept would be answered if its write succeeded.
    /// Only Accepted: a caller that holds capacity should count on a run because of this input.
    bool requiresActive = false;
    AdmissionPlan plan; ///< Only Accepted.
    /// False: its key may be that of an input that ended in an earlier process, which is being looked up; it
    /// repeats an input whose own accept is still in flight; or the session has yet to hear what it was told
    /// before the question.
    bool certain = true;
};

} // namespace burrow
