// SPDX-License-Identifier: Apache-2.0
// Executors that die: whether another instance is made, when, and what is said about it. None of this is a
// transition of the machine: while a restart is ahead the session stays attached (decision 0013).
#include "core/session_core.h"

namespace burrow {

namespace {

/// Whole units, the largest that fits: "90 s", "10 min".
QString durationText(Duration duration)
{
    using namespace std::chrono;
    if (duration >= minutes(1) && duration % minutes(1) == Duration::zero())
        return QStringLiteral("%1 min").arg(duration_cast<minutes>(duration).count());
    if (duration >= seconds(1) && duration % seconds(1) == Duration::zero())
        return QStringLiteral("%1 s").arg(duration_cast<seconds>(duration).count());
    return QStringLiteral("%1 ms").arg(ceil<milliseconds>(duration).count());
}

bool restartsAfter(RestartPolicy policy, ExecutorEnding ending)
{
    return policy == RestartPolicy::Always
           || (policy == RestartPolicy::OnFailure && ending == ExecutorEnding::Failed);
}

/// An executor that a person must mend first is not worth a second try.
bool isFinal(ErrorKind kind)
{
    return kind == ErrorKind::Configuration || kind == ErrorKind::InvalidArgument
           || kind == ErrorKind::NotFound;
}

} // namespace

/// The instance went away without having been asked to. It is made again, or the executor is given up: the
/// inputs stay queued, and `start` tries again.
void SessionCore::loseExecutor(const QString &said, ExecutorEnding ending)
{
    dropInstance();
    // Never without a reason: an empty one would read as "nobody was ever attached".
    const QString reason = said.isEmpty() ? QStringLiteral("the executor was given up") : said;
    if (m_shutdown) {
        detach(reason);
        return;
    }
    const RestartRule &rule = m_settings->restart;
    if (!restartsAfter(rule.policy, ending)) {
        detach(QStringLiteral("%1; it is not made again, as the session's restart policy is %2")
                   .arg(reason, QLatin1String(restartPolicyName(rule.policy))));
        return;
    }
    if (!m_deaths)
        m_deaths = std::make_unique<ExecutorDeaths>();
    const std::optional<Duration> wait = m_deaths->backoff(rule, m_now);
    if (!wait) {
        detach(QStringLiteral("%1; it was made again %2 times within %3, which is as often as is tried; start "
                              "the session to try again")
                   .arg(reason)
                   .arg(rule.most)
                   .arg(durationText(rule.window)));
        return;
    }
    m_deaths->schedule(m_now + *wait, reason);
    emitEvent(
        {.code = EventCode::ExecutorRestarting,
         .detail =
             QStringLiteral("%1; it is made again, in %2 at the earliest").arg(reason, durationText(*wait))});
}

void SessionCore::detach(const QString &reason)
{
    m_failed = reason;
    m_attachment.open = false;
    m_attachment.effects.clear();
    forgetRestart();
    advance(SessionVerb::DetachExecutor);
    emitEvent({.code = EventCode::ExecutorFailed, .detail = m_failed});
    dropInstance();
}

bool SessionCore::restartAhead() const
{
    return m_deaths && m_deaths->dueAt() != MonotonicTime::never();
}

void SessionCore::makingInstance()
{
    if (m_deaths)
        m_deaths->making(m_settings->restart, m_now);
}

void SessionCore::instanceMade()
{
    if (!m_deaths || m_deaths->reason().isEmpty())
        return;
    emitEvent({.code = EventCode::ExecutorRestarted,
               .detail = QStringLiteral("it was made again after: %1").arg(m_deaths->reason())});
    m_deaths->made();
}

void SessionCore::instanceNotMade(const Error &error)
{
    m_attachment.wake = true; // The one that asked for it was used up.
    if (isFinal(error.kind))
        detach(error.message);
    else
        loseExecutor(error.message, ExecutorEnding::Failed);
}

/// What comes next is decided without regard to earlier deaths.
void SessionCore::forgetRestart()
{
    if (m_deaths)
        m_deaths->forgive();
}

} // namespace burrow
