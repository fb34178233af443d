// SPDX-License-Identifier: Apache-2.0
#include "config/input_file.h"

#include "base/limits.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <QTextStream>

using namespace burrow;

namespace {

struct Reading
{
    std::vector<ReadInput> inputs;
    Findings findings;
    qint64 badLines = 0;
};

Reading readAll(InputForm form, const QByteArray &bytes, qsizetype step = 1 << 20)
{
    InputLineReader reader(QStringLiteral("in"), form);
    for (qsizetype at = 0; at < bytes.size(); at += step)
        reader.feed(QByteArrayView(bytes).sliced(at, std::min(step, bytes.size() - at)));
    reader.finish();
    return {reader.takeInputs(), reader.takeFindings(), reader.badLines()};
}

/// The one input of one good line.
Input inputOf(const QByteArray &json)
{
    Reading reading = readAll(InputForm::JsonLines, json);
    return reading.inputs.size() == 1 ? reading.inputs[0].input : Input{};
}

QByteArrayList textsOf(const Reading &reading)
{
    QByteArrayList texts;
    for (const ReadInput &each : reading.inputs)
        texts.append(QByteArray::number(each.line) + ':' + std::get<PromptBody>(each.input.body).text);
    return texts;
}

QString contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

} // namespace

class TestInputFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void formFollowsTheEnding();
    void textLinesAreInputs_data();
    void textLinesAreInputs();
    void aTextInputIsADurablePrompt();
    void badTextLinesAreNamedAndSkipped();
    void overlongLinesAreDroppedAsTheyCome();
    void aPromptTakesAllItsFields();
    void everyKindHasItsBody();
    void jsonIsKeptAsItIsWritten();
    void metadataCanBeCleared();
    void everyMistakeIsNamed();
    void findingsAndInputsAreTakenOnce();
    void startTextsArePrompts();
    void startFilesKeepTheirOwnKeys();
    void aMissingStartFileIsReportedWhereItIsNamed();
};

void TestInputFile::formFollowsTheEnding()
{
    QCOMPARE(inputForm(QStringLiteral("a/b.jsonl")), InputForm::JsonLines);
    QCOMPARE(inputForm(QStringLiteral("B.JSONL")), InputForm::JsonLines);
    QCOMPARE(inputForm(QStringLiteral("a.txt")), InputForm::TextLines);
    QCOMPARE(inputForm(QStringLiteral("-")), InputForm::TextLines);
}

void TestInputFile::textLinesAreInputs_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArrayList>("texts");
    QTest::newRow("nothing") << QByteArray() << QByteArrayList();
    QTest::newRow("two lines") << QByteArray("one\ntwo\n") << QByteArrayList{"1:one", "2:two"};
    QTest::newRow("no end") << QByteArray("one\ntwo") << QByteArrayList{"1:one", "2:two"};
    QTest::newRow("blank lines") << QByteArray("\n \t\none\n\n\ntwo\n\n") << QByteArrayList{"3:one", "6:two"};
    QTest::newRow("CRLF") << QByteArray("one\r\n\r\ntwo\r\n") << QByteArrayList{"1:one", "3:two"};
    QTest::newRow("byte order mark") << QByteArray("\xEF\xBB\xBFone\n") << QByteArrayList{"1:one"};
    QTest::newRow("space is text") << QByteArray("  one \n") << QByteArrayList{"1:  one "};
    QTest::newRow("not JSON") << QByteArray("{\"text\": 1}\n") << QByteArrayList{"1:{\"text\": 1}"};
    QTest::newRow("beyond ASCII") << QByteArray("gr\u00fc\u00dfe \U0001F600\n")
                                  << QByteArrayList{"1:gr\u00fc\u00dfe \U0001F600"};
}

void TestInputFile::textLinesAreInputs()
{
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArrayList, texts);
    // Where a pipe happens to cut makes no difference.
    for (const qsizetype step : {qsizetype(1), qsizetype(2), qsizetype(3), qsizetype(1000)}) {
        const Reading reading = readAll(InputForm::TextLines, bytes, step);
        QCOMPARE(textsOf(reading), texts);
        QVERIFY(reading.findings.empty());
    }
}

