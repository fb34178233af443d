// SPDX-License-Identifier: Apache-2.0
#include "plugin/probe_cache.h"

#include "plugin/descriptor.h"
#include "plugin/plugin_limits.h"
#include "plugin/plugin_log.h"
#include "plugin/state_folder.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>

#include <algorithm>

namespace burrow {

namespace {

constexpr int cacheForm = 1;

bool sameSubject(const ProbeSubject &one, const ProbeSubject &other)
{
    return one.library == other.library && one.manifestDigest == other.manifestDigest;
}

QJsonObject toJson(const ProbeSubject &subject)
{
    // Device, inode and time as text: a JSON number holds 53 bits.
    const CheckedLibrary &library = subject.library;
    return {{QStringLiteral("path"), library.path},
            {QStringLiteral("device"), QString::number(library.identity.device)},
            {QStringLiteral("inode"), QString::number(library.identity.inode)},
            {QStringLiteral("size"), QString::number(library.size)},
            {QStringLiteral("modified_ns"), QString::number(library.modified.count())},
            {QStringLiteral("sha256"), QString::fromLatin1(library.sha256)},
            {QStringLiteral("manifest_sha256"), QString::fromLatin1(subject.manifestDigest)}};
}

ProbeSubject subjectFrom(const QJsonObject &object)
{
    const auto text = [&object](const char *key) { return object.value(QLatin1String(key)).toString(); };
    ProbeSubject subject;
    subject.library.path = text("path");
    subject.library.identity = {text("device").toULongLong(), text("inode").toULongLong()};
    subject.library.size = text("size").toLongLong();
    subject.library.modified = std::chrono::nanoseconds(text("modified_ns").toLongLong());
    subject.library.sha256 = text("sha256").toLatin1();
    subject.manifestDigest = text("manifest_sha256").toLatin1();
    return subject;
}

} // namespace

ProbeCache::ProbeCache(QString path, QByteArray hostVersion)
    : m_path(std::move(path))
    , m_hostVersion(std::move(hostVersion))
{
}

/// Another host may judge the same library otherwise.
QByteArray ProbeCache::host() const
{
    const AbiRange abi = hostAbi();
    return m_hostVersion + " abi " + QByteArray::number(abi.min) + '-' + QByteArray::number(abi.built);
}

/// The caller holds m_mutex.
void ProbeCache::read()
{
    if (m_wasRead)
        return;
    m_wasRead = true;
    if (m_path.isEmpty())
        return;
    const PluginResult<RegularFile> file = RegularFile::open(m_path);
    if (!file || file->size() > limits::probe_cache_bytes_max)
        return;
    const std::optional<QByteArray> bytes = file->read(0, static_cast<quint64>(file->size()));
    const QJsonObject root = QJsonDocument::fromJson(bytes.value_or(QByteArray())).object();
    if (root.value(QLatin1String("form")).toInt() != cacheForm
        || root.value(QLatin1String("host")).toString().toUtf8() != host())
        return;
    for (const QJsonValue &value : root.value(QLatin1String("probes")).toArray()) {
        const QJsonObject each = value.toObject();
        std::optional<ProbeVerdict> verdict = probeVerdictFrom(each.value(QLatin1String("verdict")).toObject());
        if (verdict)
            m_entries.push_back({subjectFrom(each), *std::move(verdict)});
    }
}

/// The caller holds m_mutex.
void ProbeCache::write() const
{
    if (m_path.isEmpty())
        return;
    QJsonArray probes;
    for (const Entry &entry : m_entries) {
        QJsonObject object = toJson(entry.subject);
        object.insert(QStringLiteral("verdict"), burrow::toJson(entry.verdict));
        probes.append(object);
    }
    const QJsonDocument document(QJsonObject{{QStringLiteral("form"), cacheForm},
                                             {QStringLiteral("host"), QString::fromUtf8(host())},
                                             {QStringLiteral("probes"), probes}});
    makeStateFolder(QFileInfo(m_path).absolutePath());
    QSaveFile file(m_path);
    const bool written = file.open(QIODevice::WriteOnly) && file.write(document.toJson()) >= 0 && file.commit();
    if (!written) {
        qCInfo(pluginLog).noquote() << QStringLiteral("cannot write %1, so plugins are tried again: %2")
                                           .arg(m_path, file.errorString());
    }
}

std::optional<ProbeVerdict> ProbeCache::find(const ProbeSubject &subject)
{
    const std::lock_guard lock(m_mutex);
    read();
    const auto found = std::find_if(m_entries.begin(), m_entries.end(), [&subject](const Entry &entry) {
        return sameSubject(entry.subject, subject);
    });
    return found == m_entries.end() ? std::nullopt : std::optional(found->verdict);
}

void ProbeCache::remember(const ProbeSubject &subject, const ProbeVerdict &verdict)
{
    const std::lock_guard lock(m_mutex);
    read();
    std::erase_if(m_entries, [&subject](const Entry &entry) {
        return entry.subject.library.path == subject.library.path;
    });
    m_entries.push_back({subject, verdict});
    if (m_entries.size() > limits::probe_cache_entries_max)
        m_entries.erase(m_entries.begin());
    write();
}

} // namespace burrow
