// SPDX-License-Identifier: Apache-2.0
#include "plugin/abi_text.h"
#include "plugin/completion_decode.h"
#include "plugin/event_decode.h"
#include "plugin/plugin_limits.h"
#include "plugin/primitive_encode.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <functional>

using namespace burrow;

namespace {

/// A sound completion with everything in it; each test spoils one thing.
struct Completion
{
    Completion()
    {
        receipt.struct_size = sizeof receipt;
        receipt.boundary = BURROW_BOUNDARY_RUN_START;
        receipt.run_id = toAbiText(run);
        receipt.contributors = {ids, 2, sizeof(burrow_text), 0};
        receipt.conversation_digest = BURROW_TEXT("abc");
        receipt.message_count = 7;
        result.struct_size = sizeof result;
        result.terminal = BURROW_TERMINAL_RESULT;
        result.text = BURROW_TEXT("answer");
        result.result_json = BURROW_TEXT("{}");
        result.snapshot = &snapshot;
        result.receipt = &receipt;
        error.struct_size = sizeof error;
        error.code = BURROW_BUSY;
        error.message = BURROW_TEXT("too much to do");
        completion.struct_size = sizeof completion;
        completion.apply = &result;
    }

    QByteArray run = "018f0000-0000-7000-8000-000000000001";
    burrow_text ids[2] = {BURROW_TEXT("018f0000-0000-7000-8000-00000000000a"),
                          BURROW_TEXT("018f0000-0000-7000-8000-00000000000b")};
    burrow_bytes snapshot = {"state", 5};
    burrow_receipt receipt = {};
    burrow_apply_result result = {};
    burrow_error error = {};
    burrow_completion completion = {};
};

struct DecodedRun
{
    qint32 answer = BURROW_OK;
    RunEnd end;
};

DecodedRun decode(const burrow_completion *completion)
{
    RunContext context;
    context.run = *RunId::fromText("018f0000-0000-7000-8000-000000000001");
    context.boundary = Boundary::RunCheckpoint;
    context.contributors = {InputId{Uuid{1, 2}}};
    DecodedRun decoded;
    decoded.answer = decodeRunCompletion(completion, context, {QStringLiteral("demo"), 1000}, decoded.end);
    return decoded;
}

} // namespace

using Spoil = std::function<void(Completion &)>;
Q_DECLARE_METATYPE(Spoil)

class DecodeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aFullResultIsCopied();
    void anAbsentReceiptIsFilled();
    void snapshotsAreAbsentOrEmptyOrThere();
    void aReceiptOfAnotherRunIsCopiedAsItIs();
    void malformedCompletions_data();
    void malformedCompletions();
    void failuresHaveTheirCause_data();
    void failuresHaveTheirCause();
    void aFinalErrorNeedsAnOutcomeAndACause();
    void messagesAreMadeHarmless();
    void cancelledIsNoFailure();
    void callsWithoutOutput();
    void eventsOfAnyType();
    void spoiltEvents();
    void primitivesAreEncoded();
    void metadataIsJson();
};

void DecodeTest::aFullResultIsCopied()
{
    Completion spoken;
    const DecodedRun decoded = decode(&spoken.completion);
    QCOMPARE(decoded.answer, BURROW_OK);
    const auto &output = std::get<RunOutput>(decoded.end);
    QCOMPARE(output.terminal, RunTerminal::Result);
    QCOMPARE(output.text, QByteArray("answer"));
    QCOMPARE(output.json, QByteArray("{}"));
    QCOMPARE(output.snapshot, std::optional<QByteArray>("state"));
    QCOMPARE(output.receipt.run.toText(), spoken.run);
    QCOMPARE(output.receipt.boundary, Boundary::RunStart);
    QCOMPARE(output.receipt.contributors.size(), 2U);
    QCOMPARE(output.receipt.contributors[1].toText(), QByteArray("018f0000-0000-7000-8000-00000000000b"));
    QCOMPARE(output.receipt.conversationDigest, QByteArray("abc"));
    QCOMPARE(output.receipt.messageCount, quint64(7));
}

