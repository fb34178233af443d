// SPDX-License-Identifier: Apache-2.0
// Asynchronous operations in a world: what is asked of them, what the core answers, and the rules that hold for
// them whatever becomes of their session.
#include "world.h"

namespace burrow::test {

namespace {

constexpr EpochId an_epoch{{9, 9}};
/// Commands and waits for operations are numbered from here on, by what is asked.
constexpr quint64 ask_numbers_first = 1000;

std::size_t numberOf(OperationAsk ask)
{
    return static_cast<std::size_t>(ask);
}

quint32 bitOf(std::size_t ask)
{
    return 1U << ask;
}

bool isAboutOne(std::size_t ask)
{
    return ask < asks_per_operation * operations_max;
}

bool asks(std::size_t ask, OperationAsk what)
{
    return isAboutOne(ask) ? ask % asks_per_operation == numberOf(what) : ask == numberOf(what);
}

OperationOutcome outcomeOf(OperationVerb verb)
{
    switch (verb) {
    case OperationVerb::Complete:
        return OperationCompleted{"done", {}};
    case OperationVerb::Fail:
        return OperationFailed{QStringLiteral("it broke")};
    case OperationVerb::MarkRetired:
        return OperationRetired{};
    default:
        return OperationCancelled{QStringLiteral("asked")};
    }
}

/// Said here once more: the table is what is looked at.
bool mayFollow(OperationStatus before, OperationStatus after)
{
    using enum OperationStatus;
    if (before == after)
        return true;
    switch (before) {
    case Absent:
        return after == Provisioning;
    case Provisioning:
        return after == Running || after == Failed || after == Aborted || after == Cancelled
               || after == Terminated;
    case Running:
        return after == Retiring || (isTerminal(after) && after != Aborted);
    case Retiring:
        return isTerminal(after) && after != Aborted;
    default:
        return false; // An end is for good.
    }
}

/// Said here once more: whether there is an end that wakes and for which no continuation was submitted.
bool owesWake(const CompletionFeed &feed)
{
    return std::any_of(feed.entries().begin(), feed.entries().end(), [&feed](const FeedEntry &entry) {
        return entry.kind == OperationKind::BackgroundTool
               && entry.sequence > feed.cursor(FeedCursor::RuntimeInjected);
    });
}

} // namespace

void World::stepsOfOperations(std::vector<Step> &out) const
{
    if (m_minting && nextContinuation() < m_scenario->scripts.size())
        out.push_back(Step::Mint);
    const std::size_t operations = m_scenario->operations.size();
    if (operations == 0 || m_left.asks == 0)
        return;
    for (std::size_t at = 0; at < operation_asks_max; ++at) {
        if (m_asked & bitOf(at))
            continue;
        const std::size_t operation = at / asks_per_operation;
        if (isAboutOne(at)) {
            const std::size_t begin = operation * asks_per_operation;
            // An executor that is not there begins nothing; what was not begun is only begun, or asked for.
            const bool begins = at == begin;
            const bool isPossible =
                begins ? !m_scenario->operations[std::min(operation, operations - 1)].ofExecutor
                             || m_instance == Instance::Ready
                       : (m_asked & bitOf(begin)) != 0;
            if (operation >= operations || !isPossible)
                continue;
        } else if (at == numberOf(OperationAsk::StopWaiting)) {
            if ((m_asksOpen & bitOf(numberOf(OperationAsk::WaitForAll))) == 0)
                continue;
        } else if (at == numberOf(OperationAsk::AcknowledgeAgain)) {
            if ((m_asked & bitOf(numberOf(OperationAsk::Acknowledge))) == 0)
                continue;
        }
        out.push_back(Step::Ask + at);
    }
}

void World::ask(std::size_t ask)
{
    m_asked |= bitOf(ask);
    m_wasCommand = true;
    m_wasWait = asks(ask, OperationAsk::Watch) || asks(ask, OperationAsk::WaitForAll);
    const quint64 number = ask_numbers_first + ask;
    const auto give = [&](OperationRequest request, CommandId command) {
        feed(OperationCommand{command, std::make_shared<const OperationRequest>(std::move(request)), {}});
    };
    if (ask == numberOf(OperationAsk::StopWaiting)) {
        m_asksOpen &= ~bitOf(numberOf(OperationAsk::WaitForAll));
        give(EndOperationWait{ask_numbers_first + numberOf(OperationAsk::WaitForAll)}, 0);
        return;
    }
    m_asksOpen |= bitOf(ask);
    if (ask == numberOf(OperationAsk::WaitForAll)) {
        WaitForOperations wait{{}, number};
        for (std::size_t at = 0; at < m_scenario->operations.size(); ++at)
            wait.operations.push_back(m_scenario->operations[at].id(at));
        give(std::move(wait), 0);
        return;
    }
    if (!isAboutOne(ask)) {
        const OperationRegistry *registry = m_core->operations();
        give(AcknowledgeCompletions{registry == nullptr ? 0 : registry->feed().watermark()}, number);
        return;
    }
    const std::size_t at = ask / asks_per_operation;
    const OperationScript &one = m_scenario->operations[at];
    const OperationId id = one.id(at);
    switch (static_cast<OperationAsk>(ask % asks_per_operation)) {
    case OperationAsk::Begin: {
        const QByteArray source = one.ofExecutor ? QByteArray(executor_operation_source) : QByteArray("group");
        return give(RegisterOperation{{id, one.kind, one.name, source}, an_epoch}, number);
    }
    case OperationAsk::Start:
        return give(AdvanceOperation{id, OperationVerb::ProvisioningSucceeded}, number);
    case OperationAsk::Retire:
        return give(AdvanceOperation{id, OperationVerb::RequestRetire}, number);
    case OperationAsk::End:
        return give(EndOperation{id, one.end, outcomeOf(one.end)}, number);
    case OperationAsk::EndOtherwise:
        return give(EndOperation{id, OperationVerb::Cancel, outcomeOf(OperationVerb::Cancel)}, number);
    default:
        return give(WatchOperation{id, number}, 0);
    }
}

/// The script that the core's next continuation is told as.
std::size_t World::nextContinuation() const
{
    std::size_t at = 0;
    while (at < m_scenario->scripts.size()
           && (!script(at).own || m_known[at].life == Life::Open || m_known[at].life == Life::Ended))
        ++at;
    return at;
}

void World::mint()
{
    m_minting = false;
    const std::size_t at = nextContinuation();
    Known &input = m_known[at];
    input = {};
    input.life = Life::Asked;
    input.sequence = ++m_lastSequence;
    m_scriptOf.at(input.sequence) = static_cast<quint8>(at);
    const std::size_t before = m_writes.size();
    feed(ContinuationMinted{m_scenario->input(at, input.sequence)->id, {}});
    if (m_writes.size() == before)
        input.life = Life::Unsent; // The session has other work by now, or takes none.
}

/// A continuation that was not written was never there.
void World::dropUnwritten(const WriteSet &set)
{
    const auto *accept = std::get_if<AcceptOperation>(&set.operation);
    if (accept != nullptr && script(m_scriptOf.at(accept->row.sequence)).own)
        m_known[m_scriptOf.at(accept->row.sequence)].life = Life::Unsent;
}

/// The write that accepts a continuation is the one that says for which ends it was.
void World::checkContinuation(const WriteSet &set)
{
    const auto *accept = std::get_if<AcceptOperation>(&set.operation);
    if (accept == nullptr || !script(m_scriptOf.at(accept->row.sequence)).own)
        return;
    require(set.operations != nullptr, "a continuation moves the feed's cursors in the write that accepts it");
    require(m_store->operations() != nullptr, "a continuation is for what is durable");
    if (set.operations == nullptr || m_store->operations() == nullptr)
        return;
    const auto injected = static_cast<std::size_t>(FeedCursor::RuntimeInjected);
    const quint64 from = m_store->operations()->cursors[injected];
    const quint64 to = set.operations->cursors[injected];
    require(std::any_of(m_store->operations()->feed.begin(), m_store->operations()->feed.end(),
                        [&](const FeedEntry &entry) {
                            return entry.kind == OperationKind::BackgroundTool && entry.sequence > from
                                   && entry.sequence <= to;
                        }),
            "a continuation is for an end that woke nobody yet");
    for (std::size_t at = 0; at < m_scenario->scripts.size(); ++at)
        require(m_known[at].life != Life::Open, "a continuation is for a session that has no other work");
}

/// Also when the store forgot it: that its session has left is durable, and ends it as well.
bool World::isDurablyOver(OperationId operation) const
{
    return m_store->operationEnded(operation) || m_store->operationsForgotten();
}

void World::carry(const ReplyOperation &action)
{
    const std::size_t ask = action.command - ask_numbers_first;
    require(action.command >= ask_numbers_first && ask < operation_asks_max && (m_asksOpen & bitOf(ask)) != 0,
            "a step of an operation is answered once");
    m_asksOpen &= ~bitOf(ask);
    const OperationReceipt &receipt = action.receipt;
    require(receipt.ok() || !receipt.message.isEmpty(), "a refused step says why");
    if (!receipt.ok())
        return;
    if (asks(ask, OperationAsk::End) || asks(ask, OperationAsk::EndOtherwise)) {
        const OperationScript &one = m_scenario->operations[ask / asks_per_operation];
        require(isTerminal(receipt.status), "who asked for an end hears of an end");
        require(one.kind == OperationKind::CapacitySlot || isDurablyOver(one.id(ask / asks_per_operation)),
                "the end of an operation is durable before anybody hears of it");
    }
}

void World::carry(const ResolveOperations &action)
{
    const std::size_t ask = action.waiter - ask_numbers_first;
    require(action.waiter >= ask_numbers_first && ask < operation_asks_max && (m_asksOpen & bitOf(ask)) != 0,
            "a wait for operations is resolved once, and only while somebody waits");
    m_asksOpen &= ~bitOf(ask);
    const OperationRegistry *registry = m_core->operations();
    if (!action.answer.ok()) {
        require(!action.answer.error().message.isEmpty(), "who hears nothing of operations hears why");
        const bool lost = registry != nullptr && !registry->poisoned().isEmpty();
        return require(lost || m_wasWait || m_released || m_isReload,
                       "only the loss of what would know ends a wait without its end");
    }
    const std::size_t expected = isAboutOne(ask) ? 1 : m_scenario->operations.size();
    require(action.answer->size() == expected, "a wait for operations hears of each of them");
    for (const EndedOperation &ended : *action.answer) {
        require(ended.spec.kind == OperationKind::CapacitySlot || isDurablyOver(ended.spec.id),
                "the end of an operation is durable before anybody hears of it");
        const std::optional<EndedOperation> known =
            registry == nullptr ? std::nullopt : registry->ended(ended.spec.id);
        require(known && known->outcome == ended.outcome && known->sequence == ended.sequence,
                "who waits for an operation hears its one end");
    }
}

void World::carry(const MintContinuation &)
{
    require(!std::exchange(m_minting, true), "one continuation is asked for at a time");
    const OperationRegistry *registry = m_core->operations();
    require(registry != nullptr && owesWake(registry->feed()),
            "a continuation is asked for when an end has woken nobody yet");
}

/// How it is before a step.
void World::noteOperations()
{
    const OperationRegistry *registry = m_core->operations();
    for (std::size_t at = 0; at < m_scenario->operations.size(); ++at)
        m_statusBefore[at] =
            registry == nullptr ? OperationStatus::Absent : registry->status(m_scenario->operations[at].id(at));
    m_cursorsBefore = registry == nullptr ? FeedCursors{} : registry->feed().cursors();
}

void World::checkOperations()
{
    const OperationRegistry *registry = m_core->operations();
    if (registry == nullptr) {
        require(m_asksOpen == 0, "where there are no operations nobody waits for any");
        return;
    }
    quint32 live = 0;
    for (std::size_t at = 0; at < m_scenario->operations.size(); ++at) {
        const OperationStatus status = registry->status(m_scenario->operations[at].id(at));
        live += status != OperationStatus::Absent && !isTerminal(status) ? 1 : 0;
        // Ends that were durable and not known to be are found when the session is read again.
        require(m_isReload || mayFollow(m_statusBefore[at], status),
                "an operation takes no step that is not its");
    }
    require(registry->active() == live, "what is live is what holds capacity");
    require(!m_scenario->settings.operationLimit || live <= *m_scenario->settings.operationLimit,
            "no more operations are live than the session allows");
    quint32 waits = 0;
    for (std::size_t at = 0; at < operation_asks_max; ++at) {
        const bool isWait = asks(at, OperationAsk::Watch) || asks(at, OperationAsk::WaitForAll);
        waits += isWait && (m_asksOpen & bitOf(at)) != 0 ? 1 : 0;
    }
    require(registry->waiters() == waits, "every wait for operations has somebody who waits, and the reverse");
    const CompletionFeed &feed = registry->feed();
    for (std::size_t at = 0; at < m_cursorsBefore.size(); ++at) {
        require(m_isReload || feed.cursors()[at] >= m_cursorsBefore[at], "cursors only rise");
        require(feed.cursors()[at] <= feed.watermark(), "no cursor passes the last end");
    }
    // Who leaves without having ended takes its operations along, and is on its way out.
    const bool isLeaving = m_store->operationsForgotten() && m_core->view().phase == Phase::Idle;
    if (!m_untrusted && registry->poisoned().isEmpty() && !isLeaving)
        checkEndedOperations(*registry);
}

/// What has ended here has ended in the store, with the same feed, and the reverse.
void World::checkEndedOperations(const OperationRegistry &registry)
{
    const std::shared_ptr<const StoredOperations> &stored = m_store->operations();
    for (std::size_t at = 0; at < m_scenario->operations.size(); ++at) {
        const OperationScript &one = m_scenario->operations[at];
        if (one.kind == OperationKind::CapacitySlot)
            continue;
        const std::optional<EndedOperation> here = registry.ended(one.id(at));
        const EndedOperation *there = nullptr;
        if (stored != nullptr) {
            const auto found =
                std::find_if(stored->ended.begin(), stored->ended.end(),
                             [&](const EndedOperation &ended) { return ended.spec.id == one.id(at); });
            there = found == stored->ended.end() ? nullptr : &*found;
        }
        require(here.has_value() == (there != nullptr), "what has ended has ended in the store");
        require(!here || there == nullptr
                    || (here->outcome == there->outcome && here->sequence == there->sequence),
                "an operation has one end, here and in the store");
    }
    const std::deque<FeedEntry> &feed = registry.feed().entries();
    require(stored == nullptr ? feed.empty()
                              : std::equal(feed.begin(), feed.end(), stored->feed.begin(), stored->feed.end()),
            "the feed is stored as it is told");
    for (const FeedCursor cursor : {FeedCursor::AgentApplied, FeedCursor::RuntimeInjected}) {
        const auto at = static_cast<std::size_t>(cursor);
        require(registry.feed().cursors()[at] == (stored == nullptr ? 0 : stored->cursors[at]),
                "a cursor that must not be read twice has moved when that is durable");
    }
}

/// Of a session in which nothing is going on.
void World::checkOperationsAtRest()
{
    const OperationRegistry *registry = m_core->operations();
    if (registry == nullptr)
        return;
    for (std::size_t at = 0; at < operation_asks_max; ++at) {
        const bool isWait = asks(at, OperationAsk::Watch) || asks(at, OperationAsk::WaitForAll);
        require(isWait || (m_asksOpen & bitOf(at)) == 0, "nobody waits for an answer when nothing is going on");
        if (isWait && isAboutOne(at) && (m_asksOpen & bitOf(at)) != 0) {
            const std::size_t operation = at / asks_per_operation;
            require(!isTerminal(registry->status(m_scenario->operations[operation].id(operation))),
                    "nobody waits for what has ended");
        }
    }
    require(!registry->hasStaged() || !registry->poisoned().isEmpty() || m_untrusted,
            "no end waits for a write that nobody makes");
    if (!registry->poisoned().isEmpty() || m_untrusted || m_shutdown)
        return;
    for (std::size_t at = 0; at < m_scenario->operations.size(); ++at) {
        const OperationScript &one = m_scenario->operations[at];
        const OperationStatus status = registry->status(one.id(at));
        require(!one.ofExecutor || m_instance == Instance::Ready || isTerminal(status)
                    || status == OperationStatus::Absent,
                "what an executor has begun does not outlive it");
    }
    const SessionView view = m_core->view();
    const bool isQuiet = view.attached && (view.phase == Phase::Idle || view.phase == Phase::Attached)
                         && view.queued + view.steering == 0;
    require(!isQuiet || !owesWake(registry->feed()), "a session that is quiet is woken for what has ended");
}

void World::encodeOperations(Encoding &scratch) const
{
    if (m_scenario->operations.empty())
        return;
    quint32 ended = 0;
    for (std::size_t at = 0; at < m_scenario->operations.size(); ++at)
        ended |= m_store->operationEnded(m_scenario->operations[at].id(at)) ? 1U << at : 0U;
    scratch.put((static_cast<quint64>(m_asked) << 32U) | m_asksOpen);
    scratch.put((static_cast<quint64>(ended) << 2U) | (m_minting ? 1U : 0U)
                | (m_store->operationsForgotten() ? 2U : 0U));
}

} // namespace burrow::test
