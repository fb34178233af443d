// SPDX-License-Identifier: Apache-2.0
#include "model/operation.h"

namespace burrow {

qint64 outcomeBytes(const OperationOutcome &outcome)
{
    struct BytesOf
    {
        qint64 operator()(const OperationCompleted &end) const { return end.text.size() + end.json.size(); }
        qint64 operator()(const OperationFailed &end) const { return end.message.size() * 2; }
        qint64 operator()(const OperationAborted &end) const { return end.reason.size() * 2; }
        qint64 operator()(const OperationCancelled &end) const { return end.reason.size() * 2; }
        qint64 operator()(const OperationRetired &) const { return 0; }
        qint64 operator()(const OperationTerminated &end) const { return end.reason.size() * 2; }
    };
    return std::visit(BytesOf{}, outcome);
}

OperationClass publicClass(OperationStatus status)
{
    switch (status) {
    case OperationStatus::Absent:
        return OperationClass::MissingAuthority;
    case OperationStatus::Provisioning:
    case OperationStatus::Running:
    case OperationStatus::Retiring:
        return OperationClass::Running;
    case OperationStatus::Completed:
        return OperationClass::Completed;
    case OperationStatus::Failed:
    case OperationStatus::Terminated:
        return OperationClass::Failed;
    case OperationStatus::Aborted:
    case OperationStatus::Cancelled:
    case OperationStatus::Retired:
        return OperationClass::Cancelled;
    }
    return OperationClass::MissingAuthority;
}

} // namespace burrow
