// SPDX-License-Identifier: Apache-2.0
#include "plugin/probe_verdict.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace burrow {

namespace {

constexpr char stageKey[] = "stage";
constexpr char verdictKey[] = "verdict";

QString textOf(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

QJsonObject faultToJson(const PluginFault &fault)
{
    return {{QStringLiteral("code"), codeText(fault.code)},
            {QStringLiteral("word"), QLatin1String(explanationOf(fault.code).word)},
            {QStringLiteral("cause"), fault.cause},
            {QStringLiteral("remedy"), fault.remedy}};
}

std::optional<PluginFault> faultFrom(const QJsonObject &object)
{
    const std::optional<PluginFaultCode> code =
        parsePluginFaultCode(object.value(QLatin1String("code")).toString());
    const QString cause = object.value(QLatin1String("cause")).toString();
    const QString remedy = object.value(QLatin1String("remedy")).toString();
    if (!code || cause.isEmpty() || remedy.isEmpty())
        return std::nullopt;
    return PluginFault(*code, cause).withRemedy(remedy);
}

QByteArray line(const char *key, const QJsonValue &value)
{
    return QJsonDocument(QJsonObject{{QLatin1String(key), value}}).toJson(QJsonDocument::Compact) + '\n';
}

} // namespace

void describeIn(ProbeVerdict &verdict, const PluginIdentity &identity)
{
    verdict.id = identity.id;
    verdict.version = identity.version;
    verdict.abi = identity.abi;
    verdict.kinds = identity.kinds();
}

QJsonObject toJson(const ProbeVerdict &verdict)
{
    QJsonArray kinds;
    for (const QByteArray &kind : verdict.kinds)
        kinds.append(textOf(kind));
    QJsonObject object{
        {QStringLiteral("ok"), !verdict.fault},
        {QStringLiteral("id"), textOf(verdict.id)},
        {QStringLiteral("version"), textOf(verdict.version)},
        {QStringLiteral("abi"), QJsonObject{{QStringLiteral("min"), qint64(verdict.abi.min)},
                                            {QStringLiteral("built"), qint64(verdict.abi.built)}}},
        {QStringLiteral("kinds"), kinds},
        {QStringLiteral("stderr"), QJsonArray::fromStringList(verdict.lastErrors)},
        {QStringLiteral("at_ms"), qint64(verdict.at.sinceEpoch.count())},
        {QStringLiteral("took_us"),
         qint64(std::chrono::duration_cast<std::chrono::microseconds>(verdict.took).count())}};
    if (verdict.fault)
        object.insert(QStringLiteral("fault"), faultToJson(*verdict.fault));
    return object;
}

std::optional<ProbeVerdict> probeVerdictFrom(const QJsonObject &object)
{
    const QJsonValue ok = object.value(QLatin1String("ok"));
    if (!ok.isBool())
        return std::nullopt;
    ProbeVerdict verdict;
    if (!ok.toBool()) {
        verdict.fault = faultFrom(object.value(QLatin1String("fault")).toObject());
        if (!verdict.fault)
            return std::nullopt;
    }
    verdict.id = object.value(QLatin1String("id")).toString().toUtf8();
    if (!isPluginId(verdict.id) && (!verdict.fault || !verdict.id.isEmpty()))
        return std::nullopt;
    verdict.version = object.value(QLatin1String("version")).toString().toUtf8();
    const QJsonObject abi = object.value(QLatin1String("abi")).toObject();
    verdict.abi.min = static_cast<quint32>(abi.value(QLatin1String("min")).toInteger());
    verdict.abi.built = static_cast<quint32>(abi.value(QLatin1String("built")).toInteger());
    for (const QJsonValue &kind : object.value(QLatin1String("kinds")).toArray())
        verdict.kinds.append(kind.toString().toUtf8());
    for (const QJsonValue &each : object.value(QLatin1String("stderr")).toArray())
        verdict.lastErrors.append(each.toString());
    verdict.at.sinceEpoch = std::chrono::milliseconds(object.value(QLatin1String("at_ms")).toInteger());
    verdict.took = std::chrono::microseconds(object.value(QLatin1String("took_us")).toInteger());
    return verdict;
}

QByteArray stageLine(ForeignStage stage)
{
    return line(stageKey, QLatin1String(foreignStageName(stage)));
}

QByteArray verdictLine(const ProbeVerdict &verdict)
{
    return line(verdictKey, toJson(verdict));
}

ProbeLines readProbeLines(const QByteArray &output)
{
    ProbeLines lines;
    for (const QByteArray &each : output.split('\n')) {
        if (each.isEmpty())
            continue;
        const QJsonObject object = QJsonDocument::fromJson(each).object();
        if (object.contains(QLatin1String(stageKey))) {
            const QByteArray name = object.value(QLatin1String(stageKey)).toString().toLatin1();
            lines.lastStage = foreignStageName.parse(name).value_or(lines.lastStage);
        } else if (std::optional<ProbeVerdict> verdict =
                       probeVerdictFrom(object.value(QLatin1String(verdictKey)).toObject())) {
            lines.verdict = std::move(verdict);
        } else {
            lines.garbage = true;
        }
    }
    return lines;
}

} // namespace burrow
