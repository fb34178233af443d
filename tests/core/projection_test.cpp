// SPDX-License-Identifier: Apache-2.0
// What one input contributes to the conversation, kind by kind.
#include "core/primitive_builder.h"
#include "core/projection.h"
#include "inputs.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QtTest>

using namespace burrow;
using namespace burrow::test;

namespace {

QJsonObject noticeOf(const Projection &projection)
{
    return QJsonDocument::fromJson(projection.appends.at(0).json).object();
}

QString value(const QJsonObject &object, const char *name)
{
    return object.value(QLatin1String(name)).toString();
}

template <typename Body, typename Change>
Input changed(Input input, Change change)
{
    change(std::get<Body>(input.body));
    return input;
}

} // namespace

class ProjectionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aPromptIsOneUserTurn();
    void theBlocksOfAPromptStandBesideItsText();
    void aBlankPromptLeavesOnlyItsTypedAppends_data();
    void aBlankPromptLeavesOnlyItsTypedAppends();
    void aBlankPromptWithoutAppendsIsStillATurn();
    void aPeerInputIsANoticeThatNamesItsPeer();
    void aPeerWithoutTextShowsItsPayload();
    void blocksOfAPeerAreNotRepeatedAsText();
    void aPeerPayloadStaysAValue_data();
    void aPeerPayloadStaysAValue();
    void aPeerInputWithAContextKeyIsAlsoContext();
    void aTerminalResponseIsAlwaysContext();
    void aFlowStepNamesItsStep();
    void anEventNamesItsSource();
    void anEventWithoutTextShowsItsPayload();
    void aContinuationBringsWhatItCarries();
    void aSystemGeneratedInputIsKeyedContext();
    void whatIsRecordedContributesNothing();
    void everyAppendHasText();
};

void ProjectionTest::aPromptIsOneUserTurn()
{
    const Projection projection = project(prompt("do it"));
    QCOMPARE(projection.appends, (std::vector<Append>{{AppendRole::User, {}, "do it", {}}}));
    QVERIFY(projection.contextAppends.empty());
}

void ProjectionTest::theBlocksOfAPromptStandBesideItsText()
{
    const Input input =
        changed<PromptBody>(prompt({}), [](PromptBody &body) { body.blocksJson = R"([{"type":"image"}])"; });
    const Projection projection = project(input);
    QCOMPARE(projection.appends.size(), std::size_t(1));
    QCOMPARE(projection.appends[0].json, QByteArray(R"([{"type":"image"}])"));
}

void ProjectionTest::aBlankPromptLeavesOnlyItsTypedAppends_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("no text") << QByteArray();
    QTest::newRow("white space") << QByteArray(" \n\t");
}

void ProjectionTest::aBlankPromptLeavesOnlyItsTypedAppends()
{
    QFETCH(QByteArray, text);
    const Append tool{AppendRole::Tool, {}, "42", {}};
    const Append notice{AppendRole::SystemNotice, {}, "note", {}};
    const Input input = changed<PromptBody>(prompt(text), [&](PromptBody &body) {
        body.appends = {tool, notice};
    });
    QCOMPARE(project(input).appends, (std::vector<Append>{tool, notice}));
    const Input spoken = changed<PromptBody>(prompt("x"), [&](PromptBody &body) {
        body.appends = {tool, notice};
    });
    QCOMPARE(project(spoken).appends.size(), std::size_t(3));
    QCOMPARE(project(spoken).appends[0].role, AppendRole::User);
}

void ProjectionTest::aBlankPromptWithoutAppendsIsStillATurn()
{
    QCOMPARE(project(prompt({})).appends.size(), std::size_t(1));
}

void ProjectionTest::aPeerInputIsANoticeThatNamesItsPeer()
{
    const Projection projection = project(peerRequest("r-9", "review"));
    QCOMPARE(projection.appends.size(), std::size_t(1));
    QCOMPARE(projection.appends[0].role, AppendRole::SystemNotice);
    QCOMPARE(projection.appends[0].text, QByteArray("please"));
    const QJsonObject notice = noticeOf(projection);
    QCOMPARE(value(notice, "notice"), QStringLiteral("peer_request"));
    QCOMPARE(value(notice, "direction"), QStringLiteral("incoming"));
    QCOMPARE(value(notice, "peer"), QStringLiteral("peer-1"));
    QCOMPARE(value(notice, "peer_name"), QStringLiteral("Ada"));
    QCOMPARE(value(notice, "request_id"), QStringLiteral("r-9"));
    QCOMPARE(value(notice, "intent"), QStringLiteral("review"));
    QVERIFY(!notice.contains(QStringLiteral("status")));
    QVERIFY(projection.contextAppends.empty());
}

void ProjectionTest::aPeerWithoutTextShowsItsPayload()
{
    const Input input =
        changed<PeerBody>(peerMessage({}), [](PeerBody &body) { body.payloadJson = R"({"n":1})"; });
    QCOMPARE(project(input).appends[0].text, QByteArray(R"([peer_message from Ada] {"n":1})"));
    Input unnamed = input;
    unnamed.source.display.clear();
    QVERIFY(project(unnamed).appends[0].text.startsWith("[peer_message from peer-1]"));
}

void ProjectionTest::blocksOfAPeerAreNotRepeatedAsText()
{
    const Input input = changed<PeerBody>(peerMessage({}), [](PeerBody &body) {
        body.blocksJson = R"([{"type":"image","data":"abc"}])";
        body.payloadJson = R"({"n":1})";
    });
    const Projection projection = project(input);
    QCOMPARE(projection.appends.size(), std::size_t(1));
    QCOMPARE(projection.appends[0].text, QByteArray("[peer_message from Ada]"));
    QCOMPARE(noticeOf(projection).value(QStringLiteral("blocks")).toArray().size(), 1);
    QCOMPARE(value(noticeOf(projection), "peer"), QStringLiteral("peer-1"));
}

