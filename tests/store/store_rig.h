// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "set_builder.h"
#include "store/sqlite_store.h"
#include "support/manual_clock.h"
#include "verdict_log.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

namespace burrow::test {

/// A store file in a folder of its own, and the store on it.
class StoreRig
{
public:
    StoreRig()
    {
        options.path = folder.filePath(QStringLiteral("burrow.db"));
        options.hostName = "the first host";
        options.clock = &clock;
        options.reserveBytes = 0;
    }

    /// Opens the store; the error as text, or nothing.
    QString open()
    {
        Result<std::unique_ptr<SqliteStore>> opened = SqliteStore::open(options);
        if (!opened)
            return opened.error().message;
        store = std::move(*opened);
        return {};
    }
    /// What a host that dies now leaves behind, as the file of this rig: the file and its log, copied.
    void takeCopyOf(const StoreRig &other, bool adopted)
    {
        for (const char *ending : {"", "-wal"})
            QFile::copy(other.options.path + QLatin1String(ending), options.path + QLatin1String(ending));
        if (adopted) {
            QFile file(options.path + QStringLiteral(".adopt"));
            QVERIFY(file.open(QIODevice::WriteOnly));
        }
    }
    StoredSession session(const QByteArray &name, const ExecutorIdentity &executor = {})
    {
        StoredSession found;
        Tally answered;
        store->openSession(sessionIdOf(qHash(name)), name, executor, [&](Result<StoredSession> result) {
            if (result)
                found = std::move(*result);
            else
                found.corruption = result.error().message;
            answered.add();
        });
        if (!answered.waitFor(1))
            QTest::qFail("the session was not opened", __FILE__, __LINE__);
        return found;
    }
    InputPointer input(const QByteArray &key = {})
    {
        return numbered(promptOf("work", key), store->nextSequence());
    }
    StoreAnswer answerTo(WriteSet set)
    {
        const std::size_t before = log.count();
        store->submitOne(std::move(set), log, SubmitHint::NeverBlock);
        return log.waitFor(before + 1) ? log.answers().back() : StoreAnswer{{}, 0, Verdict::Unknown, {}};
    }
    std::optional<StoredOutcome> outcome(SessionId id, InputId input)
    {
        std::optional<StoredOutcome> found;
        Tally answered;
        store->findOutcome(id, input, [&](Result<std::optional<StoredOutcome>> result) {
            if (result)
                found = *std::move(result);
            answered.add();
        });
        answered.waitFor(1);
        return found;
    }

    QTemporaryDir folder;
    ManualClock clock;
    SqliteStoreOptions options;
    VerdictLog log;
    std::unique_ptr<SqliteStore> store; ///< Last: it answers into the log and reads the clock.
};

} // namespace burrow::test
