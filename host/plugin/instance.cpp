// SPDX-License-Identifier: Apache-2.0
#include "plugin/instance.h"

namespace burrow {

namespace {

constexpr qint32 levelOf(CancelMode mode)
{
    return mode == CancelMode::Boundary ? BURROW_CANCEL_BOUNDARY : BURROW_CANCEL_HARD;
}

} // namespace

Instance::Instance(LoadedPlugin &plugin, std::shared_ptr<const InstanceSettings> settings,
                   const CreateCall &call, ExecutorListener &listener)
    : m_plugin(plugin)
    , m_settings(std::move(settings))
    , m_session(call.session)
    , m_sessionText(call.session.toText())
    , m_sessionName(call.sessionName.isEmpty() ? m_sessionText : call.sessionName)
    , m_rules{plugin.idText(), m_settings->outputBytesMax}
    , m_control(*this)
    , m_callWatch(watchOf(m_callWatch),
                  [this](const char *function) { tellBlocked(CallStrand::Instance, function); })
    , m_controlWatch(watchOf(m_controlWatch),
                     [this](const char *function) { tellBlocked(CallStrand::Any, function); })
    , m_gate(listener)
    , m_create(call)
{
    if (m_plugin.tables().executor.has.resume) {
        m_gate.whenRoom([this](quint64 token) {
            postControl({.kind = ControlRequest::Kind::Resume, .token = token, .run = {}, .reason = {}});
        });
    }
}

Instance::~Instance() = default;

QString Instance::sentence(const QString &what) const
{
    return QStringLiteral("the plugin %1 %2").arg(m_plugin.idText(), what);
}

Error Instance::fault(const QString &what) const
{
    return {ErrorKind::Plugin, sentence(what)};
}

void Instance::misbehaved(const QString &what)
{
    const QString text = sentence(what);
    const LogScope about({.session = m_sessionName});
    if (m_plugin.context().report(text))
        m_gate.misbehaved(text);
}

void Instance::create()
{
    m_plugin.sessions().instanceBegan(m_session);
    TokenTable &tokens = m_plugin.context().tokens();
    const std::shared_ptr<TokenHolder> self = shared_from_this();
    m_instanceLease = tokens.lease(self, TokenKind::Instance);
    m_runLease = tokens.lease(self, TokenKind::Apply);
    if (m_plugin.tables().executor.has.stop)
        m_stopLease = tokens.lease(self, TokenKind::Stop);
    if (!m_instanceLease.isValid() || !m_runLease.isValid()
        || (m_plugin.tables().executor.has.stop && !m_stopLease.isValid()))
        return createEnded(BURROW_EXHAUSTED, QStringLiteral("has no token left for another instance"));
    m_instanceToken = m_instanceLease.open();
    if (m_plugin.context().isClosed())
        return createEnded(BURROW_CLOSED, QStringLiteral("has been closed"));
    if (m_plugin.isStuck()) {
        return createEnded(
            BURROW_BUSY,
            QStringLiteral("is stuck in a call that does not return, and it allows one call at a time; "
                           "restart the host"));
    }
    {
        const std::lock_guard lock(m_mutex);
        m_phase = Phase::Creating;
        arm(Deadline::Create, m_settings->createMax);
    }
    dispatch(Call::Create);
}

void Instance::failApply(RunId run, FailureCause cause, const QString &why)
{
    RunError error;
    error.cause = cause;
    error.message = sentence(why);
    m_gate.finishRun(run, std::move(error));
}

void Instance::apply(ApplyCall call)
{
    if (m_phase.load() != Phase::Ready || m_givenUp.load())
        return failApply(call.run, FailureCause::ExecutorStopped, QStringLiteral("takes no more runs"));
    m_applyRun = call.run;
    m_run.run = call.run;
    m_run.boundary = call.primitive->boundary;
    m_run.contributors = {};
    m_run.contributors.reserve(static_cast<std::size_t>(call.primitive->contributors.size()));
    for (const Contributor &contributor : call.primitive->contributors)
        m_run.contributors.push_back(contributor.input);
    const quint64 token = m_runLease.open();
    if (token == 0) {
        failApply(call.run, FailureCause::ExecutorControlFailed,
                  QStringLiteral("has used up this instance's tokens"));
        return m_gate.died(
            sentence(QStringLiteral("has used up this instance's tokens; a fresh one is needed")),
            ExecutorEnding::Failed);
    }
    m_applyBegun.store(false, std::memory_order_relaxed);
    m_applyToken.store(token, std::memory_order_relaxed);
    {
        const std::lock_guard lock(m_mutex);
        m_loggedRun = {token, call.run};
    }
    m_gate.beginRun(token, call.run);
    m_apply = std::move(call);
    dispatch(Call::Apply);
}

LogSubject Instance::logSubject(quint64 token) const
{
    const std::lock_guard lock(m_mutex);
    const auto &[runToken, run] = m_loggedRun;
    return {.session = m_sessionName, .run = token == runToken ? run.toText() : QByteArray()};
}

void Instance::cancel(RunId run, CancelMode mode, const QString &reason)
{
    if (run != m_applyRun || run.isNull())
        return;
    const quint64 token = m_applyToken.load(std::memory_order_relaxed);
    if (!m_runLease.raise(token, levelOf(mode)))
        return; // Over, or told before.
    if (m_plugin.tables().executor.has.cancel)
        postControl({.token = token, .run = run, .mode = mode, .reason = reason.toUtf8()});
}

void Instance::abandon(RunId run, const QString &reason)
{
    if (run != m_applyRun || run.isNull())
        return;
    const quint64 token = m_applyToken.load(std::memory_order_relaxed);
    bool begun = false;
    bool inCall = false;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_runLease.close(token))
            return; // It has ended in the meantime, and that answer stands.
        m_givenUp = true;
        begun = m_applyBegun.load();
        if (begun)
            last(TokenKind::Apply).owed = token;
        inCall = m_inCall;
        if (inCall)
            m_plugin.gaveUpInCall(this);
    }
    if (begun || inCall) {
        misbehaved((inCall ? QStringLiteral("has not returned from a call, so the run %1 is given up: %2")
                           : QStringLiteral("has not ended the run %1, which is given up: %2"))
                       .arg(QString::fromLatin1(run.toText()), reason));
    }
    m_gate.finishRun(run, RunAbandoned{reason});
}