void ProjectionTest::aPeerPayloadStaysAValue_data()
{
    QTest::addColumn<QByteArray>("payload");
    for (const char *payload : {R"({"a":[1,2]})", "[1,2]", "\"text, with [brackets]\"", "17", "true", "null"})
        QTest::newRow(payload) << QByteArray(payload);
}

void ProjectionTest::aPeerPayloadStaysAValue()
{
    QFETCH(QByteArray, payload);
    const Input input = changed<PeerBody>(peerMessage(), [&](PeerBody &body) { body.payloadJson = payload; });
    QCOMPARE(QJsonArray{noticeOf(project(input)).value(QStringLiteral("payload"))},
             QJsonDocument::fromJson("[" + payload + "]").array());
}

void ProjectionTest::aPeerInputWithAContextKeyIsAlsoContext()
{
    const Input input = changed<PeerBody>(peerMessage(), [](PeerBody &body) { body.contextKey = "where"; });
    const Projection projection = project(input);
    QCOMPARE(projection.contextAppends.size(), std::size_t(1));
    QCOMPARE(projection.contextAppends[0].key, QByteArray("where"));
    QCOMPARE(projection.contextAppends[0].text, projection.appends[0].text);
    QVERIFY(projection.appends[0].key.isEmpty());
}

void ProjectionTest::aTerminalResponseIsAlwaysContext()
{
    const Input input =
        changed<PeerBody>(terminalResponse("r-9"), [](PeerBody &body) { body.contextKey = "mine"; });
    const Projection projection = project(input);
    QCOMPARE(projection.contextAppends.size(), std::size_t(1));
    QCOMPARE(projection.contextAppends[0].key, QByteArray("peer:peer-1:request:r-9"));
    QCOMPARE(value(noticeOf(projection), "status"), QStringLiteral("completed"));
    QVERIFY(!projection.contextAppends[0].text.isEmpty());
}

void ProjectionTest::aFlowStepNamesItsStep()
{
    const Projection projection = project(flowStep("next"));
    QCOMPARE(projection.appends[0].text, QByteArray("next"));
    QCOMPARE(value(noticeOf(projection), "notice"), QStringLiteral("flow_step"));
    QCOMPARE(value(noticeOf(projection), "step"), QStringLiteral("step-2"));
}

void ProjectionTest::anEventNamesItsSource()
{
    const Projection projection = project(externalEvent("build", "  green \n"));
    QCOMPARE(projection.appends[0].text, QByteArray("[External event: ci] green"));
    QCOMPARE(value(noticeOf(projection), "type"), QStringLiteral("build"));
    Input unnamed = externalEvent("build", "green");
    unnamed.source.id.clear();
    QCOMPARE(project(unnamed).appends[0].text, QByteArray("[External event: build] green"));
}

void ProjectionTest::anEventWithoutTextShowsItsPayload()
{
    const Input input = changed<ExternalEventBody>(externalEvent("build", {}), [](ExternalEventBody &body) {
        body.payloadJson = R"({"n":1})";
        body.blocksJson = R"([{"type":"image"}])";
    });
    const Projection projection = project(input);
    QCOMPARE(projection.appends[0].text, QByteArray(R"([External event: ci] {"n":1})"));
    QCOMPARE(noticeOf(projection).value(QStringLiteral("blocks")).toArray().size(), 1);
}

void ProjectionTest::aContinuationBringsWhatItCarries()
{
    QCOMPARE(project(continuation()).appends.size(), std::size_t(1));
    const Input bare = changed<ContinuationBody>(continuation(), [](ContinuationBody &body) {
        body.turnAppend.reset();
        body.contextAppend = Append{AppendRole::SystemNotice, "k", "c", {}};
    });
    QVERIFY(project(bare).appends.empty());
    QCOMPARE(project(bare).contextAppends[0].key, QByteArray("k"));
    QVERIFY(project(detachedWorkContinuation({}, {})).appends.empty());
}

void ProjectionTest::aSystemGeneratedInputIsKeyedContext()
{
    Input input = systemGenerated("noon");
    input.id = {Uuid::version7(1, 0, 5)};
    const Projection projection = project(input);
    QVERIFY(projection.appends.empty());
    QCOMPARE(projection.contextAppends.size(), std::size_t(1));
    QCOMPARE(projection.contextAppends[0].key, "system-generated:" + input.id.toText());
    QCOMPARE(projection.contextAppends[0].text, QByteArray("noon"));
}

void ProjectionTest::whatIsRecordedContributesNothing()
{
    for (const Input &input : {operation(), projected()}) {
        QVERIFY(project(input).appends.empty());
        QVERIFY(project(input).contextAppends.empty());
    }
}

void ProjectionTest::everyAppendHasText()
{
    for (const Input &input : {prompt(), peerMessage({}), peerRequest(), progress(), terminalResponse(),
                               flowStep(), externalEvent(), continuation(), attention(), systemGenerated()}) {
        const Projection projection = project(input);
        for (const std::vector<Append> *appends : {&projection.appends, &projection.contextAppends}) {
            for (const Append &append : *appends)
                QVERIFY2(!append.text.isEmpty(), inputKindName(input.kind));
        }
    }
}

QTEST_APPLESS_MAIN(ProjectionTest)
#include "projection_test.moc"
