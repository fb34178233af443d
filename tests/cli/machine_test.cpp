// SPDX-License-Identifier: Apache-2.0
#include "program.h"

#include <QJsonDocument>
#include <QtTest>

class MachineTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void printsText();
    void printsDiagrams();
    void printsOneJsonValue();
    void refusesOtherFormats_data();
    void refusesOtherFormats();
};

void MachineTest::printsText()
{
    const Finished byDefault = Program().run({"machine"});
    QCOMPARE(byDefault.exitCode, 0);
    QCOMPARE(byDefault.err, QByteArray());
    QVERIFY(byDefault.out.contains("session"));
    QVERIFY(byDefault.out.endsWith('\n'));
    QCOMPARE(Program().run({"machine", "--format", "text"}).out, byDefault.out);
}

void MachineTest::printsDiagrams()
{
    const Finished finished = Program().run({"machine", "--format=mermaid"});
    QCOMPARE(finished.exitCode, 0);
    QVERIFY(finished.out.contains("stateDiagram-v2"));
}

void MachineTest::printsOneJsonValue()
{
    const Finished finished = Program().run({"machine", "--json"});
    QCOMPARE(finished.exitCode, 0);
    QCOMPARE(finished.err, QByteArray());
    QVERIFY(!finished.json().isEmpty());
    QCOMPARE(Program().run({"machine", "--format", "json"}).out, finished.out);
    QCOMPARE(Program().run({"machine", "--format", "json", "--json"}).out, finished.out);
}

void MachineTest::refusesOtherFormats_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QByteArray>("sentence");
    QTest::newRow("unknown") << QStringList{"machine", "--format", "mermiad"}
                             << QByteArray("Did you mean \"mermaid\"?");
    QTest::newRow("contradiction") << QStringList{"machine", "--json", "--format", "text"}
                                   << QByteArray("contradict");
}

void MachineTest::refusesOtherFormats()
{
    QFETCH(const QStringList, arguments);
    QFETCH(const QByteArray, sentence);
    const Finished finished = Program().run(arguments);
    QCOMPARE(finished.exitCode, 2);
    QCOMPARE(finished.out, QByteArray());
    QVERIFY2(finished.err.contains(sentence), finished.err.constData());
}

QTEST_GUILESS_MAIN(MachineTest)
#include "machine_test.moc"
