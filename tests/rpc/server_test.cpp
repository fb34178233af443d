// SPDX-License-Identifier: Apache-2.0
// Every method, over a real socket, against a real host.
#include "server_rig.h"

#include "rpc/method_table.h"

#include <QJsonArray>
#include <QSemaphore>
#include <QTest>

#include <unistd.h>

namespace burrow::test {

namespace {

/// The result of a method, checked against what the protocol says of it.
QJsonObject checkedResult(Peer &peer, const char *method, const QJsonObject &params = {})
{
    const QJsonObject result = peer.result(method, params);
    const RpcMethodRow *row = methodNamed(QString::fromLatin1(method));
    const Result<void> checked = checkMembers(shapeNamed(row->result).members, result, Unknown::Refused);
    if (!checked)
        qWarning("%s: %s", method, qPrintable(checked.error().message));
    return checked ? result : QJsonObject();
}

/// The run that is with the executors; the event loop, in which the server lives, goes on meanwhile.
RunId openRun(ServerRig &rig)
{
    const bool isOpen =
        QTest::qWaitFor([&rig] { return !rig.executors->openRuns().empty(); }, int(patience.count()));
    return isOpen ? rig.executors->openRuns().front() : RunId();
}

QString nameOf(const QJsonObject &error)
{
    return error.value("data").toObject().value("name").toString();
}

/// The next run holds up its session's thread, which its executor is called on.
class Standstill
{
public:
    explicit Standstill(ServerRig &rig)
    {
        rig.executors->setScript({.conduct = [this](const ApplyCall &call) {
            m_isHeld.release();
            m_mayGoOn.acquire();
            return byText(call);
        }});
    }
    bool begins()
    {
        return QTest::qWaitFor([this] { return m_isHeld.tryAcquire(); }, int(patience.count()));
    }
    void end() { m_mayGoOn.release(); }

private:
    QSemaphore m_isHeld;
    QSemaphore m_mayGoOn;
};

} // namespace

class ServerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theVersionIsAgreedOn();
    void theHostSaysWhoItIs();
    void anInputIsSubmittedAndItsOutcomeTold();
    void aRepeatIsToldWhatBecameOfTheWork();
    void aRefusalIsAReceipt();
    void waitingEndsAndTheInputGoesOn();
    void whatBecameOfAnInputIsAskedByIdAndByKey();
    void aRunIsCancelledAtItsBoundary();
    void aRunIsInterrupted();
    void aCancelOfAnotherRunDoesNothing();
    void aSessionIsStoppedAndStarted();
    void everyLifecycleCommandAnswersWithAReceipt_data();
    void everyLifecycleCommandAnswersWithAReceipt();
    void sessionsSayWhatTheyDo();
    void aSessionSaysHowItStandsWithItsOperations();
    void aSessionThatDoesNotAnswerIsShownAsItWasSeenLast();
    void whoeverAsksLaterIsToldWhatWasSeenLater();
    void eventsComeInOrderToWhoeverSubscribed();
    void eventsOfOtherSessionsAreLeftOut();
    void theHostIsAskedToGoDown();
    void wrongCallsAreErrorsWithSentences_data();
    void wrongCallsAreErrorsWithSentences();
    void aNotificationIsNotAnswered();
    void answersCarryTheirIds();
};

void ServerTest::theVersionIsAgreedOn()
{
    ServerRig rig;
    Peer peer(rig.path());
    const QJsonObject hello =
        checkedResult(peer, "hello", {{"protocols", QJsonArray{1, 99}}, {"client", "test"}});
    QCOMPARE(hello.value("protocol").toInt(), 1);
    QCOMPARE(hello.value("host").toString(), QStringLiteral("test"));
    QCOMPARE(nameOf(peer.error("hello", {{"protocols", QJsonArray{99}}})),
             QStringLiteral("unsupported_protocol"));
}

void ServerTest::theHostSaysWhoItIs()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    const QJsonObject info = checkedResult(peer, "host.info");
    QCOMPARE(info.value("name").toString(), QStringLiteral("test"));
    QCOMPARE(info.value("pid").toInteger(), qint64(::getpid()));
    QCOMPARE(info.value("sessions").toInt(), 1);
    QCOMPARE(info.value("connections").toInt(), 1);
}

