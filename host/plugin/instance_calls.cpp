// SPDX-License-Identifier: Apache-2.0
#include "plugin/call_sentinel.h"
#include "plugin/error_sink.h"
#include "plugin/instance.h"
#include "plugin/status_words.h"

#include <QScopeGuard>

#include <cstring>

/// The calls into the plugin: what is handed over, and what an answer or an exception means.
namespace burrow {

namespace {

int32_t modeOf(CancelMode mode)
{
    return mode == CancelMode::Boundary ? BURROW_CANCEL_MODE_BOUNDARY : BURROW_CANCEL_MODE_HARD;
}

int32_t kindOf(StopKind kind)
{
    switch (kind) {
    case StopKind::SessionStop:
        return BURROW_STOP_SESSION;
    case StopKind::HostShutdown:
        return BURROW_STOP_SHUTDOWN;
    case StopKind::Restart:
        return BURROW_STOP_RESTART;
    }
    return BURROW_STOP_SESSION;
}

/// An exception counts as a refusal by a fault of the plugin.
int32_t statusOf(const CallResult<int32_t> &result)
{
    return result.threw ? BURROW_INTERNAL : result.answer;
}

using SteadyTime = std::chrono::steady_clock::time_point;

/// Names a call that has come back, but not in the time that the contract expects.
void nameIfSlow(PluginContext &plugin, const QByteArray &session, const char *function, SteadyTime begun,
                const char *advice)
{
    const auto took = std::chrono::steady_clock::now() - begun;
    if (took <= limits::plugin_call_expected_max)
        return;
    plugin.log(QtWarningMsg, {.session = session},
               QStringLiteral("%1 took %2 ms; %3")
                   .arg(QLatin1String(function))
                   .arg(std::chrono::duration_cast<std::chrono::milliseconds>(took).count())
                   .arg(QLatin1String(advice)));
}

} // namespace

void Instance::perform(Call call)
{
    const bool mayLast = m_plugin.identity().has(PluginFlag::Blocking);
    const bool timed = !m_settings->inlineCalls && !mayLast;
    const SteadyTime begun = timed ? std::chrono::steady_clock::now() : SteadyTime();
    static constexpr const char *names[] = {"create", "apply", "committed", "stop", "destroy"};
    const char *const name = names[static_cast<std::size_t>(call)];
    if (!mayLast)
        m_callWatch.begin(name);
    switch (call) {
    case Call::Create:
        callCreate();
        break;
    case Call::Apply:
        callApply();
        break;
    case Call::Committed:
        callCommitted();
        break;
    case Call::Stop:
        callStop();
        break;
    case Call::Destroy:
        callDestroy();
        break;
    }
    if (!mayLast)
        m_callWatch.end();
    if (timed)
        nameIfSlow(m_plugin.context(), m_sessionName, name, begun,
                   "a plugin whose calls last declares itself blocking");
}

CallWatch::Self Instance::watchOf(CallWatch &watch)
{
    return [this, &watch] {
        return std::weak_ptr<Watched>(std::shared_ptr<CallWatch>(shared_from_this(), &watch));
    };
}

/// `function` does not come back, or null: what was named has come back. The listener has room for one
/// sentence; when that is no longer true it gets the other one.
void Instance::tellBlocked(CallStrand strand, const char *function)
{
    QString about;
    if (function != nullptr) {
        const auto seconds =
            std::chrono::duration_cast<std::chrono::seconds>(limits::plugin_call_blocked_after).count();
        const QString what = QStringLiteral("has not come back from %1 for more than %2 s")
                                 .arg(QLatin1String(function))
                                 .arg(seconds);
        m_plugin.context().log(QtWarningMsg, {.session = m_sessionName}, what);
        about = sentence(what);
    }
    const std::lock_guard lock(m_blockedMutex);
    const auto at = static_cast<std::size_t>(strand);
    m_blocked[at] = about;
    const QString &now = about.isEmpty() ? m_blocked[1 - at] : about;
    if (now == m_blockedTold)
        return;
    m_blockedTold = now;
    m_gate.blocked(now);
}

void Instance::threw(const char *function, const std::string &what)
{
    misbehaved(QStringLiteral("let an exception leave %1: %2")
                   .arg(QLatin1String(function),
                        what.empty() ? QStringLiteral("it has no text")
                                     : sanitised(QByteArrayView(what), limits::plugin_message_bytes_max)));
}

void Instance::callCreate()
{
    if (m_dropped || m_givenUp)
        return createEnded(BURROW_CANCELLED, QStringLiteral("was not asked any more"));
    QString why;
    const qint32 status = callPluginCreate(why);
    if (status == BURROW_OK) {
        findCheckpoint();
        findBoundary();
        findOperationsClient();
    }
    m_create = {};
    createEnded(status, why);
}

/// On refusal `why` goes on from "the plugin …".
qint32 Instance::callPluginCreate(QString &why)
{
    burrow_bytes snapshot = {};
    burrow_create_request request = {};
    request.struct_size = sizeof request;
    request.generation = m_create.generation;
    request.instance = m_instanceToken;
    request.instance_id = toAbiText(m_create.instanceId);
    request.session_id = toAbiText(m_sessionText);
    request.config_json = toAbiText(m_settings->configJson);
    if (m_create.snapshot) {
        snapshot = {m_create.snapshot->constData(), static_cast<uint64_t>(m_create.snapshot->size())};
        request.snapshot = &snapshot;
    }
    request.error = &ErrorCapture::sink;
    const ErrorCapture capture;
    void *self = nullptr;
    const auto result = foreignCall(m_plugin.number(), ForeignStage::Create,
                                    [&] { return m_plugin.tables().executor.table.create(&request, &self); });
    const int32_t status = statusOf(result);
    if (result.threw) {
        threw("create", result.what);
        why = QStringLiteral("could not make an instance: an exception left create");
    } else if (status != BURROW_OK) {
        why = QStringLiteral("could not make an instance for \"%1\": %2")
                  .arg(QString::fromUtf8(m_settings->name),
                       capture.message().isEmpty() ? statusWord(status) : capture.message());
    } else {
        m_self = self;
    }
    return status;
}

/// What the instance gives under that id; null when it has no such extension.
const void *Instance::extension(const char *id)
{
    if (!m_plugin.tables().executor.has.getExtension)
        return nullptr;
    const burrow_text text{id, std::strlen(id)};
    const auto result = foreignCall(m_plugin.number(), ForeignStage::GetExtension, [&] {
        return m_plugin.tables().executor.table.get_extension(m_self, &text);
    });
    if (result.threw) {
        threw("get_extension", result.what);
        return nullptr;
    }
    return result.answer;
}

/// An extension that is broken counts as absent, and is reported.
void Instance::findCheckpoint()
{
    const void *found = extension(BURROW_EXT_CHECKPOINT);
    if (!found)
        return;
    const PluginResult<burrow_checkpoint_executor> table = bindCheckpoint(found);
    if (!table)
        return misbehaved(table.error().cause);
    TokenLease lease = m_plugin.context().tokens().lease(shared_from_this(), TokenKind::Checkpoint);
    if (!lease.isValid())
        return misbehaved(QStringLiteral("has no token left for burrow.checkpoint/1"));
    m_checkpointLease = std::move(lease);
    m_checkpointTable = *table;
}

/// True when the host took the call back before the plugin saw it.
bool Instance::callWithdrawn(TokenKind kind, quint64 token, const TokenLease &lease)
{
    if (lease.isOpen(token))
        return false;
    {
        const std::lock_guard lock(m_mutex);
        if (last(kind).owed == token)
            last(kind).owed = 0;
    }
    advance();
    return true;
}

/// The plugin has refused a call. True when that is the answer; false when the completion was quicker, or the
/// host had given the call up.
bool Instance::refuse(TokenKind kind, quint64 token, TokenLease &lease)
{
    bool isAnswer = false;
    {
        const std::lock_guard lock(m_mutex);
        isAnswer = lease.close(token);
        if (isAnswer)
            last(kind).refused = token;
        else if (last(kind).owed == token)
            last(kind).owed = 0;
    }
    if (!isAnswer)
        advance();
    return isAnswer;
}

void Instance::callApply()
{
    const ApplyCall call = std::move(m_apply);
    const quint64 token = m_applyToken.load(std::memory_order_relaxed);
    if (m_settings->inlineCalls) {
        // This is the session's thread, the only one that could take the call back.
        m_applyBegun.store(true, std::memory_order_relaxed);
    } else {
        // Whoever takes the call back looks at this after it has closed the token, so one of the two sees the
        // other.
        m_applyBegun.store(true);
        if (callWithdrawn(TokenKind::Apply, token, m_runLease))
            return;
    }
    const burrow_apply_request &request = m_encoder.encode(call, m_sessionText);
    const auto result = foreignCall(m_plugin.number(), ForeignStage::Apply, [&] {
        return m_plugin.tables().executor.table.apply(m_self, &request, token);
    });
    if (result.threw)
        threw("apply", result.what);
    const int32_t status = statusOf(result);
    if (status != BURROW_OK && refuse(TokenKind::Apply, token, m_runLease))
        runEnded(result.threw ? thrownRun(m_rules) : refusedRun(status, m_rules));
}

void Instance::callCommitted()
{
    CheckpointCall call;
    {
        const std::lock_guard lock(m_mutex);
        call = m_checkpoint;
    }
    if (call.token == 0 || callWithdrawn(TokenKind::Checkpoint, call.token, m_checkpointLease))
        return;
    UuidText run;
    writeUuid(call.run.uuid, run);
    const burrow_bytes snapshot{call.snapshot.constData(), static_cast<uint64_t>(call.snapshot.size())};
    burrow_committed_request request = {};
    request.struct_size = sizeof request;
    request.run_id = {run.data(), run.size()};
    request.sequence = call.sequence;
    request.snapshot = &snapshot;
    const auto result = foreignCall(m_plugin.number(), ForeignStage::Committed,
                                    [&] { return m_checkpointTable->committed(m_self, &request, call.token); });
    if (result.threw)
        threw("committed", result.what);
    const int32_t status = statusOf(result);
    if (status != BURROW_OK && refuse(TokenKind::Checkpoint, call.token, m_checkpointLease))
        checkpointEnded(call.token,
                        fault(QStringLiteral("refused the checkpoint: %1").arg(statusWord(status))));
}

void Instance::callStop()
{
    StopCall call;
    {
        const std::lock_guard lock(m_mutex);
        call = m_stop;
    }
    if (callWithdrawn(TokenKind::Stop, call.token, m_stopLease))
        return;
    burrow_stop_request request = {};
    request.struct_size = sizeof request;
    request.kind = kindOf(call.kind);
    request.reason = toAbiText(call.reason);
    const auto result = foreignCall(m_plugin.number(), ForeignStage::Stop, [&] {
        return m_plugin.tables().executor.table.stop(m_self, &request, call.token);
    });
    if (result.threw)
        threw("stop", result.what);
    const int32_t status = statusOf(result);
    if (status != BURROW_OK && refuse(TokenKind::Stop, call.token, m_stopLease))
        stopEnded(call.token, fault(QStringLiteral("refused to stop: %1").arg(statusWord(status))));
}

void Instance::callDestroy()
{
    const auto result = foreignCall(m_plugin.number(), ForeignStage::Destroy,
                                    [&] { m_plugin.tables().executor.table.destroy(m_self); });
    if (result.threw)
        threw("destroy", result.what);
    finish();
}

void Instance::postControl(ControlRequest request)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_phase != Phase::Ready)
            return;
        const bool repeats =
            request.kind == ControlRequest::Kind::Cancel || request.kind == ControlRequest::Kind::Resume;
        for (const ControlRequest &waiting : m_requests) {
            if (repeats && waiting.kind == request.kind && waiting.token == request.token
                && waiting.mode == request.mode)
                return;
        }
        m_requests.push_back(std::move(request));
        if (m_controlScheduled)
            return;
        m_controlScheduled = true;
    }
    m_plugin.controlWorker().post(std::shared_ptr<WorkItem>(shared_from_this(), &m_control));
}

