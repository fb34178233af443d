// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "disk/disk_image.h"
#include "disk/fault_vfs.h"
#include "driver/history.h"
#include "rig/rig.h"

namespace burrow::faults {

/// Writes what is told and noted into the log of the disk, so that each cut knows what had been said before it.
class LogWitness : public Witness
{
public:
    explicit LogWitness(DiskLog &log)
        : m_log(log)
    {
    }
    void told(const QByteArray &line) override { m_log.mark("t " + line.toStdString()); }
    void noted(const QByteArray &line) override { m_log.mark("n " + line.toStdString()); }

private:
    DiskLog &m_log;
};

/// How a workload is recorded.
struct RecordingOptions
{
    std::string name;
    bool powersafe = true;
    std::uint64_t failEverySync = 0; ///< That sync of a log, and each multiple of it, fails; 0: none does.
    bool failingSyncsWrite = false;  ///< What a failed sync was to write got to the disk all the same.
};

/// One workload of a host in this process, two lives long, with every write and word of it.
class Recording
{
public:
    Recording(RecordingOptions options, const std::string &folder);

    /// Runs the workload; the sentence of what went wrong, or nothing.
    std::string make();

    const RecordingOptions &options() const { return m_options; }
    const DiskLog &log() const { return m_log; }
    const std::string &path() const { return m_path; }
    /// What was submitted, before anything is told.
    const History &submitted() const { return m_history; }

private:
    std::string live(FaultVfs &vfs, LogWitness &witness, int rounds);
    void submit(Rig &rig, std::size_t session);
    void stopUnderLoad(Rig &rig, std::size_t session);
    FaultVfs::Ruler ruler() const;

    const RecordingOptions m_options;
    const std::string m_path;
    DiskLog m_log;
    History m_history;
    std::uint64_t m_submits = 0;
};

} // namespace burrow::faults
