// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/instance.h"

namespace burrow {

/// One clean-up after a session whose instance is gone. Answers once: with the plugin's completion, its
/// refusal, or that it did not answer in time. Kept alive by its queue entries and its token.
class CleanupRun final : public TokenHolder,
                         public WorkItem,
                         public Watched,
                         public std::enable_shared_from_this<CleanupRun>
{
public:
    using Done = std::function<void(Result<void>)>;

    /// Begins when no instance of the session lives. A plugin without `cleanup` has nothing to clean up.
    static void start(LoadedPlugin &plugin, std::shared_ptr<const InstanceSettings> settings,
                      const CleanupCall &call, Done done);

    CleanupRun(LoadedPlugin &plugin, std::shared_ptr<const InstanceSettings> settings, const CleanupCall &call,
               Done done);

    qint32 completed(quint64 token, TokenKind kind, const burrow_completion *completion) override;
    void completedAgain(quint64 token, TokenKind kind) override;
    qint32 emitted(quint64, const burrow_event &) override { return BURROW_INVALID; }
    qint32 boundaryChanged(quint64, qint32, quint64) override { return BURROW_STALE; }
    LogSubject logSubject(quint64) const override { return {.session = m_sessionName}; }
    bool runStep() override;
    void overdue(quint32 call) override;

private:
    void enqueue();
    qint32 callPlugin(quint64 token);
    void end(Result<void> result);
    Error fault(const QString &what) const;
    /// A fault that is also named in the log.
    Error report(const QString &what) const;

    // Constant after construction.
    LoadedPlugin &m_plugin;
    const std::shared_ptr<const InstanceSettings> m_settings;
    const CleanupCall m_call;
    const QByteArray m_sessionText;
    const QByteArray m_sessionName; ///< For people; the id where it has none.
    const CompletionRules m_rules;

    std::mutex m_mutex;
    // guarded by m_mutex
    Done m_done; // null once it has been called
    TokenLease m_lease;
    quint64 m_token = 0;
    bool m_inCall = false;
    bool m_owed = false; // given up; the plugin still owes the completion
    std::optional<Watchdog::Id> m_deadline;
};

} // namespace burrow
