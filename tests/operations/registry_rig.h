// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "operations/operation_registry.h"

#include <QTest>

/// A registry with a store that says yes, and short words for what is done to it.
namespace burrow::test {

inline OperationId operation(quint64 number)
{
    return {Uuid{7, number}};
}

inline const EpochId registry_epoch{Uuid{9, 1}};

struct RegistryRig
{
    explicit RegistryRig(OperationLimits limits = {.concurrent = {}, .retained = 256})
        : registry(registry_epoch, limits)
    {
    }

    OperationReceipt add(quint64 number, OperationKind kind = OperationKind::BackgroundTool,
                         const QByteArray &source = "instance")
    {
        return registry.add({operation(number), kind, "work", source});
    }
    OperationReceipt start(quint64 number)
    {
        return registry.advance(operation(number), OperationVerb::ProvisioningSucceeded);
    }
    void begin(quint64 number, OperationKind kind = OperationKind::BackgroundTool)
    {
        QVERIFY(add(number, kind).ok());
        QVERIFY(start(number).ok());
    }
    OperationNews stage(quint64 number, OperationVerb verb = OperationVerb::Complete,
                        OperationOutcome outcome = OperationCompleted{"done", {}})
    {
        return registry.stage({operation(number), verb, std::move(outcome), number});
    }
    /// Stages it and writes whatever is staged. The answer is that to the end, and what others hear of it.
    OperationNews end(quint64 number, OperationVerb verb = OperationVerb::Complete,
                      OperationOutcome outcome = OperationCompleted{"done", {}})
    {
        OperationNews news = stage(number, verb, std::move(outcome));
        if (!registry.hasStaged())
            return news;
        stored = registry.write();
        return registry.commit();
    }
    static OperationRefusal refusalOf(const OperationNews &news)
    {
        return news.replies.size() == 1 ? news.replies[0].receipt.refusal : OperationRefusal::Unavailable;
    }

    OperationRegistry registry;
    StoredOperations stored; ///< The last image.
};

/// The ends that a waiter was told; empty when the wait failed.
inline std::vector<EndedOperation> endsOf(const OperationNotice &notice)
{
    return notice.answer.ok() ? *notice.answer : std::vector<EndedOperation>{};
}

} // namespace burrow::test
