// SPDX-License-Identifier: Apache-2.0
#include "walker.h"

namespace burrow::test {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t trace_steps_shown = 40;

TicketKind kindOf(const WriteSet &set)
{
    switch (set.operation.index()) {
    case 0:
        return TicketKind::Accept;
    case 1:
        return std::get<FinishRunOperation>(set.operation).endsRun ? TicketKind::FinishRun : TicketKind::Inject;
    case 2:
        return std::get<FailRunOperation>(set.operation).run.isNull() ? TicketKind::Stage : TicketKind::FailRun;
    case 3:
        return std::get<LifecycleOperation>(set.operation).verb == "bind" ? TicketKind::Bind
                                                                          : TicketKind::Lifecycle;
    case 5:
        return TicketKind::Note;
    case 4:
        return TicketKind::Grant;
    default:
        return TicketKind::Operations;
    }
}

/// Of a store that loses track one write in so many is lost: rare kinds more often, or no walk would meet it.
quint64 oddsOf(TicketKind kind)
{
    switch (kind) {
    case TicketKind::Accept:
        return 400;
    case TicketKind::Stage:
    case TicketKind::Inject:
    case TicketKind::Bind:
        return 4;
    default:
        return 40;
    }
}

QByteArray textOf(const Input &input)
{
    if (const auto *prompt = std::get_if<PromptBody>(&input.body))
        return prompt->text;
    if (const auto *peer = std::get_if<PeerBody>(&input.body))
        return peer->text;
    if (const auto *event = std::get_if<ExternalEventBody>(&input.body))
        return event->text;
    return {};
}

} // namespace

HarnessOptions Walker::optionsFor(quint64 seed, std::shared_ptr<StoreMirror> mirror)
{
    HarnessOptions options;
    options.store = options.creation = options.stopping = options.checkpoint = options.cleanup = Answers::Held;
    options.turns = seed % 3 == 0 ? Answers::AtOnce : Answers::Held;
    options.keys = options.reload = Answers::Held;
    options.settings.keyRetention = seed % 3 == 0 ? Duration(40s) : Duration(1h);
    options.settings.queueLimit = seed % 5 == 0 ? 4 : 20;
    options.settings.turnTimeout = seed % 4 == 0 ? Duration::zero() : Duration(20s);
    options.settings.stopGrace = 2s;
    options.settings.abandonAfterHard = 1s;
    if (seed / 2 % 2 == 0) {
        options.settings.stagingGate = [](const Input &input) -> std::optional<QString> {
            return textOf(input) == "refused" ? std::optional<QString>(QStringLiteral("not now"))
                                              : std::nullopt;
        };
    }
    options.mirror = std::move(mirror);
    if (seed % 11 == 0 && !options.mirror)
        options.row.phase = Phase::Stopped;
    return options;
}

Walker::Walker(quint64 seed, Coverage &coverage, std::shared_ptr<StoreMirror> mirror, quint64 crashOneIn)
    : m_random(seed)
    , m_seed(seed)
    , m_crashOneIn(crashOneIn)
    , m_coverage(coverage)
    , m_harness(optionsFor(seed, std::move(mirror)))
    , m_lossy(seed % 2 == 1)
{
}

void Walker::note(const QString &step)
{
    m_trace.push_back(step);
}

std::optional<QString> Walker::broken() const
{
    if (m_harness.violations().empty())
        return std::nullopt;
    QString story = QStringLiteral("%1\nseed %2, after step %3:\n")
                        .arg(m_harness.violations().front())
                        .arg(m_seed)
                        .arg(m_trace.size());
    const std::size_t from = m_trace.size() > trace_steps_shown ? m_trace.size() - trace_steps_shown : 0;
    for (std::size_t at = from; at < m_trace.size(); ++at)
        story += QStringLiteral("  %1 %2\n").arg(at).arg(m_trace[at]);
    return story;
}

std::optional<QString> Walker::walk(int steps)
{
    int idleSteps = 0;
    for (int at = 0; at < steps && idleSteps < 20; ++at) {
        step();
        // A held session, or one that is shut down, has little more to tell.
        const bool held = (m_harness.view().waitReason == WaitReason::Held && m_harness.core.settled())
                          || m_harness.phase() == Phase::Destroyed;
        idleSteps += held || m_harness.shutdownsFinished > 0 ? 1 : 0;
        cover();
        if (std::optional<QString> story = broken())
            return story;
    }
    comeToRest();
    cover();
    // What the last steps left on the disk is looked at, too.
    if (m_harness.script.mirror && !broken())
        crash();
    return broken();
}

