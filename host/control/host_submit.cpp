// SPDX-License-Identifier: Apache-2.0
// The ways in: an input with its answers, by session or by runtime id, with a bound, as a run of the
// submitter's own, or only asked about.
#include "control/answer.h"
#include "control/host_private.h"

namespace burrow {

namespace {

/// An outcome that is known to be none. Each caller gets a future of its own: what one does with a shared one,
/// take its result or cancel it, would happen to all.
QFuture<Outcome> noOutcome(const QString &reason)
{
    return QtFuture::makeReadyFuture(waitFailed(WaitFailure::ChannelClosed, reason));
}

/// What a submit costs beside its content, so that a flood of small inputs is bounded as well.
constexpr qint64 submit_overhead_bytes = 1024;

AcceptReceipt hostIsBusy(InputId input)
{
    AcceptReceipt receipt;
    receipt.input = input;
    receipt.refusal = Refusal::Busy;
    receipt.message = QStringLiteral("too many inputs wait for their receipt in this host; try again");
    return receipt;
}

WaitMode modeOf(WaitFor wait)
{
    return wait == WaitFor::Terminal ? WaitMode::Terminal : WaitMode::Attempt;
}

} // namespace

bool Host::Private::takeRoom(qint64 bytes)
{
    // An input that is alone always has room: whether it is too large by itself is for its session to say.
    const qint64 before = unanswered.fetch_add(bytes, std::memory_order_relaxed);
    if (before == 0 || before + bytes <= limits::ticket_bytes_per_host_max)
        return true;
    unanswered.fetch_sub(bytes, std::memory_order_relaxed);
    return false;
}

/// Nothing when there is no room: then that has been answered.
std::optional<SubmitMessage> Host::Private::messageFor(NewInput &one, InputId id, WallTime now)
{
    const qint64 bytes = contentBytes(one.input) + submit_overhead_bytes;
    SubmissionAnswers &answers = one.answers;
    if (!takeRoom(bytes)) {
        AcceptReceipt busy = hostIsBusy(id);
        const QString reason = busy.message;
        if (answers.receipt)
            answers.receipt(std::move(busy));
        if (answers.outcome)
            answers.outcome(waitFailed(WaitFailure::ChannelClosed, reason));
        return std::nullopt;
    }
    one.input.id = id;
    if (one.input.submittedAt == WallTime{})
        one.input.submittedAt = now;
    SubmitMessage message;
    message.session = one.session;
    message.input = std::make_shared<const Input>(std::move(one.input));
    message.withoutWake = one.options.withoutWake;
    message.mode = modeOf(one.options.wait);
    if (one.options.bound)
        message.answerBy = clock.now() + *one.options.bound;
    message.receipt = receiptCallback(std::move(answers.receipt), bytes, one.options.bound.has_value());
    if (one.options.wait == WaitFor::Nothing)
        return message;
    message.outcome = std::move(answers.outcome);
    if (one.options.beforeOutcome) {
        message.outcome = [before = std::move(one.options.beforeOutcome),
                           tell = std::move(message.outcome)](Outcome outcome) {
            before(outcome);
            if (tell)
                tell(std::move(outcome));
        };
    }
    return message;
}

/// Called, if at all, by a shard, and no shard outlives the host.
ReceiptCallback Host::Private::receiptCallback(std::function<void(AcceptReceipt)> answer, qint64 bytes,
                                               bool bounded)
{
    if (!bounded) {
        return [answer = std::move(answer), bytes, this](AcceptReceipt given) {
            unanswered.fetch_sub(bytes, std::memory_order_relaxed);
            if (answer)
                answer(std::move(given));
        };
    }
    // Answered early, it is called again when the accept is over, which is what gives its room back.
    return
        [answer = std::move(answer), bytes, told = std::make_shared<bool>(false), this](AcceptReceipt given) {
            if (given.verdict != AcceptReceipt::Verdict::Unknown)
                unanswered.fetch_sub(bytes, std::memory_order_relaxed);
            if (!std::exchange(*told, true) && answer)
                answer(std::move(given));
        };
}

InputId Host::submit(SessionId session, Input input, SubmitOptions options, SubmissionAnswers answers)
{
    const WallTime now = d->clock.wallNow();
    const InputId id = IdMint::inputId(now, d->store.nextSequence());
    NewInput one{session, std::move(input), std::move(options), std::move(answers)};
    if (std::optional<SubmitMessage> message = d->messageFor(one, id, now))
        d->post(session, *std::move(message));
    return id;
}

std::vector<InputId> Host::submitAll(std::vector<NewInput> inputs)
{
    const WallTime now = d->clock.wallNow();
    std::vector<InputId> ids;
    ids.reserve(inputs.size());
    std::vector<std::vector<ShardMessage>> messages(d->shards.size());
    for (std::vector<ShardMessage> &ofShard : messages)
        ofShard.reserve(inputs.size() / messages.size() + 1);
    for (NewInput &one : inputs) {
        ids.push_back(IdMint::inputId(now, d->store.nextSequence()));
        if (std::optional<SubmitMessage> message = d->messageFor(one, ids.back(), now))
            messages[d->shardOf(one.session)].push_back(*std::move(message));
    }
    for (std::size_t shard = 0; shard < messages.size(); ++shard)
        d->shards[shard]->post(std::move(messages[shard]));
    return ids;
}

/// With futures for the answers.
Submission Host::Private::submit(NewInput one, DirectOperation operation,
                                 std::shared_ptr<const RuntimeBinding> address)
{
    const Answer<AcceptReceipt> receipt;
    one.answers.receipt = receipt;
    QFuture<Outcome> outcome;
    if (one.options.wait == WaitFor::Nothing) {
        outcome = noOutcome(QStringLiteral("nobody asked to wait"));
    } else {
        const Answer<Outcome> answer;
        one.answers.outcome = answer;
        outcome = answer.future();
    }
    const WallTime now = clock.wallNow();
    const InputId id = IdMint::inputId(now, store.nextSequence());
    const SessionId session = one.session;
    if (std::optional<SubmitMessage> message = messageFor(one, id, now)) {
        message->operation = std::move(operation);
        message->address = std::move(address);
        post(session, *std::move(message));
    }
    return {id, receipt.future(), outcome};
}

Submission Host::submit(SessionId session, Input input, SubmitOptions options)
{
    return d->submit({session, std::move(input), std::move(options), {}}, {});
}

Submission Host::acceptAndRun(SessionId session, Input input, DirectOperation operation, SubmitOptions options)
{
    options.wait = WaitFor::Attempt;
    return d->submit({session, std::move(input), std::move(options), {}}, std::move(operation));
}

QFuture<AdmissionPreview> Host::preview(SessionId session, Input input, const SubmitOptions &options)
{
    const Answer<AdmissionPreview> answer;
    PreviewMessage message;
    message.session = session;
    message.input = std::make_shared<const Input>(std::move(input));
    message.withoutWake = options.withoutWake;
    message.waits = options.wait != WaitFor::Nothing;
    message.reply = answer;
    d->post(session, std::move(message));
    return answer.future();
}

Submission Host::ingest(const RuntimeBinding &address, Input input, SubmitOptions options)
{
    SessionId session;
    {
        const std::shared_lock lock(d->mutex);
        session = d->runtimes.sessionOf(address.runtimeId);
    }
    return d->submit({session, std::move(input), std::move(options), {}}, {},
                     std::make_shared<const RuntimeBinding>(address));
}

} // namespace burrow
