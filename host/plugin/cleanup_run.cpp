// SPDX-License-Identifier: Apache-2.0
#include "plugin/cleanup_run.h"

#include "plugin/abi_text.h"
#include "plugin/call_sentinel.h"
#include "plugin/status_words.h"

namespace burrow {

namespace {

int32_t causeOf(CleanupCause cause)
{
    return BURROW_CLEANUP_STOPPED + static_cast<int32_t>(cause);
}
static_assert(BURROW_CLEANUP_STOPPED + static_cast<int>(CleanupCause::Destroyed) == BURROW_CLEANUP_DESTROYED);

} // namespace

void CleanupRun::start(LoadedPlugin &plugin, std::shared_ptr<const InstanceSettings> settings,
                       const CleanupCall &call, Done done)
{
    if (!plugin.tables().executor.has.cleanup)
        return done({});
    if (plugin.context().isClosed()) {
        return done(
            Error{ErrorKind::NotReady, QStringLiteral("the plugin %1 has been closed").arg(plugin.idText())});
    }
    const auto run = std::make_shared<CleanupRun>(plugin, std::move(settings), call, std::move(done));
    plugin.sessions().whenFree(call.session, [run] { run->enqueue(); });
}

/// Watched from here on, since a plugin that is stuck keeps the worker from coming to it.
void CleanupRun::enqueue()
{
    {
        const std::lock_guard lock(m_mutex);
        m_deadline = Watchdog::instance().arm(m_settings->answerMax, weak_from_this(), 0);
    }
    m_plugin.callWorker().post(shared_from_this());
}

CleanupRun::CleanupRun(LoadedPlugin &plugin, std::shared_ptr<const InstanceSettings> settings,
                       const CleanupCall &call, Done done)
    : m_plugin(plugin)
    , m_settings(std::move(settings))
    , m_call(call)
    , m_sessionText(call.session.toText())
    , m_sessionName(call.sessionName.isEmpty() ? m_sessionText : call.sessionName)
    , m_rules{plugin.idText(), m_settings->outputBytesMax}
    , m_done(std::move(done))
{
}

Error CleanupRun::fault(const QString &what) const
{
    return {ErrorKind::Plugin, QStringLiteral("the plugin %1 %2").arg(m_plugin.idText(), what)};
}

Error CleanupRun::report(const QString &what) const
{
    Error error = fault(what);
    const LogScope about({.session = m_sessionName});
    m_plugin.context().report(error.message);
    return error;
}

bool CleanupRun::runStep()
{
    quint64 token = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_done)
            return false; // Its time was over before its turn came.
        m_lease = m_plugin.context().tokens().lease(shared_from_this(), TokenKind::Cleanup);
        if (m_lease.isValid()) {
            token = m_token = m_lease.open();
            m_inCall = true;
        }
    }
    if (token == 0) {
        end(fault(QStringLiteral("has no token left for a clean-up")));
        return false;
    }
    const qint32 status = callPlugin(token);
    bool refused = false;
    TokenLease settled;
    {
        const std::lock_guard lock(m_mutex);
        m_inCall = false;
        m_plugin.callReturned(this);
        refused = status != BURROW_OK && m_lease.close(token);
        if (status != BURROW_OK && m_owed) {
            m_owed = false; // Given up and then refused: nothing will come.
            settled = std::move(m_lease);
        }
    }
    if (refused)
        end(fault(QStringLiteral("refused to clean up: %1").arg(statusWord(status))));
    return false;
}

qint32 CleanupRun::callPlugin(quint64 token)
{
    std::vector<UuidText> ids(m_call.openRuns.size());
    std::vector<burrow_open_run> runs(m_call.openRuns.size());
    for (std::size_t at = 0; at < runs.size(); ++at) {
        writeUuid(m_call.openRuns[at].uuid, ids[at]);
        runs[at] = {{ids[at].data(), ids[at].size()},
                    0,
                    m_call.cause == CleanupCause::Abandoned ? BURROW_OPEN_RUN_ABANDONED
                                                            : BURROW_OPEN_RUN_GRANTED};
    }
    burrow_bytes snapshot = {};
    burrow_cleanup_request request = {};
    request.struct_size = sizeof request;
    request.cause = causeOf(m_call.cause);
    request.session_id = toAbiText(m_sessionText);
    request.instance_id = toAbiText(m_call.instanceId);
    request.config_json = toAbiText(m_settings->configJson);
    if (m_call.snapshot) {
        snapshot = {m_call.snapshot->constData(), static_cast<uint64_t>(m_call.snapshot->size())};
        request.snapshot = &snapshot;
    }
    request.open_runs = {runs.empty() ? nullptr : runs.data(), runs.size(), sizeof(burrow_open_run), 0};
    request.attempt = m_call.attempt;
    const auto result = foreignCall(m_plugin.number(), ForeignStage::Cleanup,
                                    [&] { return m_plugin.tables().executor.table.cleanup(&request, token); });
    if (!result.threw)
        return result.answer;
    report(QStringLiteral("let an exception leave cleanup"));
    return BURROW_INTERNAL;
}

qint32 CleanupRun::completed(quint64, TokenKind, const burrow_completion *completion)
{
    DecodedCall decoded = decodeCallCompletion(completion, "cleanup", m_rules);
    const qint32 answer = decoded.answer;
    end(std::move(decoded.result));
    return answer;
}

void CleanupRun::completedAgain(quint64, TokenKind)
{
    TokenLease settled;
    {
        const std::lock_guard lock(m_mutex);
        if (m_owed)
            settled = std::move(m_lease);
        else
            report(QStringLiteral("completed the same clean-up twice"));
        m_owed = false;
    }
}

void CleanupRun::overdue(quint32)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_token != 0 && !m_lease.close(m_token))
            return;
        m_owed = m_token != 0;
        if (m_inCall)
            m_plugin.gaveUpInCall(this);
    }
    end(report(QStringLiteral("has not answered cleanup in time")));
}

/// Only by the one who closed the token.
void CleanupRun::end(Result<void> result)
{
    const std::shared_ptr<CleanupRun> self = shared_from_this();
    Done done;
    TokenLease settled;
    {
        const std::lock_guard lock(m_mutex);
        if (m_deadline)
            Watchdog::instance().disarm(*m_deadline);
        m_deadline.reset();
        done = std::exchange(m_done, nullptr);
        if (!m_owed)
            settled = std::move(m_lease);
    }
    done(std::move(result));
    m_plugin.sessions().cleanupEnded(m_call.session);
}

} // namespace burrow
