// SPDX-License-Identifier: Apache-2.0
// An image that cannot be true is told from one that can, and the sentence names what is wrong.
#include "machine/admission_table.h"
#include "machine/stored_image.h"

#include <QTest>

using namespace burrow;

namespace {

InputBody bodyFor(InputKind kind)
{
    switch (kind_rules[static_cast<std::size_t>(kind)].body) {
    case BodyShape::Prompt:
        return PromptBody{"do it", {}, {}};
    case BodyShape::Peer:
        return PeerBody{};
    case BodyShape::FlowStep:
        return FlowStepBody{};
    case BodyShape::ExternalEvent:
        return ExternalEventBody{};
    case BodyShape::Continuation:
        return ContinuationBody{};
    case BodyShape::Operation:
        return OperationBody{};
    case BodyShape::SystemGenerated:
        return SystemGeneratedBody{};
    }
    return {};
}

InputRow rowOf(InputKind kind, quint64 sequence = 7, const AdmissionQuery *query = nullptr)
{
    Input input;
    input.id = {Uuid::version7(1, 0, sequence)};
    input.kind = kind;
    input.body = bodyFor(kind);
    if (query != nullptr && query->attention)
        std::get<ContinuationBody>(input.body).kind = ContinuationBody::Kind::Attention;
    InputRow row;
    row.plan = query != nullptr ? resolvePlan(*query) : resolvePlan({.kind = kind});
    row.input = std::make_shared<const Input>(std::move(input));
    row.sequence = sequence;
    row.registers.phase = InputPhase::Queued;
    row.registers.lane = row.registers.recoveryLane = row.plan.lane;
    row.registers.admission = limits::admission_sequence_first + sequence;
    return row;
}

StoredSession sessionOf(std::vector<InputRow> rows, Phase phase = Phase::Idle)
{
    StoredSession stored;
    stored.row.phase = phase;
    stored.openInputs = std::move(rows);
    return stored;
}

void change(InputRow &row, void (*what)(Input &))
{
    Input input = *row.input;
    what(input);
    row.input = std::make_shared<const Input>(std::move(input));
}

struct Lie
{
    const char *name;
    void (*tell)(InputRow &);
    const char *says;
};

// clang-format off
const Lie lies[] = {
    {"without a payload",                  [](InputRow &r) { r.input.reset(); },                                       "no payload"},
    {"with another kind's payload",        [](InputRow &r) { change(r, [](Input &i) { i.body = FlowStepBody{}; }); },  "no payload of its kind"},
    {"of no kind",                         [](InputRow &r) { change(r, [](Input &i) { i.kind = InputKind(200); }); },  "of no kind"},
    {"in another input's row",             [](InputRow &r) { ++r.sequence; },                                          "another row"},
    {"without a lane in its stamps",       [](InputRow &r) { r.plan.lane = Lane::None; },                              "no lane"},
    {"without the lane to return to",      [](InputRow &r) { r.registers.recoveryLane = Lane::None; },                 "return to"},
    {"queued in no lane",                  [](InputRow &r) { r.registers.lane = Lane::None; },                         "another than its own"},
    {"queued in another lane",             [](InputRow &r) { r.registers.lane = r.registers.recoveryLane = Lane::Steer; }, "return to"},
    {"queued without a place",             [](InputRow &r) { r.registers.admission = 0; },                             "no place"},
    {"with a place beyond counting",       [](InputRow &r) { r.registers.admission = ~0ULL; },                         "impossible"},
    {"a prompt stamped as resumed work",   [](InputRow &r) { r.plan.execution = ExecutionKind::ResumePending; },       "no continuation"},
    {"a prompt stamped as an answer",      [](InputRow &r) { r.plan.intent = ApplyIntent::AppendContextAndRun; },      "is none"},
    {"an immediate boundary in the queue", [](InputRow &r) { r.plan.boundary = Boundary::Immediate; },                 "immediate boundary"},
    {"consumed on accept and open",        [](InputRow &r) { r.plan.consume = ConsumePoint::OnAccept; },               "consumed"},
    {"in no phase",                        [](InputRow &r) { r.registers.phase = InputPhase::Untracked; },             "phase"},
    {"ended and yet open",                 [](InputRow &r) { r.registers.phase = InputPhase::Consumed; },              "phase"},
    {"with its tries spent",               [](InputRow &r) { r.registers.tries = limits::tries_max; },                 "tries"},
};
// clang-format on

} // namespace

class StoredImageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whateverAdmissionStampsIsTrusted();
    void anInputThatCannotBeIsNamed_data();
    void anInputThatCannotBeIsNamed();
    void stampsMustFitTheKind();
    void whatWasInsideARunIsTrusted();
    void onlyStoredPhasesAreTrusted();
    void aSessionThatHasEndedHasNoOpenInputs();
    void twoInputsCannotShareARowOrAPlace();
    void ephemeralRowsAreNotLookedAt();
    void theStoresOwnWordComesFirst();
};

