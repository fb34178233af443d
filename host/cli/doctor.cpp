// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor.h"

#include "cli/command_version.h"
#include "cli/words.h"
#include "compose/composition.h"
#include "compose/plugin_inventory.h"
#include "store/store_lock.h"
#include "store/store_reader.h"
#include "store/store_version.h"

#include <QDir>
#include <QFileInfo>
#include <QStorageInfo>
#include <QVersionNumber>

#include <sys/stat.h>
#include <unistd.h>

namespace burrow {

namespace {

using State = DoctorRow::State;

// A store stops accepting when its file system is full; who is told earlier has time to do something.
constexpr qint64 space_low_bytes = 200LL << 20;
constexpr qint64 space_gone_bytes = 16LL << 20;

/// What the checks go by, and where they put what they find.
class Examination
{
public:
    Examination(const Configuration &configuration, const CheckedFile *checked)
        : m_configuration(configuration)
        , m_checked(checked)
    {
    }

    std::vector<DoctorRow> run()
    {
        checkVersion();
        checkConfiguration();
        checkDataDirectory();
        checkStore();
        checkSpace();
        checkLogFile();
        checkRuntimeDirectory();
        checkPlugins();
        return std::move(m_rows);
    }

private:
    void add(const char *check, State state, const QString &sentence, const QString &remedy = {})
    {
        add(QString::fromLatin1(check), state, sentence, remedy);
    }
    void add(const QString &check, State state, const QString &sentence, const QString &remedy = {})
    {
        m_rows.push_back({check, state, sentence, remedy});
    }

    void checkVersion();
    void checkConfiguration();
    void checkDataDirectory();
    void checkStore();
    void checkSpace();
    void checkLogFile();
    void checkRuntimeDirectory();
    void checkPlugins();
    void checkPluginFolder(const QString &folder);
    void checkPlugin(const PluginReport &report);

