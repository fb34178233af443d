// SPDX-License-Identifier: Apache-2.0
#include "rig/rig.h"

namespace burrow::faults {

namespace {

/// Calls once, when it is called or when the last copy goes: a host that ends may drop what it did not answer.
class OnceAnswered
{
public:
    explicit OnceAnswered(std::function<void()> done)
        : m_state(std::shared_ptr<void>(nullptr, [done = std::move(done)](void *) { done(); }))
    {
    }
    void operator()() { m_state.reset(); }

private:
    std::shared_ptr<void> m_state;
};

CoreSettings settings()
{
    using namespace std::chrono_literals;
    CoreSettings brisk;
    brisk.queueLimit = 1000;
    brisk.retryBackoff = 1ms;
    brisk.stopGrace = 50ms;
    return brisk;
}

QByteArray refusalText(const AcceptReceipt &receipt)
{
    return receipt.refusal == Refusal::OutcomeUnknown ? QByteArray("unknown")
                                                      : QByteArray(refusalName(receipt.refusal));
}

} // namespace

QByteArray sessionName(std::size_t number)
{
    return 's' + QByteArray::number(static_cast<qulonglong>(number));
}

Rig::Rig(std::unique_ptr<Store> store, const RigOptions &options, Witness &witness, Moments &moments)
    : m_witness(witness)
    , m_moments(moments)
    , m_store(std::move(store))
    , m_observed(*m_store, witness, moments, options.stopIsBeingWritten)
    , m_workshop(std::make_shared<Workshop>(m_observed, witness, moments, options.longestRun))
{
    m_home.call([&] {
        m_host =
            std::make_unique<Host>(HostOptions{.name = "rig", .shards = options.shards}, m_observed, m_clock);
        QObject::connect(m_host.get(), &Host::fenced, m_host.get(), [this] { m_witness.told("fenced"); });
    });
}

Rig::~Rig()
{
    endHost();
}

void Rig::endHost()
{
    m_home.call([this] { m_host.reset(); });
}

Result<std::unique_ptr<Rig>> Rig::open(const RigOptions &options, Witness &witness, Moments &moments)
{
    Result<std::unique_ptr<Store>> store = openStore(options.store);
    if (!store)
        return store.error();
    std::unique_ptr<Rig> rig(new Rig(std::move(store).value(), options, witness, moments));
    const Result<void> opened = rig->openSessions(options.sessions);
    if (!opened)
        return opened.error();
    return rig;
}

Result<void> Rig::openSessions(std::size_t count)
{
    for (std::size_t number = 0; number < count; ++number) {
        auto opening = m_host->openSession({sessionName(number), m_workshop, settings()});
        if (!finishesWithin(opening, std::chrono::seconds(30)))
            return Error{ErrorKind::Internal, QStringLiteral("opening a session does not end")};
        const auto opened = opening.result();
        if (!opened)
            return opened.error();
    }
    return {};
}

void Rig::submit(const QByteArray &session, const QByteArray &label, const QByteArray &key,
                 const QByteArray &flavour)
{
    awaitAnswers(2);
    Input input;
    input.idempotencyKey = key;
    input.body = PromptBody{.text = label + ' ' + flavour, .blocksJson = {}, .appends = {}};
    // On the shard's own thread, so that a kill between the answer and its line is a kill before the line.
    OnceAnswered received([this] { answerCame(); });
    OnceAnswered ended([this] { answerCame(); });
    const auto id = std::make_shared<InputId>(); // Both answers come on one thread, the receipt first.
    m_host->submit(m_host->sessionNamed(session), std::move(input), {.wait = WaitFor::Terminal},
                   {.receipt =
                        [this, label, id, received](const AcceptReceipt &receipt) mutable {
                            *id = receipt.input;
                            tellReceipt(label, receipt);
                            received();
                        },
                    .outcome =
                        [this, label, id, ended](const Outcome &outcome) mutable {
                            tellOutcome(label, *id, outcome);
                            ended();
                        }});
}

void Rig::tellReceipt(const QByteArray &label, const AcceptReceipt &receipt)
{
    if (receipt.verdict == AcceptReceipt::Verdict::Rejected) {
        m_witness.told("refused " + label + ' ' + refusalText(receipt));
        return;
    }
    if (receipt.verdict == AcceptReceipt::Verdict::Deduplicated) {
        m_witness.told("duplicate " + label + ' ' + receipt.existing.toText());
        return;
    }
    m_witness.told("accepted " + label + ' ' + receipt.input.toText());
    m_moments.leave(Window::AcceptUntold);
}

void Rig::tellOutcome(const QByteArray &label, InputId id, const Outcome &outcome)
{
    if (outcome.waitFailure != WaitFailure::None) {
        m_witness.told("unanswered " + label);
        return;
    }
    m_witness.told("ended " + label + ' ' + id.toText() + ' ' + outcomeClassName(outcome.outcome));
    m_moments.leave(Window::EndUntold);
}

void Rig::awaitAnswers(std::size_t more)
{
    const std::lock_guard lock(m_mutex);
    m_missing += more;
}

void Rig::answerCame()
{
    const std::lock_guard lock(m_mutex);
    --m_missing;
    m_answered.notify_all();
}

bool Rig::waitForAnswers(std::size_t missing, std::chrono::milliseconds limit)
{
    std::unique_lock lock(m_mutex);
    return m_answered.wait_for(lock, limit, [&] { return m_missing <= missing; });
}

void Rig::stop(const QByteArray &session)
{
    m_follower.follow(
        m_host->stop(m_host->sessionNamed(session)),
        [this, session](const QFuture<CommandReceipt> &) { m_witness.told("stopped " + session); });
}

void Rig::start(const QByteArray &session)
{
    m_follower.follow(
        m_host->start(m_host->sessionNamed(session)),
        [this, session](const QFuture<CommandReceipt> &) { m_witness.told("started " + session); });
}

void Rig::askOutcome(const QByteArray &session, const QByteArray &label, InputId input)
{
    awaitAnswers(1);
    m_follower.follow(m_host->outcome(m_host->sessionNamed(session), input),
                      [this, label](const QFuture<Result<InputFate>> &answer) {
                          const Result<InputFate> fate = answer.result();
                          if (!fate)
                              m_witness.told("outcome " + label + " error -");
                          else if (fate->state == InputFate::State::Ended)
                              m_witness.told("outcome " + label + " ended "
                                             + outcomeClassName(fate->ended.input.outcome.outcome));
                          else if (fate->state == InputFate::State::Open)
                              m_witness.told("outcome " + label + " open -");
                          else
                              m_witness.told("outcome " + label + " unknown -");
                          answerCame();
                      });
}

bool Rig::settles(std::chrono::milliseconds limit)
{
    return finishesWithin(m_host->whenSettled(), limit);
}

QByteArray Rig::silent()
{
    const QFuture<std::vector<SessionView>> views = m_host->views();
    if (!finishesWithin(views, std::chrono::seconds(5)))
        return "some session does not answer";
    QByteArray all;
    for (const SessionView &view : views.result()) {
        if (view.waiters > 0 && view.note.isEmpty())
            all += "; " + view.name + " is " + phaseName(view.phase) + ", " + waitReasonName(view.waitReason);
    }
    return all;
}

} // namespace burrow::faults