void Instance::stop(StopKind kind, const QString &reason)
{
    const bool hasStop = m_plugin.tables().executor.has.stop;
    bool legal = false;
    {
        const std::lock_guard lock(m_mutex);
        legal = m_phase == Phase::Ready && !m_givenUp && !m_runLease.isOpen(m_applyToken);
        if (legal && hasStop) {
            m_phase = Phase::Stopping;
            m_stop = {m_stopLease.open(), kind, reason.toUtf8()};
            arm(Deadline::Stop, m_settings->stopMax);
        } else if (legal) {
            m_phase = Phase::Stopped;
        }
    }
    if (!legal)
        m_gate.stopFinished(fault(QStringLiteral("cannot be stopped in its present state")));
    else if (hasStop)
        dispatch(Call::Stop);
    else
        m_gate.stopFinished({});
}

void Instance::checkpointCommitted(RunId run, quint64 sequence, const QByteArray &snapshot)
{
    bool legal = false;
    const bool wanted = m_checkpointTable.has_value();
    {
        const std::lock_guard lock(m_mutex);
        legal = m_phase == Phase::Ready && !m_givenUp && m_checkpoint.token == 0;
        if (legal && wanted) {
            m_checkpoint = {m_checkpointLease.open(), run, sequence, snapshot};
            legal = m_checkpoint.token != 0;
        }
        if (legal && wanted)
            arm(Deadline::Checkpoint, m_settings->answerMax);
    }
    if (!legal)
        m_gate.checkpointFinished(run, fault(QStringLiteral("takes no checkpoint in its present state")));
    else if (wanted)
        dispatch(Call::Committed);
    else
        m_gate.checkpointFinished(run, {});
}

void Instance::drop()
{
    m_gate.silence();
    {
        const std::lock_guard lock(m_mutex);
        m_dropped = true;
    }
    advance();
}

void Instance::dispatch(Call call)
{
    if (m_settings->inlineCalls)
        perform(call);
    else
        enqueue(call);
}

void Instance::enqueue(Call call)
{
    {
        const std::lock_guard lock(m_mutex);
        m_calls.push_back(call);
        if (m_scheduled)
            return;
        m_scheduled = true;
    }
    m_plugin.callWorker().post(shared_from_this());
}

bool Instance::runStep()
{
    Call call;
    {
        const std::lock_guard lock(m_mutex);
        call = m_calls.front();
        m_calls.pop_front();
        m_inCall = true;
    }
    perform(call);
    const std::lock_guard lock(m_mutex);
    m_inCall = false;
    m_plugin.callReturned(this);
    m_scheduled = !m_calls.empty();
    return m_scheduled;
}

bool Instance::anythingOwed() const
{
    return std::any_of(m_last.begin(), m_last.end(), [](const LastToken &token) { return token.owed != 0; });
}