void ServerTest::anInputIsSubmittedAndItsOutcomeTold()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    const QJsonObject told =
        checkedResult(peer, "submit", {{"session", "alpha"}, {"text", "hello"}, {"wait", "terminal"}});
    QCOMPARE(told.value("receipt").toObject().value("verdict").toString(), QStringLiteral("accepted"));
    const QJsonObject outcome = told.value("outcome").toObject();
    QCOMPARE(outcome.value("outcome").toString(), QStringLiteral("completed"));
    QVERIFY(outcome.value("text").toString().contains(QStringLiteral("hello")));
    const QJsonObject fields{{"kind", "prompt"}, {"text", "again"}};
    const QJsonObject receiptOnly = checkedResult(peer, "submit", {{"session", "alpha"}, {"input", fields}});
    QVERIFY(receiptOnly.contains("receipt") && !receiptOnly.contains("outcome"));
}

void ServerTest::aRepeatIsToldWhatBecameOfTheWork()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    const QJsonObject params{
        {"session", "alpha"}, {"text", "hello"}, {"idempotency_key", "k"}, {"wait", "terminal"}};
    const QJsonObject first = checkedResult(peer, "submit", params);
    const QJsonObject again = checkedResult(peer, "submit", params);
    const QJsonObject receipt = again.value("receipt").toObject();
    QCOMPARE(receipt.value("verdict").toString(), QStringLiteral("deduplicated"));
    QCOMPARE(receipt.value("existing"), first.value("receipt").toObject().value("input"));
    QCOMPARE(receipt.value("work").toString(), QStringLiteral("ended"));
    QCOMPARE(again.value("outcome"), first.value("outcome"));
}

void ServerTest::aRefusalIsAReceipt()
{
    ServerRig rig;
    CoreSettings settings = briskSettings();
    settings.queueLimit = 1;
    rig.open("alpha", settings);
    Peer peer(rig.path());
    checkedResult(peer, "submit", {{"session", "alpha"}, {"text", "hang"}});
    QVERIFY(openRun(rig));
    checkedResult(peer, "submit", {{"session", "alpha"}, {"text", "next"}});
    QJsonObject receipt;
    for (int attempt = 0; attempt < 3 && receipt.value("verdict") != "rejected"; ++attempt)
        receipt =
            checkedResult(peer, "submit",
                          {{"session", "alpha"}, {"text", "more"}, {"wait", "terminal"}, {"within_ms", 1}})
                .value("receipt")
                .toObject();
    QCOMPARE(receipt.value("refusal").toString(), QStringLiteral("queue_full"));
    QVERIFY(receipt.value("retryable").toBool());
    QCOMPARE(receipt.value("limit").toInt(), 1);
}

void ServerTest::waitingEndsAndTheInputGoesOn()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    const QJsonObject told = checkedResult(
        peer, "submit", {{"session", "alpha"}, {"text", "hang"}, {"wait", "terminal"}, {"within_ms", 1}});
    QVERIFY(told.value("timed_out").toBool());
    QVERIFY(!told.contains("outcome"));
    const QJsonValue input = told.value("receipt").toObject().value("input");
    const QJsonObject fate = checkedResult(peer, "outcome", {{"session", "alpha"}, {"input", input}});
    QCOMPARE(fate.value("fate").toString(), QStringLiteral("open"));
}

void ServerTest::whatBecameOfAnInputIsAskedByIdAndByKey()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    const QJsonObject told = checkedResult(
        peer, "submit",
        {{"session", "alpha"}, {"text", "hello"}, {"idempotency_key", "k"}, {"wait", "terminal"}});
    const QJsonValue input = told.value("receipt").toObject().value("input");
    const QJsonObject byId = checkedResult(peer, "outcome", {{"session", "alpha"}, {"input", input}});
    QCOMPARE(byId.value("fate").toString(), QStringLiteral("ended"));
    QCOMPARE(checkedResult(peer, "outcome", {{"session", "alpha"}, {"idempotency_key", "k"}}), byId);
    const QJsonObject unknown =
        checkedResult(peer, "outcome", {{"session", "alpha"}, {"idempotency_key", "no"}});
    QCOMPARE(unknown.value("fate").toString(), QStringLiteral("not_found"));
}

void ServerTest::aRunIsCancelledAtItsBoundary()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    const int waiting = peer.begin("submit", {{"session", "alpha"}, {"text", "hang"}, {"wait", "terminal"}});
    const RunId run = openRun(rig);
    const QJsonObject receipt =
        checkedResult(peer, "cancel",
                      {{"session", "alpha"}, {"run", QString::fromLatin1(run.toText())}, {"reason", "enough"}});
    QVERIFY(receipt.value("verdict") == "done" || receipt.value("verdict") == "deferred");
    const QJsonObject told = peer.replyTo(waiting).value("result").toObject();
    QCOMPARE(told.value("outcome").toObject().value("outcome").toString(), QStringLiteral("cancelled"));
}

