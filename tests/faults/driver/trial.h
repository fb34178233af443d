// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "disk/fault_vfs.h"
#include "driver/checker.h"
#include "rig/rig.h"

#include <mutex>

namespace burrow::faults {

/// One store and a host over it in this process, for faults that a host survives. Its disk does as a ruler
/// says.
class Trial
{
public:
    /// A new store in a folder of that name.
    Trial(const std::string &folder, const std::string &name, std::size_t sessions);
    ~Trial();
    Trial(const Trial &) = delete;
    Trial &operator=(const Trial &) = delete;

    FaultVfs &disk() { return m_vfs; }
    /// Changed before open().
    RigOptions &options() { return m_options; }
    /// Opens a host over the store; false and a violation when it is refused.
    bool open();
    Rig &rig() { return *m_rig; }
    /// Ends the host and closes the store.
    void close();
    /// Submits a new input, every second one with a key; `filler` makes its text so long. From any thread.
    void submit(std::size_t session, std::size_t filler = 0);
    void lookAt(Moment moment);
    /// After close(): who waited for an input that was acknowledged has heard how that ended. For hosts that
    /// nothing befell.
    void lookAtWaiters();
    /// A host without faults opens the store, finishes everything and says what became of each input; then the
    /// store is looked at.
    void finish();

    const History &history() const { return m_history; }
    std::string path() const { return m_options.store.path.toStdString(); }
    void violated(const std::string &sentence) { m_violations.push_back(m_name + ": " + sentence); }
    std::vector<std::string> takeViolations();

private:
    class Memory;

    void takeNotes();

    const std::string m_name;
    const std::string m_folder;
    FaultVfs m_vfs;
    RigOptions m_options;
    Moments m_moments;
    std::unique_ptr<Memory> m_witness;
    std::unique_ptr<Rig> m_rig;
    std::mutex m_submitting;
    History m_history;           // While somebody submits, guarded by m_submitting.
    std::uint64_t m_submits = 0; // Guarded by m_submitting.
    std::vector<std::string> m_violations;
};

} // namespace burrow::faults
