// SPDX-License-Identifier: Apache-2.0
#include "cli/receipt_words.h"

#include "cli/words.h"
#include "model/receipt.h"

namespace burrow {

namespace {

QString word(const QJsonObject &object, const char *member)
{
    return object.value(QLatin1String(member)).toString();
}

template <typename Enum, std::size_t Count>
std::optional<Enum> named(const EnumNames<Enum, Count> &names, const QJsonObject &object, const char *member)
{
    return names.parse(word(object, member).toLatin1());
}

/// What a script can do about it: come again later (conflict or busy), or think.
ExitCode exitCodeFor(Refusal refusal)
{
    switch (refusal) {
    case Refusal::NotReady:
    case Refusal::Destroyed:
    case Refusal::KeyConflict:
    case Refusal::QueueFull:
    case Refusal::Busy:
    case Refusal::Fenced:
    case Refusal::Held:
    case Refusal::ShuttingDown:
    case Refusal::NotCurrent:
    case Refusal::InvalidState:
        return ExitCode::Conflict;
    case Refusal::DurabilityViolation:
    case Refusal::PeerHandlingModeInvalid:
    case Refusal::PeerTerminalInvalid:
        return ExitCode::Refused;
    case Refusal::None:
    case Refusal::TooLarge:
    case Refusal::NotWritten:
    case Refusal::OutcomeUnknown:
    case Refusal::NotFound:
    case Refusal::Invalid:
    case Refusal::BindingMismatch:
        break;
    }
    return ExitCode::Failed;
}

QString verdictWords(CommandReceipt::Verdict verdict)
{
    switch (verdict) {
    case CommandReceipt::Verdict::Done:
        return QStringLiteral("is done");
    case CommandReceipt::Verdict::Deferred:
        return QStringLiteral("is under way");
    case CommandReceipt::Verdict::NoOp:
        return QStringLiteral("changed nothing");
    case CommandReceipt::Verdict::Refused:
        break;
    }
    return QStringLiteral("was refused");
}

/// "3 inputs abandoned, 1 input drains".
QString countsIn(const QJsonObject &receipt)
{
    struct Row
    {
        const char *member;
        const char *one;
        const char *more;
    };
    constexpr Row rows[] = {{"abandoned", "abandoned", "abandoned"},
                            {"draining", "drains", "drain"},
                            {"transferred", "kept", "kept"},
                            {"recovered", "found open", "found open"},
                            {"requeued", "of those queued again", "of those queued again"}};
    QStringList parts;
    for (const Row &row : rows) {
        const qint64 count = receipt.value(QLatin1String(row.member)).toInteger();
        if (count > 0)
            parts += counted(quint64(count), "input") + u' ' + QLatin1String(count == 1 ? row.one : row.more);
    }
    return parts.join(QLatin1String(", "));
}

QString withMessage(const QString &sentence, const QJsonObject &receipt)
{
    const QString message = word(receipt, "message");
    return message.isEmpty() ? sentence : sentence + QLatin1String(": ") + message;
}

} // namespace

QString sentenceOfReceipt(const QString &session, const QString &command, const QJsonObject &receipt)
{
    const auto verdict =
        named(commandVerdictName, receipt, "verdict").value_or(CommandReceipt::Verdict::Refused);
    QString sentence = QStringLiteral("%1: %2 %3; the session is %4")
                           .arg(session, command, verdictWords(verdict), word(receipt, "state"));
    if (const QString run = word(receipt, "run"); !run.isEmpty())
        sentence += QStringLiteral(", run %1").arg(run);
    if (const QString counts = countsIn(receipt); !counts.isEmpty())
        sentence += QStringLiteral(", ") + counts;
    return withMessage(sentence, receipt);
}

ExitCode exitCodeOfReceipt(const QJsonObject &receipt)
{
    const bool refused = word(receipt, "verdict") == QLatin1String("refused")
                         || word(receipt, "verdict") == QLatin1String("rejected");
    if (!refused)
        return word(receipt, "verdict") == QLatin1String("unknown") ? ExitCode::Failed : ExitCode::Ok;
    return exitCodeFor(named(refusalName, receipt, "refusal").value_or(Refusal::Invalid));
}

QString sentenceOfSubmission(const QString &session, const QJsonObject &receipt)
{
    const auto verdict =
        named(acceptVerdictName, receipt, "verdict").value_or(AcceptReceipt::Verdict::Rejected);
    switch (verdict) {
    case AcceptReceipt::Verdict::Accepted:
        return QStringLiteral("%1: accepted as %2").arg(session, word(receipt, "input"));
    case AcceptReceipt::Verdict::Deduplicated: {
        const QString ended = word(receipt, "ended_as");
        return QStringLiteral("%1: a repeat of %2, which %3")
            .arg(session, word(receipt, "existing"),
                 ended.isEmpty() ? QStringLiteral("has not ended yet")
                                 : QStringLiteral("has ended as %1").arg(ended));
    }
    case AcceptReceipt::Verdict::Unknown:
        return withMessage(
            QStringLiteral("%1: not known yet whether %2 is accepted").arg(session, word(receipt, "input")),
            receipt);
    case AcceptReceipt::Verdict::Rejected:
        break;
    }
    return withMessage(QStringLiteral("%1: not accepted (%2)").arg(session, word(receipt, "refusal")), receipt);
}

QString sentenceOfOutcome(const QJsonObject &outcome)
{
    const QString reason = word(outcome, "reason");
    const auto because = [&reason](const QString &sentence) {
        return reason.isEmpty() ? sentence : sentence + QLatin1String(": ") + reason;
    };
    if (const QString failure = word(outcome, "wait_failure"); !failure.isEmpty())
        return because(QStringLiteral("nothing is known of its outcome (%1)").arg(failure));
    const QString name = word(outcome, "outcome");
    return exitCodeOfOutcome(outcome) == ExitCode::Ok ? QString()
                                                      : because(QStringLiteral("it ended as %1").arg(name));
}

ExitCode exitCodeFor(OutcomeClass outcome)
{
    switch (outcome) {
    case OutcomeClass::Completed:
    case OutcomeClass::CompletedWithoutResult:
    case OutcomeClass::CallbackPending:
        return ExitCode::Ok;
    case OutcomeClass::AbandonedWithError:
    case OutcomeClass::CompletedWithFinalizationFailure:
        return ExitCode::TurnFailed;
    case OutcomeClass::Cancelled:
    case OutcomeClass::Abandoned:
    case OutcomeClass::RuntimeTerminated:
        break;
    }
    return ExitCode::Cancelled;
}

ExitCode exitCodeOfOutcome(const QJsonObject &outcome)
{
    const std::optional<OutcomeClass> ended = named(outcomeClassName, outcome, "outcome");
    return ended ? exitCodeFor(*ended) : ExitCode::Failed;
}

} // namespace burrow