void ServerTest::aRunIsInterrupted()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    const int waiting = peer.begin("submit", {{"session", "alpha"}, {"text", "deaf"}, {"wait", "terminal"}});
    QVERIFY(openRun(rig));
    checkedResult(peer, "interrupt", {{"session", "alpha"}});
    const QJsonObject told = peer.replyTo(waiting).value("result").toObject();
    QCOMPARE(told.value("outcome").toObject().value("outcome").toString(), QStringLiteral("cancelled"));
}

void ServerTest::aCancelOfAnotherRunDoesNothing()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    checkedResult(peer, "submit", {{"session", "alpha"}, {"text", "hang"}});
    const RunId run = openRun(rig);
    const QJsonObject receipt =
        checkedResult(peer, "cancel", {{"session", "alpha"}, {"run", "01890000-0000-7000-8000-000000000000"}});
    QCOMPARE(receipt.value("refusal").toString(), QStringLiteral("not_current"));
    QCOMPARE(receipt.value("run").toString(), QString::fromLatin1(run.toText()));
}

void ServerTest::aSessionIsStoppedAndStarted()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    QVERIFY(checkedResult(peer, "stop", {{"session", "alpha"}, {"reason", "for now"}}).value("verdict")
            != "refused");
    QTRY_COMPARE(checkedResult(peer, "session.show", {{"session", "alpha"}}).value("state").toString(),
                 QStringLiteral("stopped"));
    QVERIFY(checkedResult(peer, "start", {{"session", "alpha"}}).value("verdict") != "refused");
    const QJsonObject told =
        checkedResult(peer, "submit", {{"session", "alpha"}, {"text", "hello"}, {"wait", "terminal"}});
    QCOMPARE(told.value("outcome").toObject().value("outcome").toString(), QStringLiteral("completed"));
}

void ServerTest::everyLifecycleCommandAnswersWithAReceipt_data()
{
    QTest::addColumn<QByteArray>("method");
    for (const char *method : {"retire", "reset", "recycle", "recover", "destroy", "unregister"})
        QTest::newRow(method) << QByteArray(method);
}

/// What they do is the host's; here they arrive, and the answer is a receipt whatever it says.
void ServerTest::everyLifecycleCommandAnswersWithAReceipt()
{
    QFETCH(const QByteArray, method);
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    const QJsonObject receipt =
        checkedResult(peer, method.constData(), {{"session", "alpha"}, {"reason", "a test"}});
    QVERIFY(receipt.contains("verdict") && receipt.contains("state"));
    if (method == "retire") {
        QCOMPARE(receipt.value("state").toString(), QStringLiteral("retired"));
        const QJsonObject refused = checkedResult(peer, "submit", {{"session", "alpha"}, {"text", "late"}});
        QCOMPARE(refused.value("receipt").toObject().value("refusal").toString(), QStringLiteral("not_ready"));
    }
}

void ServerTest::sessionsSayWhatTheyDo()
{
    ServerRig rig({.viewTimeout = patience});
    rig.open("beta");
    rig.open("alpha");
    Peer peer(rig.path());
    const QJsonArray sessions = checkedResult(peer, "session.list").value("sessions").toArray();
    QCOMPARE(sessions.size(), 2);
    QCOMPARE(sessions.at(0).toObject().value("name").toString(), QStringLiteral("alpha"));
    const QJsonObject beta = sessions.at(1).toObject();
    QCOMPARE(beta.value("executor").toString(), QStringLiteral("scripted"));
    QVERIFY(beta.value("known").toBool());
    QVERIFY(beta.value("idle").toBool());
    const QJsonObject first = checkedResult(peer, "session.list", {{"limit", 1}});
    QCOMPARE(first.value("sessions").toArray().size(), 1);
    QVERIFY(first.value("more").toBool());
    const QJsonObject rest = checkedResult(peer, "session.list", {{"after", "alpha"}, {"limit", 1}});
    QCOMPARE(rest.value("sessions").toArray().at(0).toObject().value("name").toString(),
             QStringLiteral("beta"));
    QVERIFY(!rest.value("more").toBool());
}