    const Configuration &m_configuration;
    const CheckedFile *m_checked;
    std::vector<DoctorRow> m_rows;
};

bool mayWrite(const QString &path)
{
    return ::access(QFile::encodeName(path).constData(), W_OK) == 0;
}

/// What is there of a path: the path itself, or the nearest thing on the way to it.
QString existingPart(const QString &path)
{
    QFileInfo info(path);
    while (!info.exists() && info.absolutePath() != info.absoluteFilePath())
        info.setFile(info.absolutePath());
    return info.absoluteFilePath();
}

/// Who else than its owner may do what with it, in words; empty: nobody.
QString othersMay(const QString &path)
{
    struct stat status = {};
    if (::stat(QFile::encodeName(path).constData(), &status) != 0)
        return {};
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return QStringLiteral("write");
    return (status.st_mode & (S_IRGRP | S_IROTH)) != 0 ? QStringLiteral("read") : QString();
}

QString sizeText(qint64 bytes)
{
    return QStringLiteral("%1 MiB").arg(bytes >> 20);
}

void Examination::checkVersion()
{
    const QVersionNumber built = QVersionNumber::fromString(QLatin1String(QT_VERSION_STR));
    if (QVersionNumber::fromString(QLatin1String(qVersion())) < built) {
        add("version", State::Warn,
            versionSentence() + QStringLiteral("; it was built for the newer Qt %1").arg(built.toString()),
            QStringLiteral("install that version of Qt, or a burrow that was built for this one"));
        return;
    }
    add("version", State::Ok, versionSentence());
}

void Examination::checkConfiguration()
{
    if (m_checked == nullptr) {
        add("configuration", State::Ok, QStringLiteral("none was named; this is about one that says nothing"),
            QStringLiteral("name yours with --config"));
        return;
    }
    const LoadedConfiguration &loaded = m_checked->loaded;
    const QString summary =
        loaded.findings.empty() ? QString() : QStringLiteral(", ") + findingsSummary(loaded.findings);
    const QString remedy =
        QStringLiteral("run \"burrow check %1\" and mend what it finds").arg(m_configuration.file);
    const QString holds =
        QStringLiteral("%1: %2%3")
            .arg(m_configuration.file, counted(m_configuration.sessions.size(), "session"), summary);
    if (!loaded.configuration)
        add("configuration", State::Fail, holds, remedy);
    else if (!loaded.findings.empty())
        add("configuration", State::Warn, holds, remedy);
    else
        add("configuration", State::Ok, holds);
}

void Examination::checkDataDirectory()
{
    const QString &folder = m_configuration.host.dataDirectory;
    if (folder.isEmpty()) {
        add("data directory", State::Fail, QStringLiteral("none is known, because HOME is not set"),
            QStringLiteral("set HOME or host.data_dir"));
        return;
    }
    const QFileInfo info(folder);
    if (!info.exists()) {
        const QString above = existingPart(folder);
        if (QFileInfo(above).isDir() && mayWrite(above))
            add("data directory", State::Ok,
                QStringLiteral("%1 is not there yet; a host makes it").arg(folder));
        else
            add("data directory", State::Fail,
                QStringLiteral("%1 is not there, and cannot be made in %2").arg(folder, above),
                QStringLiteral("make it for the user that runs the host, or set host.data_dir"));
        return;
    }
    const QString others = othersMay(folder);
    if (!info.isDir() || !mayWrite(folder)) {
        add("data directory", State::Fail,
            info.isDir() ? QStringLiteral("%1 may not be written by this user").arg(folder)
                         : QStringLiteral("%1 is not a folder").arg(folder),
            QStringLiteral("give it to the user that runs the host, or set host.data_dir"));
    } else if (others == QLatin1String("write")) {
        add("data directory", State::Fail, QStringLiteral("others may write to %1").arg(folder),
            QStringLiteral("chmod 700 %1").arg(folder));
    } else if (!others.isEmpty()) {
        add("data directory", State::Warn,
            QStringLiteral("others may look into %1, which holds what sessions are told").arg(folder),
            QStringLiteral("chmod 700 %1").arg(folder));
    } else {
        add("data directory", State::Ok, QStringLiteral("%1 belongs to this user alone").arg(folder));
    }
}

void Examination::checkStore()
{
    const QString &path = m_configuration.store.path;
    if (m_configuration.store.kind == StoreKind::Memory) {
        add("store", State::Ok, QStringLiteral("sessions are kept in memory only and end with the host"));
        return;
    }
    if (path.isEmpty()) // Said of the data directory.
        return;
    if (!QFileInfo::exists(path)) {
        add("store", State::Ok, QStringLiteral("%1 is not there yet; a host makes it").arg(path));
        return;
    }
    const Result<std::unique_ptr<StoreReader>> reader = readStore(path);
    const Result<QByteArrayList> names = reader ? (*reader)->names() : Result<QByteArrayList>(reader.error());
    if (!names) {
        add("store", State::Fail, names.error().message,
            QStringLiteral(
                "see \"burrow storage check\"; restore a backup, or name another file in store.path"));
        return;
    }
    const Result<std::optional<QByteArray>> holder = StoreLock::holder(path);
    const QString owner = !holder   ? QStringLiteral("who serves it cannot be seen")
                          : *holder ? QStringLiteral("a host serves it (%1)").arg(QString::fromUtf8(**holder))
                                    : QStringLiteral("no host serves it");
    const QString sentence = QStringLiteral("%1: format %2, %3, %4")
                                 .arg(path)
                                 .arg(storeSchemaVersion())
                                 .arg(counted(quint64(names->size()), "session"), owner);
    if (mayWrite(path))
        add("store", State::Ok, sentence);
    else
        add("store", State::Fail, sentence + QStringLiteral("; this user may not write it"),
            QStringLiteral("run as the user that the store belongs to"));
}

void Examination::checkSpace()
{
    const QString &path = m_configuration.store.path;
    if (m_configuration.store.kind == StoreKind::Memory || path.isEmpty())
        return;
    const QStorageInfo storage(existingPart(path));
    const QString sentence =
        QStringLiteral("%1 free on %2").arg(sizeText(storage.bytesAvailable()), storage.rootPath());
    const QString remedy = QStringLiteral("make room there, or move the store with store.path");
    if (storage.isReadOnly())
        add("space", State::Fail, QStringLiteral("%1 is mounted for reading only").arg(storage.rootPath()),
            remedy);
    else if (storage.bytesAvailable() < space_gone_bytes)
        add("space", State::Fail, sentence + QStringLiteral("; the store will refuse inputs"), remedy);
    else if (storage.bytesAvailable() < space_low_bytes)
        add("space", State::Warn, sentence, remedy);
    else
        add("space", State::Ok, sentence);
}

void Examination::checkLogFile()
{
    const QString &path = m_configuration.logging.file.value;
    if (path.isEmpty())
        return;
    // A file that is there, or a folder in which it can be made.
    const QString there = existingPart(path);
    if (mayWrite(there) && QFileInfo(there).isDir() == (there != QFileInfo(path).absoluteFilePath()))
        add("log file", State::Ok, path);
    else
        add("log file", State::Fail, QStringLiteral("%1 cannot be written").arg(path),
            QStringLiteral("name another one in logging.file, or leave the key out"));
}

void Examination::checkRuntimeDirectory()
{
    const QString folder = qEnvironmentVariable("XDG_RUNTIME_DIR");
    if (folder.isEmpty()) {
        add("runtime directory", State::Ok,
            QStringLiteral("XDG_RUNTIME_DIR is not set, as outside of a login; nothing needs it yet"));
        return;
    }
    if (!QFileInfo(folder).isDir() || !mayWrite(folder))
        add("runtime directory", State::Warn,
            QStringLiteral("XDG_RUNTIME_DIR is %1, which is no folder that this user may write").arg(folder),
            QStringLiteral("log in anew, or unset it"));
    else if (!othersMay(folder).isEmpty())
        add("runtime directory", State::Warn,
            QStringLiteral("others may %1 %2, the XDG_RUNTIME_DIR").arg(othersMay(folder), folder),
            QStringLiteral("chmod 700 %1").arg(folder));
    else
        add("runtime directory", State::Ok, QStringLiteral("%1 belongs to this user alone").arg(folder));
}

void Examination::checkPlugins()
{
    const PluginInventory inventory = takeInventory(m_configuration);
    for (const QString &folder : inventory.folders)
        checkPluginFolder(folder);
    for (const QString &complaint : inventory.complaints)
        add("plugin folders", State::Warn, complaint, QStringLiteral("mend or remove it"));
    for (const PluginReport &report : inventory.plugins)
        checkPlugin(report);
}

void Examination::checkPluginFolder(const QString &folder)
{
    if (!QFileInfo(folder).isDir())
        return; // Most machines lack some of the usual ones; one that was named wrongly shows in what is not
                // found.
    if (othersMay(folder) == QLatin1String("write"))
        add("plugin folder", State::Fail,
            QStringLiteral("others may put code into %1, which the host would run").arg(folder),
            QStringLiteral("chmod go-w %1").arg(folder));
    else
        add("plugin folder", State::Ok, folder);
}

void Examination::checkPlugin(const PluginReport &report)
{
    const QString name = QStringLiteral("plugin %1").arg(QString::fromUtf8(report.id));
    if (!report.fault) {
        add(name, State::Ok,
            QStringLiteral("%1, %2").arg(QString::fromUtf8(report.version()), report.libraryPath));
        return;
    }
    const auto &executors = m_configuration.executors;
    const bool wanted = std::any_of(executors.begin(), executors.end(),
                                    [&](const auto &each) { return each.second.plugin.value == report.id; });
    const bool counts = report.state != PluginState::Duplicate;
    const State state = wanted && counts                        ? State::Fail
                        : report.state == PluginState::Disabled ? State::Ok
                                                                : State::Warn;
    add(name, state,
        QStringLiteral("%1: %2").arg(QLatin1String(pluginStateName(report.state)), report.fault->cause),
        QStringLiteral("%1 (see \"burrow plugin why %2\")")
            .arg(report.fault->remedy, QString::fromUtf8(report.id)));
}

} // namespace

std::vector<DoctorRow> examine(const CheckedFile *checked)
{
    if (checked != nullptr && checked->loaded.forChecks() != nullptr)
        return Examination(*checked->loaded.forChecks(), checked).run();
    // A file that cannot be read at all says nothing of what stands in it.
    LoadedConfiguration nothing = loadConfigurationText(QStringLiteral("burrow.yaml"), "version: 1\n");
    if (checked == nullptr)
        return Examination(*nothing.forChecks(), nullptr).run();
    std::vector<DoctorRow> rows{{QStringLiteral("configuration"), State::Fail,
                                 checked->loaded.findings.empty() ? QStringLiteral("it cannot be read")
                                                                  : checked->loaded.findings.front().message,
                                 QStringLiteral("run \"burrow check\" on it and mend what it finds")}};
    return rows;
}

} // namespace burrow
