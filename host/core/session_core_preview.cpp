// SPDX-License-Identifier: Apache-2.0
// What an accept would come to, asked without making it: the same checks in the same order, and nothing
// written.
#include "core/session_core.h"

namespace burrow {

AdmissionPreview SessionCore::preview(const AcceptCommand &command) const
{
    AdmissionPreview preview;
    AcceptReceipt &receipt = preview.receipt;
    const QByteArray &key = command.input->idempotencyKey;
    const KeyEntry *known = key.isEmpty() ? nullptr : knownKey(key);
    std::optional<AcceptReceipt> answer = refusalFor(command);
    if (!answer && known != nullptr) {
        preview.certain = known->inFlight == 0;
        answer = repeatReceipt(command, *known, payloadHash(*command.input));
    }
    preview.plan = planFor(command);
    if (!answer)
        answer = boundsRefusal(preview.plan, replacementTarget(*command.input) != nullptr);
    if (answer) {
        receipt = *std::move(answer);
        preview.plan = {};
        return preview;
    }
    preview.certain = key.isEmpty() || m_keyState == KeyState::Known;
    preview.requiresActive = requiresActivePreAdmission(queryFor(command));
    receipt.verdict = AcceptReceipt::Verdict::Accepted;
    receipt.consumedOnAccept = preview.plan.consume == ConsumePoint::OnAccept;
    receipt.willResolve = command.waiter.id != 0 && !receipt.consumedOnAccept;
    return preview;
}

} // namespace burrow
