// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "disk/disk_image.h"
#include "disk/fault_vfs.h"
#include "still_clock.h"
#include "store/sqlite_store.h"
#include "store_mirror.h"
#include "support/tally.h"

#include <QTemporaryDir>

#include <random>

namespace burrow::test {

/// What the disks of all walks together went through.
struct DiskCoverage
{
    std::array<quint64, 4> cuts{}; ///< By what becomes of what is not synced; see unsynced_names.
    quint64 cutsInWrites = 0;      ///< With writes under way.
    quint64 cutsInOpenings = 0;    ///< While the host after the crash read its store.
    quint64 writes = 0;
    quint64 checkpoints = 0;
    quint64 syncs = 0;
};
inline constexpr std::array<const char *, 4> unsynced_names{"dropped", "kept", "subset", "torn"};

/// What the disk does with a sync.
enum class Disk : quint8 { Honest, DropsSyncs };

/// The SQLite store that ships, on a disk whose every write is known. A crash cuts the power at a moment that
/// the seed draws, with writes under way, and the store is opened on what such a disk may hold then. The
/// store's own copying of the log waits for an idle moment of the real clock; it is refused, and done here at
/// moments of the seed instead.
class SqliteMirror : public StoreMirror
{
public:
    SqliteMirror(quint64 seed, DiskCoverage &coverage, Disk disk = Disk::Honest);
    ~SqliteMirror() override;
    Q_DISABLE_COPY_MOVE(SqliteMirror)

    void setTime(WallTime now) override { m_clock.set(now); }
    quint64 nextSequence() override { return m_store ? m_store->nextSequence() : 0; }
    Result<StoredSession> open(SessionId id, const QByteArray &name) override;
    std::optional<QString> commit(const WriteSet &set) override;
    Result<StoredSession> crash(const std::vector<WriteSet> &inFlight) override;
    Result<std::vector<RetainedKey>> keys() override;
    Result<std::vector<std::optional<StoredOutcome>>> outcomes(const std::vector<InputId> &inputs) override;
    QString lastCrash() const override { return m_lastCrash; }

private:
    /// Counts the verdicts, and keeps what was not committed.
    class Verdicts : public StoreClient
    {
    public:
        void storeAnswered(std::vector<StoreAnswer> answers) override;
        /// So many more have come; a sentence when one is not Committed or none comes.
        std::optional<QString> waitForMore(std::size_t count);

    private:
        Tally m_arrived;
        std::size_t m_waited = 0;
        std::mutex m_mutex;
        QString m_wrong; // Guarded by m_mutex.
    };

    quint64 below(quint64 bound) { return m_random() % bound; }
    bool oneIn(quint64 chance) { return below(chance) == 0; }
    faults::Ruling rule(const faults::DiskCall &call);
    Result<void> makeFile();
    Result<void> openStore();
    Result<StoredSession> readSession();
    std::optional<QString> writeTogether(const std::vector<WriteSet> &sets);
    void copyLog();
    void cutPower(std::size_t from);

    const Disk m_disk;
    std::mt19937_64 m_random;
    DiskCoverage &m_coverage;
    QTemporaryDir m_folder;
    StillClock m_clock;
    Verdicts m_verdicts;
    faults::FaultVfs m_vfs;
    SqliteStoreOptions m_options;
    SessionId m_session;
    QByteArray m_name;
    QString m_lastCrash;
    std::atomic<bool> m_mayCopyLog = true;
    std::atomic<bool> m_holdWrite = false; ///< The next write to the log waits until it is let go.
    Tally m_held;
    Tally m_letGo;
    std::size_t m_holds = 0;
    std::unique_ptr<faults::DiskLog> m_log; ///< Of this life of the store.
    std::size_t m_there = 0;                ///< So much of it says what was there before.
    std::unique_ptr<SqliteStore> m_store;   ///< Last: it uses everything above.
};

} // namespace burrow::test
