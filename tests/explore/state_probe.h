// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/session_core.h"
#include "encoding.h"
#include "store_model.h"

#include <array>

namespace burrow {

/// What distinguishes two states of a core and of a store: everything that decides what they do next, under
/// names that do not depend on the way there.
///
/// Renamed: an input is its script; a run is none, the one that is bound, or one that is over, of which no two
/// are told apart because nothing asks which; tickets and rounds count back from the last one given; places in
/// a lane, places among the ends of operations, and what is stored of them, are ranks; times are distances from
/// now; commands are given or not. Left out, because nothing that is decided depends on it: sentences (but not
/// whether there is one), the tally, the strongest signal, since when something is as it is, revisions, which
/// only grow, and when keys expire, which no path lives to see.
class StateProbe
{
public:
    /// By sequence: which script the input is from; sequences start at 1.
    using ScriptOf = std::array<quint8, 12>;

    StateProbe(test::Encoding &out, const ScriptOf &scriptOf, RunId current);

    void encode(const SessionCore &core);
    void encode(const test::StoreModel &store, const SessionCore &core);
    void encode(const WriteSet &set, const SessionCore &core);
    /// Of all records that wait for somebody, and of the run: how many wait.
    static quint32 countWaiters(const SessionCore &core);

private:
    void input(quint64 sequence);
    void input(InputId id) { input(id.isNull() ? 0 : sequenceOf(id)); }
    void run(RunId id);
    void waiters(const Waiters &waiters);
    void grant(const StartGrant &grant);
    void row(const SessionRow &row);
    void registers(const SessionRegisters &registers);
    void records(const SessionCore &core);
    void plan(const AdmissionPlan &plan);
    void record(const InputRecord &record);
    void keys(const SessionCore &core);
    void currentRun(const SessionCore &core);
    void injection(const CurrentRun &current);
    void conclusion(const RunConclusion &conclusion);
    void ticket(const Ticket &ticket, const SessionCore &core);
    void waiting(const CoreEvent &event);
    void attachment(const SessionCore &core);
    void stop(const SessionCore &core);
    void marks(const SessionCore &core);
    void operations(const SessionCore &core);
    void operationEntries(const OperationRegistry &registry, const QByteArray &source);
    void image(const std::shared_ptr<const StoredOperations> &stored);
    void feed(const std::deque<FeedEntry> &entries, const FeedCursors &cursors, quint64 newestWake);
    void ids(const std::vector<OperationId> &ids);
    void finished(const std::vector<FinishedInput> &inputs);
    void operation(const AcceptOperation &operation);
    void operation(const FinishRunOperation &operation);
    void operation(const FailRunOperation &operation);
    void operation(const LifecycleOperation &operation);
    void operation(const GrantOperation &operation);
    void operation(const NoteOperation &) {} // It carries nothing but its events.
    void operation(const OperationsOperation &) {}

    test::Encoding &m_out;
    const ScriptOf &m_scriptOf;
    const RunId m_current;
};

} // namespace burrow
