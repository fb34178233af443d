// SPDX-License-Identifier: Apache-2.0
// Whom a command takes for the host that is meant, and how long it waits for one that says nothing.
#include "answering.h"
#include "cli/host_client.h"

#include <QtTest>

namespace burrow::test {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds patience = 60s;

} // namespace

class HostClientTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aHostThatNeverAnswersIsGivenUp()
    {
        const Listening silent;
        const Result<HostClient> reached = HostClient::reach({.socket = silent.path()}, 20ms);
        QVERIFY(!reached);
        QCOMPARE(reached.error().kind, ErrorKind::NotReady);
        QVERIFY2(reached.error().message.contains("does not answer"), qPrintable(reached.error().message));
    }

    void anAnswerThatComesTooLateHarmsNobody()
    {
        Answering host({{"more", false}, {"name", "desk"}}, QStringLiteral("session.list"));
        // The other answers come in time, on a machine of any speed.
        Result<HostClient> reached = HostClient::reach({.socket = host.path()}, 3s);
        QVERIFY2(reached.ok(), reached.ok() ? "" : qPrintable(reached.error().message));
        QVERIFY(!reached->sessions());
        host.answerLate();
        // Answers come in their order: the late one has been taken when this one is here.
        QVERIFY(reached->ask("why").ok());
    }

    void aWholeNameIsNotLookedForAmongAll()
    {
        Answering host({{"name", "beta"}}, QStringLiteral("session.list"));
        Result<HostClient> reached = HostClient::reach({.socket = host.path()}, patience);
        QVERIFY2(reached.ok(), reached.ok() ? "" : qPrintable(reached.error().message));
        const Result<QByteArray> meant = reached->sessionMeantBy(QStringLiteral("beta"));
        QVERIFY2(meant.ok(), meant.ok() ? "" : qPrintable(meant.error().message));
        QCOMPARE(*meant, QByteArray("beta"));
    }

    void theHostIsTheOneThatIsMeant_data()
    {
        QTest::addColumn<QJsonObject>("host");
        QTest::addColumn<bool>("isAny");
        QTest::addColumn<QString>("store");
        QTest::addColumn<QString>("configuration");
        QTest::addColumn<bool>("isMeant");
        const auto row = [](const char *name, const QString &hosts, bool isAny, const QString &store,
                            const QString &configuration, bool isMeant) {
            QTest::newRow(name) << QJsonObject{{"store", hosts}, {"configuration", "/c/a.yaml"}} << isAny
                                << store << configuration << isMeant;
        };
        row("any, with a store", "/s/a.db", true, {}, {}, true);
        row("any, in memory", {}, true, {}, {}, true);
        row("its store", "/s/a.db", false, "/s/a.db", {}, true);
        row("another store", "/s/a.db", false, "/s/b.db", {}, false);
        row("a store where memory is meant", "/s/a.db", false, "", "/c/a.yaml", false);
        row("memory where a store is meant", {}, false, "/s/a.db", {}, false);
        row("its memory", {}, false, "", "/c/a.yaml", true);
        row("another one's memory", {}, false, "", "/c/b.yaml", false);
    }

    void theHostIsTheOneThatIsMeant()
    {
        QFETCH(const QJsonObject, host);
        QFETCH(const bool, isAny);
        QFETCH(const QString, store);
        QFETCH(const QString, configuration);
        Answering answering(host);
        const Result<HostClient> reached = HostClient::reach(
            {answering.path(), isAny ? std::nullopt : std::optional(store), configuration}, patience);
        QTEST(reached.ok(), "isMeant");
        if (reached)
            return;
        QCOMPARE(reached.error().kind, ErrorKind::Conflict);
        for (const QString &side : {host.value("store").toString(), store, configuration})
            QVERIFY2(reached.error().message.contains(side), qPrintable(reached.error().message));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::HostClientTest)
#include "host_client_test.moc"
