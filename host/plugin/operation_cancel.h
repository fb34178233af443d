// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "model/ids.h"
#include "plugin/watchdog.h"

#include <functional>

namespace burrow {

/// What the host calls the function in its sentences: `cancel` alone would be that of a run.
inline constexpr const char *operation_cancel_name = "operations-client cancel";

/// The question to a plugin whether it has heard that an operation is to be cancelled. Who asked hears exactly
/// once: from the plugin, from the watchdog when that takes too long, or, when nobody asks the plugin any more,
/// from the end of this object. Any thread.
class OperationCancel final : public Watched
{
public:
    using Heard = std::function<void(Result<void>)>;

    /// `late` and `gone` are what is said when the plugin does not answer in time, and not at all.
    OperationCancel(OperationId operation, Heard heard, Error late, Error gone);
    ~OperationCancel() override;
    Q_DISABLE_COPY_MOVE(OperationCancel)

    OperationId operation() const { return m_operation; }
    /// Begins to watch the time.
    static void watch(const std::shared_ptr<OperationCancel> &question, Duration answerMax);
    /// The first answer counts.
    void answer(Result<void> result);

    void overdue(quint32) override { answer(m_late); }

private:
    const OperationId m_operation;
    const Error m_late;
    const Error m_gone;
    std::optional<Watchdog::Id> m_watch; // Written before the object is shared.
    std::mutex m_mutex;
    Heard m_heard; // guarded by m_mutex; empty once it was called
};

} // namespace burrow