void Walker::step()
{
    ++m_coverage.steps;
    m_harness.script.endCrosses = oneIn(3);
    m_harness.script.unknownIsDurable = oneIn(2);
    // Mostly in the middle of writes, where there is most to lose.
    if (m_crashOneIn > 0 && oneIn(m_harness.writesInFlight() > 0 ? m_crashOneIn : 4 * m_crashOneIn)) {
        crash();
        return;
    }
    if (m_harness.released() && oneIn(3)) {
        note(QStringLiteral("open again"));
        m_harness.reopen();
        ++m_coverage.reopened;
        return;
    }
    const quint64 dice = below(100);
    if (dice < 17)
        submit();
    else if (dice < 46)
        answerStore();
    else if (dice < 68)
        answerExecutor();
    else if (dice < 82 && m_harness.script.turns == Answers::Held) {
        note(QStringLiteral("turn"));
        m_harness.turn();
    } else if (dice < 90)
        oneIn(3) ? operate() : control();
    else if (dice < 96)
        passTime();
    else if (dice < 99 || !oneIn(3))
        stray();
    else
        crash();
}

Input Walker::randomInput()
{
    static constexpr Input (*makers[])() = {
        [] { return prompt("a"); },
        [] { return prompt("refused"); },
        [] { return peerMessage("a"); },
        [] { return peerMessage("refused"); },
        [] { return peerRequest(); },
        [] { return progress(); },
        [] { return durable(progress()); },
        [] { return terminalResponse(); },
        [] { return flowStep(); },
        [] { return externalEvent("e", "a"); },
        [] { return externalEvent("e", "b"); },
        [] { return externalEvent("e", "refused"); },
        [] { return continuation(); },
        [] { return attention(); },
        [] { return operation(); },
        [] { return systemGenerated(); },
        [] { return projected(); },
    };
    const quint64 maker = below(std::size(makers));
    Input input = makers[maker]();
    // Mostly a repeat of what was submitted not long ago, sometimes with other content.
    if (oneIn(3)) {
        const quint64 named = oneIn(20) ? below(std::size(makers)) : maker;
        input.idempotencyKey = QByteArray::number(named) + "-" + QByteArray::number(m_submitted.size() / 40);
    }
    if (oneIn(2))
        input.supersessionKey = "s" + QByteArray::number(below(2));
    const bool live = m_boundaryOpen && m_harness.applyOpen();
    if (live && oneIn(2) && input.kind != InputKind::PeerResponseProgress)
        input.handling = HandlingMode::Steer;
    else if (oneIn(4) && input.kind != InputKind::PeerResponseProgress)
        input.handling = oneIn(2) ? HandlingMode::Steer : HandlingMode::Queue;
    if (oneIn(4))
        input.durability = Durability::Ephemeral;
    if (oneIn(20))
        input.durability = Durability::Absent;
    if (oneIn(6)) {
        TurnMetadata metadata;
        metadata.model = oneIn(2) ? "m" : "n";
        input.metadata = std::make_shared<const TurnMetadata>(metadata);
    }
    return input;
}

void Walker::submit()
{
    const std::optional<WaitMode> wait =
        oneIn(3) ? std::nullopt : std::optional(oneIn(2) ? WaitMode::Attempt : WaitMode::Terminal);
    if (!m_submitted.empty() && oneIn(8)) {
        const Submitted &one = m_submitted[below(m_submitted.size())];
        note(QStringLiteral("wait for input %1").arg(one.sequence()));
        m_harness.waitFor(one.input, wait.value_or(WaitMode::Terminal));
        return;
    }
    const Input input = randomInput();
    const bool quiet = oneIn(6);
    note(QStringLiteral("submit %1 %2 key %3 replaces %4 durability %5 mode %6%7")
             .arg(QLatin1String(inputKindName(input.kind)), QString::fromLatin1(textOf(input)),
                  QString::fromLatin1(input.idempotencyKey), QString::fromLatin1(input.supersessionKey),
                  QLatin1String(durabilityName(input.durability)),
                  QLatin1String(handlingModeName(input.handling)),
                  quiet ? QStringLiteral(" without wake") : QString()));
    if (!quiet && oneIn(6)) {
        note(QStringLiteral("to be run by its submitter"));
        m_submitted.push_back(m_harness.submitAndRun(input, wait));
    } else {
        m_submitted.push_back(quiet ? m_harness.submitWithoutWake(input, wait) : m_harness.submit(input, wait));
    }
    if (const AcceptReceipt *receipt = m_harness.receipt(m_submitted.back()))
        ++m_coverage.refusals[static_cast<std::size_t>(receipt->refusal)];
}