void DecodeTest::anAbsentReceiptIsFilled()
{
    Completion spoken;
    spoken.result.receipt = nullptr;
    const DecodedRun decoded = decode(&spoken.completion);
    const auto &receipt = std::get<RunOutput>(decoded.end).receipt;
    QCOMPARE(receipt.run.toText(), spoken.run);
    QCOMPARE(receipt.boundary, Boundary::RunCheckpoint);
    QCOMPARE(receipt.contributors, (std::vector<InputId>{InputId{Uuid{1, 2}}}));
}

void DecodeTest::snapshotsAreAbsentOrEmptyOrThere()
{
    Completion spoken;
    spoken.result.snapshot = nullptr;
    QVERIFY(!std::get<RunOutput>(decode(&spoken.completion).end).snapshot.has_value());
    spoken.snapshot = {nullptr, 0};
    spoken.result.snapshot = &spoken.snapshot;
    const DecodedRun decoded = decode(&spoken.completion);
    QVERIFY(std::get<RunOutput>(decoded.end).snapshot.has_value());
    QVERIFY(std::get<RunOutput>(decoded.end).snapshot->isEmpty());
}

/// Whether it is the right one is the core's to say; an id that is none equals none.
void DecodeTest::aReceiptOfAnotherRunIsCopiedAsItIs()
{
    Completion spoken;
    spoken.run = "018f0000-0000-7000-8000-0000000000ff";
    spoken.receipt.run_id = toAbiText(spoken.run);
    std::swap(spoken.ids[0], spoken.ids[1]);
    spoken.ids[1] = BURROW_TEXT("not an id");
    const DecodedRun decoded = decode(&spoken.completion);
    QCOMPARE(decoded.answer, BURROW_OK);
    const auto &receipt = std::get<RunOutput>(decoded.end).receipt;
    QCOMPARE(receipt.run.toText(), spoken.run);
    QCOMPARE(receipt.contributors[0].toText(), QByteArray("018f0000-0000-7000-8000-00000000000b"));
    QVERIFY(receipt.contributors[1].isNull());
}

