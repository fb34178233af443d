// SPDX-License-Identifier: Apache-2.0
#include "cli/input_feeder.h"
#include "control/when_finished.h"

namespace burrow {

namespace {

// Enough to keep a session busy while answers travel back.
constexpr quint32 unanswered_max = 64;

AcceptReceipt lostReceipt()
{
    AcceptReceipt receipt;
    receipt.refusal = Refusal::OutcomeUnknown;
    receipt.message = QStringLiteral("the host gave no receipt");
    return receipt;
}

Outcome lostOutcome()
{
    Outcome outcome;
    outcome.waitFailure = WaitFailure::ChannelClosed;
    outcome.reason = QStringLiteral("the host gave no outcome");
    return outcome;
}

/// What was submitted had been submitted in an earlier life of the session, and its answer is still in the
/// store.
bool hasEndedBefore(const InputEnd &end)
{
    return end.repeatExpected && end.receipt.verdict == AcceptReceipt::Verdict::Deduplicated
           && end.receipt.work == Work::Ended;
}

} // namespace

InputFeeder::InputFeeder(Host &host, Target target, std::vector<std::unique_ptr<InputStream>> streams,
                         QObject *parent)
    : QObject(parent)
    , m_host(host)
    , m_session(target.session)
    , m_name(std::move(target.name))
    , m_queueLimit(target.queueLimit)
    , m_window(std::clamp(target.queueLimit, 1U, unanswered_max))
    , m_streams(std::move(streams))
{
    for (Input &input : target.startInputs) {
        const QString place = QStringLiteral("on_start:%1").arg(m_atStart.size() + 1);
        m_atStart.push_back({.place = place, .input = std::move(input), .repeatExpected = true});
    }
    for (const std::unique_ptr<InputStream> &stream : m_streams) {
        connect(stream.get(), &InputStream::ready, this, &InputFeeder::advance);
        connect(stream.get(), &InputStream::lineRefused, this, &InputFeeder::lineRefused);
    }
}

void InputFeeder::becomes(State state)
{
    if (m_state == state)
        return;
    m_state = state;
    Q_EMIT stateChanged();
}

bool InputFeeder::takeNext()
{
    if (!m_next && !m_atStart.empty()) {
        m_next = std::move(m_atStart.front());
        m_atStart.pop_front();
    }
    while (!m_next && m_stream < m_streams.size()) {
        InputStream &stream = *m_streams[m_stream];
        m_next = stream.next();
        if (!m_next && !stream.atEnd())
            return false;
        if (!m_next)
            ++m_stream;
    }
    if (!m_next)
        becomes(State::Finished);
    return m_next.has_value();
}

void InputFeeder::advance()
{
    // An accept in flight comes back here.
    if (m_state != State::Feeding || m_submitting || m_heldBack)
        return;
    if (m_unanswered >= m_window)
        becomes(State::Waiting);
    else if (takeNext())
        submitNext();
}

void InputFeeder::submitNext()
{
    m_submitting = true;
    m_refusal.reset();
    m_roomMadeBefore = m_roomMade;
    const Submission submission = m_host.submit(m_session, m_next->input, {.wait = WaitFor::Terminal});
    whenFinished(submission.receipt, this,
                 [this, outcome = submission.outcome](const QFuture<AcceptReceipt> &future) {
                     takeReceipt(finishedResult(future), outcome);
                 });
}

InputEnd InputFeeder::endOfNext(const AcceptReceipt &receipt) const
{
    return {.session = m_name,
            .place = m_next->place,
            .key = m_next->input.idempotencyKey,
            .repeatExpected = m_next->repeatExpected,
            .receipt = receipt};
}

void InputFeeder::takeReceipt(const std::optional<AcceptReceipt> &given, const QFuture<Outcome> &outcome)
{
    m_submitting = false;
    const AcceptReceipt receipt = given.value_or(lostReceipt());
    const bool rejected = receipt.verdict == AcceptReceipt::Verdict::Rejected;
    // A refusal after the end was decided, most likely because of it, is no news.
    if (rejected && m_state == State::Finished)
        return;
    if (rejected && receipt.retryable()) {
        m_refusal = receipt;
        // An input that ended while the refusal was on its way may have been the last one to end.
        if (m_roomMade == m_roomMadeBefore)
            becomes(State::Waiting);
        advance();
        return;
    }
    const InputEnd end = endOfNext(receipt);
    m_next.reset();
    if (receipt.willResolve)
        await(end, outcome);
    else if (hasEndedBefore(end))
        fetchKept(end);
    else
        Q_EMIT inputEnded(end);
    advance();
}

void InputFeeder::await(const InputEnd &accepted, const QFuture<Outcome> &outcome)
{
    ++m_unanswered;
    whenFinished(outcome, this, [this, accepted](const QFuture<Outcome> &future) {
        InputEnd end = accepted;
        end.outcome = finishedResult(future).value_or(lostOutcome());
        answer(end);
    });
}

void InputFeeder::fetchKept(const InputEnd &repeated)
{
    ++m_unanswered;
    whenFinished(m_host.outcome(m_session, repeated.receipt.existing), this,
                 [this, repeated](const QFuture<Result<InputFate>> &future) {
                     InputEnd end = repeated;
                     const auto fate = finishedResult(future);
                     end.kept = fate && fate->ok() && (*fate)->state == InputFate::State::Ended;
                     if (end.kept)
                         end.outcome = (*fate)->ended.input.outcome;
                     answer(end);
                 });
}

void InputFeeder::answer(const InputEnd &end)
{
    --m_unanswered;
    Q_EMIT inputEnded(end);
    noteRoom();
}

void InputFeeder::noteRoom()
{
    ++m_roomMade;
    if (m_state == State::Waiting)
        becomes(State::Feeding);
    advance();
}

void InputFeeder::setHeldBack(bool heldBack)
{
    m_heldBack = heldBack;
    advance();
}

bool InputFeeder::hasUnsubmitted() const
{
    return m_next || !m_atStart.empty() || (m_stream < m_streams.size() && m_streams[m_stream]->hasMore());
}

bool InputFeeder::mayRetry(quint32 open) const
{
    if (m_state != State::Waiting || m_unanswered >= m_window)
        return false;
    // A store that could not write will not do better by being asked again at once.
    return m_refusal
           && (m_refusal->refusal == Refusal::Busy
               || (m_refusal->refusal == Refusal::QueueFull && open < m_queueLimit));
}

void InputFeeder::finish()
{
    if (m_refusal) {
        Q_EMIT inputEnded(endOfNext(*m_refusal));
        m_refusal.reset();
        m_next.reset();
    }
    becomes(State::Finished);
}

} // namespace burrow
