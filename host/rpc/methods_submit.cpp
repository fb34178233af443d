// SPDX-License-Identifier: Apache-2.0
#include "control/when_finished.h"
#include "rpc/methods.h"
#include "rpc/value_json.h"

#include <QJsonDocument>

namespace burrow {

namespace {

AcceptReceipt lostReceipt()
{
    AcceptReceipt receipt;
    receipt.refusal = Refusal::ShuttingDown;
    receipt.message = QStringLiteral("the host is gone; the call was not answered");
    return receipt;
}

/// One submit on its way: it is answered once, with the receipt and, where that was asked for, with what became
/// of the input or with the fact that this took too long. Owned by its connection.
class SubmitCall : public QObject
{
    Q_OBJECT

public:
    SubmitCall(Host &host, SessionId session, WaitFor wait, const RpcCall &call)
        : QObject(&call.connection)
        , m_host(host)
        , m_session(session)
        , m_wait(wait)
        , m_reply(call.reply)
    {
        if (wait == WaitFor::Nothing || !call.has("within_ms"))
            return;
        const double within = call.params.value(QLatin1String("within_ms")).toDouble();
        constexpr double longest = 24.0 * 60 * 60 * 1000;
        m_timer.setSingleShot(true);
        connect(&m_timer, &QTimer::timeout, this, [this] {
            m_timedOut = true;
            finishIfReceived();
        });
        m_timer.start(static_cast<int>(std::min(within, longest)));
    }

    void follow(const Submission &submission)
    {
        whenFinished(submission.receipt, this,
                     [this, outcome = submission.outcome](const QFuture<AcceptReceipt> &future) {
                         takeReceipt(finishedResult(future).value_or(lostReceipt()), outcome);
                     });
    }

private:
    void takeReceipt(const AcceptReceipt &receipt, const QFuture<Outcome> &outcome)
    {
        m_result.insert(QStringLiteral("receipt"), toJson(receipt));
        m_received = true;
        const bool hasEnded =
            receipt.verdict == AcceptReceipt::Verdict::Deduplicated && receipt.work == Work::Ended;
        if (m_timedOut || m_wait == WaitFor::Nothing)
            finishIfReceived();
        else if (receipt.willResolve)
            whenFinished(outcome, this, [this](const QFuture<Outcome> &future) {
                if (const std::optional<Outcome> told = finishedResult(future))
                    m_result.insert(QStringLiteral("outcome"), toJson(*told));
                finish();
            });
        else if (hasEnded)
            fetch(receipt.existing);
        else
            finish();
    }

    /// What the store kept of an input that had ended before it was submitted again.
    void fetch(InputId existing)
    {
        whenFinished(m_host.outcome(m_session, existing), this,
                     [this](const QFuture<Result<InputFate>> &future) {
                         const auto fate = finishedResult(future);
                         if (fate && fate->ok() && (*fate)->state == InputFate::State::Ended)
                             m_result.insert(QStringLiteral("outcome"), toJson((*fate)->ended.input.outcome));
                         finish();
                     });
    }

    /// The time that is waited bounds the watching and never the accept, whose receipt comes in any case.
    void finishIfReceived()
    {
        if (!m_received)
            return;
        if (m_timedOut)
            m_result.insert(QStringLiteral("timed_out"), true);
        finish();
    }

    void finish()
    {
        if (std::exchange(m_finished, true))
            return;
        m_reply(m_result);
        deleteLater();
    }

    Host &m_host;
    const SessionId m_session;
    const WaitFor m_wait;
    const RpcReply m_reply;
    QTimer m_timer;
    QJsonObject m_result;
    bool m_received = false;
    bool m_timedOut = false;
    bool m_finished = false;
};

WaitFor waitOf(const QString &word)
{
    if (word == QLatin1String("attempt"))
        return WaitFor::Attempt;
    return word == QLatin1String("terminal") ? WaitFor::Terminal : WaitFor::Nothing;
}

} // namespace

Result<Input> RpcMethods::inputOf(const RpcCall &call) const
{
    if (call.has("text") == call.has("input"))
        return Error{ErrorKind::InvalidArgument,
                     QStringLiteral("submit: give \"text\" or \"input\", and one of them")};
    if (call.has("input") && call.has("idempotency_key"))
        return Error{ErrorKind::InvalidArgument,
                     QStringLiteral("submit: with \"input\" its own \"idempotency_key\" counts")};
    QJsonObject fields = call.params.value(QLatin1String("input")).toObject();
    for (const char *member : {"text", "idempotency_key"}) {
        if (call.has(member))
            fields.insert(QLatin1String(member), call.text(member));
    }
    return m_service.readInput(QJsonDocument(fields).toJson(QJsonDocument::Compact));
}

void RpcMethods::submit(const RpcCall &call)
{
    const Result<SessionId> session = sessionOf(call);
    if (!session) {
        call.reply(rpcErrorOf(session.error()));
        return;
    }
    Result<Input> input = inputOf(call);
    if (!input) {
        call.reply(rpcErrorOf(input.error()));
        return;
    }
    Host &host = *m_service.host;
    const SubmitOptions options{.wait = waitOf(call.text("wait")),
                                .withoutWake = call.params.value(QLatin1String("without_wake")).toBool()};
    auto *submitted = new SubmitCall(host, *session, options.wait, call);
    submitted->follow(host.submit(*session, *std::move(input), options));
}

} // namespace burrow

#include "methods_submit.moc"
