// SPDX-License-Identifier: Apache-2.0
// Which queued inputs make up one run, and what a run makes of their wishes.
#include "core/batch.h"
#include "core/primitive_builder.h"
#include "core_harness.h"

using namespace burrow;
using namespace burrow::test;

namespace {

/// Records as admission would have made them, in one lane each.
class Shelf
{
public:
    InputRecord &add(Input input)
    {
        auto record = std::make_unique<InputRecord>();
        const auto *body = std::get_if<ContinuationBody>(&input.body);
        const bool attention = body != nullptr && body->kind == ContinuationBody::Kind::Attention;
        record->plan = resolvePlan({.kind = input.kind, .handling = input.handling, .attention = attention});
        record->sequence = m_records.size() + 1;
        input.id = {Uuid::version7(1, 0, record->sequence)};
        record->registers.admission = limits::admission_sequence_first + record->sequence;
        record->starts = 1;
        record->input = std::make_shared<const Input>(std::move(input));
        m_records.push_back(std::move(record));
        InputRecord &added = *m_records.back();
        (added.plan.lane == Lane::Steer ? steer : queue).insert(added);
        return added;
    }
    /// The places, from 1, of what would be run next.
    std::vector<quint64> selected() const
    {
        std::vector<quint64> places;
        for (const InputRecord *record : selectBatch(steer, queue))
            places.push_back(record->sequence);
        return places;
    }

    InputLane steer;
    InputLane queue;

private:
    std::vector<std::unique_ptr<InputRecord>> m_records;
};

using Places = std::vector<quint64>;

struct Selection
{
    const char *name;
    std::vector<Input> inputs;
    Places expected;
};

std::vector<Selection> selections()
{
    return {
        {"nothing from nothing", {}, {}},
        {"a prompt by itself", {prompt(), prompt(), peerMessage()}, {1}},
        {"others up to the next prompt",
         {peerMessage(), flowStep(), externalEvent(), prompt(), peerMessage()},
         {1, 2, 3}},
        {"steered before queued", {prompt(), steered(prompt()), peerMessage()}, {2}},
        {"all that is steered alike",
         {steered(prompt()), prompt(), steered(peerMessage()), progress()},
         {1, 3, 4}},
        {"a steered prefix of one kind of turn", {steered(prompt()), continuation(), steered(prompt())}, {1}},
        {"resumptions together", {continuation(), continuation(), steered(prompt())}, {1, 2}},
        {"terminal responses apart from messages", {peerMessage(), terminalResponse(), peerMessage()}, {1}},
        {"terminal responses together", {terminalResponse("a"), terminalResponse("b"), peerMessage()}, {1, 2}},
        {"steered responses apart from steered turns", {steered(terminalResponse()), steered(prompt())}, {1}},
        {"an attention turn with other content", {attention(), peerMessage()}, {1, 2}},
        {"what is injected apart from what is staged", {systemGenerated(), steered(prompt())}, {1}},
    };
}

TurnMetadata withModel(const QByteArray &model)
{
    TurnMetadata metadata;
    metadata.model = model;
    return metadata;
}

} // namespace

class BatchesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aRunTakes_data();
    void aRunTakes();
    void anInputThatFailedInABatchRunsByItself();
    void anInputWithoutSemanticsRunsByItself();
    void anInputThatIsBeingReplacedHoldsTheLane();
    void aResumptionOnTheQueueDoesNotJoinContent();

    void equalAndOneSidedWishesMerge();
    void listsOfWishesAreJoined();
    void twoDifferentWishesAreAConflict_data();
    void twoDifferentWishesAreAConflict();
    void aClearedWishIsAWish();
    void aBatchCarriesTheMergedWishes();
    void aBatchOfConflictingWishesIsTriedOneByOne();

    void aPrimitiveListsItsContributorsInOrder();
    void aMemberWithoutSemanticsIsNamed();
    void mixedExecutionKindsAreNamed();
    void theBoundaryIsThatOfTheHead();
};

void BatchesTest::aRunTakes_data()
{
    QTest::addColumn<int>("at");
    for (int at = 0; const Selection &selection : selections())
        QTest::newRow(selection.name) << at++;
}

void BatchesTest::aRunTakes()
{
    QFETCH(int, at);
    const Selection selection = selections()[static_cast<std::size_t>(at)];
    Shelf shelf;
    for (const Input &input : selection.inputs)
        shelf.add(input);
    QCOMPARE(shelf.selected(), selection.expected);
}