void ServerTest::aSessionSaysHowItStandsWithItsOperations()
{
    ServerRig rig;
    const SessionId alpha = rig.open("alpha");
    Peer peer(rig.path());
    QVERIFY(!checkedResult(peer, "session.show", {{"session", "alpha"}}).contains("operations"));
    const Operations operations = rig.host().operations(alpha);
    const OperationId member =
        resultOf(operations.add({{}, OperationKind::MobMemberChild, "m", "test"}))->operation;
    QVERIFY(resultOf(operations.advance(member, OperationVerb::ProvisioningSucceeded))->ok());
    QVERIFY(resultOf(operations.end(member, OperationVerb::Complete, OperationCompleted{}))->ok());
    QVERIFY(resultOf(operations.add({{}, OperationKind::BackgroundTool, "t", "test"}))->ok());
    QVERIFY(rig.settles());
    const QJsonObject told =
        checkedResult(peer, "session.show", {{"session", "alpha"}}).value("operations").toObject();
    const QJsonObject cursors{{"agent_applied", 0}, {"runtime_observed", 1}, {"runtime_injected", 0}};
    QCOMPARE(told, (QJsonObject{{"active", 1}, {"ended", 1}, {"watermark", 1}, {"cursors", cursors}}));
}

void ServerTest::aSessionThatDoesNotAnswerIsShownAsItWasSeenLast()
{
    ServerRig rig({.viewTimeout = std::chrono::milliseconds(50)});
    rig.open("alpha");
    Peer peer(rig.path());
    // A machine that is busy may take longer than the bound as well; it has been seen once it did not.
    QJsonObject before;
    const auto isKnown = [&] {
        before = checkedResult(peer, "session.show", {{"session", "alpha"}});
        return before.value("known").toBool();
    };
    QTRY_VERIFY_WITH_TIMEOUT(isKnown(), int(patience.count()));
    Standstill standstill(rig);
    const int submitted = peer.begin("submit", {{"session", "alpha"}, {"text", "hello"}, {"wait", "terminal"}});
    QVERIFY(standstill.begins());
    const QJsonObject held = checkedResult(peer, "session.show", {{"session", "alpha"}});
    QVERIFY(!held.value("known").toBool());
    QVERIFY(held.contains("as_of"));
    QCOMPARE(held.value("state"), before.value("state"));
    const QJsonArray listed = checkedResult(peer, "session.list").value("sessions").toArray();
    QVERIFY(!listed.at(0).toObject().value("known").toBool());
    standstill.end();
    QVERIFY(peer.replyTo(submitted).contains("result"));
    QTRY_VERIFY_WITH_TIMEOUT(isKnown(), int(patience.count()));
}

void ServerTest::whoeverAsksLaterIsToldWhatWasSeenLater()
{
    ServerRig rig({.viewTimeout = patience});
    rig.open("alpha");
    Peer peer(rig.path());
    Standstill standstill(rig);
    const int submitted = peer.begin("submit", {{"session", "alpha"}, {"text", "hello"}, {"wait", "terminal"}});
    QVERIFY(standstill.begins());
    const int shown = peer.begin("session.show", {{"session", "alpha"}});
    const int listed = peer.begin("session.list");
    const int shownAgain = peer.begin("session.show", {{"session", "alpha"}});
    // Requests are served in their order: with this answer all of those have been asked.
    peer.result("host.info");
    standstill.end();
    const QJsonObject first = peer.replyTo(shown).value("result").toObject();
    const QJsonObject second = peer.replyTo(shownAgain).value("result").toObject();
    QVERIFY(first.value("known").toBool() && second.value("known").toBool());
    QVERIFY(first.value("as_of").toString() <= second.value("as_of").toString());
    const QJsonObject list = peer.replyTo(listed).value("result").toObject();
    QVERIFY(list.value("sessions").toArray().at(0).toObject().value("known").toBool());
    QVERIFY(peer.replyTo(submitted).contains("result"));
}

void ServerTest::eventsComeInOrderToWhoeverSubscribed()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    checkedResult(peer, "events.subscribe", {{"session", "alpha"}});
    const QJsonObject told =
        checkedResult(peer, "submit", {{"session", "alpha"}, {"text", "hello"}, {"wait", "terminal"}});
    QStringList codes;
    while (!codes.contains(QStringLiteral("input.consumed"))) {
        const QJsonObject notification = peer.object();
        QCOMPARE(notification.value("method").toString(), QStringLiteral("event"));
        const QJsonObject event = notification.value("params").toObject();
        const Result<void> checked = checkMembers(shapeNamed("event").members, event, Unknown::Refused);
        QVERIFY2(checked.ok(), checked ? "" : qPrintable(checked.error().message));
        if (event.value("input") == told.value("receipt").toObject().value("input"))
            codes += event.value("event").toString();
    }
    QCOMPARE(codes.front(), QStringLiteral("input.accepted"));
    QVERIFY(codes.indexOf(QStringLiteral("input.queued")) < codes.indexOf(QStringLiteral("input.staged")));
    checkedResult(peer, "events.unsubscribe");
}