void StoredImageTest::whateverAdmissionStampsIsTrusted()
{
    int open = 0;
    for (std::size_t at = 0; at < input_kind_count * 3 * 32; ++at) {
        AdmissionQuery query;
        query.kind = static_cast<InputKind>(at % input_kind_count);
        const std::size_t facts = at / input_kind_count;
        query.handling = static_cast<HandlingMode>(facts % 3);
        query.running = (facts / 3 & 1) != 0;
        query.boundaryActive = (facts / 3 & 2) != 0;
        query.withoutWake = (facts / 3 & 4) != 0;
        query.silent = (facts / 3 & 8) != 0 && query.kind == InputKind::PeerRequest;
        query.attention = (facts / 3 & 16) != 0 && query.kind == InputKind::Continuation;
        const InputRow row = rowOf(query.kind, 7, &query);
        if (row.plan.consume == ConsumePoint::OnAccept)
            continue;
        ++open;
        QCOMPARE(storedInputDefect(row).value_or(QString()), QString());
    }
    QVERIFY(open > 500);
}

void StoredImageTest::anInputThatCannotBeIsNamed_data()
{
    QTest::addColumn<int>("at");
    for (int at = 0; const Lie &lie : lies)
        QTest::newRow(lie.name) << at++;
}

void StoredImageTest::anInputThatCannotBeIsNamed()
{
    QFETCH(int, at);
    InputRow row = rowOf(InputKind::Prompt);
    QVERIFY(!storedInputDefect(row));
    lies[at].tell(row);
    const QString defect = storedInputDefect(row).value_or(QString());
    QVERIFY2(defect.contains(QLatin1String(lies[at].says)), qPrintable(defect));
    QVERIFY2(defect.startsWith(QStringLiteral("input %1 ").arg(row.sequence)), qPrintable(defect));
    QCOMPARE(storedSessionDefect(sessionOf({rowOf(InputKind::Prompt, 3), row})), std::optional(defect));
}

void StoredImageTest::stampsMustFitTheKind()
{
    InputRow continuation = rowOf(InputKind::Continuation);
    continuation.plan.execution = ExecutionKind::ContentTurn;
    QVERIFY(storedInputDefect(continuation)->contains(QStringLiteral("is a continuation")));
    InputRow response = rowOf(InputKind::PeerResponseTerminal);
    response.plan.intent = ApplyIntent::None;
    QVERIFY(storedInputDefect(response)->contains(QStringLiteral("end of a request")));
}

void StoredImageTest::whatWasInsideARunIsTrusted()
{
    for (const InputPhase phase : {InputPhase::Accepted, InputPhase::Staged, InputPhase::Applied,
                                   InputPhase::AppliedPendingConsumption}) {
        InputRow row = rowOf(InputKind::Prompt);
        row.registers.phase = phase;
        row.registers.lane = Lane::None;
        row.registers.admission = 0;
        if (phase == InputPhase::Accepted)
            row.registers.recoveryLane = Lane::None;
        QCOMPARE(storedInputDefect(row).value_or(QString()), QString());
    }
}

void StoredImageTest::onlyStoredPhasesAreTrusted()
{
    for (std::size_t at = 0; at < phaseName.names.size(); ++at) {
        const auto phase = static_cast<Phase>(at);
        const bool local = phase == Phase::Initializing || phase == Phase::Attached || phase == Phase::Running;
        QCOMPARE(storedSessionDefect(sessionOf({}, phase)).has_value(), local);
    }
    QVERIFY(storedSessionDefect(sessionOf({}, static_cast<Phase>(99))).has_value());
}

void StoredImageTest::aSessionThatHasEndedHasNoOpenInputs()
{
    QVERIFY(!storedSessionDefect(sessionOf({rowOf(InputKind::Prompt)}, Phase::Retired)));
    for (const Phase phase : {Phase::Stopped, Phase::Destroyed}) {
        const std::optional<QString> defect = storedSessionDefect(sessionOf({rowOf(InputKind::Prompt)}, phase));
        QVERIFY(defect && defect->contains(QStringLiteral("has ended")));
    }
}

void StoredImageTest::twoInputsCannotShareARowOrAPlace()
{
    const InputRow row = rowOf(InputKind::Prompt);
    QVERIFY(storedSessionDefect(sessionOf({row, row}))->contains(QStringLiteral("twice")));
    InputRow other = rowOf(InputKind::Prompt, 8);
    QVERIFY(!storedSessionDefect(sessionOf({row, other})));
    other.registers.admission = row.registers.admission;
    QVERIFY(storedSessionDefect(sessionOf({row, other}))->contains(QStringLiteral("place of another")));
}

void StoredImageTest::ephemeralRowsAreNotLookedAt()
{
    InputRow row = rowOf(InputKind::Prompt);
    change(row, [](Input &input) { input.durability = Durability::Ephemeral; });
    row.plan.lane = Lane::None;
    QVERIFY(!storedSessionDefect(sessionOf({row})));
    QVERIFY(!isRecovered(row));
}

void StoredImageTest::theStoresOwnWordComesFirst()
{
    StoredSession stored = sessionOf({}, Phase::Running);
    stored.corruption = QStringLiteral("a checksum is wrong");
    QCOMPARE(storedSessionDefect(stored), std::optional(stored.corruption));
}

QTEST_APPLESS_MAIN(StoredImageTest)
#include "stored_image_test.moc"