void BatchesTest::anInputThatFailedInABatchRunsByItself()
{
    Shelf shelf;
    InputRecord &first = shelf.add(peerMessage());
    shelf.add(peerMessage());
    first.alone = true;
    QCOMPARE(shelf.selected(), (Places{1}));
    shelf.queue.remove(first);
    InputRecord &third = shelf.add(peerMessage());
    third.alone = true;
    QCOMPARE(shelf.selected(), (Places{2}));
}

void BatchesTest::anInputWithoutSemanticsRunsByItself()
{
    Shelf shelf;
    InputRecord &bare = shelf.add(peerMessage());
    bare.plan = {};
    bare.plan.lane = Lane::None;
    shelf.add(peerMessage());
    QCOMPARE(shelf.selected(), (Places{1}));
}

void BatchesTest::anInputThatIsBeingReplacedHoldsTheLane()
{
    Shelf shelf;
    shelf.add(peerMessage());
    InputRecord &second = shelf.add(externalEvent());
    shelf.add(peerMessage());
    second.replacedIn = 4;
    QCOMPARE(shelf.selected(), (Places{1}));
    second.replacedIn = 0;
    QCOMPARE(shelf.selected(), (Places{1, 2, 3}));
    shelf.queue.front()->replacedIn = 4;
    QCOMPARE(shelf.selected(), Places{});
}

void BatchesTest::aResumptionOnTheQueueDoesNotJoinContent()
{
    Shelf shelf;
    Input resumption = continuation();
    resumption.handling = HandlingMode::Queue;
    shelf.add(peerMessage());
    shelf.add(resumption);
    QCOMPARE(shelf.selected(), (Places{1}));
}

void BatchesTest::equalAndOneSidedWishesMerge()
{
    TurnMetadata a = withModel("m");
    a.provider = "p";
    TurnMetadata b = withModel("m");
    b.renderJson = "{}";
    b.keepAlive = {SettableText::State::Set, "1h"};
    const Result<TurnMetadata> merged = mergeMetadata(a, b);
    QVERIFY(merged.ok());
    QCOMPARE(merged->model, QByteArray("m"));
    QCOMPARE(merged->provider, QByteArray("p"));
    QCOMPARE(merged->renderJson, QByteArray("{}"));
    QCOMPARE(merged->keepAlive.value, QByteArray("1h"));
}

void BatchesTest::listsOfWishesAreJoined()
{
    TurnMetadata a, b;
    a.skillReferences = {"one"};
    b.skillReferences = {"two", "one"};
    b.additionalInstructions = {"be brief"};
    const Result<TurnMetadata> merged = mergeMetadata(a, b);
    QVERIFY(merged.ok());
    QCOMPARE(merged->skillReferences, (QByteArrayList{"one", "two", "one"}));
    QCOMPARE(merged->additionalInstructions, (QByteArrayList{"be brief"}));
}

void BatchesTest::twoDifferentWishesAreAConflict_data()
{
    QTest::addColumn<QString>("field");
    for (const char *field :
         {"tool_overlay", "model", "provider", "provider_params", "auth_binding", "keep_alive", "render"})
        QTest::newRow(field) << QString::fromLatin1(field);
}

void BatchesTest::twoDifferentWishesAreAConflict()
{
    QFETCH(QString, field);
    const auto wish = [&field](const QByteArray &value) {
        TurnMetadata metadata;
        const SettableText set{SettableText::State::Set, value};
        if (field == QLatin1String("tool_overlay"))
            metadata.toolOverlayJson = value;
        else if (field == QLatin1String("model"))
            metadata.model = value;
        else if (field == QLatin1String("provider"))
            metadata.provider = value;
        else if (field == QLatin1String("provider_params"))
            metadata.providerParametersJson = set;
        else if (field == QLatin1String("auth_binding"))
            metadata.authBinding = set;
        else if (field == QLatin1String("keep_alive"))
            metadata.keepAlive = set;
        else
            metadata.renderJson = value;
        return metadata;
    };
    const Result<TurnMetadata> conflict = mergeMetadata(wish("1"), wish("2"));
    QVERIFY(!conflict.ok());
    QVERIFY(conflict.error().message.contains(QStringLiteral("\"%1\"").arg(field)));
    QVERIFY(mergeMetadata(wish("1"), wish("1")).ok());
    QVERIFY(mergeMetadata(wish("1"), {}).ok());
    QVERIFY(mergeMetadata({}, wish("1")).ok());
}