void DecodeTest::malformedCompletions_data()
{
    QTest::addColumn<Spoil>("spoil");
    const auto row = [](const char *name, const Spoil &spoil) { QTest::newRow(name) << spoil; };
    row("size 0", [](Completion &c) { c.completion.struct_size = 0; });
    row("size 1", [](Completion &c) { c.completion.struct_size = 1; });
    row("size below base", [](Completion &c) { c.completion.struct_size = BURROW_COMPLETION_BASE - 8; });
    row("size odd", [](Completion &c) { c.completion.struct_size = BURROW_COMPLETION_BASE + 1; });
    row("size over the bound", [](Completion &c) { c.completion.struct_size = BURROW_STRUCT_SIZE_MAX + 8; });
    row("size huge", [](Completion &c) { c.completion.struct_size = UINT32_MAX; });
    row("OK with an error", [](Completion &c) { c.completion.error = &c.error; });
    row("OK without a result", [](Completion &c) { c.completion.apply = nullptr; });
    row("failure with a result", [](Completion &c) { c.completion.status = BURROW_BUSY; });
    row("cancelled with a result", [](Completion &c) { c.completion.status = BURROW_CANCELLED; });
    row("a drain's result",
        [](Completion &c) { c.completion.drain = reinterpret_cast<const burrow_drain_result *>(&c.result); });
    row("error of size 0", [](Completion &c) {
        c.completion.status = BURROW_BUSY;
        c.completion.apply = nullptr;
        c.completion.error = &c.error;
        c.error.struct_size = 0;
    });
    row("result of size 8", [](Completion &c) { c.result.struct_size = 8; });
    row("unknown terminal", [](Completion &c) { c.result.terminal = 99; });
    row("text null with a length", [](Completion &c) { c.result.text = {nullptr, 5}; });
    row("text too long", [](Completion &c) { c.result.text = {"x", 1001}; });
    row("text of any length", [](Completion &c) { c.result.text = {"x", UINT64_MAX}; });
    row("text not UTF-8", [](Completion &c) { c.result.text = BURROW_TEXT("\xff\xfe"); });
    row("json not UTF-8", [](Completion &c) { c.result.result_json = BURROW_TEXT("\xc0\x80"); });
    row("snapshot null with a length", [](Completion &c) { c.snapshot = {nullptr, 5}; });
    row("snapshot too long", [](Completion &c) { c.snapshot.size = limits::plugin_snapshot_bytes_max + 1; });
    row("receipt of size 0", [](Completion &c) { c.receipt.struct_size = 0; });
    row("receipt with an unknown boundary", [](Completion &c) { c.receipt.boundary = 0; });
    row("stride 0", [](Completion &c) { c.receipt.contributors.stride = 0; });
    row("stride below the element", [](Completion &c) { c.receipt.contributors.stride = 8; });
    row("stride huge", [](Completion &c) { c.receipt.contributors.stride = UINT32_MAX; });
    row("count that overflows", [](Completion &c) { c.receipt.contributors.count = UINT64_MAX / 16 + 2; });
    row("elements at null", [](Completion &c) { c.receipt.contributors.data = nullptr; });
    row("contributor not UTF-8", [](Completion &c) { c.ids[1] = BURROW_TEXT("\xff"); });
    row("digest too long", [](Completion &c) { c.receipt.conversation_digest = {"x", 100'000}; });
}

void DecodeTest::malformedCompletions()
{
    QFETCH(Spoil, spoil);
    Completion spoken;
    spoil(spoken);
    const DecodedRun decoded = decode(&spoken.completion);
    QCOMPARE(decoded.answer, BURROW_INVALID);
    const auto &error = std::get<RunError>(decoded.end);
    QCOMPARE(error.cause, FailureCause::ExecutorInternal);
    QVERIFY2(error.message.contains(QStringLiteral("demo")), qPrintable(error.message));
    QVERIFY2(error.message.contains(QStringLiteral("malformed completion")), qPrintable(error.message));
    QCOMPARE(decode(nullptr).answer, BURROW_INVALID);
}

void DecodeTest::failuresHaveTheirCause_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<int>("cause");
    QTest::addColumn<int>("expected");
    const auto row = [](const char *name, int status, int cause, FailureCause expected) {
        QTest::newRow(name) << status << cause << int(expected);
    };
    row("invalid", BURROW_INVALID, 0, FailureCause::PrimitiveRejected);
    row("too large", BURROW_TOO_LARGE, 0, FailureCause::PrimitiveRejected);
    row("not found", BURROW_NOT_FOUND, 0, FailureCause::PrimitiveRejected);
    row("config", BURROW_CONFIG, 0, FailureCause::PrimitiveRejected);
    row("denied", BURROW_DENIED, 0, FailureCause::HookDenied);
    row("closed", BURROW_CLOSED, 0, FailureCause::ExecutorStopped);
    row("unavailable", BURROW_UNAVAILABLE, 0, FailureCause::ExecutorControlFailed);
    row("busy", BURROW_BUSY, 0, FailureCause::ExecutorControlFailed);
    row("exhausted", BURROW_EXHAUSTED, 0, FailureCause::ExecutorControlFailed);
    row("timeout", BURROW_TIMEOUT, 0, FailureCause::ExecutorControlFailed);
    row("io", BURROW_IO, 0, FailureCause::ExecutorControlFailed);
    row("internal", BURROW_INTERNAL, 0, FailureCause::ExecutorInternal);
    row("vendor", BURROW_STATUS_VENDOR - 234, 0, FailureCause::ExecutorInternal);
    row("unknown status", 17, 0, FailureCause::ExecutorInternal);
    row("named: turn", BURROW_BUSY, BURROW_CAUSE_RUNTIME_TURN, FailureCause::RuntimeTurn);
    row("named: hook", BURROW_BUSY, BURROW_CAUSE_HOOK_RUNTIME_FAILURE, FailureCause::HookRuntimeFailure);
    row("named: unknown", BURROW_BUSY, BURROW_CAUSE_UNKNOWN, FailureCause::Unknown);
    row("named: nonsense", BURROW_BUSY, 77, FailureCause::ExecutorInternal);
}

void DecodeTest::failuresHaveTheirCause()
{
    QFETCH(int, status);
    QFETCH(int, cause);
    QFETCH(int, expected);
    Completion spoken;
    spoken.completion.apply = nullptr;
    spoken.completion.status = status;
    spoken.error.code = status;
    spoken.error.cause = cause;
    spoken.completion.error = &spoken.error;
    const DecodedRun decoded = decode(&spoken.completion);
    QCOMPARE(decoded.answer, BURROW_OK);
    const auto &error = std::get<RunError>(decoded.end);
    QCOMPARE(int(error.cause), expected);
    QVERIFY(error.message.startsWith(QStringLiteral("too much to do")));
    QVERIFY(!error.machineTerminal);
    QVERIFY(!error.retryable);
    if (status < BURROW_STATUS_VENDOR)
        QVERIFY2(error.message.contains(QStringLiteral("-1234")),
                 qPrintable(error.message)); // The number is kept.
    spoken.completion.error = nullptr;
    if (cause == 0)
        QCOMPARE(int(std::get<RunError>(decode(&spoken.completion).end).cause), expected);
}

void DecodeTest::aFinalErrorNeedsAnOutcomeAndACause()
{
    Completion spoken;
    spoken.completion.apply = nullptr;
    spoken.completion.status = BURROW_INTERNAL;
    spoken.completion.error = &spoken.error;
    spoken.error.flags = BURROW_ERROR_FINAL | BURROW_ERROR_RETRYABLE;
    const auto decoded = [&] { return std::get<RunError>(decode(&spoken.completion).end); };
    QVERIFY(!decoded().machineTerminal);
    spoken.error.outcome = BURROW_OUTCOME_BUDGET;
    QVERIFY(!decoded().machineTerminal);
    spoken.error.cause = BURROW_CAUSE_UNKNOWN;
    QVERIFY(!decoded().machineTerminal);
    QCOMPARE(decoded().cause, FailureCause::ExecutorInternal); // Never Unknown: the host invents no terminal.
    spoken.error.cause = BURROW_CAUSE_RUNTIME_TURN;
    QVERIFY(decoded().machineTerminal);
    QVERIFY(decoded().retryable);
    spoken.error.outcome = 99;
    QVERIFY(!decoded().machineTerminal);
}

void DecodeTest::messagesAreMadeHarmless()
{
    Completion spoken;
    spoken.completion.apply = nullptr;
    spoken.completion.status = BURROW_INTERNAL;
    spoken.completion.error = &spoken.error;
    spoken.error.message = BURROW_TEXT("red \x1b[31malert\x1b[0m\x07 \x1b]0;title\x07two\nlines \xff end");
    const QString message = std::get<RunError>(decode(&spoken.completion).end).message;
    QCOMPARE(message, QStringLiteral("red alert two lines \ufffd end"));
    const QByteArray endless(100'000, 'x');
    spoken.error.message = toAbiText(endless);
    QVERIFY(std::get<RunError>(decode(&spoken.completion).end).message.size() <= 4097);
    spoken.error.details_json = toAbiText(endless);
    QVERIFY(std::get<RunError>(decode(&spoken.completion).end).detailsJson.isEmpty());
    spoken.error.details_json = BURROW_TEXT("{\"a\":1}");
    QCOMPARE(std::get<RunError>(decode(&spoken.completion).end).detailsJson, QByteArray("{\"a\":1}"));
    const QByteArray cut = QByteArray(4095, 'x') + "\xc3\xa9";
    QCOMPARE(sanitised(QByteArrayView(cut), 4096), QString(4095, QLatin1Char('x')) + QStringLiteral("…"));
}

void DecodeTest::cancelledIsNoFailure()
{
    Completion spoken;
    spoken.completion.apply = nullptr;
    spoken.completion.status = BURROW_CANCELLED;
    QVERIFY(std::holds_alternative<RunCancelled>(decode(&spoken.completion).end));
    spoken.completion.error = &spoken.error;
    QCOMPARE(std::get<RunCancelled>(decode(&spoken.completion).end).reason, QStringLiteral("too much to do"));
}

void DecodeTest::callsWithoutOutput()
{
    const CompletionRules rules{QStringLiteral("demo"), 1000};
    Completion spoken;
    QCOMPARE(decodeCallCompletion(&spoken.completion, "stop", rules).answer, BURROW_INVALID); // A run's result.
    spoken.completion.apply = nullptr;
    QVERIFY(decodeCallCompletion(&spoken.completion, "stop", rules).result.ok());
    spoken.completion.status = BURROW_TIMEOUT;
    const DecodedCall failed = decodeCallCompletion(&spoken.completion, "stop", rules);
    QCOMPARE(failed.answer, BURROW_OK);
    QVERIFY(failed.result.error().message.contains(QStringLiteral("TIMEOUT")));
    QVERIFY(failed.result.error().message.contains(QStringLiteral("stop of the plugin demo")));
    QVERIFY(!decodeCallCompletion(nullptr, "stop", rules).result.ok());
}

void DecodeTest::eventsOfAnyType()
{
    burrow_event event = {};
    event.struct_size = sizeof event;
    event.name = BURROW_TEXT("tool");
    event.text = BURROW_TEXT("text");
    event.json = BURROW_TEXT("{}");
    for (int32_t type = BURROW_EVENT_BEGUN; type <= BURROW_EVENT_VENDOR; ++type) {
        event.type = type;
        ProgressEvent decoded;
        QCOMPARE(decodeEvent(event, 1000, decoded), BURROW_OK);
        QCOMPARE(int(decoded.type), type - BURROW_EVENT_BEGUN);
        QCOMPARE(decoded.rawType, type);
    }
    for (const int32_t type : {0, 9, -5, INT32_MAX}) {
        event.type = type;
        ProgressEvent decoded;
        QCOMPARE(decodeEvent(event, 1000, decoded), BURROW_OK);
        QCOMPARE(decoded.type, ProgressType::Vendor);
        QCOMPARE(decoded.rawType, type);
        QCOMPARE(decoded.text, QByteArray("text"));
    }
}

void DecodeTest::spoiltEvents()
{
    burrow_event event = {};
    ProgressEvent decoded;
    QCOMPARE(decodeEvent(event, 1000, decoded), BURROW_INVALID);
    event.struct_size = sizeof event;
    event.type = BURROW_EVENT_NOTICE;
    event.text = {nullptr, 3};
    QCOMPARE(decodeEvent(event, 1000, decoded), BURROW_INVALID);
    event.text = BURROW_TEXT("\xff");
    QCOMPARE(decodeEvent(event, 1000, decoded), BURROW_INVALID);
    event.text = {"x", 1001};
    QCOMPARE(decodeEvent(event, 1000, decoded), BURROW_TOO_LARGE);
    event.text = {};
    event.name = BURROW_TEXT("with\x1b[0m escape");
    QCOMPARE(decodeEvent(event, 1000, decoded), BURROW_INVALID);
}

void DecodeTest::primitivesAreEncoded()
{
    auto primitive = std::make_shared<RunPrimitive>();
    primitive->kind = PrimitiveKind::StagedInput;
    primitive->boundary = Boundary::RunCheckpoint;
    primitive->execution = ExecutionKind::ResumePending;
    primitive->intent = ApplyIntent::AppendContextAndRun;
    primitive->appends = {{AppendRole::User, {}, "plain", {}},
                          {AppendRole::SystemNotice, {}, "notice", "{\"kind\":1}"},
                          {AppendRole::Tool, {}, "blocks", "[1]"},
                          {AppendRole::Assistant, {}, "value", "true"}};
    primitive->contextAppends = {{AppendRole::User, "key", "context", {}}};
    Contributor contributor;
    contributor.input = InputId{Uuid{0x018f000000007000, 0x800000000000abcd}};
    contributor.idempotencyKey = "idem";
    contributor.correlationId = "corr";
    contributor.attempt = 3;
    contributor.kind = InputKind::ExternalEvent;
    primitive->contributors = {contributor, contributor};
    const ApplyCall call{RunId{Uuid{0x0123456789abcdef, 0xfedcba9876543210}}, primitive, 3,
                         MonotonicTime{Duration(42)}};
    PrimitiveEncoder encoder;
    const burrow_apply_request &request = encoder.encode(call, "session");
    QCOMPARE(request.struct_size, quint32(sizeof(burrow_apply_request)));
    QCOMPARE(request.primitive, BURROW_PRIMITIVE_STAGED_INPUT);
    QCOMPARE(request.boundary, BURROW_BOUNDARY_RUN_CHECKPOINT);
    QCOMPARE(request.execution, BURROW_EXECUTION_RESUME_PENDING);
    QCOMPARE(request.intent, BURROW_INTENT_APPEND_CONTEXT_AND_RUN);
    QCOMPARE(request.attempt, 3U);
    QCOMPARE(request.deadline_ns, 42);
    QCOMPARE(viewOf(request.run_id).toByteArray(), call.run.toText());
    QCOMPARE(request.contributors.count, 2U);
    const burrow_contributor &second = *BURROW_AT(burrow_contributor, request.contributors, 1);
    QCOMPARE(viewOf(second.input_id).toByteArray(), contributor.input.toText());
    QCOMPARE(viewOf(second.idempotency_key).toByteArray(), QByteArray("idem"));
    QCOMPARE(viewOf(second.correlation_id).toByteArray(), QByteArray("corr"));
    QCOMPARE(second.attempt, 3U);
    QCOMPARE(second.kind, BURROW_INPUT_EXTERNAL_EVENT);
    const int32_t contents[] = {BURROW_CONTENT_TEXT, BURROW_CONTENT_NOTICE, BURROW_CONTENT_BLOCKS,
                                BURROW_CONTENT_JSON};
    const int32_t roles[] = {BURROW_ROLE_USER, BURROW_ROLE_SYSTEM_NOTICE, BURROW_ROLE_TOOL,
                             BURROW_ROLE_ASSISTANT};
    for (quint64 at = 0; at < 4; ++at) {
        QCOMPARE(BURROW_AT(burrow_append, request.appends, at)->content, contents[at]);
        QCOMPARE(BURROW_AT(burrow_append, request.appends, at)->role, roles[at]);
    }
    QCOMPARE(viewOf(BURROW_AT(burrow_append, request.context_appends, 0)->key).toByteArray(),
             QByteArray("key"));
    // The next call reuses the buffers, and leaves nothing of this one behind.
    const ApplyCall empty{call.run, std::make_shared<RunPrimitive>(), 1, MonotonicTime::never()};
    const burrow_apply_request &next = encoder.encode(empty, "session");
    QCOMPARE(next.contributors.count, 0U);
    QCOMPARE(next.appends.count, 0U);
    QVERIFY(next.appends.data == nullptr);
    QCOMPARE(next.deadline_ns, 0);
}

void DecodeTest::metadataIsJson()
{
    TurnMetadata metadata;
    metadata.skillReferences = {"one", "two"};
    metadata.model = "m";
    metadata.providerParametersJson = {SettableText::State::Set, "{\"temperature\":0.5}"};
    metadata.authBinding = {SettableText::State::Clear, {}};
    metadata.renderJson = "not json";
    const QJsonObject object = QJsonDocument::fromJson(metadataJson(metadata)).object();
    QCOMPARE(object.value(QStringLiteral("skill_references")).toArray().size(), 2);
    QCOMPARE(object.value(QStringLiteral("model")).toString(), QStringLiteral("m"));
    QCOMPARE(object.value(QStringLiteral("provider_params"))
                 .toObject()
                 .value(QStringLiteral("temperature"))
                 .toDouble(),
             0.5);
    QVERIFY(object.value(QStringLiteral("auth_binding")).isNull());
    QVERIFY(!object.contains(QStringLiteral("keep_alive")));
    QCOMPARE(object.value(QStringLiteral("render")).toString(), QStringLiteral("not json"));
}

QTEST_GUILESS_MAIN(DecodeTest)
#include "decode_test.moc"
