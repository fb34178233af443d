// SPDX-License-Identifier: Apache-2.0
#include "cli/run_json.h"

#include "compose/composition.h"

namespace burrow {

namespace {

QString text(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

} // namespace

QJsonObject toJson(const TakenOver &taken)
{
    QJsonArray orphans;
    for (const QByteArray &name : taken.orphans)
        orphans.append(text(name));
    return {{QStringLiteral("path"), taken.path},
            {QStringLiteral("created"), taken.created},
            {QStringLiteral("orderly"), taken.orderly},
            {QStringLiteral("sessions"), qint64(taken.sessions)},
            {QStringLiteral("open_inputs"), qint64(taken.openInputs)},
            {QStringLiteral("crashed_inputs"), qint64(taken.crashedInputs)},
            {QStringLiteral("damaged_sessions"), qint64(taken.damagedSessions)},
            {QStringLiteral("orphans"), orphans}};
}

QJsonObject toJson(const InputEnd &end)
{
    const AcceptReceipt &receipt = end.receipt;
    QJsonObject object{{QStringLiteral("session"), text(end.session)},
                       {QStringLiteral("place"), end.place},
                       {QStringLiteral("input"), text(receipt.input.toText())},
                       {QStringLiteral("key"), text(end.key)},
                       {QStringLiteral("verdict"), QLatin1String(acceptVerdictName(receipt.verdict))}};
    if (end.kept)
        object.insert(QStringLiteral("kept"), true);
    if (receipt.existing)
        object.insert(QStringLiteral("existing"), text(receipt.existing.toText()));
    if (receipt.verdict == AcceptReceipt::Verdict::Rejected) {
        object.insert(QStringLiteral("refusal"), QLatin1String(refusalName(receipt.refusal)));
        object.insert(QStringLiteral("reason"), receipt.message);
    } else if (!end.outcome) {
        const OutcomeClass endedAs =
            receipt.accepted() ? OutcomeClass::CompletedWithoutResult : receipt.endedAs;
        object.insert(QStringLiteral("outcome"), QLatin1String(outcomeClassName(endedAs)));
    } else if (end.outcome->waitFailure != WaitFailure::None) {
        object.insert(QStringLiteral("wait_failure"), QLatin1String(waitFailureName(end.outcome->waitFailure)));
        object.insert(QStringLiteral("reason"), end.outcome->reason);
    } else {
        object.insert(QStringLiteral("outcome"), QLatin1String(outcomeClassName(end.outcome->outcome)));
        object.insert(QStringLiteral("text"), text(end.outcome->text));
        object.insert(QStringLiteral("json"), parsedValue(end.outcome->json));
        object.insert(QStringLiteral("reason"), end.outcome->reason);
        if (end.outcome->run)
            object.insert(QStringLiteral("run"), text(end.outcome->run.toText()));
    }
    return object;
}

} // namespace burrow