void TestInputFile::aTextInputIsADurablePrompt()
{
    const Input input = readAll(InputForm::TextLines, "hello").inputs.at(0).input;
    QVERIFY(input.id.isNull());
    QCOMPARE(input.kind, InputKind::Prompt);
    QCOMPARE(input.durability, Durability::Durable);
    QCOMPARE(input.source.kind, SourceKind::Operator);
    QVERIFY(input.idempotencyKey.isEmpty());
    QVERIFY(!input.metadata);
}

void TestInputFile::badTextLinesAreNamedAndSkipped()
{
    const Reading reading = readAll(InputForm::TextLines, "one\n\u00e4\xff\ntwo\n");
    QCOMPARE(textsOf(reading), (QByteArrayList{"1:one", "3:two"}));
    QCOMPARE(reading.findings.size(), std::size_t(1));
    QCOMPARE(reading.findings[0].code, FindingCode::InputEncoding);
    QCOMPARE(reading.findings[0].line, 2);
    QCOMPARE(reading.findings[0].column, 2);
    QCOMPARE(reading.badLines, 1);
}

void TestInputFile::overlongLinesAreDroppedAsTheyCome()
{
    const QByteArray longest(limits::input_bytes_max, 'x');
    const Reading reading = readAll(InputForm::TextLines, "one\n" + longest + "\r\n" + longest + "x\ntwo");
    QCOMPARE(reading.inputs.size(), std::size_t(3));
    QCOMPARE(reading.inputs[1].line, 2);
    QCOMPARE(reading.inputs[2].line, 4);
    QCOMPARE(reading.findings.size(), std::size_t(1));
    QCOMPARE(reading.findings[0].code, FindingCode::InputTooLong);
    QCOMPARE(reading.findings[0].line, 3);
}

void TestInputFile::aPromptTakesAllItsFields()
{
    const Input input = inputOf(
        R"({"text": "say \"hi\" \u00e9", "durability": "ephemeral", "handling_mode": "steer", )"
        R"("idempotency_key": "k1",)"
        R"( "supersession_key": "s1", "correlation_id": "c1",)"
        R"( "source": {"kind": "flow", "id": "f", "display": "Flow", "flow_step": 3},)"
        R"( "appends": [{"text": "a"}, {"role": "system_notice", "key": "k", "text": "b", "json": {"x": 1}}],)"
        R"( "blocks": [ {"type": "text"} ],)"
        R"( "metadata": {"model": "m", "provider": "p", "skill_references": ["s"], )"
        R"("additional_instructions": ["i", "j"],)"
        R"( "keep_alive": "1h", "tool_overlay": {"a": []}, "render": "plain"}})");
    QCOMPARE(input.kind, InputKind::Prompt);
    QCOMPARE(input.durability, Durability::Ephemeral);
    QCOMPARE(input.handling, HandlingMode::Steer);
    QCOMPARE(input.idempotencyKey, QByteArray("k1"));
    QCOMPARE(input.supersessionKey, QByteArray("s1"));
    QCOMPARE(input.correlationId, QByteArray("c1"));
    QCOMPARE(input.source.kind, SourceKind::Flow);
    QCOMPARE(input.source.id, QByteArray("f"));
    QCOMPARE(input.source.display, QByteArray("Flow"));
    QCOMPARE(input.source.flowStep, 3U);
    const auto &body = std::get<PromptBody>(input.body);
    QCOMPARE(body.text, QByteArray("say \"hi\" \u00e9"));
    QCOMPARE(body.blocksJson, QByteArray("[ {\"type\": \"text\"} ]"));
    QCOMPARE(body.appends.size(), std::size_t(2));
    QCOMPARE(body.appends[0], (Append{AppendRole::User, {}, "a", {}}));
    QCOMPARE(body.appends[1], (Append{AppendRole::SystemNotice, "k", "b", "{\"x\": 1}"}));
    QVERIFY(input.metadata);
    QCOMPARE(input.metadata->model, QByteArray("m"));
    QCOMPARE(input.metadata->provider, QByteArray("p"));
    QCOMPARE(input.metadata->skillReferences, QByteArrayList{"s"});
    QCOMPARE(input.metadata->additionalInstructions, (QByteArrayList{"i", "j"}));
    QCOMPARE(input.metadata->keepAlive, (SettableText{SettableText::State::Set, "1h"}));
    QCOMPARE(input.metadata->toolOverlayJson, QByteArray("{\"a\": []}"));
    QCOMPARE(input.metadata->renderJson, QByteArray("\"plain\""));
}

