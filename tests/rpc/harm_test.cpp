// SPDX-License-Identifier: Apache-2.0
// Clients that are broken or mean harm no session and no other client.
#include "server_rig.h"

#include "rpc/message.h"

#include <QJsonDocument>
#include <QTest>

#include <unistd.h>

namespace burrow::test {

namespace {

using std::chrono::milliseconds;

QString errorNameIn(const QByteArray &line)
{
    const QJsonObject error = QJsonDocument::fromJson(line).object().value("error").toObject();
    return error.value("data").toObject().value("name").toString();
}

/// Somebody else is served as if nothing were.
bool isServed(const ServerRig &rig)
{
    Peer other(rig.path());
    return other.isConnected() && other.result("host.info").value("name") == "test";
}

} // namespace

class HarmTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesThatAreNoRequests_data();
    void linesThatAreNoRequests();
    void garbageIsAnsweredAndAfterAWhileHungUpOn();
    void aLineThatIsTooLongIsHungUpOn();
    void aLineThatNeverEndsIsHungUpOn();
    void aLineThatIsNotFinishedInTimeIsHungUpOn();
    void linesMayComeInPieces();
    void theLastLineNeedsNoEnd();
    void whoeverLeavesAtOnceIsServedAllTheSame();
    void aFloodIsAnsweredInItsOrder();
    void tooManyRequestsInFlightAreBusy();
    void aReaderThatIsTooSlowGetsAGapAndIsToldSo();
    void aReaderThatNeverReadsItsAnswersIsCutOff();
    void aClientThatDoesNotReadIsNotReadFrom();
    void anotherUserIsTurnedAway();
    void tooManyClientsAreTurnedAwayUntilOneLeaves();
    void manyClientsWorkAtOnce();
    void aClientMayLeaveInTheMiddleOfEverything();
    void theServerMayEndInTheMiddleOfEverything();
};

void HarmTest::linesThatAreNoRequests_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("name");
    const auto row = [](const char *what, const QByteArray &line, const char *name) {
        QTest::newRow(what) << line << QString::fromLatin1(name);
    };
    row("words", "hello there", "parse_error");
    row("half of an object", "{\"jsonrpc\":\"2.0\"", "parse_error");
    row("not UTF-8", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\xfe\"}", "parse_error");
    row("bytes", QByteArray("\0\x01\x02", 3), "parse_error");
    row("too deep", QByteArray(5000, '[') + QByteArray(5000, ']'), "parse_error");
    row("a batch", "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"host.info\"}]", "invalid_request");
    row("an empty batch", "[]", "invalid_request");
    row("an empty object", "{}", "invalid_request");
    row("another version", "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"host.info\"}", "invalid_request");
    row("no method", "{\"jsonrpc\":\"2.0\",\"id\":1}", "invalid_request");
    row("a number as method", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}", "invalid_request");
    row("an object as id", "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"host.info\"}", "invalid_request");
    row("a list as parameters", "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"host.info\",\"params\":[]}",
        "invalid_params");
}

void HarmTest::linesThatAreNoRequests()
{
    QFETCH(const QByteArray, line);
    QFETCH(const QString, name);
    ServerRig rig;
    Peer peer(rig.path());
    peer.send(line + '\n');
    QCOMPARE(errorNameIn(peer.line()), name);
    QCOMPARE(peer.result("host.info").value("name").toString(), QStringLiteral("test"));
}

void HarmTest::garbageIsAnsweredAndAfterAWhileHungUpOn()
{
    ServerRig rig({.mistakes = 3});
    Peer peer(rig.path());
    peer.send("a\nb\nc\nd\ne\n");
    QCOMPARE(errorNameIn(peer.line()), QStringLiteral("parse_error"));
    QCOMPARE(errorNameIn(peer.line()), QStringLiteral("parse_error"));
    QCOMPARE(errorNameIn(peer.line()), QStringLiteral("invalid_request"));
    QVERIFY(peer.line().isEmpty());
    QVERIFY(peer.isHungUpOn());
    QVERIFY(isServed(rig));
}

void HarmTest::aLineThatIsTooLongIsHungUpOn()
{
    ServerRig rig({.lineBytes = 1000});
    Peer peer(rig.path());
    const QByteArray longest = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"host.info\"}";
    peer.send(longest + QByteArray(1000 - longest.size(), ' ') + '\n');
    QVERIFY(peer.line().contains("\"result\""));
    peer.send(longest + QByteArray(1001 - longest.size(), ' ') + '\n');
    QCOMPARE(errorNameIn(peer.line()), QStringLiteral("parse_error"));
    QVERIFY(peer.isHungUpOn());
    QVERIFY(isServed(rig));
}

