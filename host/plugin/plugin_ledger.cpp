// SPDX-License-Identifier: Apache-2.0
#include "plugin/plugin_ledger.h"

#include "plugin/manifest.h"
#include "plugin/plugin_limits.h"
#include "plugin/plugin_log.h"
#include "plugin/regular_file.h"
#include "plugin/state_folder.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLockFile>
#include <QSaveFile>

#include <algorithm>

namespace burrow {

namespace {

using Standings = std::map<QByteArray, PluginStanding>;

constexpr int ledgerForm = 1;
constexpr std::chrono::milliseconds lockPatience(5000);

QJsonValue toJson(const std::optional<WallTime> &time)
{
    return time ? QJsonValue(qint64(time->sinceEpoch.count())) : QJsonValue();
}

WallTime timeFrom(const QJsonValue &value)
{
    return {std::chrono::milliseconds(value.toInteger())};
}

QJsonObject toJson(const PluginStanding &standing)
{
    QJsonArray crashes;
    for (const PluginCrash &crash : standing.crashes) {
        crashes.append(QJsonObject{{QStringLiteral("at_ms"), qint64(crash.at.sinceEpoch.count())},
                                   {QStringLiteral("stage"), QLatin1String(foreignStageName(crash.stage))},
                                   {QStringLiteral("how"), crash.how},
                                   {QStringLiteral("version"), QString::fromUtf8(crash.version)}});
    }
    return {{QStringLiteral("disabled"), standing.disabled},
            {QStringLiteral("crashes"), crashes},
            {QStringLiteral("quarantined_at_ms"), toJson(standing.quarantinedAt)},
            {QStringLiteral("on_trial"), standing.onTrial}};
}

PluginStanding standingFrom(const QJsonObject &object)
{
    PluginStanding standing;
    standing.disabled = object.value(QLatin1String("disabled")).toBool();
    standing.onTrial = object.value(QLatin1String("on_trial")).toBool();
    const QJsonValue quarantined = object.value(QLatin1String("quarantined_at_ms"));
    if (quarantined.isDouble())
        standing.quarantinedAt = timeFrom(quarantined);
    for (const QJsonValue &value : object.value(QLatin1String("crashes")).toArray()) {
        PluginCrash crash;
        crash.at = timeFrom(value[QLatin1String("at_ms")]);
        crash.stage = foreignStageName.parse(value[QLatin1String("stage")].toString().toLatin1())
                          .value_or(ForeignStage::None);
        crash.how = value[QLatin1String("how")].toString();
        crash.version = value[QLatin1String("version")].toString().toUtf8();
        standing.crashes.push_back(crash);
    }
    return standing;
}

/// Nothing when the file is there and cannot be understood.
std::optional<Standings> readFile(const QString &path)
{
    const PluginResult<RegularFile> file = RegularFile::open(path);
    if (!file)
        return file.error().code == PluginFaultCode::FileMissing ? std::optional(Standings()) : std::nullopt;
    if (file->size() > limits::plugin_ledger_bytes_max)
        return std::nullopt;
    const QByteArray bytes = file->read(0, static_cast<quint64>(file->size())).value_or(QByteArray());
    const QJsonObject root = QJsonDocument::fromJson(bytes).object();
    if (root.value(QLatin1String("form")).toInt() != ledgerForm)
        return std::nullopt;
    Standings standings;
    const QJsonObject plugins = root.value(QLatin1String("plugins")).toObject();
    for (auto plugin = plugins.begin(); plugin != plugins.end(); ++plugin) {
        if (isPluginId(plugin.key().toUtf8()))
            standings.emplace(plugin.key().toUtf8(), standingFrom(plugin.value().toObject()));
    }
    return standings;
}

Result<void> writeFile(const QString &path, const Standings &standings)
{
    QJsonObject plugins;
    for (const auto &[id, standing] : standings) {
        if (!standing.isPlain())
            plugins.insert(QString::fromUtf8(id), toJson(standing));
    }
    const QJsonDocument document(
        QJsonObject{{QStringLiteral("form"), ledgerForm}, {QStringLiteral("plugins"), plugins}});
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(document.toJson()) >= 0 && file.commit())
        return {};
    return Error{ErrorKind::Io, QStringLiteral("cannot write %1: %2").arg(path, file.errorString())};
}

Error nothingKnown(const QByteArray &id, const char *what)
{
    return {ErrorKind::NotFound, QStringLiteral("the plugin \"%1\" %2; nothing was changed")
                                     .arg(QString::fromUtf8(id), QLatin1String(what))};
}

bool isTooMuch(const PluginStanding &standing, const CrashPolicy &policy)
{
    const WallTime last = standing.crashes.back().at;
    const auto recent =
        std::count_if(standing.crashes.begin(), standing.crashes.end(), [&](const PluginCrash &crash) {
            return last.sinceEpoch - crash.at.sinceEpoch <= policy.within;
        });
    return recent >= policy.quarantineAfter;
}

} // namespace

