// SPDX-License-Identifier: Apache-2.0
#include "base/log_subject.h"

#include <QTest>

#include <thread>

namespace burrow {

class LogSubjectTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isNobodyOutsideOfEveryScope()
    {
        QVERIFY(LogScope::current().session.isEmpty());
        QVERIFY(LogScope::current().run.isEmpty());
        QVERIFY(LogScope::current().plugin.isEmpty());
    }

    void innerScopesKeepWhatTheyLeaveEmpty()
    {
        const LogScope outer({.session = "bird", .run = {}, .plugin = "echo"});
        {
            const LogScope inner({.session = {}, .run = "run-1", .plugin = "command"});
            QCOMPARE(LogScope::current().session, QByteArray("bird"));
            QCOMPARE(LogScope::current().run, QByteArray("run-1"));
            QCOMPARE(LogScope::current().plugin, QByteArray("command"));
        }
        QCOMPARE(LogScope::current().plugin, QByteArray("echo"));
        QVERIFY(LogScope::current().run.isEmpty());
    }

    void belongsToItsThread()
    {
        const LogScope here({.session = "bird"});
        QByteArray there = "unset";
        std::thread([&] { there = LogScope::current().session; }).join();
        QVERIFY(there.isEmpty());
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::LogSubjectTest)
#include "log_subject_test.moc"