void ServerTest::eventsOfOtherSessionsAreLeftOut()
{
    ServerRig rig;
    rig.open("alpha");
    rig.open("beta");
    Peer peer(rig.path());
    checkedResult(peer, "events.subscribe", {{"session", "beta"}, {"progress", false}});
    checkedResult(peer, "submit", {{"session", "alpha"}, {"text", "hello"}, {"wait", "terminal"}});
    checkedResult(peer, "submit", {{"session", "beta"}, {"text", "hello"}, {"wait", "terminal"}});
    QCOMPARE(peer.object().value("params").toObject().value("session").toString(), QStringLiteral("beta"));
}

void ServerTest::theHostIsAskedToGoDown()
{
    ServerRig rig;
    Peer peer(rig.path());
    QVERIFY(checkedResult(peer, "host.shutdown").value("acknowledged").toBool());
    checkedResult(peer, "host.shutdown", {{"mode", "hard"}});
    QCOMPARE(rig.shutdowns(), (std::vector{CancelMode::Boundary, CancelMode::Hard}));
}

void ServerTest::wrongCallsAreErrorsWithSentences_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QJsonObject>("params");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("word");
    const auto row = [](const char *what, const char *method, const QJsonObject &params, const char *name,
                        const char *word) {
        QTest::newRow(what) << QString::fromLatin1(method) << params << QString::fromLatin1(name)
                            << QString::fromLatin1(word);
    };
    row("no such method", "session.lost", {}, "method_not_found", "session.list");
    row("no such session", "stop", {{"session", "nobody"}}, "not_found", "nobody");
    row("missing", "stop", {}, "invalid_params", "session");
    row("unknown", "stop", {{"session", "alpha"}, {"why", "x"}}, "invalid_params", "\"why\" is unknown");
    row("wrong type", "stop", {{"session", 7}}, "invalid_params", "must be a string");
    row("wrong choice", "submit", {{"session", "alpha"}, {"text", "x"}, {"wait", "long"}}, "invalid_params",
        "none, attempt, terminal");
    row("no input", "submit", {{"session", "alpha"}}, "invalid_params", "\"text\" or \"input\"");
    row("two inputs", "submit", {{"session", "alpha"}, {"text", "x"}, {"input", QJsonObject()}},
        "invalid_params", "one of them");
    row("unreadable input", "submit", {{"session", "alpha"}, {"input", QJsonObject{{"kind", "x"}}}},
        "invalid_params", "only prompts here");
    row("negative", "submit", {{"session", "alpha"}, {"text", "x"}, {"within_ms", -1}}, "invalid_params",
        "whole number");
    row("no id", "outcome", {{"session", "alpha"}, {"input", "7"}}, "invalid_params", "36 characters");
    row("no id and no key", "outcome", {{"session", "alpha"}}, "invalid_params", "idempotency_key");
    row("no run's id", "cancel", {{"session", "alpha"}, {"run", "7"}}, "invalid_params", "36 characters");
}

void ServerTest::wrongCallsAreErrorsWithSentences()
{
    QFETCH(const QString, method);
    QFETCH(const QJsonObject, params);
    QFETCH(const QString, name);
    QFETCH(const QString, word);
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    const QJsonObject error = peer.error(method.toLatin1().constData(), params);
    QCOMPARE(nameOf(error), name);
    QVERIFY2(error.value("message").toString().contains(word), qPrintable(error.value("message").toString()));
    QVERIFY(error.value("code").toInt() <= -32000);
}

void ServerTest::aNotificationIsNotAnswered()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    peer.send(
        "{\"jsonrpc\":\"2.0\",\"method\":\"submit\",\"params\":{\"session\":\"alpha\",\"text\":\"hello\"}}\n");
    // The next thing that comes is the answer to the next request.
    const int id = peer.begin("host.info");
    QCOMPARE(peer.object().value("id").toInt(), id);
    QTRY_COMPARE(rig.executors->applied().size(), std::size_t(1));
}

void ServerTest::answersCarryTheirIds()
{
    ServerRig rig;
    Peer peer(rig.path());
    for (const QByteArray id : {"\"a word\"", "9007199254740993", "null", "-1.5"}) {
        peer.send("{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"host.info\"}\n");
        QVERIFY2(peer.line().contains("\"id\":" + id), id.constData());
    }
}

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::ServerTest)
#include "server_test.moc"
