// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/input_feeder.h"
#include "cli/signal_watch.h"

#include <map>
#include <set>

namespace burrow {

class Composition;

enum class Until : quint8 { ToldToLeave, Idle };

/// What the command line asked for.
struct RunPlan
{
    Until until = Until::ToldToLeave;
    QByteArray hostName;
    QByteArrayList sessions; ///< In the order of the configuration.
    quint32 queueLimit = limits::queue_per_session_default;
    std::map<QByteArray, std::vector<std::unique_ptr<InputStream>>> inputs; ///< By session.
};

/// Carries a composed host from opening its sessions to its rest: opening → serving → leaving → finished.
/// Whatever ends the serving (all is settled, a signal, nobody reads the answers, another host) goes through
/// leaving.
class RunFlow : public QObject
{
    Q_OBJECT

public:
    /// All arguments must outlive the flow.
    RunFlow(Composition &composition, RunPlan plan, RunReport &report, AnswerWriter &answer,
            SignalWatch &signalWatch);
    void start();
    /// A client asks the host to go down. It goes as after a signal; hard, or asked again, runs end at once.
    void leaveWhenAsked(CancelMode mode);

Q_SIGNALS:
    /// The host is at rest and the report is closed and written.
    void finished();

private:
    void takeOpened(const std::vector<Result<OpenedSession>> &opened);
    void feed();
    void takeInputEnd(const InputEnd &end);
    void fetchRecovered(const SessionEvent &event, InputId input);
    bool isNews(InputId input);
    void takeEvents(const std::vector<SessionEvent> &events);
    void takeEvent(const SessionEvent &event);
    void noteRoomIn(const QByteArray &session);
    void considerIdle();
    void takeViews(quint64 changesBefore, const std::vector<SessionView> &views);
    enum class Rest : quint8 { Complete, AnswersOnTheWay, Resumed };
    Rest restOf(const std::vector<SessionView> &views);
    void stopFeeding(InputFeeder &feeder, ExitCode codeForTheRest);
    void takeSignal();
    void leaveAtOnce();
    void leave(RunEnding ending);
    void closeReport(RunEnding ending);

    Composition &m_composition;
    Host &m_host;
    RunPlan m_plan;
    RunReport &m_report;
    AnswerWriter &m_answer;
    std::map<QByteArray, std::unique_ptr<InputFeeder>> m_feeders; ///< By session; those with something to feed.

    enum class Stage : quint8 { Opening, Serving, Leaving, LeavingNow, Closed };
    Stage m_stage = Stage::Opening;
    bool m_settling = false;
    quint64 m_lastOld = 0;            ///< Inputs up to this sequence were open before this run.
    quint32 m_fetching = 0;           ///< Of those that ended, outcomes that are on their way from the store.
    std::set<InputId> m_told;         ///< And those that have been reported.
    quint64 m_changes = 0;            ///< Counts what may have set a session in motion again.
    std::vector<SessionView> m_views; ///< As they were when all was settled, or else at rest.
};

} // namespace burrow