void HarmTest::aLineThatNeverEndsIsHungUpOn()
{
    ServerRig rig({.lineBytes = 100'000, .closeTimeout = milliseconds(50)});
    Peer peer(rig.path());
    peer.send(QByteArray(50LL << 20, 'x'));
    QCOMPARE(errorNameIn(peer.line()), QStringLiteral("parse_error"));
    QVERIFY(peer.isHungUpOn());
    QVERIFY(isServed(rig));
}

void HarmTest::aLineThatIsNotFinishedInTimeIsHungUpOn()
{
    ServerRig rig({.lineTimeout = milliseconds(20)});
    Peer peer(rig.path());
    peer.send("{\"jsonrpc\":");
    QCOMPARE(errorNameIn(peer.line()), QStringLiteral("parse_error"));
    QVERIFY(peer.isHungUpOn());
    QVERIFY(isServed(rig));
}

void HarmTest::linesMayComeInPieces()
{
    ServerRig rig;
    Peer peer(rig.path());
    const QByteArray two = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"host.info\"}\r\n\n"
                           "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"host.info\"}\n";
    for (const char byte : two) {
        peer.send(QByteArray(1, byte));
        QCoreApplication::processEvents();
    }
    QVERIFY(peer.line().contains("\"id\":1"));
    QVERIFY(peer.line().contains("\"id\":2"));
}

void HarmTest::theLastLineNeedsNoEnd()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    peer.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"submit\",\"params\":"
              "{\"session\":\"alpha\",\"text\":\"hello\",\"wait\":\"terminal\"}}");
    peer.finishSaying();
    QVERIFY(peer.line().contains("\"completed\""));
    QVERIFY(peer.isHungUpOn());
}

void HarmTest::whoeverLeavesAtOnceIsServedAllTheSame()
{
    ServerRig rig;
    rig.open("alpha");
    {
        Peer peer(rig.path());
        for (int count = 0; count < 50; ++count)
            peer.begin("submit", {{"session", "alpha"}, {"text", QString::number(count)}});
    }
    QTRY_COMPARE_WITH_TIMEOUT(rig.view(rig.host().sessionNamed("alpha")).tally.accepted, quint64(50),
                              int(patience.count()));
}

void HarmTest::aFloodIsAnsweredInItsOrder()
{
    ServerRig rig;
    Peer peer(rig.path());
    constexpr int many = 20'000;
    for (int count = 0; count < many; ++count)
        peer.begin("host.info");
    QVERIFY(isServed(rig));
    for (int count = 1; count <= many; ++count)
        QCOMPARE(peer.object().value("id").toInt(), count);
}

void HarmTest::tooManyRequestsInFlightAreBusy()
{
    ServerRig rig({.requestsInFlight = 2});
    rig.open("alpha");
    Peer peer(rig.path());
    const QJsonObject hang{{"session", "alpha"}, {"text", "hang"}, {"wait", "terminal"}};
    peer.begin("submit", hang);
    peer.begin("submit", hang);
    const QJsonObject error = peer.error("host.info");
    QCOMPARE(error.value("data").toObject().value("name").toString(), QStringLiteral("busy"));
    QVERIFY(isServed(rig));
}

