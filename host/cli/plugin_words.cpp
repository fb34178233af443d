// SPDX-License-Identifier: Apache-2.0
#include "cli/plugin_words.h"

#include "cli/text_table.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

namespace burrow {

namespace {

QString text(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

QString orNone(const QByteArrayList &words)
{
    return words.isEmpty() ? QStringLiteral("none") : text(words.join(", "));
}

QString stateText(PluginState state)
{
    return QString::fromLatin1(pluginStateName(state)).replace(u'_', u' ');
}

/// "echo 0.1.0  OK  /usr/lib/…/libecho.so".
QString headline(const PluginReport &report)
{
    QString line = text(report.id);
    if (!report.version().isEmpty())
        line += u' ' + text(report.version());
    line += QLatin1String("  ") + stateText(report.state).toUpper();
    const QString &path = report.libraryPath.isEmpty() ? report.manifestPath : report.libraryPath;
    return path.isEmpty() ? line : line + QLatin1String("  ") + path;
}

/// What each side speaks, and which of them is older when they do not meet.
QString abiSentence(const AbiRange &plugin)
{
    const AbiRange host = hostAbi();
    const QString works =
        plugin.min == plugin.built ? QString() : QStringLiteral(" and works from %1 on").arg(plugin.min);
    QString sentence = QStringLiteral("built for plugin ABI %1%2; this host serves %3.")
                           .arg(plugin.built)
                           .arg(works, revisionsText(host));
    if (plugin.min > host.built)
        sentence += QStringLiteral(" The plugin is newer than the host.");
    else if (plugin.built < host.min)
        sentence += QStringLiteral(" The plugin is older than the host.");
    return sentence;
}

/// The remedy as it is to be typed for this plugin.
QString remedyFor(const PluginReport &report)
{
    static const QRegularExpression placeholder(QStringLiteral("\\bID\\b"));
    return QString(report.fault->remedy).replace(placeholder, text(report.id));
}

bool isAboutAbi(PluginFaultCode code)
{
    return code == PluginFaultCode::AbiTooNew || code == PluginFaultCode::AbiTooOld;
}

QDateTime timeOf(const ProbeVerdict &verdict)
{
    return QDateTime::fromMSecsSinceEpoch(verdict.at.sinceEpoch.count());
}

qint64 millisecondsOf(const ProbeVerdict &verdict)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(verdict.took).count();
}

/// "tried 2026-03-01 12:00:41, 8 ms".
QString trialText(const PluginReport &report)
{
    if (!report.probe)
        return QStringLiteral("not tried");
    return QStringLiteral("tried %1, %2 ms")
        .arg(timeOf(*report.probe).toString(QStringLiteral("yyyy-MM-dd HH:mm:ss")))
        .arg(millisecondsOf(*report.probe));
}

QString flagsText(const PluginIdentity &identity)
{
    QByteArrayList words;
    for (std::size_t at = 0; at < pluginFlagName.names.size(); ++at) {
        if (identity.has(static_cast<PluginFlag>(at)))
            words.append(pluginFlagName.names[at]);
    }
    return orNone(words);
}

QString typeText(const QJsonObject &schema)
{
    const QJsonValue type = schema.value(QLatin1String("type"));
    if (type.isString())
        return type.toString();
    QStringList words;
    for (const QJsonValue &each : schema.value(QLatin1String("enum")).toArray())
        words.append(each.toVariant().toString());
    return words.isEmpty() ? QStringLiteral("any") : words.join(u'|');
}

QString defaultText(const QJsonObject &schema)
{
    const QJsonValue value = schema.value(QLatin1String("default"));
    if (value.isUndefined())
        return {};
    const QByteArray array = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return QStringLiteral("(default %1)").arg(text(array.sliced(1, array.size() - 2)));
}

/// The keys of an executor's `config`, as the plugin's schema has them.
QString configKeysText(const QJsonObject &schema)
{
    const QJsonObject properties = schema.value(QLatin1String("properties")).toObject();
    if (properties.isEmpty())
        return QStringLiteral("its schema names no keys of executors.NAME.config\n");
    const QJsonArray required = schema.value(QLatin1String("required")).toArray();
    TextTable table;
    for (auto key = properties.begin(); key != properties.end(); ++key) {
        const QJsonObject about = key.value().toObject();
        QStringList words{about.value(QLatin1String("description")).toString(),
                          required.contains(key.key()) ? QStringLiteral("(required)") : defaultText(about)};
        words.removeAll(QString());
        table.addRow({key.key(), typeText(about), words.join(u' ')});
    }
    return QStringLiteral("keys of executors.NAME.config:\n") + table.toText(2);
}

void addManifestRows(TextTable &table, const Manifest &manifest)
{
    const PluginIdentity &identity = manifest.identity;
    table.addRow({QStringLiteral("thread model"), QLatin1String(threadModelName(identity.threadModel))});
    table.addRow({QStringLiteral("flags"), flagsText(identity)});
    table.addRow({QStringLiteral("embeds"),
                  identity.runtime.isEmpty() ? QStringLiteral("no runtime") : text(identity.runtime)});
    table.addRow({QStringLiteral("inline calls"),
                  manifest.inlineCalls ? QStringLiteral("allowed") : QStringLiteral("not allowed")});
    table.addRow({QStringLiteral("permissions"), orNone(manifest.permissions)});
    table.addRow({QStringLiteral("sha256"),
                  manifest.sha256.isEmpty() ? QStringLiteral("not promised") : text(manifest.sha256)});
}

QJsonArray toArray(const QByteArrayList &words)
{
    QJsonArray array;
    for (const QByteArray &word : words)
        array.append(text(word));
    return array;
}

QJsonObject toJson(const AbiRange &range)
{
    return {{QStringLiteral("min"), qint64(range.min)}, {QStringLiteral("built"), qint64(range.built)}};
}

QJsonObject toJson(const Manifest &manifest)
{
    const PluginIdentity &identity = manifest.identity;
    QJsonArray flags;
    for (std::size_t at = 0; at < pluginFlagName.names.size(); ++at) {
        if (identity.has(static_cast<PluginFlag>(at)))
            flags.append(QLatin1String(pluginFlagName.names[at]));
    }
    return {{QStringLiteral("path"), manifest.manifestPath},
            {QStringLiteral("name"), identity.name},
            {QStringLiteral("thread_model"), QLatin1String(threadModelName(identity.threadModel))},
            {QStringLiteral("flags"), flags},
            {QStringLiteral("runtime"), text(identity.runtime)},
            {QStringLiteral("inline"), manifest.inlineCalls},
            {QStringLiteral("permissions"), toArray(manifest.permissions)},
            {QStringLiteral("sha256"), text(manifest.sha256)},
            {QStringLiteral("config_schema"), identity.configSchema}};
}

QJsonObject toJson(const PluginFault &fault)
{
    return {{QStringLiteral("code"), codeText(fault.code)},
            {QStringLiteral("word"), QLatin1String(explanationOf(fault.code).word)},
            {QStringLiteral("cause"), fault.cause},
            {QStringLiteral("remedy"), fault.remedy}};
}

} // namespace

QString revisionsText(const AbiRange &range)
{
    return range.min == range.built ? QString::number(range.built)
                                    : QStringLiteral("%1 to %2").arg(range.min).arg(range.built);
}

QStringList cellsOf(const PluginReport &report)
{
    const std::optional<AbiRange> abi = report.abi();
    const QString unknown = QStringLiteral("-");
    const QString code = report.fault ? u' ' + codeText(report.fault->code) : QString();
    const QString &path = report.libraryPath.isEmpty() ? report.manifestPath : report.libraryPath;
    return {text(report.id),
            report.version().isEmpty() ? unknown : text(report.version()),
            report.kinds().isEmpty() ? unknown : text(report.kinds().join(",")),
            abi ? revisionsText(*abi) : unknown,
            QString::fromLatin1(isolationName(report.isolation)),
            stateText(report.state) + code,
            path.isEmpty() ? unknown : path};
}

QString infoText(const PluginReport &report)
{
    const std::optional<AbiRange> abi = report.abi();
    const PluginIdentity *identity = report.manifest ? &report.manifest->identity : nullptr;
    TextTable table;
    if (identity && !identity->name.isEmpty())
        table.addRow({QStringLiteral("name"), identity->name});
    table.addRow({QStringLiteral("kinds"), orNone(report.kinds())});
    table.addRow({QStringLiteral("plugin ABI"), abi ? abiSentence(*abi) : QStringLiteral("not known")});
    table.addRow({QStringLiteral("isolation"), QLatin1String(isolationName(report.isolation))});
    if (report.manifest)
        addManifestRows(table, *report.manifest);
    table.addRow({QStringLiteral("manifest"),
                  report.manifestPath.isEmpty() ? QStringLiteral("none") : report.manifestPath});
    table.addRow({QStringLiteral("came with"),
                  report.bundled ? QStringLiteral("Burrow") : QStringLiteral("somebody else")});
    table.addRow({QStringLiteral("trial"), trialText(report)});
    QString all = headline(report) + u'\n' + table.toText(2);
    if (identity)
        all += configKeysText(identity->configSchema);
    if (report.fault)
        all += QStringLiteral("it is not in use; \"burrow plugin why %1\" says why\n").arg(text(report.id));
    return all;
}

QString whyText(const PluginReport &report)
{
    const std::optional<AbiRange> abi = report.abi();
    QString all = headline(report) + u'\n';
    if (report.fault && !(abi && isAboutAbi(report.fault->code)))
        all += QStringLiteral("  %1\n").arg(report.fault->cause);
    if (abi)
        all += QStringLiteral("  %1\n").arg(abiSentence(*abi));
    if (report.probe && report.fault && !report.probe->lastErrors.isEmpty()) {
        all += QStringLiteral("  its last lines on stderr:\n");
        for (const QString &line : report.probe->lastErrors)
            all += QStringLiteral("    %1\n").arg(line);
    }
    if (!report.fault)
        return all + QStringLiteral("  it can be used  (%1)\n").arg(trialText(report));
    const QString code = codeText(report.fault->code);
    return all
           + QStringLiteral("  fix: %1.  (%2, %3, burrow help %3)\n")
                 .arg(remedyFor(report), trialText(report), code);
}

QJsonObject toJson(const PluginReport &report)
{
    QJsonObject object{{QStringLiteral("id"), text(report.id)},
                       {QStringLiteral("version"), text(report.version())},
                       {QStringLiteral("kinds"), toArray(report.kinds())},
                       {QStringLiteral("isolation"), QLatin1String(isolationName(report.isolation))},
                       {QStringLiteral("state"), QLatin1String(pluginStateName(report.state))},
                       {QStringLiteral("bundled"), report.bundled},
                       {QStringLiteral("crashes"), qint64(report.standing.crashes.size())},
                       {QStringLiteral("library"), report.libraryPath},
                       {QStringLiteral("abi"), QJsonValue()},
                       {QStringLiteral("host_abi"), toJson(hostAbi())},
                       {QStringLiteral("manifest"), QJsonValue()},
                       {QStringLiteral("fault"), QJsonValue()},
                       {QStringLiteral("probe"), QJsonValue()}};
    if (const std::optional<AbiRange> abi = report.abi())
        object.insert(QStringLiteral("abi"), toJson(*abi));
    if (report.manifest)
        object.insert(QStringLiteral("manifest"), toJson(*report.manifest));
    if (report.fault)
        object.insert(QStringLiteral("fault"), toJson(*report.fault));
    if (report.probe) {
        object.insert(
            QStringLiteral("probe"),
            QJsonObject{{QStringLiteral("at"), timeOf(*report.probe).toUTC().toString(Qt::ISODateWithMs)},
                        {QStringLiteral("took_ms"), millisecondsOf(*report.probe)},
                        {QStringLiteral("stderr"), QJsonArray::fromStringList(report.probe->lastErrors)}});
    }
    return object;
}

} // namespace burrow