void Walker::answerStore()
{
    if (m_harness.askedToReload()) {
        const bool works = !oneIn(6);
        note(works ? QStringLiteral("read again") : QStringLiteral("not read again"));
        m_harness.reloaded(works);
        m_coverage.reloads += works ? 1 : 0;
        return;
    }
    if (m_harness.askedForKeys() && oneIn(3)) {
        const bool works = !oneIn(4);
        note(works ? QStringLiteral("keys") : QStringLiteral("no keys"));
        m_harness.keysLoaded(works);
        return;
    }
    if (m_harness.writesInFlight() == 0) {
        if (oneIn(3))
            submit();
        else
            m_harness.turn();
        return;
    }
    const WriteSet &oldest = m_harness.writes[m_harness.writes.size() - m_harness.writesInFlight()];
    const TicketKind kind = kindOf(oldest);
    Verdict verdict = Verdict::Committed;
    if (oneIn(14))
        verdict = Verdict::NotWritten;
    else if (m_lossy && oneIn(oddsOf(kind)))
        verdict = std::array{Verdict::Refused, Verdict::Fenced, Verdict::Unknown}[below(3)];
    ++m_coverage.verdicts[static_cast<std::size_t>(kind)][static_cast<std::size_t>(verdict)];
    note(QStringLiteral("%1 %2").arg(QLatin1String(verdictName(verdict)), QLatin1String(ticketKindName(kind))));
    m_harness.answer(verdict);
}

RunEnd Walker::randomEnd()
{
    const quint64 dice = below(400);
    if (dice < 220) {
        RunOutput output = m_harness.output(static_cast<RunTerminal>(below(runTerminalName.names.size())));
        if (oneIn(3))
            output.snapshot = QByteArray("snapshot ") + QByteArray::number(below(1000));
        m_past.push_back(output);
        return output;
    }
    if (dice < 350) {
        const auto causes = failureCauseName.names.size() - 1;
        return RunError{.cause = static_cast<FailureCause>(1 + below(causes)),
                        .message = QStringLiteral("it broke")};
    }
    if (dice < 390)
        return RunCancelled{QStringLiteral("as asked")};
    if (dice < 396)
        return RunAbandoned{QStringLiteral("it hangs")};
    if (dice < 398)
        return RunError{.cause = FailureCause::Unknown, .message = QStringLiteral("trust me")};
    RunOutput lie = m_harness.output();
    lie.receipt.contributors.clear();
    return lie;
}

void Walker::answerExecutor()
{
    if (oneIn(60)) {
        const bool answers = oneIn(2);
        note(answers ? QStringLiteral("the executor dies") : QStringLiteral("the executor dies at once"));
        if (answers)
            m_harness.die();
        else if (m_harness.hasInstance() && !m_harness.creating())
            m_harness.dieWithoutAnswers();
    } else if (m_harness.creating()) {
        const bool works = !oneIn(6);
        note(works ? QStringLiteral("created") : QStringLiteral("not created"));
        m_harness.created(works);
    } else if (m_harness.staging() && (oneIn(2) || !m_harness.applyOpen())) {
        const quint64 how = below(4);
        note(how == 0 ? QStringLiteral("not staged") : QStringLiteral("staged"));
        if (how == 0)
            m_harness.notStaged();
        else
            m_harness.staged(how == 1 ? std::optional<QByteArray>("staged") : std::nullopt);
    } else if (m_harness.applyOpen()) {
        const RunId run = m_harness.openRun();
        if (oneIn(3) && !m_harness.directOpen()) {
            m_boundaryOpen = oneIn(2);
            note(QStringLiteral("the boundary moves"));
            m_harness.feed(BoundaryChanged{run, m_boundaryOpen, 1});
            return;
        }
        RunEnd end = randomEnd();
        note(QStringLiteral("run ends %1").arg(end.index()));
        m_harness.endRun(run, std::move(end));
    } else if (m_harness.checkpointing()) {
        const bool works = !oneIn(6);
        note(works ? QStringLiteral("checkpointed") : QStringLiteral("not checkpointed"));
        m_harness.checkpointed(works);
    } else if (m_harness.cleaningUp()) {
        const bool works = !oneIn(4);
        note(works ? QStringLiteral("cleaned up") : QStringLiteral("not cleaned up"));
        m_harness.cleanedUp(works);
    } else if (m_harness.stopping()) {
        const bool works = !oneIn(4);
        note(works ? QStringLiteral("stopped") : QStringLiteral("refuses to stop"));
        m_harness.stopped(works);
    } else {
        answerStore();
    }
}