void HarmTest::aReaderThatIsTooSlowGetsAGapAndIsToldSo()
{
    ServerRig rig({.waitingBytes = 1000});
    rig.open("alpha");
    Peer slow(rig.path());
    slow.result("events.subscribe");
    slow.setListening(false);
    Peer worker(rig.path());
    // More than the system and the host keep together.
    const QString big(100'000, u'x');
    for (int count = 0; count < 20; ++count) {
        rig.executors->setScript({.conduct = [big](const ApplyCall &call) {
            Conduct conduct = byText(call);
            ProgressEvent said;
            said.type = ProgressType::TextDelta;
            said.text = big.toUtf8();
            conduct.progress.assign(10, said);
            return conduct;
        }});
        worker.result("submit", {{"session", "alpha"}, {"text", "hello"}, {"wait", "terminal"}});
    }
    slow.setListening(true);
    QJsonObject last;
    while (last.value("method") != "events.gap") {
        last = slow.object();
        QVERIFY(!last.isEmpty());
    }
    QVERIFY(last.value("params").toObject().value("count").toInt() > 0);
    // And goes on.
    rig.executors->setScript({});
    worker.result("submit", {{"session", "alpha"}, {"text", "the end"}, {"wait", "terminal"}});
    while (last.value("params").toObject().value("event") != "input.consumed") {
        last = slow.object();
        QVERIFY(!last.isEmpty());
    }
}

void HarmTest::aReaderThatNeverReadsItsAnswersIsCutOff()
{
    ServerRig rig({.requestsInFlight = 8, .waitingBytes = 1000, .waitingBytesMax = 1 << 20});
    rig.open("alpha");
    Peer worker(rig.path());
    const QString big(1 << 20, u'x');
    worker.result("submit",
                  {{"session", "alpha"}, {"text", big}, {"idempotency_key", "big"}, {"wait", "terminal"}});
    Peer deaf(rig.path());
    deaf.setListening(false);
    for (int count = 0; count < 8; ++count)
        deaf.begin("outcome", {{"session", "alpha"}, {"idempotency_key", "big"}});
    QTRY_COMPARE_WITH_TIMEOUT(worker.result("host.info").value("connections").toInt(), 1,
                              int(patience.count()));
}

void HarmTest::aClientThatDoesNotReadIsNotReadFrom()
{
    ServerRig rig({.waitingBytes = 1000});
    rig.open("alpha");
    Peer deaf(rig.path());
    deaf.setListening(false);
    constexpr int many = 20'000;
    for (int count = 0; count < many; ++count)
        deaf.begin("host.info");
    QVERIFY(isServed(rig));
    // Once it reads, it gets all of its answers.
    deaf.setListening(true);
    for (int count = 1; count <= many; ++count)
        QCOMPARE(deaf.object().value("id").toInt(), count);
}

void HarmTest::anotherUserIsTurnedAway()
{
    ServerRig rig({}, ::geteuid() + 1);
    Peer peer(rig.path());
    peer.begin("host.shutdown");
    QCOMPARE(errorNameIn(peer.line()), QStringLiteral("not_allowed"));
    QVERIFY(peer.line().isEmpty());
    QVERIFY(rig.shutdowns().empty());
}

void HarmTest::tooManyClientsAreTurnedAwayUntilOneLeaves()
{
    ServerRig rig({.connections = 2});
    Peer first(rig.path());
    auto second = std::make_unique<Peer>(rig.path());
    first.result("host.info");
    second->result("host.info");
    Peer third(rig.path());
    QCOMPARE(errorNameIn(third.line()), QStringLiteral("busy"));
    QVERIFY(third.isHungUpOn());
    second.reset();
    QTRY_VERIFY_WITH_TIMEOUT(Peer(rig.path()).ask("host.info").contains("result"), int(patience.count()));
}

void HarmTest::manyClientsWorkAtOnce()
{
    ServerRig rig;
    rig.open("alpha");
    rig.open("beta");
    std::vector<std::unique_ptr<Peer>> peers;
    for (int count = 0; count < 50; ++count) {
        peers.push_back(std::make_unique<Peer>(rig.path()));
        peers.back()->begin(
            "submit",
            {{"session", count % 2 == 0 ? "alpha" : "beta"}, {"text", "hello"}, {"wait", "terminal"}});
    }
    for (const std::unique_ptr<Peer> &peer : peers) {
        const QJsonObject told = peer->replyTo(1).value("result").toObject();
        QCOMPARE(told.value("outcome").toObject().value("outcome").toString(), QStringLiteral("completed"));
    }
}

void HarmTest::aClientMayLeaveInTheMiddleOfEverything()
{
    ServerRig rig;
    rig.open("alpha");
    for (int count = 0; count < 20; ++count) {
        Peer peer(rig.path());
        peer.begin("events.subscribe");
        peer.begin("session.list");
        peer.begin("submit", {{"session", "alpha"}, {"text", "hello"}, {"wait", "terminal"}});
        peer.send("{\"jsonrpc\":");
        QCoreApplication::processEvents();
    }
    Peer peer(rig.path());
    QTRY_COMPARE_WITH_TIMEOUT(peer.result("host.info").value("connections").toInt(), 1, int(patience.count()));
    QVERIFY(rig.settles());
}

void HarmTest::theServerMayEndInTheMiddleOfEverything()
{
    ServerRig rig;
    rig.open("alpha");
    Peer peer(rig.path());
    peer.result("events.subscribe");
    peer.begin("submit", {{"session", "alpha"}, {"text", "hang"}, {"wait", "terminal"}});
    peer.begin("session.list");
    rig.endServer();
    QVERIFY(peer.isHungUpOn());
    QVERIFY(!Peer(rig.path()).isConnected());
    rig.endHost();
}

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::HarmTest)
#include "harm_test.moc"