void TestInputFile::everyKindHasItsBody()
{
    const auto peer = std::get<PeerBody>(
        inputOf(R"({"kind": "peer_request", "request_id": "r", "intent": "ask", "text": "t", )"
                R"("payload": {"a": 1}, "context_key": "c"})")
            .body);
    QCOMPARE(peer.requestId, QByteArray("r"));
    QCOMPARE(peer.intent, QByteArray("ask"));
    QCOMPARE(peer.payloadJson, QByteArray("{\"a\": 1}"));
    QCOMPARE(peer.contextKey, QByteArray("c"));
    QCOMPARE(std::get<PeerBody>(inputOf(R"({"kind": "peer_message", "text": "t"})").body).text,
             QByteArray("t"));
    QCOMPARE(std::get<PeerBody>(
                 inputOf(R"({"kind": "peer_response_progress", "request_id": "r", "phase": "half"})").body)
                 .phase,
             QByteArray("half"));
    QCOMPARE(std::get<PeerBody>(
                 inputOf(R"({"kind": "peer_response_terminal", "request_id": "r", "status": "failed"})").body)
                 .status,
             PeerBody::Status::Failed);
    const auto step =
        std::get<FlowStepBody>(inputOf(R"({"text": "t", "step_id": "s", "kind": "flow_step"})").body);
    QCOMPARE(step.stepId, QByteArray("s"));
    QCOMPARE(step.text, QByteArray("t"));
    const auto event = std::get<ExternalEventBody>(
        inputOf(R"({"kind": "external_event", "event_type": "push", "payload": [1]})").body);
    QCOMPARE(event.eventType, QByteArray("push"));
    QCOMPARE(event.payloadJson, QByteArray("[1]"));
    const auto more = std::get<ContinuationBody>(
        inputOf(R"({"kind": "continuation", "reason": "x", "continuation_kind": "attention", )"
                R"("turn_append": {"text": "t"}})")
            .body);
    QCOMPARE(more.kind, ContinuationBody::Kind::Attention);
    QCOMPARE(more.reason, QByteArray("x"));
    QVERIFY(!more.contextAppend);
    QCOMPARE(more.turnAppend->text, QByteArray("t"));
    const auto operation = std::get<OperationBody>(
        inputOf(
            R"({"kind": "operation", "operation_id": "0190c0de-0000-7000-8000-000000000001", "payload": {}})")
            .body);
    QCOMPARE(operation.operation.toText(), QByteArray("0190c0de-0000-7000-8000-000000000001"));
    const auto system = std::get<SystemGeneratedBody>(
        inputOf(R"({"kind": "system_generated", "text": "t", "source": {"kind": "system"}})").body);
    QCOMPARE(system.text, QByteArray("t"));
    QCOMPARE(inputOf(R"({"kind": "projected", "payload": null})").kind, InputKind::Projected);
}

void TestInputFile::jsonIsKeptAsItIsWritten()
{
    const auto event =
        std::get<ExternalEventBody>(inputOf(R"({"kind": "external_event", "event_type": "e", )"
                                            R"("payload":  {"b": 12345678901234567890, "a": 1.0e5 } })")
                                        .body);
    QCOMPARE(event.payloadJson, QByteArray(R"({"b": 12345678901234567890, "a": 1.0e5 })"));
}