void Walker::control()
{
    const bool away = !m_harness.view().attached;
    const quint64 dice = away && oneIn(2) ? 0 : below(26);
    const CancelMode mode = oneIn(2) ? CancelMode::Boundary : CancelMode::Hard;
    if (dice < 4) {
        note(QStringLiteral("start"));
        m_harness.start();
    } else if (dice < 10) {
        note(QStringLiteral("attach"));
        m_harness.attach();
    } else if (dice < 11) {
        note(QStringLiteral("stop"));
        m_harness.stop();
    } else if (dice < 13) {
        note(QStringLiteral("bind"));
        m_harness.bind(oneIn(3) ? QByteArray() : "rt:" + QByteArray::number(below(2)));
    } else if (dice < 15) {
        note(QStringLiteral("wake"));
        m_harness.wake();
    } else if (dice < 19) {
        const RunId run = oneIn(2) ? RunId{} : oneIn(4) ? RunId{Uuid{9, 9}} : m_harness.openRun();
        note(QStringLiteral("cancel %1").arg(QLatin1String(cancelModeName(mode))));
        m_harness.cancel(mode, run);
    } else if (dice > 19) {
        controlLife();
    } else if (oneIn(40)) {
        note(QStringLiteral("shut down %1").arg(QLatin1String(cancelModeName(mode))));
        m_harness.shutDown(mode);
    } else {
        const EventCode code = oneIn(2) ? EventCode::RuntimeNotice : EventCode::ProjectionEmitted;
        note(QStringLiteral("publish %1").arg(QLatin1String(eventCodeName(code))));
        m_harness.publish({.code = code, .detail = QStringLiteral("news")});
    }
}

/// The rarer verbs. Those that end the session for good are rarest, or the walks would be short.
void Walker::controlLife()
{
    static constexpr LifecycleVerb verbs[] = {
        LifecycleVerb::Retire,  LifecycleVerb::AbandonPending, LifecycleVerb::Reset,  LifecycleVerb::Recycle,
        LifecycleVerb::Recover, LifecycleVerb::Unregister,     LifecycleVerb::Destroy};
    const LifecycleVerb verb = verbs[below(std::size(verbs) - (oneIn(8) ? 0 : 2))];
    note(QLatin1String(lifecycleVerbName(verb)));
    const CommandId command = m_harness.command(verb);
    const CommandReceipt *receipt = m_harness.reply(command);
    ++m_coverage.verbs[static_cast<std::size_t>(verb)][receipt == nullptr || receipt->ok() ? 1 : 0];
}

/// Somebody begins, ends or waits for background work.
void Walker::operate()
{
    const quint64 number = below(60);
    const auto kind = static_cast<OperationKind>(below(operationKindName.names.size()));
    const quint64 dice = below(20);
    note(QStringLiteral("operation %1, step %2").arg(number).arg(dice));
    if (dice < 5) {
        m_harness.addOperation(number, kind, oneIn(3) ? QByteArray(executor_operation_source) : "host");
        m_harness.startOperation(number);
    } else if (dice < 7) {
        m_harness.ask(AdvanceOperation{
            {Uuid{7, number}}, oneIn(2) ? OperationVerb::ReportProgress : OperationVerb::RequestRetire});
    } else if (dice < 13) {
        m_harness.endOperation(number);
    } else if (dice < 15) {
        m_harness.endOperation(number, OperationVerb::Cancel, OperationCancelled{QStringLiteral("so")});
    } else if (dice < 17) {
        m_harness.watchOperation(number);
    } else if (dice < 19) {
        m_harness.waitForOperations({number, below(60)});
    } else {
        m_harness.ask(AcknowledgeCompletions{below(30)});
    }
}

