// SPDX-License-Identifier: Apache-2.0
#include "driver/recording.h"

#include <sqlite3.h>

#include <filesystem>

namespace burrow::faults {

namespace {

constexpr std::size_t sessions = 8;
constexpr std::size_t inputs_per_round = 4; ///< Per session; they are in flight together.

} // namespace

Recording::Recording(RecordingOptions options, const std::string &folder)
    : m_options(std::move(options))
    , m_path(folder + "/" + m_options.name + "/store.db")
{
    std::filesystem::remove_all(folder + "/" + m_options.name);
    std::filesystem::create_directories(folder + "/" + m_options.name);
}

void Recording::submit(Rig &rig, std::size_t session)
{
    const std::uint64_t number = m_submits++;
    const std::string label = m_options.name + "-" + std::to_string(number);
    const std::string key = number % 2 == 0 ? "key-" + label : std::string();
    const char *flavour = number % 29 == 0   ? "fail"
                          : number % 17 == 0 ? "once"
                          : number % 5 == 0  ? "snap"
                                             : "ok";
    const QByteArray name = sessionName(session);
    m_history.submitted(name.toStdString(), label, key, flavour);
    rig.submit(name, QByteArray::fromStdString(label), QByteArray::fromStdString(key), flavour);
}

/// Right behind the stop come more inputs: none may be accepted into a session that is stopped.
void Recording::stopUnderLoad(Rig &rig, std::size_t session)
{
    rig.stop(sessionName(session));
    for (std::size_t at = 0; at < inputs_per_round; ++at)
        submit(rig, session);
    rig.start(sessionName(session));
}

FaultVfs::Ruler Recording::ruler() const
{
    if (m_options.failEverySync == 0)
        return {};
    auto syncs = std::make_shared<std::atomic<std::uint64_t>>(0);
    return [syncs, every = m_options.failEverySync](const DiskCall &call) {
        const bool commit = call.kind == CallKind::Sync && call.isWal();
        return commit && ++*syncs % every == 0 ? Ruling::fail(SQLITE_IOERR_FSYNC) : Ruling::proceed();
    };
}

std::string Recording::live(FaultVfs &vfs, LogWitness &witness, int rounds)
{
    Moments moments;
    RigOptions options;
    options.store.path = QString::fromStdString(m_path);
    options.store.vfs = QByteArray::fromStdString(vfs.name());
    options.sessions = sessions;
    options.longestRun = std::chrono::microseconds(200);
    Result<std::unique_ptr<Rig>> opened = Rig::open(options, witness, moments);
    if (!opened)
        return opened.error().message.toStdString();
    Rig &rig = **opened;
    vfs.setRuler(ruler());
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t at = 0; at < inputs_per_round * sessions; ++at)
            submit(rig, at % sessions);
        stopUnderLoad(rig, static_cast<std::size_t>(round) % sessions);
        if (!rig.settles(std::chrono::seconds(60)))
            return "the host does not come to rest";
    }
    return {};
}

std::string Recording::make()
{
    LogWitness witness(m_log);
    FaultVfs vfs("recording-" + m_options.name);
    vfs.setPowersafeOverwrite(m_options.powersafe);
    vfs.record(&m_log);
    watchFolderSyncs(&m_log);
    std::string problem = live(vfs, witness, 4);
    vfs.setRuler({});
    if (problem.empty())
        problem = live(vfs, witness, 2);
    watchFolderSyncs(nullptr);
    vfs.record(nullptr);
    return problem;
}

} // namespace burrow::faults
