// SPDX-License-Identifier: Apache-2.0
#include "shard_rig.h"

#include <QCoreApplication>
#include <QDir>

namespace burrow::test {

namespace {

/// More than any test needs; what still moves after that is a fault of its own.
constexpr int passes_max = 256;

std::size_t entriesOf(const QString &folder)
{
    const QStringList entries = QDir(folder).entryList(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot);
    return static_cast<std::size_t>(entries.size());
}

} // namespace

QByteArrayList RecordingObserver::codes(SessionId session) const
{
    QByteArrayList codes;
    for (const SessionEvent &one : said) {
        const auto *event = std::get_if<LifecycleEvent>(&one.event);
        if (event != nullptr && one.session == session)
            codes.push_back(eventCodeName(event->code));
    }
    return codes;
}

QStringList RecordingObserver::details(EventCode code) const
{
    QStringList details;
    for (const SessionEvent &one : said) {
        const auto *event = std::get_if<LifecycleEvent>(&one.event);
        if (event != nullptr && event->code == code)
            details.push_back(event->detail);
    }
    return details;
}

std::vector<ProgressEvent> RecordingObserver::progress(SessionId session) const
{
    std::vector<ProgressEvent> progress;
    for (const SessionEvent &one : said) {
        const auto *event = std::get_if<ProgressEvent>(&one.event);
        if (event != nullptr && one.session == session)
            progress.push_back(*event);
    }
    return progress;
}

ShardRig::ShardRig()
    : shard(std::make_unique<Shard>(store, clock, observer))
{
}

ShardRig::~ShardRig() = default;

SessionId ShardRig::adopt(const QByteArray &name, std::shared_ptr<ExecutorFactory> factory,
                          CoreSettings settings)
{
    AdoptMessage message;
    store.openSession(sessionIdOf(qHash(name) + 1), name, factory ? factory->identity() : ExecutorIdentity(),
                      [&message](Result<StoredSession> opened) { message.stored = std::move(opened).value(); });
    message.factory = std::move(factory);
    message.settings = std::make_shared<const CoreSettings>(std::move(settings));
    const SessionId id = message.stored.id;
    shard->post(std::move(message));
    return id;
}

std::shared_ptr<Submitted> ShardRig::submit(SessionId session, Input input, std::optional<WaitMode> wait)
{
    auto submitted = std::make_shared<Submitted>();
    SubmitMessage message;
    message.session = session;
    message.input = numbered(std::move(input), store.nextSequence());
    message.receipt = [submitted](AcceptReceipt receipt) {
        submitted->receipt = std::move(receipt);
        ++submitted->receipts;
    };
    if (wait) {
        message.mode = *wait;
        message.outcome = [submitted](Outcome outcome) {
            submitted->outcome = std::move(outcome);
            ++submitted->outcomes;
            submitted->outcomeCameFirst = submitted->receipts == 0;
        };
    }
    shard->post(std::move(message));
    return submitted;
}

std::shared_ptr<Commanded> ShardRig::cancel(SessionId session, CancelMode mode, RunId run)
{
    auto commanded = std::make_shared<Commanded>();
    shard->post(CommandMessage{session, CancelCommand{0, mode, run, QStringLiteral("the test cancels")},
                               [commanded](const CommandReceipt &receipt) {
                                   commanded->receipt = receipt;
                                   ++commanded->receipts;
                               }});
    return commanded;
}

std::shared_ptr<Commanded> ShardRig::lifecycle(SessionId session, LifecycleVerb verb)
{
    auto commanded = std::make_shared<Commanded>();
    shard->post(CommandMessage{session, LifecycleCommand{0, verb, QStringLiteral("the test says so")},
                               [commanded](const CommandReceipt &receipt) {
                                   commanded->receipt = receipt;
                                   ++commanded->receipts;
                               }});
    return commanded;
}

std::shared_ptr<int> ShardRig::shutDown(CancelMode mode, MonotonicTime hardAt)
{
    auto finished = std::make_shared<int>(0);
    shard->post(ShutdownMessage{mode, hardAt, [finished] { ++*finished; }});
    return finished;
}

std::shared_ptr<int> ShardRig::whenSettled()
{
    auto settled = std::make_shared<int>(0);
    shard->post(SettledMessage{[settled] { ++*settled; }});
    return settled;
}

SessionView ShardRig::view(SessionId session)
{
    SessionView seen;
    shard->post(ViewMessage{session, [&seen](const std::vector<SessionView> &views) {
                                if (!views.empty())
                                    seen = views.front();
                            }});
    settle();
    return seen;
}

void ShardRig::settle()
{
    for (int pass = 0; pass < passes_max; ++pass)
        QCoreApplication::sendPostedEvents();
}

void ShardRig::pass(Duration time)
{
    settle();
    const MonotonicTime end = clock.now() + time;
    while (clock.nextDeadline() <= end && clock.advanceToNextDeadline())
        settle();
    clock.advance(end - clock.now());
    settle();
}

std::size_t threadsOfProcess()
{
    return entriesOf(QStringLiteral("/proc/self/task"));
}

std::size_t descriptorsOfProcess()
{
    return entriesOf(QStringLiteral("/proc/self/fd"));
}

} // namespace burrow::test
