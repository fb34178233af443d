// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/executor.h"
#include "support/tally.h"
#include "support/task_queue.h"

#include <QStringList>

#include <map>

/// Executors that do as the test says, and complain when the host breaks the port's rules.
namespace burrow::test {

/// Which cancels end a run that is open.
enum class Heeds : quint8 { Boundary, Hard, Nothing };

/// What an executor does with one run.
struct Conduct
{
    std::optional<RunEnd> end; ///< Unset: the run stays open until it is cancelled or the test ends it.
    Heeds heeds = Heeds::Boundary;
    std::vector<ProgressEvent> progress;
};

/// How an executor answers a call that is not apply.
enum class Answering : quint8 { Accepts, Refuses, Never };

struct ExecutorScript
{
    Answering create = Answering::Accepts;
    Answering stop = Answering::Accepts;
    Answering checkpoint = Answering::Accepts;
    Answering staging = Answering::Accepts;
    Answering operationCancel = Answering::Accepts;
    std::optional<QByteArray> stagedSnapshot;          ///< What a staging that is accepted answers.
    std::function<Conduct(const ApplyCall &)> conduct; ///< Unset: byText().
};

/// The texts that a run was given, in order.
QByteArrayList textsOf(const ApplyCall &call);
/// The success of that run, with a receipt that is right.
RunOutput outputOf(const ApplyCall &call, const QByteArray &text = "done");
/// The first word of the first text says what happens: "fail", "hang" (ends when cancelled), "deaf" (only when
/// cancelled hard), "dead" (never), "snapshot"; anything else succeeds and answers with the text.
Conduct byText(const ApplyCall &call);

/// One apply as the executor got it.
struct Applied
{
    SessionId session;
    RunId run;
    quint32 attempt = 0;
    quint32 generation = 0;
    QByteArrayList texts;
    std::vector<InputId> inputs;
};

/// Context as the executor got it for a run under way.
struct Staged
{
    RunId run;
    InputId input;
    QByteArrayList keys;
    QByteArrayList texts;
};

class ScriptedExecutorFactory : public ExecutorFactory
{
public:
    /// The executors answer from that many threads; with none, inside the call.
    explicit ScriptedExecutorFactory(int threads = 1, ExecutorScript script = {});
    ~ScriptedExecutorFactory() override;

    QByteArray name() const override { return m_identity.name; }
    QByteArray plugin() const override { return m_identity.plugin; }
    std::unique_ptr<Executor> create(const CreateCall &call, ExecutorListener &listener) override;
    void cleanup(const CleanupCall &call, std::function<void(Result<void>)> done) override;

    /// Before it is given to a host.
    void setIdentity(ExecutorIdentity identity) { m_identity = std::move(identity); }

    // For the test, from any thread.
    void setScript(ExecutorScript script);
    /// Ends an open run that way; false when there is none with that id.
    bool finish(RunId run, RunEnd end);
    /// Ends every open run with success; gives their number.
    std::size_t finishAll();
    /// Lets the newest instance of the session say something, if there still is one.
    bool say(SessionId session, const std::function<void(ExecutorListener &)> &words);
    bool waitForStagings(std::size_t count) const { return m_stagings.waitFor(count); }
    bool waitForApplies(std::size_t count) const { return m_applies.waitFor(count); }
    bool waitForCleanups(std::size_t count) const { return m_cleanups.waitFor(count); }

    std::vector<Applied> applied() const;
    std::vector<Staged> staged() const;
    /// The keys of context that was taken back, in order.
    QByteArrayList discarded() const;
    std::vector<RunId> openRuns() const;
    std::vector<CreateCall> created() const;
    std::vector<CleanupCall> cleaned() const;
    /// Which operations were to be cancelled, and how, in order.
    std::vector<std::pair<OperationId, CancelMode>> operationCancels() const;
    /// What was cancelled and abandoned, as "boundary", "hard" and "abandon", in order.
    QByteArrayList cancels() const;
    /// How the stops were meant, in order.
    std::vector<StopKind> stops() const;
    int liveInstances() const;
    /// The most runs that were open at once.
    std::size_t mostOpen() const;
    /// Where the host broke the rules of the port; empty when it kept them.
    QStringList violations() const;

private:
    class ScriptedExecutor;
    struct Instance;
    struct OpenRun
    {
        std::shared_ptr<Instance> instance;
        ApplyCall call;
        Heeds heeds = Heeds::Boundary;
    };

    void violated(const QString &sentence);
    bool isOpen(RunId run) const;
    ExecutorScript script() const;
    std::optional<OpenRun> takeOpen(RunId run);
    void begin(const std::shared_ptr<Instance> &instance, ApplyCall call);
    void cancel(RunId run, CancelMode mode);
    void abandon(const std::shared_ptr<Instance> &instance, RunId run, const QString &reason);
    void stop(const std::shared_ptr<Instance> &instance, StopKind kind);
    void stage(const std::shared_ptr<Instance> &instance, const StageCall &call);
    void discard(const std::vector<QByteArray> &keys);
    void checkpoint(const std::shared_ptr<Instance> &instance, RunId run);
    void cancelOperation(OperationId operation, CancelMode mode, std::function<void(Result<void>)> heard);

    ExecutorIdentity m_identity{"scripted", "scripted"};

    mutable std::mutex m_mutex;
    // Guarded by m_mutex.
    ExecutorScript m_script;
    std::map<RunId, OpenRun> m_open;
    std::map<SessionId, std::weak_ptr<Instance>> m_newest;
    std::vector<Applied> m_applied;
    std::vector<Staged> m_staged;
    QByteArrayList m_discarded;
    std::vector<std::pair<OperationId, CancelMode>> m_operationCancels;
    std::vector<CreateCall> m_created;
    std::vector<CleanupCall> m_cleaned;
    QByteArrayList m_cancels;
    std::vector<StopKind> m_stops;
    QStringList m_violations;
    std::size_t m_mostOpen = 0;
    int m_live = 0;

    Tally m_applies;
    Tally m_stagings;
    Tally m_cleanups;
    TaskQueue m_tasks; ///< Last: its threads use everything above.
};

/// Answers inside the call, so that a test on one thread sees every step.
class InlineExecutorFactory : public ScriptedExecutorFactory
{
public:
    explicit InlineExecutorFactory(ExecutorScript script = {})
        : ScriptedExecutorFactory(0, std::move(script))
    {
    }
};

} // namespace burrow::test
