// SPDX-License-Identifier: Apache-2.0
#include "plugin/unclean_end.h"

#include "plugin/boot_id.h"
#include "plugin/child_run.h"
#include "plugin/manifest.h"
#include "plugin/sentinel_memory.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <cstring>
#include <memory>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace burrow {

namespace {

template <std::size_t Size>
QByteArray textOf(const std::array<char, Size> &padded)
{
    return QByteArray(padded.data(), static_cast<qsizetype>(::strnlen(padded.data(), Size)));
}

/// Nothing for a call that was not under way, or that no host could have noted.
std::optional<CallUnderWay> callOf(const SentinelMemory &notes, const SentinelMemory::Thread &thread)
{
    const quint32 noted = thread.call.load();
    const quint32 number = noted >> 8;
    const quint32 stage = noted & 0xffU;
    if (noted == 0 || number >= notes.plugins.size() || stage >= foreignStageName.names.size())
        return std::nullopt;
    const SentinelMemory::Plugin &plugin = notes.plugins[number];
    CallUnderWay call;
    call.plugin = textOf(plugin.id);
    call.version = textOf(plugin.version);
    call.stage = static_cast<ForeignStage>(stage);
    call.blocking = plugin.blocking != 0;
    call.onCrashed = thread.number.load() != 0 && thread.number.load() == notes.crashedThread.load();
    return isPluginId(call.plugin) ? std::optional(call) : std::nullopt;
}

std::optional<UncleanEnd> read(const SentinelMemory &notes)
{
    if (notes.magic != SentinelMemory::form || textOf(notes.boot) != bootId())
        return std::nullopt;
    UncleanEnd end;
    end.process = notes.process;
    end.startedAt.sinceEpoch = std::chrono::milliseconds(notes.startedMs);
    if (notes.crashedThread.load() != 0) {
        const auto number = static_cast<int>(notes.crashSignal.load());
        end.how = number == 0 ? QStringLiteral("exit()") : signalName(number);
    }
    for (const SentinelMemory::Thread &thread : notes.threads) {
        if (std::optional<CallUnderWay> call = callOf(notes, thread))
            end.calls.push_back(*std::move(call));
    }
    return end;
}

/// Nothing while the host lives: then it holds the lock.
std::optional<UncleanEnd> take(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    const int descriptor = ::open(name.constData(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0)
        return std::nullopt;
    std::optional<UncleanEnd> end;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
        const auto notes = std::make_unique<SentinelMemory>();
        const ssize_t size = ::pread(descriptor, static_cast<void *>(notes.get()), sizeof *notes, 0);
        if (size == static_cast<ssize_t>(sizeof *notes))
            end = read(*notes);
        ::unlink(name.constData());
    }
    ::close(descriptor);
    return end;
}

} // namespace

QByteArray bootId()
{
    QFile file(QStringLiteral("/proc/sys/kernel/random/boot_id"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray();
}

const CallUnderWay *UncleanEnd::culprit() const
{
    if (!how.isEmpty()) {
        const auto found =
            std::find_if(calls.begin(), calls.end(), [](const CallUnderWay &call) { return call.onCrashed; });
        return found == calls.end() ? nullptr : &*found;
    }
    return calls.size() == 1 && !calls.front().blocking ? &calls.front() : nullptr;
}

std::vector<UncleanEnd> takeUncleanEnds(const QString &folder)
{
    std::vector<UncleanEnd> ends;
    const QString pattern = QLatin1String(sentinelPrefix) + QLatin1Char('*');
    for (const QString &name : QDir(folder).entryList({pattern}, QDir::Files | QDir::Hidden, QDir::Time)) {
        if (std::optional<UncleanEnd> end = take(folder + QLatin1Char('/') + name))
            ends.push_back(*std::move(end));
    }
    return ends;
}

} // namespace burrow