void BatchesTest::aClearedWishIsAWish()
{
    TurnMetadata clear, set;
    clear.authBinding.state = SettableText::State::Clear;
    set.authBinding = {SettableText::State::Set, "x"};
    QVERIFY(!mergeMetadata(clear, set).ok());
    QCOMPARE(mergeMetadata(clear, {})->authBinding.state, SettableText::State::Clear);
}

void BatchesTest::aBatchCarriesTheMergedWishes()
{
    CoreHarness h;
    TurnMetadata instructed;
    instructed.additionalInstructions = {"be brief"};
    h.submit(withMetadata(peerMessage("a"), withModel("m")));
    h.submit(peerMessage("b"));
    h.submit(withMetadata(peerMessage("c"), instructed));
    h.attach();
    const RunPrimitive &primitive = *h.applies.front().primitive;
    QCOMPARE(primitive.contributors.size(), std::size_t(3));
    QCOMPARE(primitive.metadata->model, QByteArray("m"));
    QCOMPARE(primitive.metadata->additionalInstructions, (QByteArrayList{"be brief"}));
}

void BatchesTest::aBatchOfConflictingWishesIsTriedOneByOne()
{
    CoreHarness h;
    const Submitted a = h.submit(withMetadata(peerMessage("a"), withModel("m")), WaitMode::Attempt);
    const Submitted b = h.submit(withMetadata(peerMessage("b"), withModel("n")), WaitMode::Terminal);
    h.attach();
    // The batch never reached the executor; nobody pays for it, and whoever waited for the attempt knows.
    QCOMPARE(h.outcome(a)->cause, FailureCause::PrimitiveRejected);
    QVERIFY(h.outcome(a)->reason.contains(QStringLiteral("\"model\"")));
    QCOMPARE(h.applies.size(), std::size_t(1));
    QCOMPARE(h.applies.front().primitive->metadata->model, QByteArray("m"));
    h.succeed();
    QCOMPARE(h.applies.back().primitive->metadata->model, QByteArray("n"));
    h.succeed();
    QCOMPARE(h.outcome(b)->outcome, OutcomeClass::Completed);
    QCOMPARE(h.view().tally.runsFailed, quint64(1));
}

void BatchesTest::aPrimitiveListsItsContributorsInOrder()
{
    Shelf shelf;
    Input keyed = withKey(peerMessage("a"), "k");
    keyed.correlationId = "c";
    InputRecord &first = shelf.add(keyed);
    InputRecord &second = shelf.add(flowStep());
    first.starts = 4;
    const Result<PrimitivePointer> primitive = buildPrimitive(selectBatch(shelf.steer, shelf.queue));
    QVERIFY(primitive.ok());
    const auto &listed = (*primitive)->contributors;
    QCOMPARE(listed.size(), std::size_t(2));
    QCOMPARE(listed[0].input, first.input->id);
    QCOMPARE(listed[0].idempotencyKey, QByteArray("k"));
    QCOMPARE(listed[0].correlationId, QByteArray("c"));
    QCOMPARE(listed[0].attempt, 4U);
    QCOMPARE(listed[1].input, second.input->id);
    QCOMPARE(listed[1].kind, InputKind::FlowStep);
    QVERIFY((*primitive)->metadata == nullptr);
}

void BatchesTest::aMemberWithoutSemanticsIsNamed()
{
    Shelf shelf;
    InputRecord &bare = shelf.add(peerMessage());
    bare.plan.lane = Lane::None;
    const Result<PrimitivePointer> primitive = buildPrimitive({&bare});
    QVERIFY(!primitive.ok());
    QVERIFY(primitive.error().message.contains(QString::fromLatin1(bare.input->id.toText())));
}

void BatchesTest::mixedExecutionKindsAreNamed()
{
    Shelf shelf;
    InputRecord &content = shelf.add(steered(prompt()));
    InputRecord &resume = shelf.add(continuation());
    const Result<PrimitivePointer> primitive = buildPrimitive({&content, &resume});
    QVERIFY(!primitive.ok());
    QVERIFY(primitive.error().message.contains(QStringLiteral("resume_pending")));
}

void BatchesTest::theBoundaryIsThatOfTheHead()
{
    Shelf shelf;
    shelf.add(steered(prompt()));
    shelf.add(progress());
    const Result<PrimitivePointer> primitive = buildPrimitive(selectBatch(shelf.steer, shelf.queue));
    QCOMPARE((*primitive)->boundary, Boundary::RunCheckpoint);
    QCOMPARE((*primitive)->execution, ExecutionKind::ContentTurn);
}

QTEST_APPLESS_MAIN(BatchesTest)
#include "batches_test.moc"
