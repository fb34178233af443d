// SPDX-License-Identifier: Apache-2.0
#include "store/crc32c.h"
#include "store/record_codec.h"
#include "store/record_crc.h"
#include "support/test_inputs.h"

#include <QFile>
#include <QTest>

namespace burrow::test {

namespace {

Append appendOf(AppendRole role, const QByteArray &key)
{
    return {.role = role, .key = key, .text = "text of " + key, .json = R"({"k":1})"};
}

/// Every member of every body differs from its default.
std::vector<std::pair<InputKind, InputBody>> bodies()
{
    ContinuationBody continuation{
        .kind = ContinuationBody::Kind::Attention, .reason = "why", .requestId = "r1"};
    continuation.contextAppend = appendOf(AppendRole::SystemNotice, "context");
    continuation.turnAppend = Append{};
    return {
        {InputKind::Prompt, PromptBody{"hello", "[]", {appendOf(AppendRole::Tool, "a"), Append{}}}},
        {InputKind::PeerResponseTerminal,
         PeerBody{"text", "[1]", "{}", "request", "intent", "phase", "context", PeerBody::Status::Cancelled}},
        {InputKind::FlowStep, FlowStepBody{"step", "text"}},
        {InputKind::ExternalEvent, ExternalEventBody{"type", "text", "{}", "[]"}},
        {InputKind::Continuation, continuation},
        {InputKind::Operation, OperationBody{{Uuid{5, 6}}, "{}"}},
        {InputKind::SystemGenerated, SystemGeneratedBody{"text", "{}"}},
        {InputKind::Projected, SystemGeneratedBody{}},
    };
}

InputRow richRow(InputKind kind, const InputBody &body)
{
    auto metadata = std::make_shared<TurnMetadata>();
    metadata->skillReferences = {"one", "", "three"};
    metadata->additionalInstructions = {"do"};
    metadata->model = "model";
    metadata->keepAlive = {SettableText::State::Set, "5m"};
    metadata->authBinding = {SettableText::State::Clear, {}};
    Input input;
    input.id = {Uuid::version7(1'234, 7, 42)};
    input.kind = kind;
    input.durability = Durability::Derived;
    input.handling = HandlingMode::Steer;
    input.visibility = {false, true};
    input.submittedAt.sinceEpoch = std::chrono::milliseconds(1'760'000'000'123);
    input.source = {SourceKind::Flow, "flow", "Flow", 3};
    input.idempotencyKey = "key";
    input.supersessionKey = "supersedes";
    input.correlationId = "correlates";
    input.metadata = metadata;
    input.body = body;
    InputRow row;
    row.plan.apply = ApplyMode::InjectNow;
    row.plan.lane = Lane::Steer;
    row.plan.boundary = Boundary::Immediate;
    row.plan.transcript = false;
    row.plan.wakeIfIdle = true;
    row.registers = {.phase = InputPhase::Queued,
                     .lane = Lane::Steer,
                     .recoveryLane = Lane::Queue,
                     .abandonReason = AbandonReason::Reset,
                     .tries = 2,
                     .admission = 1'000'000'007,
                     .run = runIdOf(9),
                     .boundarySequence = 4,
                     .replacedBy = {Uuid{1, 2}}};
    row.sequence = 42;
    row.starts = 3;
    row.crashes = 1;
    row.payloadHash = payloadHash(input);
    row.input = std::make_shared<const Input>(std::move(input));
    return row;
}

/// Every byte string that is one step away from being right: a bit turned, cut short, or one byte too long.
template <typename Decodes>
int accepted(const QByteArray &bytes, Decodes decodes)
{
    int count = 0;
    for (qsizetype size = 0; size < bytes.size(); ++size)
        count += decodes(bytes.first(size)) ? 1 : 0;
    for (const char surplus : {'\0', '\1', '\x7f'})
        count += decodes(bytes + surplus) ? 1 : 0;
    return count;
}

} // namespace

class CodecTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theChecksumIsTheKnownOne()
    {
        QCOMPARE(crc32c(0, "123456789"), 0xe3069283U);
        QCOMPARE(crc32c(crc32c(0, "1234"), "56789"), 0xe3069283U);
        QCOMPARE(crc32c(0, QByteArray(32, '\0')), 0x8a9136aaU);
    }

    void anInputComesBackAsItWasWritten_data()
    {
        QTest::addColumn<int>("at");
        for (int at = 0; at < static_cast<int>(bodies().size()); ++at)
            QTest::newRow(inputKindName(bodies()[static_cast<std::size_t>(at)].first)) << at;
    }

    void anInputComesBackAsItWasWritten()
    {
        QFETCH(int, at);
        const auto [kind, body] = bodies()[static_cast<std::size_t>(at)];
        const InputRow row = richRow(kind, body);
        const std::optional<InputRow> back = decodeInput(viewOf(encodeInput(row, 5)));
        QVERIFY(back);
        QVERIFY(back->plan == row.plan);
        QVERIFY(back->registers == row.registers);
        QCOMPARE(back->sequence, row.sequence);
        QCOMPARE(back->starts, row.starts);
        QCOMPARE(back->crashes, row.crashes);
        QCOMPARE(back->payloadHash, row.payloadHash);
        QCOMPARE(payloadHash(*back->input), row.payloadHash);
        QCOMPARE(back->input->body.index(), body.index());
        QVERIFY(*back->input->metadata == *row.input->metadata);
        QCOMPARE(back->input->source.display, row.input->source.display);
        QCOMPARE(back->input->source.flowStep, 3U);
        QCOMPARE(back->input->submittedAt, row.input->submittedAt);
        QCOMPARE(back->input->visibility.transcript, false);
        QCOMPARE(back->input->visibility.operatorView, true);
        // One record has one form, so whatever was not compared here is compared by its bytes.
        const InputColumns once = encodeInput(row, 5);
        const InputColumns twice = encodeInput(*back, 5);
        QCOMPARE(twice.semantics, once.semantics);
        QCOMPARE(twice.payload, once.payload);
        QCOMPARE(checksum(twice), checksum(once));
    }

    void anInputWithNothingButDefaultsComesBack()
    {
        InputRow row;
        row.input = std::make_shared<const Input>();
        const std::optional<InputRow> back = decodeInput(viewOf(encodeInput(row, 1)));
        QVERIFY(back);
        QVERIFY(back->plan == row.plan);
        QVERIFY(back->registers == row.registers);
        QVERIFY(!back->input->metadata);
    }

    void bytesThatDoNotFitAreNoInput()
    {
        const InputColumns row = encodeInput(richRow(InputKind::Prompt, bodies()[0].second), 5);
        QCOMPARE(accepted(row.semantics,
                          [&](const QByteArray &bytes) {
                              InputColumns damaged = row;
                              damaged.semantics = bytes;
                              return decodeInput(viewOf(damaged)).has_value();
                          }),
                 0);
        InputColumns damaged = row;
        damaged.payload.clear();
        QVERIFY2(!decodeInput(viewOf(damaged)), "without a payload");
        damaged = row;
        damaged.semantics[0] = 2;
        QVERIFY2(!decodeInput(viewOf(damaged)), "another version");
        damaged = row;
        damaged.kind = 11;
        QVERIFY2(!decodeInput(viewOf(damaged)), "an unknown kind");
    }

    /// No byte string makes the decoder read past its end; the sanitizers watch this one.
    void turnedBitsNeverHurtTheDecoder()
    {
        const InputColumns row = encodeInput(richRow(InputKind::Continuation, bodies()[4].second), 5);
        for (qsizetype bit = 0; bit < row.payload.size() * 8; ++bit) {
            InputColumns damaged = row;
            damaged.payload[bit / 8] = static_cast<char>(damaged.payload.at(bit / 8) ^ (1 << (bit % 8)));
            const std::optional<InputRow> read = decodeInput(viewOf(damaged));
            QVERIFY2(checksum(damaged) != checksum(row), "the checksum sees it in any case");
            Q_UNUSED(read);
        }
    }

    void anEndedInputComesBackAsItWasWritten()
    {
        FinishedInput finished;
        finished.sequence = 42;
        finished.id = {Uuid::version7(1'234, 7, 42)};
        finished.kind = TerminalKind::Abandoned;
        finished.reason = AbandonReason::MaxAttemptsExhausted;
        finished.attempt = 3;
        finished.run = runIdOf(1);
        finished.boundarySequence = 2;
        finished.replacedBy = {Uuid{3, 4}};
        finished.outcome = {.outcome = OutcomeClass::AbandonedWithError,
                            .waitFailure = WaitFailure::None,
                            .text = "text",
                            .json = "{}",
                            .reason = QStringLiteral("weil es so ist: ä"),
                            .cause = FailureCause::HookDenied,
                            .run = runIdOf(2)};
        const LedgerColumns columns = encodeFinished(finished, 5, WallTime{std::chrono::milliseconds(99)});
        QCOMPARE(columns.endedAt, 99);
        const std::optional<FinishedInput> back = decodeFinished(columns);
        QVERIFY(back);
        QCOMPARE(back->kind, finished.kind);
        QCOMPARE(back->reason, finished.reason);
        QCOMPARE(back->attempt, 3U);
        QCOMPARE(back->boundarySequence, 2ULL);
        QCOMPARE(back->outcome.reason, finished.outcome.reason);
        QCOMPARE(back->outcome.cause, finished.outcome.cause);
        QCOMPARE(encodeFinished(*back, 5, {}).detail, columns.detail);
    }

    void aSessionComesBackWithItsGrant()
    {
        SessionRow row;
        row.phase = Phase::Retired;
        row.revision = 17;
        row.lastRun = runIdOf(3);
        row.grant = {2, {1, 0, ~0ULL}};
        const SessionColumns columns = encodeSession(row, 5, sessionIdOf(1), "name", 9);
        const std::optional<SessionRow> back = decodeSession(viewOf(columns));
        QVERIFY(back);
        QCOMPARE(back->phase, row.phase);
        QCOMPARE(back->revision, row.revision);
        QCOMPARE(back->lastRun, row.lastRun);
        QVERIFY(back->grant == row.grant);
        QCOMPARE(decodeGrant(columns.grant)->epoch, 9ULL);
        QCOMPARE(accepted(columns.grant,
                          [](const QByteArray &bytes) {
                              return !bytes.isEmpty() && decodeGrant(bytes)
                                     && decodeGrant(bytes)->grant.inputs.size() == 3;
                          }),
                 0);
    }

    void theExampleOfTheFormatPageIsTrue()
    {
        QFile page(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + QStringLiteral("/host/store/FORMAT.md"));
        QVERIFY(page.open(QIODevice::ReadOnly));
        QList<QByteArray> examples = page.readAll().split('`');
        erase_if(examples, [](const QByteArray &part) { return !part.trimmed().startsWith("01 01"); });
        QCOMPARE(examples.size(), 2);
        ColdColumns cold;
        cold.sid = 5;
        cold.executor = QByteArray::fromHex(examples[1]);
        const std::optional<StoredCold> decoded = decodeCold(cold);
        QVERIFY(decoded);
        QVERIFY(decoded->executor == (ExecutorIdentity{"talker", "echo"}));
        QCOMPARE(encodeCold(*decoded, 5).executor, cold.executor);
        page.seek(0);
        QVERIFY(page.readAll().contains("has the checksum " + QByteArray::number(checksum(cold))));
        const QByteArray bytes = QByteArray::fromHex(examples[0]);
        const std::optional<StoredGrant> grant = decodeGrant(bytes);
        QVERIFY(grant);
        QCOMPARE(grant->epoch, 3ULL);
        QVERIFY(grant->grant == (StartGrant{2, {1, 258}}));
        QCOMPARE(encodeGrant(*grant), bytes);
    }

    void aBindingComesBackWithWhatIsUnset()
    {
        RuntimeBinding binding;
        binding.runtimeId = "rt:session:1";
        binding.generation = 0;
        binding.epoch = EpochId{Uuid{7, 8}};
        const auto back =
            decodeCold(encodeCold({std::make_shared<const RuntimeBinding>(binding), {}, {}, {}}, 1));
        QVERIFY(back && back->binding);
        QVERIFY(*back->binding == binding);
        const ColdColumns nothing = encodeCold({}, 1);
        QVERIFY(nothing.binding.isEmpty() && nothing.executor.isEmpty() && nothing.owed.isEmpty());
        const auto none = decodeCold(nothing);
        QVERIFY(none && !none->binding && none->executor.isEmpty() && !none->owed);
    }

    void anExecutorAndWhatIsOwedComeBack()
    {
        OwedCleanup owed;
        owed.cause = CleanupCause::Destroyed;
        owed.instanceId = "instance";
        owed.openRuns = {runIdOf(1), runIdOf(2)};
        owed.attempts = 7;
        owed.executor = {"old", {}};
        owed.since = {std::chrono::milliseconds(1'234'567)};
        owed.reason = QStringLiteral("so");
        const ColdColumns row =
            encodeCold({{}, {"talker", "echo"}, std::make_shared<const OwedCleanup>(owed), {}}, 1);
        const std::optional<StoredCold> back = decodeCold(row);
        QVERIFY(back && back->owed);
        QVERIFY(back->executor == (ExecutorIdentity{"talker", "echo"}));
        QVERIFY(*back->owed == owed);
        for (QByteArray ColdColumns::*column : {&ColdColumns::executor, &ColdColumns::owed}) {
            ColdColumns cut = row;
            (cut.*column).chop(1);
            QVERIFY2(!decodeCold(cut), "what is cut off is no record");
        }
    }

    /// Both are blobs beside each other that may be missing: the checksum has to tell which is which.
    void aColumnOfALaterVersionCountsOnlyWhereItIsSet()
    {
        ColdColumns row;
        row.sid = 2;
        row.binding = QByteArray::fromHex("01010472743a3203010100");
        QVERIFY2(checksum(row) == 4233880409U, "the row of a file of version 1");
        ColdColumns first = row;
        first.executor = "x";
        ColdColumns second = row;
        second.owed = "x";
        QVERIFY(checksum(first) != checksum(row));
        QVERIFY(checksum(second) != checksum(row));
        QVERIFY(checksum(first) != checksum(second));
        SnapshotColumns snapshot;
        snapshot.bytes = "bytes";
        const quint32 before = checksum(snapshot);
        snapshot.plugin = "echo";
        QVERIFY(checksum(snapshot) != before);
    }

    void operationsComeBack()
    {
        StoredOperations stored;
        stored.epoch = EpochId{Uuid{7, 8}};
        stored.sequence = 9;
        stored.cursors = {0, 7, 3};
        stored.newestWake = 4;
        const OperationOutcome outcomes[] = {OperationCompleted{"text", "{}"},
                                             OperationFailed{QStringLiteral("no")},
                                             OperationAborted{QStringLiteral("a")},
                                             OperationCancelled{QStringLiteral("c")},
                                             OperationRetired{},
                                             OperationTerminated{QStringLiteral("t")}};
        for (quint64 at = 1; const OperationOutcome &outcome : outcomes) {
            const OperationId id{Uuid{1, at}};
            stored.ended.push_back({{id, OperationKind::MobMemberChild, "name", "source"}, outcome, at, 2});
            stored.feed.push_back({at++, id, OperationKind::MobMemberChild, statusOf(outcome)});
        }
        const QByteArray bytes = encodeOperations(stored);
        const std::optional<StoredOperations> back = decodeOperations(bytes);
        QVERIFY(back);
        QCOMPARE(back->epoch, stored.epoch);
        QCOMPARE(back->sequence, stored.sequence);
        QCOMPARE(back->cursors, stored.cursors);
        QCOMPARE(back->newestWake, stored.newestWake);
        QCOMPARE(back->feed, stored.feed);
        QCOMPARE(back->ended.size(), stored.ended.size());
        for (std::size_t at = 0; at < stored.ended.size(); ++at) {
            QCOMPARE(back->ended[at].spec.id, stored.ended[at].spec.id);
            QCOMPARE(back->ended[at].spec.source, QByteArray("source"));
            QCOMPARE(back->ended[at].outcome, stored.ended[at].outcome);
            QCOMPARE(back->ended[at].progress, 2U);
        }
        ColdColumns row;
        row.operations = bytes;
        QVERIFY(decodeCold(row)->operations);
        row.operations.chop(3);
        QVERIFY2(!decodeCold(row), "what is cut off is no record");
    }

    void aReceiptAndEventsComeBack()
    {
        FinishRunOperation operation;
        operation.run = runIdOf(1);
        operation.receipt = {runIdOf(1), Boundary::RunCheckpoint, {{Uuid{1, 1}}, {Uuid{2, 2}}}, "digest", 12};
        const std::optional<ReceiptDraft> draft = decodeReceipt(encodeReceipt(operation, 1, {}));
        QVERIFY(draft);
        QCOMPARE(draft->contributors.size(), std::size_t(2));
        QCOMPARE(draft->messageCount, 12ULL);
        const std::vector<LifecycleEvent> events{{.code = EventCode::RuntimeStateChanged,
                                                  .from = Phase::Running,
                                                  .to = Phase::Destroyed,
                                                  .input = {Uuid{1, 2}},
                                                  .other = {Uuid{3, 4}},
                                                  .run = runIdOf(1),
                                                  .detail = QStringLiteral("so")},
                                                 {}};
        const std::optional<StoredEvents> back = decodeEvents(encodeEvents(events, "stop", 1, {}));
        QVERIFY(back);
        QCOMPARE(back->verb, QByteArray("stop"));
        QCOMPARE(back->events.size(), std::size_t(2));
        QCOMPARE(back->events[0].detail, QStringLiteral("so"));
        QCOMPARE(back->events[0].to, Phase::Destroyed);
    }

    void whatEventsShareIsWrittenOnce()
    {
        const InputId input{Uuid{1, 2}};
        const RunId run = runIdOf(1);
        const std::vector<LifecycleEvent> events{
            {.code = EventCode::InputStaged, .input = input, .run = run},
            {.code = EventCode::InputApplied, .input = input, .run = run},
            {.code = EventCode::InputConsumed, .input = input, .run = run},
            {.code = EventCode::RunCompleted, .run = run},
            {.code = EventCode::InputQueued, .input = input},
            {.code = EventCode::InputQueued, .input = {Uuid{3, 4}}, .run = run}};
        const EventColumns row = encodeEvents(events, {}, 1, {});
        const std::optional<StoredEvents> back = decodeEvents(row);
        QVERIFY(back);
        QVERIFY(back->events == events);
        // Only the first names the ids; of each other event there is what it is and that it shares.
        const EventColumns first = encodeEvents(std::vector(events.begin(), events.begin() + 1), {}, 1, {});
        const EventColumns four = encodeEvents(std::vector(events.begin(), events.begin() + 4), {}, 1, {});
        QCOMPARE(four.body.size(), first.body.size() + 3 * 10);
    }

    void aCorrelationIsWrittenOnceForThoseThatShareIt()
    {
        const RunId run = runIdOf(1);
        std::vector<LifecycleEvent> events{
            {.code = EventCode::InputStaged, .input = {Uuid{1, 2}}, .run = run, .correlation = "ticket 7"},
            {.code = EventCode::InputStaged, .input = {Uuid{3, 4}}, .run = run, .correlation = "ticket 7"},
            {.code = EventCode::RunStarted, .run = run},
            {.code = EventCode::RunCompleted, .run = run, .correlation = "ticket 8"}};
        const EventColumns row = encodeEvents(events, {}, 1, {});
        QCOMPARE(row.body.count("ticket 7"), 1);
        const std::optional<StoredEvents> back = decodeEvents(row);
        QVERIFY(back);
        QVERIFY(back->events == events);
        // Rows that were written before there were correlations have none.
        for (LifecycleEvent &event : events)
            event.correlation.clear();
        QVERIFY(!encodeEvents(events, {}, 1, {}).body.contains("ticket"));
        QVERIFY(decodeEvents(encodeEvents(events, {}, 1, {}))->events == events);
    }

    void whatAnEventCannotShareIsDamage()
    {
        // The first event of a body says that it has the input of the one before it.
        EventColumns row;
        row.body = QByteArray::fromHex("01"
                                       "02"
                                       "05"
                                       "01"
                                       "080101"
                                       "00"
                                       "00");
        QVERIFY(!decodeEvents(row));
        row.body = QByteArray::fromHex("01"
                                       "02"
                                       "02"
                                       "01"
                                       "00"
                                       "00");
        QVERIFY(decodeEvents(row));
    }
};

} // namespace burrow::test

QTEST_APPLESS_MAIN(burrow::test::CodecTest)
#include "codec_test.moc"
