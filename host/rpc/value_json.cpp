// SPDX-License-Identifier: Apache-2.0
#include "rpc/value_json.h"

#include "base/moment_text.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace burrow {

namespace {

QString text(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

void add(QJsonObject &object, const char *member, const QString &value)
{
    if (!value.isEmpty())
        object.insert(QLatin1String(member), value);
}

void addCount(QJsonObject &object, const char *member, quint32 count)
{
    if (count > 0)
        object.insert(QLatin1String(member), qint64(count));
}

template <typename Tag>
void addId(QJsonObject &object, const char *member, const Id<Tag> &id)
{
    if (id)
        object.insert(QLatin1String(member), text(id.toText()));
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
    addId(object, "input", event.input);
    addId(object, "other", event.other);
    addId(object, "run", event.run);
    add(object, "detail", event.detail);
    add(object, "correlation", text(event.correlation));
}

void describe(QJsonObject &object, const ProgressEvent &event)
{
    object.insert(QStringLiteral("event"),
                  QLatin1String("progress.") + QLatin1String(progressTypeName(event.type)));
    addId(object, "run", event.run);
    if (event.subject) {
        QJsonArray inputs;
        for (const InputId &input : event.subject->inputs)
            inputs.append(text(input.toText()));
        object.insert(QStringLiteral("inputs"), inputs);
        add(object, "correlation", text(event.subject->correlation));
    }
    add(object, "name", text(event.name));
    add(object, "text", text(event.text));
    if (!event.json.isEmpty())
        object.insert(QStringLiteral("data"), parsedValue(event.json));
}

QJsonObject toJson(const OperationsView &view)
{
    QJsonObject object{{QStringLiteral("active"), qint64(view.active)},
                       {QStringLiteral("ended"), qint64(view.ended)},
                       {QStringLiteral("watermark"), qint64(view.watermark)}};
    if (view.cursors) {
        QJsonObject cursors;
        for (std::size_t at = 0; at < view.cursors->size(); ++at)
            cursors.insert(QLatin1String(feedCursorName.names[at]), qint64((*view.cursors)[at]));
        object.insert(QStringLiteral("cursors"), cursors);
    }
    return object;
}

const char *fateName(InputFate::State state)
{
    switch (state) {
    case InputFate::State::Open:
        return "open";
    case InputFate::State::Ended:
        return "ended";
    case InputFate::State::NotFound:
        break;
    }
    return "not_found";
}

} // namespace

QJsonValue parsedValue(const QByteArray &json)
{
    // A bare number or string is a value too, but no document.
    if (json.isEmpty())
        return {};
    return QJsonDocument::fromJson('[' + json + ']').array().at(0);
}

QJsonObject toJson(const AcceptReceipt &receipt)
{
    QJsonObject object{{QStringLiteral("verdict"), QLatin1String(acceptVerdictName(receipt.verdict))},
                       {QStringLiteral("input"), text(receipt.input.toText())}};
    addId(object, "existing", receipt.existing);
    if (receipt.verdict == AcceptReceipt::Verdict::Deduplicated) {
        object.insert(QStringLiteral("work"), QLatin1String(workName(receipt.work)));
        if (receipt.work == Work::Ended)
            object.insert(QStringLiteral("ended_as"), QLatin1String(outcomeClassName(receipt.endedAs)));
    }
    if (receipt.consumedOnAccept)
        object.insert(QStringLiteral("consumed"), true);
    add(object, "message", receipt.message);
    if (receipt.verdict != AcceptReceipt::Verdict::Rejected)
        return object;
    object.insert(QStringLiteral("refusal"), QLatin1String(refusalName(receipt.refusal)));
    object.insert(QStringLiteral("retryable"), receipt.retryable());
    if (receipt.refusal == Refusal::NotReady)
        object.insert(QStringLiteral("state"), QLatin1String(phaseName(receipt.phase)));
    if (receipt.refusal == Refusal::QueueFull) {
        object.insert(QStringLiteral("limit"), qint64(receipt.limit));
        object.insert(QStringLiteral("open"), qint64(receipt.open));
    }
    return object;
}

QJsonObject toJson(const CommandReceipt &receipt)
{
    QJsonObject object{{QStringLiteral("verdict"), QLatin1String(commandVerdictName(receipt.verdict))},
                       {QStringLiteral("state"), QLatin1String(phaseName(receipt.phase))},
                       {QStringLiteral("inputs"), qint64(receipt.inputs)}};
    if (!receipt.ok())
        object.insert(QStringLiteral("refusal"), QLatin1String(refusalName(receipt.refusal)));
    addId(object, "run", receipt.run);
    addCount(object, "abandoned", receipt.counts.abandoned);
    addCount(object, "draining", receipt.counts.draining);
    addCount(object, "transferred", receipt.counts.transferred);
    addCount(object, "recovered", receipt.counts.recovered);
    addCount(object, "requeued", receipt.counts.requeued);
    add(object, "message", receipt.message);
    return object;
}

QJsonObject toJson(const Outcome &outcome)
{
    QJsonObject object;
    if (outcome.waitFailure != WaitFailure::None) {
        object.insert(QStringLiteral("wait_failure"), QLatin1String(waitFailureName(outcome.waitFailure)));
    } else {
        object.insert(QStringLiteral("outcome"), QLatin1String(outcomeClassName(outcome.outcome)));
        add(object, "text", text(outcome.text));
        if (!outcome.json.isEmpty())
            object.insert(QStringLiteral("json"), parsedValue(outcome.json));
        addId(object, "run", outcome.run);
    }
    add(object, "reason", outcome.reason);
    return object;
}

QJsonObject toJson(const InputFate &fate)
{
    QJsonObject object{{QStringLiteral("fate"), QLatin1String(fateName(fate.state))}};
    addId(object, "input", fate.input);
    if (fate.state == InputFate::State::Open) {
        object.insert(QStringLiteral("state"), QLatin1String(inputPhaseName(fate.phase)));
        object.insert(QStringLiteral("attempt"), qint64(fate.attempt));
    }
    if (fate.state == InputFate::State::Ended)
        object.insert(QStringLiteral("outcome"), toJson(fate.ended.input.outcome));
    return object;
}

QJsonObject toJson(const SessionView &view)
{
    QJsonObject object{{QStringLiteral("name"), text(view.name)},
                       {QStringLiteral("id"), text(view.id.toText())},
                       {QStringLiteral("executor"), text(view.executor)},
                       {QStringLiteral("state"), QLatin1String(phaseName(view.phase))},
                       {QStringLiteral("attached"), view.attached},
                       {QStringLiteral("queued"), qint64(view.queued)},
                       {QStringLiteral("steering"), qint64(view.steering)},
                       {QStringLiteral("open"), qint64(view.open)},
                       {QStringLiteral("waiters"), qint64(view.waiters)},
                       {QStringLiteral("idle"), view.idle},
                       {QStringLiteral("wait_reason"), QLatin1String(waitReasonName(view.waitReason))},
                       {QStringLiteral("restarts"), qint64(view.restarts)},
                       {QStringLiteral("recovered"), qint64(view.recovered)},
                       {QStringLiteral("consumed"), qint64(view.tally.consumed)},
                       {QStringLiteral("replaced"), qint64(view.tally.replaced)},
                       {QStringLiteral("abandoned"), qint64(view.tally.abandoned)},
                       {QStringLiteral("runs_failed"), qint64(view.tally.runsFailed)}};
    addId(object, "run", view.run);
    add(object, "note", view.note);
    if (view.operations)
        object.insert(QStringLiteral("operations"), toJson(*view.operations));
    const std::pair<const char *, MonotonicTime> moments[] = {{"since", view.since},
                                                              {"started_at", view.startedAt},
                                                              {"begun_at", view.begunAt},
                                                              {"heard_at", view.heardAt},
                                                              {"until", view.until}};
    for (const auto &[member, moment] : moments) {
        if (const std::optional<WallTime> at = view.calendar(moment))
            object.insert(QLatin1String(member), momentText(*at));
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