/// What nobody asked for, or asked for long ago: it must change nothing that is going on.
void Walker::stray()
{
    const quint64 kind = below(8);
    note(QStringLiteral("stray event %1").arg(kind));
    if (kind == 0)
        m_harness.feed(
            StoreVerdict{1'000'000 + below(9), static_cast<Verdict>(below(5)), QStringLiteral("stray")});
    else if (kind == 1)
        m_harness.feed(CheckpointFinished{{Uuid{9, below(9) + 1}}, {}});
    else if (kind == 2 && !m_past.empty() && m_past.back().receipt.run != m_harness.openRun())
        m_harness.endRun(m_past.back().receipt.run, m_past.back());
    else if (kind == 3 && !m_harness.hasInstance())
        m_harness.feed(ExecutorDied{QStringLiteral("stray")});
    else if (kind == 4 && !m_harness.hasInstance())
        m_harness.feed(StopFinished{});
    else if (kind == 5 && !m_harness.creating())
        m_harness.feed(ExecutorCreated{});
    else if (kind == 6)
        m_harness.feed(BoundaryFailed{QStringLiteral("stray")});
    else
        m_harness.tick();
}

void Walker::passTime()
{
    const Duration some = oneIn(3) ? Duration(30s) : std::chrono::milliseconds(1 + below(2500));
    note(QStringLiteral("%1 ms pass").arg(some / 1ms));
    const std::size_t abandons = m_harness.abandons.size();
    const bool stopping = m_harness.stopping();
    m_harness.advance(some);
    m_coverage.runsGivenUp += m_harness.abandons.size() - abandons;
    m_coverage.stopsGivenUp += stopping && !m_harness.stopping() ? 1 : 0;
}

/// The host dies wherever it is, with some of its writes durable and the others not.
void Walker::crash()
{
    const std::size_t durable = below(m_harness.writesInFlight() + 1);
    note(QStringLiteral("crash, %1 of %2 writes durable").arg(durable).arg(m_harness.writesInFlight()));
    // Set aside, or the dead executor would be asked for the ends of runs that nobody has.
    m_past.clear();
    m_harness.crash(durable);
    if (m_harness.script.mirror)
        note(QStringLiteral("%1; %2 more came through")
                 .arg(m_harness.script.mirror->lastCrash())
                 .arg(m_harness.cameThrough()));
    m_coverage.cameThrough += m_harness.cameThrough();
    ++m_coverage.crashes;
}

/// Everybody answers from here on; then nothing may be left open, whatever went before.
void Walker::comeToRest()
{
    HarnessOptions &script = m_harness.script;
    script.store = script.creation = script.apply = script.stopping = script.checkpoint = script.staging =
        script.cleanup = script.turns = script.keys = script.reload = Answers::AtOnce;
    note(QStringLiteral("all answer"));
    m_harness.advance(1s);
    if (m_harness.released())
        m_harness.reopen();
    m_harness.attach();
    m_harness.wake();
    m_harness.advance(5min);
    note(QStringLiteral("stop"));
    const CommandId stop = m_harness.stop();
    m_harness.advance(5min);
    const CommandReceipt *stopped = m_harness.reply(stop);
    const bool durable = m_harness.store.row().phase == Phase::Stopped && m_harness.phase() == Phase::Stopped
                         && m_harness.view().waitReason != WaitReason::Held;
    m_harness.require(stopped != nullptr, "a stop is answered");
    m_harness.require(!durable || m_harness.unresolvedWaiters() == 0, "a durable stop leaves nobody waiting");
    m_harness.require(!durable || m_harness.view().open == 0, "a durable stop leaves nothing open");
    note(QStringLiteral("shut down"));
    m_harness.shutDown(CancelMode::Hard);
    m_harness.advance(5min);
    m_harness.require(m_harness.shutdownsFinished == 1, "a shutdown finishes");
    m_harness.require(m_harness.unansweredCommands() == 0, "every command is answered");
    m_harness.require(m_harness.unansweredSteps() == 0, "every step of an operation is answered");
    m_harness.require(m_harness.unresolvedWaiters() == 0, "everybody who waits is told");
    m_harness.require(!m_harness.hasInstance(), "no instance is left");
    m_harness.require(m_harness.creations == m_harness.destructions + m_harness.creationsFailed,
                      "every instance that was made is destroyed once");
}

void Walker::cover()
{
    ++m_coverage.waitReasons[static_cast<std::size_t>(m_harness.view().waitReason)];
    for (; m_eventsCovered < m_harness.events.size(); ++m_eventsCovered)
        ++m_coverage.events[static_cast<std::size_t>(m_harness.events[m_eventsCovered].code)];
}

} // namespace burrow::test
