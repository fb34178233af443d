// SPDX-License-Identifier: Apache-2.0
// Area PE: what is durable, when, and that a write is all of it or nothing.
#include "scenarios.h"

#include "store/memory_store.h"

using namespace burrow;
using namespace burrow::test;

namespace {

/// A store and the verdicts it gives; the memory store answers inside the submit.
class Stored : public StoreClient
{
public:
    void storeAnswered(std::vector<StoreAnswer> answers) override
    {
        for (const StoreAnswer &answer : answers)
            last = answer.verdict;
    }
    StoredSession open(const QByteArray &name)
    {
        StoredSession stored;
        store.openSession({{7, qHash(name)}}, name, {},
                          [&stored](Result<StoredSession> opened) { stored = std::move(opened).value(); });
        return stored;
    }
    Verdict write(SessionId session, StoreOperation operation)
    {
        store.submitOne({session, ++m_ticket, std::move(operation), {}}, *this, SubmitHint::MayBlock);
        return last;
    }
    Verdict accept(SessionId session, quint64 sequence)
    {
        const std::unique_ptr<InputRecord> record = recordOf(prompt(), sequence);
        AcceptOperation operation;
        operation.row.input = record->input;
        operation.row.plan = record->plan;
        operation.row.sequence = sequence;
        operation.row.registers.phase = InputPhase::Queued;
        return write(session, std::move(operation));
    }
    static FinishRunOperation finish(const std::vector<quint64> &sequences, quint64 run)
    {
        FinishRunOperation operation;
        operation.run = {Uuid{5, run}};
        operation.snapshot = "after " + QByteArray::number(run);
        for (const quint64 sequence : sequences) {
            FinishedInput input;
            input.sequence = sequence;
            input.id = {Uuid::version7(1, 0, sequence)};
            operation.inputs.push_back(input);
        }
        return operation;
    }