void TestInputFile::metadataCanBeCleared()
{
    const Input input =
        inputOf(R"({"text": "t", "metadata": {"auth_binding": null, "provider_parameters": null, )"
                R"("keep_alive": null}})");
    QVERIFY(input.metadata);
    QCOMPARE(input.metadata->authBinding.state, SettableText::State::Clear);
    QCOMPARE(input.metadata->providerParametersJson.state, SettableText::State::Clear);
    QCOMPARE(input.metadata->keepAlive.state, SettableText::State::Clear);
    QVERIFY(!inputOf(R"({"text": "t", "metadata": {}})").metadata);
}

/// One mistake a line, word for word; the good lines between them still arrive.
void TestInputFile::everyMistakeIsNamed()
{
    const QString golden =
        qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/tests/config/golden/");
    InputFileContent content = readInputFile(golden + QStringLiteral("mistakes.jsonl"));
    QString actual;
    QTextStream out(&actual);
    for (Finding &each : content.findings)
        each.file = QStringLiteral("mistakes.jsonl");
    printFindings(out, content.findings);
    out << content.inputs.size() << " inputs were read\n";
    if (qEnvironmentVariableIsSet("BURROW_UPDATE_GOLDEN")) {
        QFile expected(golden + QStringLiteral("mistakes.txt"));
        QVERIFY(expected.open(QIODevice::WriteOnly));
        expected.write(actual.toUtf8());
    }
    QCOMPARE(actual, contentOf(golden + QStringLiteral("mistakes.txt")));
}

void TestInputFile::findingsAndInputsAreTakenOnce()
{
    InputLineReader reader(QStringLiteral("-"), InputForm::JsonLines);
    reader.feed("{\"text\": \"a\"}\n{\"txt\": 1}\n{\"text\"");
    QCOMPARE(reader.takeInputs().size(), std::size_t(1));
    QCOMPARE(reader.takeInputs().size(), std::size_t(0));
    QCOMPARE(reader.takeFindings().size(), std::size_t(1));
    QCOMPARE(reader.takeFindings().size(), std::size_t(0));
    reader.feed(": \"b\"}");
    QCOMPARE(reader.takeInputs().size(), std::size_t(0));
    reader.finish();
    reader.finish();
    QCOMPARE(reader.takeInputs().size(), std::size_t(1));
}

void TestInputFile::startTextsArePrompts()
{
    SessionSettings session;
    session.onStart.texts = {{"one", {}}, {"two", {}}};
    const InputFileContent content = startInputs(session);
    QCOMPARE(content.inputs.size(), std::size_t(2));
    QCOMPARE(std::get<PromptBody>(content.inputs[1].input.body).text, QByteArray("two"));
    QVERIFY(content.inputs[1].input.idempotencyKey.isEmpty());
    QVERIFY(startInputs(SessionSettings{}).inputs.empty());
}

void TestInputFile::startFilesKeepTheirOwnKeys()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("in.jsonl")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"text\": \"a\", \"idempotency_key\": \"mine\"}\n{\"text\": \"b\"}\n");
    file.close();
    SessionSettings session;
    session.onStart.file.value = file.fileName();
    const InputFileContent content = startInputs(session);
    QCOMPARE(content.inputs.size(), std::size_t(2));
    QCOMPARE(content.inputs[0].input.idempotencyKey, QByteArray("mine"));
    QVERIFY(content.inputs[1].input.idempotencyKey.isEmpty());
}

void TestInputFile::aMissingStartFileIsReportedWhereItIsNamed()
{
    const auto source =
        std::make_shared<const SourceText>(QStringLiteral("b.yaml"), "version: 1\nfile: gone.txt\n");
    SessionSettings session;
    session.onStart.file = {QStringLiteral("/nowhere/gone.txt"), Place{source, 2, 6, 8}};
    const InputFileContent content = startInputs(session);
    QCOMPARE(content.findings.size(), std::size_t(1));
    QCOMPARE(content.findings[0].file, QStringLiteral("b.yaml"));
    QCOMPARE(content.findings[0].column, 7);
    QVERIFY(content.findings[0].message.startsWith(QStringLiteral("/nowhere/gone.txt: ")));
}

QTEST_GUILESS_MAIN(TestInputFile)
#include "input_file_test.moc"