bool Instance::runControlStep()
{
    std::optional<ControlRequest> request;
    {
        const std::lock_guard lock(m_mutex);
        if (!m_requests.empty()) {
            request = std::move(m_requests.front());
            m_requests.erase(m_requests.begin());
            m_inControl = true;
        }
    }
    if (request)
        callControl(*request);
    bool more = false;
    {
        const std::lock_guard lock(m_mutex);
        m_inControl = false;
        more = !m_requests.empty();
        m_controlScheduled = more;
    }
    if (m_dropped)
        advance();
    return more;
}

void Instance::callControl(const ControlRequest &request)
{
    const burrow_executor_vtable &table = m_plugin.tables().executor.table;
    const SteadyTime begun = std::chrono::steady_clock::now();
    static constexpr const char *names[] = {"cancel", "resume", "stage", "discard", operation_cancel_name};
    const char *const name = names[static_cast<std::size_t>(request.kind)];
    m_controlWatch.begin(name);
    const auto ended = qScopeGuard([this] { m_controlWatch.end(); });
    if (request.kind == ControlRequest::Kind::Stage || request.kind == ControlRequest::Kind::Discard) {
        if (request.kind == ControlRequest::Kind::Stage)
            callStage(request);
        else
            callDiscard(request);
        return nameIfSlow(m_plugin.context(), m_sessionName, name, begun, "it only signals, and must not wait");
    }
    if (request.kind == ControlRequest::Kind::CancelOperation) {
        callCancelOperation(request);
        return nameIfSlow(m_plugin.context(), m_sessionName, name, begun, "it only signals, and must not wait");
    }
    if (request.kind == ControlRequest::Kind::Resume) {
        const auto result = foreignCall(m_plugin.number(), ForeignStage::Resume,
                                        [&] { return table.resume(m_self, request.token); });
        if (result.threw)
            threw("resume", result.what);
        nameIfSlow(m_plugin.context(), m_sessionName, "resume", begun, "it only signals, and must not wait");
        return;
    }
    UuidText run;
    writeUuid(request.run.uuid, run);
    burrow_cancel_request cancel = {};
    cancel.struct_size = sizeof cancel;
    cancel.mode = modeOf(request.mode);
    cancel.token = request.token;
    cancel.run_id = {run.data(), run.size()};
    cancel.reason = toAbiText(request.reason);
    const auto result =
        foreignCall(m_plugin.number(), ForeignStage::Cancel, [&] { return table.cancel(m_self, &cancel); });
    if (result.threw)
        threw("cancel", result.what);
    nameIfSlow(m_plugin.context(), m_sessionName, "cancel", begun, "it only signals, and must not wait");
}

} // namespace burrow