    MemoryStore store;
    Verdict last = Verdict::Unknown;

private:
    TicketNumber m_ticket = 0;
};

void whatIsAcknowledgedIsStored()
{
    HarnessOptions options;
    options.store = Answers::Held;
    CoreHarness h(std::move(options));
    const Submitted input = h.submit(prompt());
    QVERIFY(h.receipt(input) == nullptr);
    h.commit();
    QVERIFY(h.receipt(input)->accepted());
    QVERIFY(h.store.hasOpen(input.sequence()));
    h.crash();
    QVERIFY(h.isOpen(input));
}

/// A picture as blocks carry it: base64 in JSON, so many bytes of it.
QByteArray picture(qsizetype bytes)
{
    return R"([{"type":"image","media_type":"image/png","data":")" + QByteArray(bytes, 'A') + R"("}])";
}

void mediaIsStoredWithItsInput()
{
    CoreHarness h;
    Input carries = prompt();
    std::get<PromptBody>(carries.body).blocksJson = picture(1 << 20);
    const Submitted input = h.submit(std::move(carries));
    QVERIFY(h.receipt(input)->accepted());
    QCOMPARE(countWrites<AcceptOperation>(h), 1);
    const auto &written = std::get<AcceptOperation>(h.writes.front().operation);
    QCOMPARE(std::get<PromptBody>(written.row.input->body).blocksJson, picture(1 << 20));

    Input tooLarge = prompt();
    std::get<PromptBody>(tooLarge.body).blocksJson = picture(limits::input_bytes_max);
    QCOMPARE(h.receipt(h.submit(std::move(tooLarge)))->refusal, Refusal::TooLarge);
    QCOMPARE(countWrites<AcceptOperation>(h), 1);
}

void aReceiptThatLiesWritesNothing()
{
    CoreHarness h;
    h.attach();
    const Submitted input = h.submit(prompt());
    const std::ptrdiff_t before = countWrites<FinishRunOperation>(h);
    RunOutput lie = h.output();
    lie.receipt.run = {Uuid{9, 9}};
    h.end(std::move(lie));
    QCOMPARE(countWrites<FinishRunOperation>(h), before);
    QVERIFY(!h.store.ended(input.sequence())
            || h.store.ended(input.sequence())->kind != TerminalKind::Consumed);
    QCOMPARE(h.store.receipts(), std::size_t(0));
}

void anotherSessionsInputsAreRefusedWhole()
{
    Stored s;
    const SessionId alpha = s.open("alpha").id;
    const SessionId beta = s.open("beta").id;
    QCOMPARE(s.accept(alpha, 1), Verdict::Committed);
    QCOMPARE(s.accept(beta, 2), Verdict::Committed);
    QCOMPARE(s.write(alpha, Stored::finish({1, 2}, 1)), Verdict::Refused);
    QVERIFY(!s.open("alpha").snapshot);
    QCOMPARE(s.open("alpha").openInputs.size(), std::size_t(1));
    QCOMPARE(s.open("beta").openInputs.size(), std::size_t(1));
}

void hugeSequencesStayDistinct()
{
    Stored s;
    const SessionId alpha = s.open("alpha").id;
    const quint64 huge = (1ULL << 62) - 1;
    std::set<quint64> found;
    for (const quint64 sequence : {huge, huge - 1, quint64(1) << 61, quint64(1)})
        QCOMPARE(s.accept(alpha, sequence), Verdict::Committed);
    for (const InputRow &row : s.open("alpha").openInputs)
        found.insert(row.sequence);
    QCOMPARE(found, (std::set<quint64>{1, quint64(1) << 61, huge - 1, huge}));
}

void sessionsAreIsolated()
{
    Stored s;
    const SessionId alpha = s.open("alpha").id;
    const SessionId beta = s.open("beta").id;
    QVERIFY(alpha != beta);
    s.accept(alpha, 1);
    s.accept(beta, 2);
    QCOMPARE(s.write(alpha, Stored::finish({1}, 1)), Verdict::Committed);
    QVERIFY(!s.open("beta").snapshot);
    QCOMPARE(s.open("beta").openInputs.size(), std::size_t(1));
    std::optional<StoredOutcome> foreign;
    s.store.findOutcome(beta, {Uuid::version7(1, 0, 1)},
                        [&foreign](Result<std::optional<StoredOutcome>> found) { foreign = *found; });
    QVERIFY(!foreign);
}

void aLifecycleWriteThatFailsChangesNothing()
{
    CoreHarness h;
    const Submitted input = h.submit(prompt(), WaitMode::Terminal);
    h.script.store = Answers::Held;
    const CommandId stop = h.stop();
    h.answer(Verdict::NotWritten);
    QVERIFY(!h.reply(stop)->ok());
    QVERIFY(h.phase() != Phase::Stopped);
    QCOMPARE(h.phaseOf(input), InputPhase::Queued);
    QVERIFY(h.store.hasOpen(input.sequence()));
    h.crash();
    QCOMPARE(h.phase(), Phase::Idle);
    QVERIFY(h.isOpen(input));
}

void bindingFactsAreStored()
{
    Stored s;
    const SessionId alpha = s.open("alpha").id;
    RuntimeBinding binding;
    binding.runtimeId = "rt:session:alpha";
    binding.fence = 4;
    binding.epoch = EpochId{Uuid{3, 3}};
    LifecycleOperation operation;
    operation.verb = "bind";
    operation.session.revision = 1;
    operation.binding = std::make_shared<const RuntimeBinding>(binding);
    QCOMPARE(s.write(alpha, std::move(operation)), Verdict::Committed);
    const StoredSession stored = s.open("alpha");
    QVERIFY(stored.binding && *stored.binding == binding);
    HarnessOptions options;
    options.row = stored.row;
    options.binding = stored.binding;
    CoreHarness h(std::move(options));
    QVERIFY(*h.core.registers().binding == binding);
}

const Scenario scenarios[] = {
    {"PE01: what is acknowledged is stored already", whatIsAcknowledgedIsStored},
    {"PE02: media is stored with its input in one write, and refused over the limit",
     mediaIsStoredWithItsInput},
    {"PE04: a receipt that does not fit writes nothing", aReceiptThatLiesWritesNothing},
    {"PE05: a write over another session's inputs is refused whole", anotherSessionsInputsAreRefusedWhole},
    {"PE10: huge sequences stay distinct", hugeSequencesStayDistinct},
    {"PE11: two sessions are isolated", sessionsAreIsolated},
    {"PE12: a lifecycle write that fails changes nothing", aLifecycleWriteThatFailsChangesNothing},
    {"PE13: binding facts are stored and recovered", bindingFactsAreStored},
};

} // namespace

class AreaPeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaPeTest)
#include "area_pe_test.moc"
