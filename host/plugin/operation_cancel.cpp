// SPDX-License-Identifier: Apache-2.0
#include "plugin/operation_cancel.h"

namespace burrow {

OperationCancel::OperationCancel(OperationId operation, Heard heard, Error late, Error gone)
    : m_operation(operation)
    , m_late(std::move(late))
    , m_gone(std::move(gone))
    , m_heard(std::move(heard))
{
}

OperationCancel::~OperationCancel()
{
    if (m_watch)
        Watchdog::instance().disarm(*m_watch);
    answer(m_gone);
}

void OperationCancel::watch(const std::shared_ptr<OperationCancel> &question, Duration answerMax)
{
    question->m_watch = Watchdog::instance().arm(answerMax, question, 0);
}

void OperationCancel::answer(Result<void> result)
{
    Heard heard;
    {
        const std::lock_guard lock(m_mutex);
        heard = std::exchange(m_heard, {});
    }
    if (heard)
        heard(std::move(result));
}

} // namespace burrow
