// SPDX-License-Identifier: Apache-2.0
#include "plugin/abi_text.h"
#include "plugin/call_sentinel.h"
#include "plugin/instance.h"
#include "plugin/status_words.h"

/// burrow.boundary/1, the executor's part: context that is staged into a run under way, and taken back.
namespace burrow {

namespace {

/// An exception counts as a refusal by a fault of the plugin.
int32_t boundaryStatusOf(const CallResult<int32_t> &result)
{
    return result.threw ? BURROW_INTERNAL : result.answer;
}

} // namespace

void Instance::findBoundary()
{
    const void *found = extension(BURROW_EXT_BOUNDARY);
    if (!found)
        return;
    const PluginResult<burrow_boundary_executor> table = bindBoundary(found);
    if (!table)
        return misbehaved(table.error().cause);
    TokenLease lease = m_plugin.context().tokens().lease(shared_from_this(), TokenKind::Stage);
    if (!lease.isValid())
        return misbehaved(QStringLiteral("has no token left for burrow.boundary/1"));
    m_stageLease = std::move(lease);
    m_boundaryTable = *table;
}

void Instance::stageContext(StageCall call)
{
    const auto refused = [&](const QString &why) { m_gate.contextStaged(call.run, call.input, fault(why)); };
    if (!m_boundaryTable)
        return refused(QStringLiteral("offers no burrow.boundary/1, so nothing can be staged into its run"));
    const quint64 runToken = m_applyToken.load(std::memory_order_relaxed);
    ControlRequest request;
    request.kind = ControlRequest::Kind::Stage;
    request.run = call.run;
    request.runToken = runToken;
    bool owed = false;
    {
        const std::lock_guard lock(m_mutex);
        const bool legal = m_phase == Phase::Ready && !m_givenUp && m_staging.token == 0
                           && call.run == m_applyRun && m_runLease.isOpen(runToken);
        // The plugin has one staging in hand at a time, also when the host has given that up.
        owed = legal && last(TokenKind::Stage).owed != 0;
        if (legal && !owed)
            request.token = m_stageLease.open();
        if (request.token != 0) {
            m_staging = {request.token, runToken, call.run, call.input, {}};
            for (const Append &append : call.context)
                m_staging.keys.push_back(append.key);
            arm(Deadline::Stage, m_settings->answerMax);
        }
    }
    if (owed)
        return refused(QStringLiteral("still owes the answer to the stage before, so nothing more is staged"));
    if (request.token == 0)
        return refused(QStringLiteral("has no run open into which context could be staged"));
    request.context = std::move(call.context);
    postControl(std::move(request));
}

void Instance::discardContext(RunId run, std::vector<QByteArray> keys)
{
    if (!m_boundaryTable || run.isNull() || run != m_applyRun)
        return;
    ControlRequest request;
    request.kind = ControlRequest::Kind::Discard;
    request.run = run;
    request.runToken = m_applyToken.load(std::memory_order_relaxed);
    request.keys = std::move(keys);
    postControl(std::move(request));
}

void Instance::callStage(const ControlRequest &call)
{
    if (callWithdrawn(TokenKind::Stage, call.token, m_stageLease))
        return;
    UuidText run;
    writeUuid(call.run.uuid, run);
    std::vector<burrow_append> appends;
    encodeAppends(call.context, appends);
    burrow_stage_request request = {};
    request.struct_size = sizeof request;
    request.run_id = {run.data(), run.size()};
    request.run_token = call.runToken;
    request.context_appends = {appends.data(), appends.size(), sizeof(burrow_append), 0};
    const auto result = foreignCall(m_plugin.number(), ForeignStage::StageContext,
                                    [&] { return m_boundaryTable->stage(m_self, &request, call.token); });
    if (result.threw)
        threw("stage", result.what);
    const int32_t status = boundaryStatusOf(result);
    if (status != BURROW_OK && refuse(TokenKind::Stage, call.token, m_stageLease))
        stageEnded(call.token, fault(QStringLiteral("refused it: %1").arg(statusWord(status))));
}

void Instance::callDiscard(const ControlRequest &call)
{
    UuidText run;
    writeUuid(call.run.uuid, run);
    std::vector<burrow_text> keys;
    keys.reserve(call.keys.size());
    for (const QByteArray &key : call.keys)
        keys.push_back(toAbiText(key));
    burrow_discard_request request = {};
    request.struct_size = sizeof request;
    request.run_id = {run.data(), run.size()};
    request.run_token = call.runToken;
    request.keys = {keys.data(), keys.size(), sizeof(burrow_text), 0};
    const auto result = foreignCall(m_plugin.number(), ForeignStage::DiscardContext,
                                    [&] { return m_boundaryTable->discard(m_self, &request); });
    if (result.threw)
        threw("discard", result.what);
    const int32_t status = boundaryStatusOf(result);
    // A run that is over has no context left to take back.
    if (status != BURROW_OK && status != BURROW_STALE) {
        m_gate.boundaryFailed(
            sentence(QStringLiteral("did not take staged context back: %1").arg(statusWord(status))));
    }
}

void Instance::stageEnded(quint64 token, Result<StagedContext> result)
{
    StagingCall call;
    {
        const std::lock_guard lock(m_mutex);
        if (m_staging.token != token)
            return;
        disarm(Deadline::Stage);
        call = std::exchange(m_staging, {});
    }
    m_gate.contextStaged(call.run, call.input, std::move(result));
    if (m_dropped)
        advance();
}

/// The run goes on; what may have been staged all the same is taken back.
void Instance::overdueStage()
{
    StagingCall call;
    {
        const std::lock_guard lock(m_mutex);
        call = m_staging;
        if (!m_stageLease.close(call.token))
            return;
        last(TokenKind::Stage).owed = call.token;
    }
    const QString what = QStringLiteral("has not answered stage in time");
    misbehaved(what);
    ControlRequest request;
    request.kind = ControlRequest::Kind::Discard;
    request.run = call.run;
    request.runToken = call.runToken;
    request.keys = std::move(call.keys);
    postControl(std::move(request));
    stageEnded(call.token, fault(what));
}

} // namespace burrow
