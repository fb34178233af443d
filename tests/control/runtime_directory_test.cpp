// SPDX-License-Identifier: Apache-2.0
#include "control/runtime_directory.h"

#include "support/test_inputs.h"

#include <QTest>

namespace burrow::test {

class RuntimeDirectoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aSessionThatLeavesTakesAllItsRuntimesWithIt()
    {
        RuntimeDirectory directory;
        const SessionId alpha = sessionIdOf(1);
        directory.enter(alpha);
        directory.bind("stored", alpha);
        directory.bind("prepared", alpha);
        directory.bind("prepared", alpha);
        QCOMPARE(directory.sessionOf("stored"), alpha);
        QCOMPARE(directory.sessionOf("prepared"), alpha);
        directory.leave(alpha);
        QVERIFY(directory.sessionOf("stored").isNull());
        QVERIFY(directory.isEmpty());
    }

    void aRuntimeBelongsToWhomItWasBoundToLast()
    {
        RuntimeDirectory directory;
        const SessionId alpha = sessionIdOf(1);
        const SessionId beta = sessionIdOf(2);
        directory.enter(alpha);
        directory.enter(beta);
        directory.bind("runtime", alpha);
        directory.bind("runtime", beta);
        directory.leave(alpha);
        QCOMPARE(directory.sessionOf("runtime"), beta);
        directory.leave(beta);
        QVERIFY(directory.isEmpty());
    }

    void aBindingThatIsToldLateOpensNothing()
    {
        RuntimeDirectory directory;
        directory.enter(sessionIdOf(1));
        directory.leave(sessionIdOf(1));
        directory.bind("runtime", sessionIdOf(1));
        QVERIFY(directory.isEmpty());
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::RuntimeDirectoryTest)
#include "runtime_directory_test.moc"