/// Takes a dropped instance one step further towards its end. Called whenever something that it waited for
/// happened.
void Instance::advance()
{
    const std::shared_ptr<Instance> self = shared_from_this();
    std::vector<ControlRequest> dropped; // Given back behind the lock: who asked may hear of it.
    std::optional<Call> call;
    quint64 cancelled = 0;
    bool stuck = false;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_dropped)
            return;
        cancelled = endRun();
        stuck = m_phase == Phase::StopFailed || (m_phase == Phase::Creating && m_givenUp)
                || (m_phase == Phase::Ready && anythingOwed());
        if (!stuck) {
            if (std::exchange(m_leaked, false)) {
                // It comes to rest after all.
                m_plugin.countLeak(-1);
                m_plugin.sessions().instanceBegan(m_session);
                m_ended = false;
            }
            call = nextTeardownCall(dropped);
        }
    }
    if (cancelled != 0 && m_plugin.tables().executor.has.cancel)
        postControl(
            {.token = cancelled, .run = {}, .mode = CancelMode::Hard, .reason = "the instance is dropped"});
    if (stuck)
        leak();
    if (call)
        enqueue(*call);
}

/// A run that the plugin has not seen just goes; of any other the end must be waited for. Answers the token
/// whose cancel must be told. The caller holds m_mutex.
quint64 Instance::endRun()
{
    const quint64 token = m_applyToken;
    if (m_phase != Phase::Ready || !m_runLease.isOpen(token))
        return 0;
    if (!m_applyBegun && m_runLease.close(token))
        return 0;
    return m_runLease.raise(token, BURROW_CANCEL_HARD) ? token : 0;
}

/// What a dropped instance is called with next, if there is nothing to wait for. The caller holds m_mutex.
std::optional<Instance::Call> Instance::nextTeardownCall(std::vector<ControlRequest> &dropped)
{
    if (m_phase == Phase::Ready && !m_runLease.isOpen(m_applyToken) && m_checkpoint.token == 0
        && m_staging.token == 0) {
        if (m_plugin.tables().executor.has.stop) {
            m_phase = Phase::Stopping;
            m_stop = {m_stopLease.open(), StopKind::Restart, QByteArrayLiteral("the instance is dropped")};
            disarm(Deadline::Rest);
            arm(Deadline::Stop, m_settings->stopMax);
            return Call::Stop;
        }
        m_phase = Phase::Stopped;
    }
    std::optional<Call> call;
    if (m_phase == Phase::Stopped) {
        dropped = std::exchange(m_requests, {}); // Nothing is called on it any more but destroy.
        if (!m_inControl) {
            m_phase = Phase::Destroying;
            call = Call::Destroy;
            disarm(Deadline::Rest);
        }
    }
    const bool watched = m_deadlines[static_cast<std::size_t>(Deadline::Rest)].has_value();
    if (m_phase != Phase::Gone && m_phase != Phase::Stopping && !watched)
        arm(Deadline::Rest, m_settings->stopMax);
    return call;
}

/// It cannot be freed now. Should it come to rest after all, advance() goes on.
void Instance::leak()
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_leaked || m_phase == Phase::Gone)
            return;
        m_leaked = true;
        m_plugin.countLeak(1);
        if (std::exchange(m_ended, true))
            return;
    }
    const LogScope about({.session = m_sessionName});
    m_plugin.context().report(
        sentence(QStringLiteral("has not brought its instance for the session %1 to rest; its memory is kept")
                     .arg(QString::fromLatin1(m_sessionText))));
    m_plugin.sessions().instanceEnded(m_session);
}

/// The plugin has freed it, or never made it. The caller holds a reference.
void Instance::finish()
{
    m_operations.clear();
    std::array<TokenLease, 5> leases;
    bool tellGate = false;
    {
        const std::lock_guard lock(m_mutex);
        m_phase = Phase::Gone;
        for (std::optional<Watchdog::Id> &deadline : m_deadlines) {
            if (deadline)
                Watchdog::instance().disarm(*deadline);
            deadline.reset();
        }
        if (std::exchange(m_leaked, false))
            m_plugin.countLeak(-1);
        tellGate = !std::exchange(m_ended, true);
        leases = {std::move(m_instanceLease), std::move(m_runLease), std::move(m_stopLease),
                  std::move(m_checkpointLease), std::move(m_stageLease)};
    }
    if (tellGate)
        m_plugin.sessions().instanceEnded(m_session);
}

/// The caller holds m_mutex.
void Instance::arm(Deadline deadline, Duration delay)
{
    m_deadlines[static_cast<std::size_t>(deadline)] =
        Watchdog::instance().arm(delay, weak_from_this(), static_cast<quint32>(deadline));
}

/// The caller holds m_mutex.
void Instance::disarm(Deadline deadline)
{
    std::optional<Watchdog::Id> &id = m_deadlines[static_cast<std::size_t>(deadline)];
    if (id)
        Watchdog::instance().disarm(*id);
    id.reset();
}

} // namespace burrow