PluginLedger::PluginLedger(QString path)
    : m_path(std::move(path))
{
}

std::map<QByteArray, PluginStanding> PluginLedger::all() const
{
    if (m_path.isEmpty())
        return {};
    const std::optional<Standings> standings = readFile(m_path);
    if (!standings)
        qCWarning(pluginLog).noquote()
            << QStringLiteral("%1 cannot be read, so no plugin counts as switched off or "
                              "put away by it")
                   .arg(m_path);
    return standings.value_or(Standings());
}

PluginStanding PluginLedger::of(const QByteArray &id) const
{
    const Standings standings = all();
    const auto found = standings.find(id);
    return found == standings.end() ? PluginStanding() : found->second;
}

/// `change` takes the standings and answers whether they may be written.
template <typename Change>
Result<void> PluginLedger::change(const Change &change)
{
    if (m_path.isEmpty()) {
        return Error{ErrorKind::Configuration, QStringLiteral("no place for what is known of plugins is known, "
                                                              "because HOME is not set; set host.data_dir")};
    }
    makeStateFolder(QFileInfo(m_path).absolutePath());
    QLockFile lock(m_path + QStringLiteral(".lock"));
    if (!lock.tryLock(lockPatience)) {
        return Error{ErrorKind::Io, QStringLiteral("cannot lock %1, so nothing was changed in it").arg(m_path)};
    }
    std::optional<Standings> standings = readFile(m_path);
    if (!standings) {
        const QString aside = m_path + QStringLiteral(".damaged");
        QFile::remove(aside);
        QFile::rename(m_path, aside);
        qCWarning(pluginLog).noquote()
            << QStringLiteral("%1 could not be read and is kept as %2").arg(m_path, aside);
        standings.emplace();
    }
    if (Result<void> changed = change(*standings); !changed)
        return changed;
    return writeFile(m_path, *standings);
}

Result<void> PluginLedger::setDisabled(const QByteArray &id, bool disabled)
{
    return change([&](Standings &standings) -> Result<void> {
        standings[id].disabled = disabled;
        return {};
    });
}

Result<void> PluginLedger::tryAgain(const QByteArray &id)
{
    return change([&](Standings &standings) -> Result<void> {
        PluginStanding &standing = standings[id];
        if (!standing.quarantinedAt)
            return nothingKnown(id, "is not in quarantine");
        standing.onTrial = true;
        return {};
    });
}

Result<void> PluginLedger::clear(const QByteArray &id)
{
    return change([&](Standings &standings) -> Result<void> {
        PluginStanding &standing = standings[id];
        if (standing.crashes.empty() && !standing.quarantinedAt)
            return nothingKnown(id, "has no crash on its record");
        standing = {.disabled = standing.disabled};
        return {};
    });
}

Result<PluginStanding> PluginLedger::addCrash(const QByteArray &id, const PluginCrash &crash,
                                              const CrashPolicy &policy)
{
    PluginStanding after;
    const Result<void> changed = change([&](Standings &standings) -> Result<void> {
        PluginStanding &standing = standings[id];
        standing.crashes.push_back(crash);
        if (standing.crashes.size() > limits::plugin_crashes_kept_max)
            standing.crashes.erase(standing.crashes.begin());
        if (standing.onTrial || isTooMuch(standing, policy))
            standing.quarantinedAt = crash.at;
        standing.onTrial = false;
        after = standing;
        return {};
    });
    return changed ? Result<PluginStanding>(after) : Result<PluginStanding>(changed.error());
}

Result<void> PluginLedger::passTrials(const std::set<QByteArray> &used)
{
    const auto passes = [&used](const auto &each) { return each.second.onTrial && used.contains(each.first); };
    const Standings before = all();
    if (std::none_of(before.begin(), before.end(), passes))
        return {};
    return change([&passes](Standings &standings) -> Result<void> {
        for (auto &[id, standing] : standings) {
            if (passes(std::pair(id, standing)))
                standing = {.disabled = standing.disabled};
        }
        return {};
    });
}

} // namespace burrow
