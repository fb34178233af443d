// SPDX-License-Identifier: Apache-2.0
#include "cli/run_json.h"

#include "compose/composition.h"

#include <QJsonDocument>

namespace burrow {

namespace {

QString text(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

// `json` members hold one JSON value as text; a bare number or string is one too.
QJsonValue parsed(const QByteArray &json)
{
    if (json.isEmpty())
        return {};
    return QJsonDocument::fromJson('[' + json + ']').array().at(0);
}

/// Members that have nothing to say are left out.
void add(QJsonObject &object, const char *member, const QString &value)
{
    if (!value.isEmpty())
        object.insert(QLatin1String(member), value);
}

void describe(QJsonObject &object, const LifecycleEvent &event)
{
    object.insert(QStringLiteral("event"), QLatin1String(eventCodeName(event.code)));
    if (event.code == EventCode::RuntimeStateChanged) {
        object.insert(QStringLiteral("from"), QLatin1String(phaseName(event.from)));
        object.insert(QStringLiteral("to"), QLatin1String(phaseName(event.to)));
    }
    if (event.executors) {
        add(object, "from", text(event.executors->from.name));
        add(object, "from_plugin", text(event.executors->from.plugin));
        add(object, "to", text(event.executors->to.name));
        add(object, "to_plugin", text(event.executors->to.plugin));
    }
    if (event.input)
        add(object, "input", text(event.input.toText()));
    if (event.other)
        add(object, "other", text(event.other.toText()));
    if (event.run)
        add(object, "run", text(event.run.toText()));
    add(object, "detail", event.detail);
}

void describe(QJsonObject &object, const ProgressEvent &event)
{
    object.insert(QStringLiteral("event"),
                  QLatin1String("progress.") + QLatin1String(progressTypeName(event.type)));
    add(object, "run", text(event.run.toText()));
    add(object, "name", text(event.name));
    add(object, "text", text(event.text));
    if (!event.json.isEmpty())
        object.insert(QStringLiteral("data"), parsed(event.json));
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
        object.insert(QStringLiteral("json"), parsed(end.outcome->json));
        object.insert(QStringLiteral("reason"), end.outcome->reason);
        if (end.outcome->run)
            object.insert(QStringLiteral("run"), text(end.outcome->run.toText()));
    }
    return object;
}

QJsonObject toJson(const SessionEvent &event)
{
    QJsonObject object{{QStringLiteral("session"), text(event.name)}};
    std::visit([&object](const auto &said) { describe(object, said); }, event.event);
    return object;
}

} // namespace burrow
