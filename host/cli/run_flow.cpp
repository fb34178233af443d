// SPDX-License-Identifier: Apache-2.0
#include "cli/run_flow.h"

#include "cli/answer_writer.h"
#include "cli/notices.h"
#include "compose/composition.h"
#include "compose/log_output.h"
#include "control/when_finished.h"

#include <unistd.h>

namespace burrow {

namespace {

const char *whatHappened(EventCode code)
{
    switch (code) {
    case EventCode::RuntimeHeld:
        return "the session is held";
    case EventCode::ExecutorFailed:
        return "the executor failed";
    case EventCode::ExecutorRestarting:
        return "the executor died";
    case EventCode::ExecutorRestarted:
        return "the executor is there again";
    case EventCode::ExecutorChanged:
        return "the executor is another one";
    case EventCode::BoundaryError:
        return "the executor's live boundary failed";
    default:
        return "the executor broke its contract";
    }
}

} // namespace

RunFlow::RunFlow(Composition &composition, RunPlan plan, RunReport &report, AnswerWriter &answer,
                 SignalWatch &signalWatch)
    : m_composition(composition)
    , m_host(composition.host())
    , m_plan(std::move(plan))
    , m_report(report)
    , m_answer(answer)
{
    if (const std::optional<TakenOver> taken = composition.takenOver())
        m_lastOld = taken->lastSequence;
    connect(&signalWatch, &SignalWatch::leaveAsked, this, &RunFlow::takeSignal);
    connect(&m_host, &Host::eventsArrived, this, &RunFlow::takeEvents);
    connect(&m_host, &Host::eventsLost, this, [this](quint64 count) {
        m_report.addLost(count);
        for (const QByteArray &session : m_plan.sessions)
            noteRoomIn(session);
    });
    connect(&m_host, &Host::fenced, this, [this](const QString &owner) {
        notice(QStringLiteral("another host owns the store now (%1); leaving").arg(owner));
        m_report.raise(ExitCode::Conflict);
        leave(RunEnding::Failed);
    });
    connect(&m_answer, &AnswerWriter::closed, this, [this] {
        const bool left = m_answer.problem().isEmpty();
        notice((left ? QStringLiteral("nobody reads the answers any more; shutting down")
                     : QStringLiteral("the answers cannot be written any more; shutting down")));
        leave(RunEnding::Left);
    });
    connect(&m_answer, &AnswerWriter::drained, this, [this] {
        for (const auto &[name, feeder] : m_feeders)
            feeder->setHeldBack(false);
    });
}

void RunFlow::start()
{
    m_report.addStarted(m_plan.hostName);
    whenFinished(m_composition.openSessions(), this,
                 [this](const QFuture<std::vector<Result<OpenedSession>>> &future) {
                     takeOpened(finishedResult(future).value_or(std::vector<Result<OpenedSession>>{
                         Error{ErrorKind::Internal, QStringLiteral("the host did not open the sessions")}}));
                 });
}

void RunFlow::takeOpened(const std::vector<Result<OpenedSession>> &opened)
{
    // Told to leave meanwhile: that sessions could not be opened then is no news.
    if (m_stage != Stage::Opening)
        return;
    bool failed = false;
    for (size_t at = 0; at < opened.size(); ++at) {
        if (opened[at].ok())
            continue;
        failed = true;
        const QByteArray name = m_plan.sessions.value(qsizetype(at));
        notice(QStringLiteral("%1: %2").arg(QString::fromUtf8(name), opened[at].error().message));
        m_report.raise(exitCodeFor(opened[at].error().kind));
    }
    if (failed) {
        leave(RunEnding::Failed);
        return;
    }
    m_stage = Stage::Serving;
    feed();
    considerIdle();
}

void RunFlow::feed()
{
    for (const QByteArray &name : m_plan.sessions) {
        Findings problems;
        InputFeeder::Target target{.session = m_host.sessionNamed(name),
                                   .name = name,
                                   .queueLimit = m_plan.queueLimit,
                                   .startInputs = m_composition.startInputs(name, problems)};
        if (!problems.empty())
            m_report.addRefusedLine(problems);
        auto &streams = m_plan.inputs[name];
        if (target.startInputs.empty() && streams.empty())
            continue;
        auto made = std::make_unique<InputFeeder>(m_host, std::move(target), std::move(streams), nullptr);
        InputFeeder *feeder = made.get();
        m_feeders.emplace(name, std::move(made));
        connect(feeder, &InputFeeder::inputEnded, this, &RunFlow::takeInputEnd);
        connect(feeder, &InputFeeder::stateChanged, this, [this] {
            ++m_changes;
            considerIdle();
        });
        connect(feeder, &InputFeeder::lineRefused, this,
                [this](const Findings &findings) { m_report.addRefusedLine(findings); });
    }
    for (const auto &[name, feeder] : m_feeders)
        feeder->advance();
}

void RunFlow::takeInputEnd(const InputEnd &end)
{
    ++m_changes;
    const bool repeats = end.receipt.verdict == AcceptReceipt::Verdict::Deduplicated;
    if (isNews(repeats ? end.receipt.existing : end.receipt.input))
        m_report.add(end);
    if (m_answer.isFull()) {
        for (const auto &[name, feeder] : m_feeders)
            feeder->setHeldBack(true);
    }
    considerIdle();
}

/// An input that was open before this run can come here twice: as one that ended, and as the one that a start
/// input repeats.
bool RunFlow::isNews(InputId input)
{
    return sequenceOf(input) > m_lastOld || m_told.insert(input).second;
}

void RunFlow::fetchRecovered(const SessionEvent &event, InputId input)
{
    if (sequenceOf(input) > m_lastOld || m_stage != Stage::Serving)
        return;
    ++m_fetching;
    whenFinished(m_host.outcome(event.session, input), this,
                 [this, name = event.name, input](const QFuture<Result<InputFate>> &future) {
                     --m_fetching;
                     InputEnd end{
                         .session = name,
                         .place = QStringLiteral("recovered input %1").arg(QString::fromUtf8(input.toText()))};
                     end.receipt.verdict = AcceptReceipt::Verdict::Accepted;
                     end.receipt.input = input;
                     const auto fate = finishedResult(future);
                     if (fate && fate->ok() && (*fate)->state == InputFate::State::Ended)
                         end.outcome = (*fate)->ended.input.outcome;
                     takeInputEnd(end);
                 });
}

void RunFlow::takeEvents(const std::vector<SessionEvent> &events)
{
    m_report.addEvents(events);
    for (const SessionEvent &event : events)
        takeEvent(event);
}

void RunFlow::takeEvent(const SessionEvent &event)
{
    const auto *lifecycle = std::get_if<LifecycleEvent>(&event.event);
    if (!lifecycle)
        return;
    switch (lifecycle->code) {
    case EventCode::InputConsumed:
    case EventCode::InputAbandoned:
    case EventCode::InputSuperseded:
    case EventCode::InputCoalesced:
        m_report.noteActivity(event.name);
        noteRoomIn(event.name);
        fetchRecovered(event, lifecycle->input);
        break;
    case EventCode::RuntimeStateChanged:
        noteRoomIn(event.name);
        break;
    case EventCode::RuntimeHeld:
    case EventCode::RuntimeMisbehaviour:
    case EventCode::ExecutorFailed:
    case EventCode::ExecutorRestarting:
    case EventCode::ExecutorRestarted:
    case EventCode::ExecutorChanged:
    case EventCode::BoundaryError:
        notice(QStringLiteral("%1: %2: %3")
                   .arg(QString::fromUtf8(event.name), QLatin1String(whatHappened(lifecycle->code)),
                        lifecycle->detail));
        break;
    default:
        break;
    }
}

void RunFlow::noteRoomIn(const QByteArray &session)
{
    const auto feeder = m_feeders.find(session);
    if (feeder != m_feeders.end())
        feeder->second->noteRoom();
}

void RunFlow::considerIdle()
{
    const auto isFeeding = [](const auto &each) { return each.second->state() == InputFeeder::State::Feeding; };
    if (m_plan.until != Until::Idle || m_stage != Stage::Serving || m_settling
        || std::any_of(m_feeders.begin(), m_feeders.end(), isFeeding))
        return;
    m_settling = true;
    whenFinished(m_host.whenSettled(), this, [this, changes = m_changes](const QFuture<void> &) {
        whenFinished(m_host.views(), this, [this, changes](const QFuture<std::vector<SessionView>> &future) {
            m_settling = false;
            takeViews(changes, finishedResult(future).value_or(std::vector<SessionView>{}));
        });
    });
}

void RunFlow::takeViews(quint64 changesBefore, const std::vector<SessionView> &views)
{
    if (m_stage != Stage::Serving)
        return;
    if (m_fetching > 0) // Each of them comes back to considerIdle().
        return;
    // Between the rest and the look at it somebody may have gone on.
    if (m_changes != changesBefore) {
        considerIdle();
        return;
    }
    m_settling = true;
    const Rest rest = restOf(views);
    m_settling = false;
    if (rest == Rest::Complete) {
        m_views = views;
        leave(RunEnding::Settled);
    } else if (rest == Rest::Resumed) {
        considerIdle();
    }
}

RunFlow::Rest RunFlow::restOf(const std::vector<SessionView> &views)
{
    Rest rest = Rest::Complete;
    for (const SessionView &view : views) {
        const auto found = m_feeders.find(view.name);
        if (found == m_feeders.end())
            continue;
        InputFeeder &feeder = *found->second;
        if (feeder.state() == InputFeeder::State::Feeding || feeder.unanswered() > view.waiters)
            return Rest::AnswersOnTheWay; // Each of them comes back to considerIdle().
        if (feeder.state() == InputFeeder::State::Finished)
            continue;
        // The session is at rest, so waiting longer changes nothing.
        rest = Rest::Resumed;
        if (feeder.mayRetry(view.open))
            feeder.noteRoom();
        else
            stopFeeding(feeder, ExitCode::Failed);
    }
    return rest;
}

void RunFlow::stopFeeding(InputFeeder &feeder, ExitCode codeForTheRest)
{
    const bool stopped = feeder.state() != InputFeeder::State::Finished;
    feeder.finish();
    if (stopped && feeder.hasUnsubmitted()) {
        notice(QStringLiteral("%1: not all of its input was submitted").arg(QString::fromUtf8(feeder.name())));
        m_report.raise(codeForTheRest);
    }
}

void RunFlow::takeSignal()
{
    switch (m_stage) {
    case Stage::Opening:
    case Stage::Serving:
        notice(QStringLiteral("shutting down; press again to leave at once"));
        leave(RunEnding::Left);
        break;
    case Stage::Leaving:
        leaveAtOnce();
        break;
    case Stage::Closed:
        notice(QStringLiteral("leaving at once"));
        [[fallthrough]];
    case Stage::LeavingNow:
        // Whatever holds the program up, an executor or a reader, this does not wait for it.
        setStatusLine({});
        m_composition.aboutToLeave();
        ::_exit(static_cast<int>(ExitCode::Cancelled));
    }
}

void RunFlow::leaveAtOnce()
{
    notice(QStringLiteral("leaving at once"));
    m_stage = Stage::LeavingNow;
    m_host.shutdownNow();
}

void RunFlow::leaveWhenAsked(CancelMode mode)
{
    const bool first = m_stage < Stage::Leaving;
    if (first) {
        notice(QStringLiteral("shutting down; a client asked for it"));
        leave(RunEnding::Left);
    }
    // Unlike a third signal, no client makes the program leave without its host.
    if (m_stage == Stage::Leaving && (!first || mode == CancelMode::Hard))
        leaveAtOnce();
}

void RunFlow::leave(RunEnding ending)
{
    if (m_stage >= Stage::Leaving)
        return;
    m_stage = Stage::Leaving;
    for (const auto &[name, feeder] : m_feeders)
        stopFeeding(*feeder, ExitCode::Cancelled);
    whenFinished(m_host.shutdown(), this, [this, ending](const QFuture<void> &) {
        if (ending == RunEnding::Settled) {
            closeReport(ending);
            return;
        }
        whenFinished(m_host.views(), this, [this, ending](const QFuture<std::vector<SessionView>> &future) {
            m_views = finishedResult(future).value_or(std::vector<SessionView>{});
            closeReport(ending);
        });
    });
}

void RunFlow::closeReport(RunEnding ending)
{
    const bool atOnce = m_stage == Stage::LeavingNow;
    m_stage = Stage::Closed;
    // The configuration's order, too.
    std::sort(m_views.begin(), m_views.end(),
              [](const SessionView &a, const SessionView &b) { return a.name < b.name; });
    for (SessionView &view : m_views)
        view.executor = m_composition.executorOf(view.name);
    m_report.close(ending, m_plan.hostName, m_views);
    if (atOnce)
        m_answer.drop();
    if (m_answer.isDrained())
        Q_EMIT finished();
    else
        connect(&m_answer, &AnswerWriter::drained, this, &RunFlow::finished);
}

} // namespace burrow
