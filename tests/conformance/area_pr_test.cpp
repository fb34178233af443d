// SPDX-License-Identifier: Apache-2.0
// Area PR: what an executor gets of an input.
#include "scenarios.h"

#include "core/primitive_builder.h"
#include "core/projection.h"

#include <QJsonDocument>
#include <QJsonObject>

using namespace burrow;
using namespace burrow::test;

namespace {

using Appends = std::vector<Append>;

/// The primitive of a run of this input alone; its id is that of sequence 1.
RunPrimitive primitiveOf(const Input &input)
{
    const std::unique_ptr<InputRecord> record = recordOf(input);
    const Result<PrimitivePointer> built = buildPrimitive({record.get()});
    return built.ok() ? **built : RunPrimitive{};
}

QJsonObject notice(const Append &append)
{
    return QJsonDocument::fromJson(append.json).object();
}

void ofAPrompt()
{
    const std::unique_ptr<InputRecord> record = recordOf(prompt("do it"));
    const RunPrimitive primitive = primitiveOf(prompt("do it"));
    QCOMPARE(primitive.kind, PrimitiveKind::StagedInput);
    QCOMPARE(primitive.boundary, Boundary::RunStart);
    QCOMPARE(primitive.execution, ExecutionKind::ContentTurn);
    QCOMPARE(primitive.appends, (Appends{{AppendRole::User, {}, "do it", {}}}));
    QVERIFY(primitive.contextAppends.empty());
    QCOMPARE(primitive.contributors.size(), std::size_t(1));
    QCOMPARE(primitive.contributors.front().input, record->input->id);
    QCOMPARE(primitive.contributors.front().kind, InputKind::Prompt);
}

void ofTypedAppends()
{
    const Append typed{AppendRole::Tool, {}, "3 files", R"({"files":3})"};
    Input input = prompt(" \n\t");
    std::get<PromptBody>(input.body).appends = {typed};
    QCOMPARE(primitiveOf(input).appends, Appends{typed});
    // With text of its own the prompt comes first.
    std::get<PromptBody>(input.body).text = "look";
    QCOMPARE(primitiveOf(input).appends, (Appends{{AppendRole::User, {}, "look", {}}, typed}));
}

void ofATerminalResponse()
{
    const RunPrimitive primitive = primitiveOf(terminalResponse("r7"));
    QCOMPARE(primitive.kind, PrimitiveKind::StagedInput);
    QCOMPARE(primitive.boundary, Boundary::RunStart);
    QCOMPARE(primitive.execution, ExecutionKind::ContentTurn);
    QCOMPARE(primitive.intent, ApplyIntent::AppendContextAndRun);
    QCOMPARE(primitive.appends.size(), std::size_t(1));
    QCOMPARE(primitive.appends.front().role, AppendRole::SystemNotice);
    const QJsonObject typed = notice(primitive.appends.front());
    QCOMPARE(typed.value(QLatin1String("peer")).toString(), QStringLiteral("peer-1"));
    QCOMPARE(typed.value(QLatin1String("request_id")).toString(), QStringLiteral("r7"));
    QCOMPARE(typed.value(QLatin1String("status")).toString(), QStringLiteral("completed"));
    QCOMPARE(primitive.contextAppends.size(), std::size_t(1));
    QCOMPARE(primitive.contextAppends.front().key, QByteArray("peer:peer-1:request:r7"));
    QVERIFY(!primitive.contextAppends.front().text.isEmpty());
    QVERIFY(!violatedIntent(primitive).has_value());
}

void intentAtAnImmediateBoundary()
{
    const std::unique_ptr<InputRecord> record = recordOf(terminalResponse());
    record->plan.boundary = Boundary::Immediate;
    const Result<PrimitivePointer> built = buildPrimitive({record.get()});
    QVERIFY(built.ok());
    QVERIFY(violatedIntent(**built).has_value());
    QVERIFY(!violatedIntent(**built)->isEmpty());
    // Each other half of the promise counts for itself.
    RunPrimitive primitive = primitiveOf(terminalResponse());
    primitive.contextAppends.clear();
    QVERIFY(violatedIntent(primitive).has_value());
    primitive = primitiveOf(terminalResponse());
    primitive.execution = ExecutionKind::ResumePending;
    QVERIFY(violatedIntent(primitive).has_value());
}

void ofASteeredEvent()
{
    TurnMetadata hints;
    hints.renderJson = R"({"style":"compact"})";
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(withMetadata(steered(externalEvent("build", " green ")), hints));
    const RunPrimitive &primitive = *h.applies.front().primitive;
    QCOMPARE(h.record(input)->plan.executionHandling, HandlingMode::Steer);
    QCOMPARE(primitive.boundary, Boundary::RunCheckpoint);
    QVERIFY(primitive.metadata != nullptr);
    QCOMPARE(*primitive.metadata, hints);
    QCOMPARE(primitive.appends.size(), std::size_t(1));
    QCOMPARE(primitive.appends.front().text, QByteArray("[External event: ci] green"));
}

void ofAnImageOnlyMessage()
{
    Input input = peerMessage({});
    std::get<PeerBody>(input.body).blocksJson = R"([{"type":"image","ref":"blob-1"}])";
    const RunPrimitive primitive = primitiveOf(input);
    QCOMPARE(primitive.appends.size(), std::size_t(1));
    QVERIFY(primitive.contextAppends.empty());
    const QJsonObject typed = notice(primitive.appends.front());
    QCOMPARE(typed.value(QLatin1String("peer")).toString(), QStringLiteral("peer-1"));
    QCOMPARE(typed.value(QLatin1String("peer_name")).toString(), QStringLiteral("Ada"));
    QVERIFY(typed.value(QLatin1String("blocks")).isArray());
    QCOMPARE(primitive.appends.front().text, QByteArray("[peer_message from Ada]"));
}

void ofAContinuation()
{
    const RunPrimitive primitive = primitiveOf(continuation());
    QCOMPARE(primitive.execution, ExecutionKind::ResumePending);
    QCOMPARE(primitive.boundary, Boundary::RunCheckpoint);
    QCOMPARE(primitive.appends, (Appends{{AppendRole::SystemNotice, {}, "go on", {}}}));
    // Without an append of its own it still resumes what is pending.
    Input bare = continuation();
    std::get<ContinuationBody>(bare.body).turnAppend.reset();
    QCOMPARE(primitiveOf(bare).execution, ExecutionKind::ResumePending);
    QVERIFY(primitiveOf(bare).appends.empty());
}

void ofASystemGeneratedInput()
{
    const std::unique_ptr<InputRecord> record = recordOf(systemGenerated("noon"));
    const RunPrimitive primitive = primitiveOf(systemGenerated("noon"));
    QCOMPARE(primitive.kind, PrimitiveKind::ImmediateContextAppend);
    QCOMPARE(primitive.boundary, Boundary::Immediate);
    QVERIFY(primitive.appends.empty());
    const QByteArray key = "system-generated:" + record->input->id.toText();
    QCOMPARE(primitive.contextAppends, (Appends{{AppendRole::SystemNotice, key, "noon", {}}}));
}

const Scenario scenarios[] = {
    {"PR01: a prompt is user text at the start of a run that lists it", ofAPrompt},
    {"PR02: a blank prompt with typed appends is only those", ofTypedAppends},
    {"PR03: a terminal response is a typed append and keyed context", ofATerminalResponse},
    {"PR04: an intent at an immediate boundary is rejected", intentAtAnImmediateBoundary},
    {"PR05: a steered external event keeps mode and render hints", ofASteeredEvent},
    {"PR06: an image-only message keeps its sender and repeats no text", ofAnImageOnlyMessage},
    {"PR07: a continuation resumes what is pending", ofAContinuation},
    {"PR08: a system-generated input is keyed context without a turn", ofASystemGeneratedInput},
};

} // namespace

class AreaPrTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaPrTest)
#include "area_pr_test.moc"
