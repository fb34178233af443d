// SPDX-License-Identifier: Apache-2.0
#include "core_harness.h"

namespace burrow::test {

namespace {

constexpr int steps_to_rest_max = 20'000;

} // namespace

CoreHarness::CoreHarness(HarnessOptions options)
    : script(std::move(options))
    , core(session_id, script.settings)
{
    store.setRow(script.row);
    for (const InputRow &row : script.openInputs) {
        store.put(row);
        m_lastSequence = std::max(m_lastSequence, row.sequence);
    }
    openMirror();
    openCore();
}

void CoreHarness::openCore()
{
    StoredSession stored = script.mirror ? m_mirrored : store.image(session_id);
    stored.existed = stored.existed || !script.retainedKeys.empty();
    if (!script.openInputs.empty())
        stored.openInputs = std::exchange(script.openInputs, {});
    if (script.binding)
        stored.binding = script.binding;
    stored.corruption = script.corruption;
    recountLives(Ephemerals::Lost);
    CoreActions actions;
    core.open(stored, m_now, actions);
    m_untrusted = core.view().waitReason == WaitReason::Held;
    if (m_untrusted)
        forgetLives();
    carryOut(std::move(actions));
    checkAll();
    settle();
}

/// After an opening: what is open in the store lives, and what is not has ended, whoever was told.
void CoreHarness::recountLives(Ephemerals ephemerals)
{
    m_acknowledged = store.open().size();
    for (auto &[input, life] : m_lives) {
        if (life == Life::Acknowledged && ephemerals == Ephemerals::Kept && !m_storedInputs.contains(input))
            ++m_acknowledged;
        else if (life == Life::Acknowledged && !store.hasOpen(sequenceOf(input))) {
            require(!m_storedInputs.contains(input) || store.ended(sequenceOf(input)) != nullptr,
                    "what was acknowledged is open or has ended");
            life = Life::Ended;
        }
    }
    for (const auto &[sequence, open] : store.open()) {
        m_lives[open.id] = Life::Acknowledged;
        m_storedInputs.insert(open.id);
    }
}

/// Of a session whose image is not trusted no input is here.
void CoreHarness::forgetLives()
{
    m_acknowledged = 0;
    for (auto &[input, life] : m_lives)
        life = Life::Ended;
}

void CoreHarness::crash(std::size_t durable)
{
    for (; durable > 0 && !m_pendingWrites.empty(); --durable) {
        commitToStore(m_pendingWrites.front());
        m_pendingWrites.pop_front();
    }
    if (script.mirror)
        crashMirror();
    else
        store.crash();
    makeCoreAnew();
}

void CoreHarness::reopen()
{
    require(m_released, "a session is opened again after this host has let go of it");
    if (script.mirror)
        reloadMirror();
    makeCoreAnew();
}

void CoreHarness::makeCoreAnew()
{
    m_pendingWrites.clear();
    m_fallenWrites.clear();
    m_answers.clear();
    m_lateAnswers.clear();
    m_openApply.reset();
    m_checkpointOpen.reset();
    m_stageOpen.reset();
    m_directs.clear();
    m_everStaged.clear();
    m_asked.clear();
    m_waiting.clear();
    destructions += m_instance != Instance::None ? 1 : 0;
    m_instance = Instance::None;
    m_dead = m_stopOpen = m_keysOpen = m_reloadOpen = m_mintOpen = m_storeFailed = m_shutdown = m_released =
        false;
    m_cleanupOpen = 0;
    m_operationsAsked.clear();
    if (store.operationsForgotten()) // Their names may be used again.
        m_operationsTold.clear();
    shutdownsFinished = 0;
    m_lastTicket = 0;
    m_keyRound = 0;
    std::destroy_at(&core);
    std::construct_at(&core, session_id, script.settings);
    openCore();
}

CoreHarness::~CoreHarness()
{
    if (!m_violations.empty())
        QTest::qFail(qPrintable(m_violations.front()), __FILE__, __LINE__);
}

Submitted CoreHarness::submitCommand(InputId id, Input input, std::optional<WaitMode> wait,
                                     AcceptCommand command)
{
    Submitted submitted{++m_lastCommand, id, wait ? ++m_lastWaiter : 0};
    input.id = id;
    if (input.durability != Durability::Ephemeral)
        m_storedInputs.insert(id);
    command.command = submitted.command;
    command.waiter = {submitted.waiter, wait.value_or(WaitMode::Attempt)};
    command.input = std::make_shared<const Input>(std::move(input));
    m_asked[submitted.command] = {submitted.waiter, id};
    feed(std::move(command));
    return submitted;
}

InputId CoreHarness::mintInput()
{
    return {Uuid::version7(1, 0, script.mirror ? script.mirror->nextSequence() : ++m_lastSequence)};
}

RunId CoreHarness::mintRun()
{
    return {Uuid::version7(2, 0, ++m_lastRun)};
}

Submitted CoreHarness::submit(Input input, std::optional<WaitMode> wait)
{
    return submitCommand(mintInput(), std::move(input), wait);
}

Submitted CoreHarness::submitWithoutWake(Input input, std::optional<WaitMode> wait)
{
    return submitCommand(mintInput(), std::move(input), wait, {.withoutWake = true});
}

Submitted CoreHarness::submitAs(InputId id, Input input, std::optional<WaitMode> wait)
{
    return submitCommand(id, std::move(input), wait);
}

Submitted CoreHarness::submitTo(std::shared_ptr<const RuntimeBinding> address, Input input)
{
    return submitCommand(mintInput(), std::move(input), std::nullopt, {.address = std::move(address)});
}

Submitted CoreHarness::submitAndRun(Input input, std::optional<WaitMode> wait)
{
    const RunId run = mintRun();
    m_directs.insert(run);
    return submitCommand(mintInput(), std::move(input), wait, {.directRun = run});
}

Submitted CoreHarness::waitFor(InputId input, WaitMode mode)
{
    const Submitted waiting{++m_lastCommand, input, ++m_lastWaiter};
    m_asked[waiting.command] = {waiting.waiter, input};
    feed(WaitCommand{waiting.command, input, {waiting.waiter, mode}});
    return waiting;
}

CommandId CoreHarness::lifecycle(LifecycleVerb verb, const QString &reason)
{
    const CommandId command = ++m_lastCommand;
    m_asked[command] = {};
    feed(LifecycleCommand{command, verb, reason});
    return command;
}

CommandId CoreHarness::cancel(CancelMode mode, RunId run)
{
    const CommandId command = ++m_lastCommand;
    m_asked[command] = {};
    feed(CancelCommand{command, mode, run, QStringLiteral("a person asked for it")});
    return command;
}

CommandId CoreHarness::publish(LifecycleEvent event)
{
    const CommandId command = ++m_lastCommand;
    m_asked[command] = {};
    feed(PublishCommand{command, std::move(event)});
    return command;
}

CommandId CoreHarness::bind(const QByteArray &runtimeId, std::optional<EpochId> epoch)
{
    const CommandId command = ++m_lastCommand;
    m_asked[command] = {};
    BindCommand event{.command = command, .runtimeId = runtimeId};
    event.epoch = epoch;
    event.freshEpoch = {Uuid::version7(3, 0, ++m_lastEpoch)};
    feed(std::move(event));
    return command;
}

CommandId CoreHarness::installInterrupt()
{
    const CommandId command = ++m_lastCommand;
    m_asked[command] = {};
    feed(InstallInterrupt{command});
    return command;
}

void CoreHarness::shutDown(CancelMode mode)
{
    m_shutdown = true;
    feed(ShutdownCommand{mode});
}

void CoreHarness::turn()
{
    feed(Turn{mintRun()});
}

void CoreHarness::answer(Verdict verdict)
{
    if (m_pendingWrites.empty()) {
        violated(QStringLiteral("the test answers a write that was not submitted"));
        return;
    }
    deliver(verdict);
    settle();
}

void CoreHarness::commitAll()
{
    while (!m_pendingWrites.empty())
        commit();
}

void CoreHarness::commitToStore(const WriteSet &set)
{
    store.now = wallNow();
    if (std::optional<QString> wrong = store.commit(set))
        violated(QStringLiteral("the store refuses a write: %1").arg(*wrong));
    if (!script.mirror)
        return;
    script.mirror->setTime(wallNow());
    if (std::optional<QString> wrong = script.mirror->commit(set))
        violated(QStringLiteral("the store that ships does not take a write: %1").arg(*wrong));
}

void CoreHarness::deliver(Verdict verdict)
{
    const WriteSet set = std::move(m_pendingWrites.front());
    m_pendingWrites.pop_front();
    if (verdict == Verdict::Committed) {
        commitToStore(set);
        dispatch(StoreVerdict{set.ticket, verdict, {}});
        return;
    }
    const bool accept = std::holds_alternative<AcceptOperation>(set.operation);
    const bool grant = std::holds_alternative<GrantOperation>(set.operation);
    const bool operations = std::holds_alternative<OperationsOperation>(set.operation);
    m_storeFailed = m_storeFailed || (!accept && !grant && !operations);
    if (verdict == Verdict::NotWritten) {
        dispatch(StoreVerdict{set.ticket, verdict, QStringLiteral("no space is left")});
        return;
    }
    // What was submitted behind it falls with it; nothing may be submitted any more.
    m_fallenWrites.swap(m_pendingWrites);
    m_untrusted = m_storeFailed = true;
    if (verdict == Verdict::Unknown && script.unknownIsDurable)
        commitToStore(set);
    dispatch(StoreVerdict{set.ticket, verdict, QStringLiteral("another host, or a row that differs")});
    while (!m_fallenWrites.empty()) {
        const TicketNumber next = m_fallenWrites.front().ticket;
        m_fallenWrites.pop_front();
        dispatch(StoreVerdict{next, verdict, QStringLiteral("after an earlier one")});
    }
}

void CoreHarness::keysLoaded(bool works)
{
    answerKeys(works);
    settle();
}

void CoreHarness::answerKeys(bool works)
{
    require(m_keysOpen, "the test answers a question for keys that nobody asked");
    m_keysOpen = false;
    Result<std::vector<RetainedKey>> keys = Error{ErrorKind::Io, QStringLiteral("the disk does not answer")};
    if (works) {
        keys = script.mirror ? mirrorKeys() : store.keys();
        if (keys)
            keys->insert(keys->end(), script.retainedKeys.begin(), script.retainedKeys.end());
    }
    dispatch(KeysLoaded{m_keyRound, std::move(keys), wallNow()});
}

void CoreHarness::reloaded(bool works)
{
    answerReload(works);
    settle();
}

void CoreHarness::answerReload(bool works)
{
    require(m_reloadOpen, "the test answers a question for the image that nobody asked");
    m_reloadOpen = false;
    if (!works) {
        dispatch(Reloaded{Error{ErrorKind::Io, QStringLiteral("the disk does not answer")}});
        return;
    }
    if (script.mirror)
        reloadMirror();
    auto stored = std::make_shared<StoredSession>(script.mirror ? m_mirrored : store.image(session_id));
    stored->corruption = script.corruption;
    const bool ended = stored->row.phase == Phase::Stopped || stored->row.phase == Phase::Destroyed;
    if (!m_shutdown) {
        m_untrusted = !script.corruption.isEmpty();
        m_storeFailed = m_storeFailed && m_untrusted;
        if (m_untrusted)
            forgetLives();
        else
            recountLives(ended ? Ephemerals::Lost : Ephemerals::Kept);
    }
    dispatch(Reloaded{std::shared_ptr<const StoredSession>(std::move(stored))});
}

void CoreHarness::created(bool works)
{
    if (!works) {
        notCreated(ErrorKind::Plugin);
        return;
    }
    require(m_instance == Instance::Creating, "the test answers a creation that nobody asked for");
    m_instance = Instance::Ready;
    feed(ExecutorCreated{Result<void>{}});
}

void CoreHarness::notCreated(ErrorKind kind, const QString &message)
{
    require(m_instance == Instance::Creating, "the test answers a creation that nobody asked for");
    m_instance = Instance::None;
    ++creationsFailed;
    feed(ExecutorCreated{Error{kind, message}});
}

void CoreHarness::end(RunEnd end)
{
    require(m_openApply.has_value(), "the test ends a run that is not open");
    endRun(openRun(), std::move(end));
}

void CoreHarness::endRun(RunId run, RunEnd end)
{
    if (std::holds_alternative<RunAbandoned>(end) && applyOpen() && !directOpen() && openRun() == run)
        m_instance = Instance::Lost;
    feed(ApplyFinished{run, std::move(end)});
}

RunOutput CoreHarness::output(RunTerminal terminal) const
{
    RunOutput output;
    if (!m_openApply)
        return output;
    output.receipt.run = m_openApply->run;
    output.receipt.boundary = m_openApply->primitive->boundary;
    for (const Contributor &contributor : m_openApply->primitive->contributors)
        output.receipt.contributors.push_back(contributor.input);
    output.terminal = terminal;
    output.text = "the answer";
    return output;
}

void CoreHarness::succeed(RunTerminal terminal, std::optional<QByteArray> snapshot)
{
    RunOutput good = output(terminal);
    good.snapshot = std::move(snapshot);
    end(std::move(good));
}

void CoreHarness::failRun(FailureCause cause, const QString &message)
{
    end(RunError{.cause = cause, .message = message});
}

void CoreHarness::checkpointed(bool works)
{
    require(m_checkpointOpen.has_value(), "the test answers a checkpoint that nobody asked for");
    const RunId run = m_checkpointOpen ? m_checkpointOpen->run : RunId{};
    feed(CheckpointFinished{
        run, works ? Result<void>{}
                   : Result<void>{Error{ErrorKind::Plugin, QStringLiteral("it kept the old one")}}});
}

void CoreHarness::staged(std::optional<QByteArray> snapshot)
{
    require(m_stageOpen.has_value(), "the test answers a staging that nobody asked for");
    if (m_stageOpen)
        feed(ContextStaged{m_stageOpen->run, m_stageOpen->input, StagedContext{std::move(snapshot)}});
}

void CoreHarness::notStaged(const QString &message)
{
    require(m_stageOpen.has_value(), "the test answers a staging that nobody asked for");
    if (m_stageOpen)
        feed(ContextStaged{m_stageOpen->run, m_stageOpen->input, Error{ErrorKind::Plugin, message}});
}

void CoreHarness::stopped(bool works)
{
    require(m_stopOpen, "the test answers a stop that nobody asked for");
    if (m_instance == Instance::Ready)
        m_instance = Instance::Stopped;
    feed(StopFinished{works ? Result<void>{}
                            : Result<void>{Error{ErrorKind::Plugin, QStringLiteral("it will not")}}});
}

void CoreHarness::cleanedUp(bool works)
{
    require(m_cleanupOpen != 0, "the test answers a clean-up that nobody asked for");
    feed(CleanupFinished{std::exchange(m_cleanupOpen, 0),
                         works ? Result<void>{}
                               : Result<void>{Error{ErrorKind::Plugin, QStringLiteral("something is left")}}});
}

void CoreHarness::die(const QString &reason)
{
    if (m_instance == Instance::Creating) {
        created(false);
        return;
    }
    if (m_instance == Instance::None)
        return;
    m_dead = true;
    if (m_stageOpen)
        notStaged(reason);
    if (m_openApply && !m_openDirect)
        end(RunError{.cause = FailureCause::ExecutorStopped, .message = reason});
    if (m_checkpointOpen)
        checkpointed(false);
    if (m_stopOpen)
        stopped();
    if (m_instance == Instance::None)
        return;
    m_instance = Instance::Lost;
    if (!m_openDirect)
        m_openApply.reset();
    dispatch(ExecutorDied{reason});
    // What was asked of it after its end is answered after the word of its end, when nobody counts on it any
    // more.
    m_answers.insert(m_answers.end(), m_lateAnswers.begin(), m_lateAnswers.end());
    m_lateAnswers.clear();
    settle();
}

void CoreHarness::dieWithoutAnswers(ExecutorEnding ending)
{
    m_instance = Instance::Lost;
    if (!m_openDirect)
        m_openApply.reset();
    m_checkpointOpen.reset();
    m_stageOpen.reset();
    m_stopOpen = false;
    feed(ExecutorDied{QStringLiteral("its process ended"), ending});
}

void CoreHarness::advance(Duration duration)
{
    const MonotonicTime target = m_now + duration;
    while (core.deadline() <= target) {
        m_now = std::max(m_now, core.deadline());
        tick();
        if (core.deadline() <= m_now) {
            violated(QStringLiteral("a deadline that has passed is still due after its tick"));
            break;
        }
    }
    m_now = std::max(m_now, target);
}

void CoreHarness::feed(CoreEvent event)
{
    dispatch(std::move(event));
    settle();
}

void CoreHarness::dispatch(CoreEvent event)
{
    const auto *applied = std::get_if<ApplyFinished>(&event);
    if (applied != nullptr && m_openApply && m_openApply->run == applied->run)
        m_openApply.reset();
    const auto *checkpoint = std::get_if<CheckpointFinished>(&event);
    if (checkpoint != nullptr && m_checkpointOpen && m_checkpointOpen->run == checkpoint->run)
        m_checkpointOpen.reset();
    const auto *staged = std::get_if<ContextStaged>(&event);
    if (staged != nullptr && m_stageOpen && m_stageOpen->input == staged->input)
        m_stageOpen.reset();
    m_stopOpen = m_stopOpen && !std::holds_alternative<StopFinished>(event);
    CoreActions actions;
    core.handle(std::move(event), m_now, actions);
    carryOut(std::move(actions));
    checkAll();
}

void CoreHarness::settle()
{
    for (int step = 0; step < steps_to_rest_max; ++step) {
        if (!m_answers.empty()) {
            CoreEvent next = std::move(m_answers.front());
            m_answers.pop_front();
            dispatch(std::move(next));
        } else if (script.reload == Answers::AtOnce && m_reloadOpen) {
            answerReload(true);
        } else if (script.minting == Answers::AtOnce && m_mintOpen) {
            m_mintOpen = false;
            const InputId id = mintInput();
            m_storedInputs.insert(id);
            dispatch(ContinuationMinted{id, wallNow()});
        } else if (script.keys == Answers::AtOnce && m_keysOpen) {
            answerKeys(true);
        } else if (script.store == Answers::AtOnce && !m_pendingWrites.empty()) {
            deliver(Verdict::Committed);
        } else if (!answerForExecutor()) {
            if (script.turns == Answers::Held || !core.turnDue())
                return;
            dispatch(Turn{mintRun()});
        }
    }
    violated(QStringLiteral("the core does not come to rest"));
}

/// Gives one answer that the script says is given at once.
bool CoreHarness::answerForExecutor()
{
    if (script.creation == Answers::AtOnce && m_instance == Instance::Creating) {
        m_instance = Instance::Ready;
        dispatch(ExecutorCreated{});
        return true;
    }
    if (m_dead)
        return false;
    if (script.apply == Answers::AtOnce && m_openApply) {
        const RunOutput good = output();
        dispatch(ApplyFinished{good.receipt.run, good});
    } else if (script.staging == Answers::AtOnce && m_stageOpen) {
        dispatch(ContextStaged{m_stageOpen->run, m_stageOpen->input, StagedContext{}});
    } else if (script.checkpoint == Answers::AtOnce && m_checkpointOpen) {
        dispatch(CheckpointFinished{m_checkpointOpen->run, {}});
    } else if (script.cleanup == Answers::AtOnce && m_cleanupOpen != 0) {
        dispatch(CleanupFinished{std::exchange(m_cleanupOpen, 0), {}});
    } else if (script.stopping == Answers::AtOnce && m_stopOpen) {
        m_instance = Instance::Stopped;
        dispatch(StopFinished{});
    } else {
        return false;
    }
    return true;
}

void CoreHarness::carryOut(CoreActions actions)
{
    for (CoreAction &action : actions)
        std::visit([this](auto &one) { carry(one); }, action);
}

const AcceptReceipt *CoreHarness::receipt(const Submitted &submitted) const
{
    const auto found = m_receipts.find(submitted.command);
    return found == m_receipts.end() ? nullptr : &found->second;
}

const CommandReceipt *CoreHarness::reply(CommandId command) const
{
    const auto found = m_replies.find(command);
    return found == m_replies.end() ? nullptr : &found->second;
}

const Outcome *CoreHarness::outcome(const Submitted &submitted) const
{
    const auto found = m_outcomes.find(submitted.waiter);
    return found == m_outcomes.end() ? nullptr : &found->second;
}

const InputRecord *CoreHarness::record(const Submitted &submitted) const
{
    const InputRecord *found = nullptr;
    core.visitInputs([&](const InputRecord &record) {
        if (record.input->id == submitted.input)
            found = &record;
    });
    return found;
}

InputPhase CoreHarness::phaseOf(const Submitted &submitted) const
{
    const InputRecord *found = record(submitted);
    return found != nullptr ? found->registers.phase : InputPhase::Untracked;
}

std::vector<LifecycleEvent> CoreHarness::eventsOf(EventCode code) const
{
    std::vector<LifecycleEvent> found;
    std::copy_if(events.begin(), events.end(), std::back_inserter(found),
                 [code](const LifecycleEvent &event) { return event.code == code; });
    return found;
}

std::vector<EventCode> CoreHarness::codesFor(const Submitted &submitted) const
{
    std::vector<EventCode> found;
    for (const LifecycleEvent &event : events) {
        if (event.input == submitted.input)
            found.push_back(event.code);
    }
    return found;
}

bool CoreHarness::outsideIsQuiet() const
{
    return m_pendingWrites.empty() && !m_openApply && m_instance != Instance::Creating && !m_stopOpen
           && !m_checkpointOpen && !m_stageOpen && m_answers.empty();
}

} // namespace burrow::test
