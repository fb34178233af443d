// SPDX-License-Identifier: Apache-2.0
#include "plugin/call_sentinel.h"
#include "plugin/instance.h"
#include "plugin/status_words.h"

/// burrow.operations-client/1, the executor's part: it hears that an operation is to be cancelled.
namespace burrow {

void Instance::findOperationsClient()
{
    const void *found = extension(BURROW_EXT_OPERATIONS_CLIENT);
    if (!found)
        return;
    const PluginResult<burrow_operations_client> table = bindOperationsClient(found);
    if (!table)
        return misbehaved(table.error().cause);
    m_operationsClient = *table;
}

void Instance::cancelOperation(OperationId operation, CancelMode mode, std::function<void(Result<void>)> heard)
{
    bool ready = false;
    {
        // What an instance begins while it is made can be asked for before anybody knows its tables.
        const std::lock_guard lock(m_mutex);
        ready = m_phase == Phase::Ready && !m_givenUp;
    }
    if (!ready)
        return heard(fault(QStringLiteral("is not asked to cancel an operation in its present state")));
    if (!m_operationsClient) {
        return heard(fault(QStringLiteral("offers no burrow.operations-client/1, so nothing that it has begun "
                                          "can be cancelled; its operations end by themselves")));
    }
    ControlRequest request;
    request.kind = ControlRequest::Kind::CancelOperation;
    request.mode = mode;
    request.operation = std::make_shared<OperationCancel>(
        operation, std::move(heard),
        fault(QStringLiteral("has not said in time whether it cancels the operation; it may still end it")),
        fault(QStringLiteral("was not asked any more: its instance is stopping")));
    OperationCancel::watch(request.operation, m_settings->answerMax);
    postControl(std::move(request));
}

void Instance::callCancelOperation(const ControlRequest &call)
{
    const std::optional<InstanceOperations::Names> names = m_operations.namesOf(call.operation->operation());
    if (!names) {
        call.operation->answer(fault(QStringLiteral("has just ended the operation, or does not know it")));
        return;
    }
    const int32_t mode = call.mode == CancelMode::Boundary ? BURROW_CANCEL_BOUNDARY : BURROW_CANCEL_HARD;
    const auto result = foreignCall(m_plugin.number(), ForeignStage::CancelOperation, [&] {
        return m_operationsClient->cancel(m_self, names->operation, mode, names->cookie);
    });
    if (result.threw)
        threw(operation_cancel_name, result.what);
    const int32_t status = result.threw ? BURROW_INTERNAL : result.answer;
    if (status == BURROW_OK) {
        call.operation->answer({});
        return;
    }
    call.operation->answer(fault(QStringLiteral("does not cancel the operation: %1").arg(statusWord(status))));
}

} // namespace burrow
