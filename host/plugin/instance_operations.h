// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/listener_gate.h"
#include "plugin/token_table.h"

#include <burrow/ext/operations.h>

#include <unordered_map>

namespace burrow {

/// The operations that one instance has begun and that have not ended, by the names under which the plugin
/// knows them. A name is a token of the plugin's table, so that a stale or forged one reaches nothing.
///
/// Any thread. No lock is held while the session is told or answers.
class InstanceOperations
{
public:
    /// `gate` must outlive the object.
    explicit InstanceOperations(ListenerGate &gate);

    /// Takes over a fresh lease for the name. Answers as burrow_operations_host does.
    qint32 begin(TokenLease lease, const burrow_operation_begin &request, quint64 &operation);
    qint32 update(quint64 operation, const burrow_operation_update &update);
    qint32 state(quint64 operation) const;
    /// How the plugin knows an operation that it has begun and that has not ended; nothing for any other.
    struct Names
    {
        quint64 operation = 0;
        quint64 cookie = 0;
    };
    std::optional<Names> namesOf(OperationId operation) const;
    /// There is room for another one.
    bool hasRoom();
    /// The instance is gone: every name becomes stale.
    void clear();

private:
    struct Known
    {
        OperationId id;
        TokenLease name;
        quint64 cookie = 0;   ///< The plugin's own number for it.
        quint32 onTheWay = 0; ///< Steps without an answer.
        qint32 answered = 0;  ///< The last answer, as a status.
        bool refused = false; ///< It was never registered.
    };
    /// Outlives the object while an answer is on its way.
    struct Shared
    {
        std::mutex mutex;
        // guarded by mutex
        std::unordered_map<quint64, Known> known;
        bool closed = false; // the instance is gone

        void answered(quint64 operation, bool isBegin, const OperationReceipt &receipt);
    };

    void ask(quint64 operation, bool isBegin, OperationRequest request);

    ListenerGate &m_gate;
    const std::shared_ptr<Shared> m_shared = std::make_shared<Shared>();
};

} // namespace burrow
