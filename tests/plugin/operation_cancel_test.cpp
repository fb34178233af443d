// SPDX-License-Identifier: Apache-2.0
#include "operations_caller.h"
#include "wait.h"

#include <QTest>

#include <stdexcept>

/// burrow.operations-client/1: a plugin is asked to cancel an operation, and who asked hears exactly once what
/// came of it, whatever the plugin does.
namespace burrow::test {

namespace {

/// What the plugin was asked, and what it does then.
struct Asked
{
    struct Cancel
    {
        burrow_operation operation = 0;
        qint32 mode = 0;
        quint64 cookie = 0;
    };
    std::vector<Cancel> all() const
    {
        const std::lock_guard lock(mutex);
        return cancels;
    }

    std::function<int32_t()> conduct; ///< Unset: OK.
    Signal came;
    mutable std::mutex mutex;
    std::vector<Cancel> cancels; // guarded by mutex
};
Asked *asked = nullptr; // Of the test that runs; tables of the ABI are static.

int32_t cancelForTest(void *, burrow_operation operation, int32_t mode, uint64_t cookie)
{
    {
        const std::lock_guard lock(asked->mutex);
        asked->cancels.push_back({operation, mode, cookie});
    }
    asked->came.raise();
    return asked->conduct ? asked->conduct() : BURROW_OK;
}

const burrow_operations_client clientTable = {sizeof(burrow_operations_client), 0, &cancelForTest};
const burrow_operations_client tornTable = {sizeof(burrow_operations_client), 0, nullptr};
const burrow_operations_client shortTable = {8, 0, &cancelForTest};

/// What those who asked were told, in order.
class Told
{
public:
    std::function<void(Result<void>)> listener()
    {
        return [this](const Result<void> &result) {
            {
                const std::lock_guard lock(m_mutex);
                m_answers.push_back(result ? QString() : result.error().message);
            }
            m_came.raise();
        };
    }
    bool wait(int count = 1) { return m_came.wait(count); }
    /// The sentence of a refusal, or empty.
    QStringList answers() const
    {
        const std::lock_guard lock(m_mutex);
        return m_answers;
    }

private:
    Signal m_came;
    mutable std::mutex m_mutex;
    QStringList m_answers; // guarded by m_mutex
};

/// An instance that has begun one operation.
class Begun
{
public:
    explicit Begun(const burrow_operations_client *table, Duration answerMax = call_patience)
    {
        asked = &seen;
        s.stage.strings.getExtension = [table](void *, const burrow_text *id) -> const void * {
            return copyOf(*id) == BURROW_EXT_OPERATIONS_CLIENT ? table : nullptr;
        };
        s.stage.options.answerMax = answerMax;
    }
    ~Begun() { executor.reset(); }
    Q_DISABLE_COPY_MOVE(Begun)

    bool begin()
    {
        if (!s.stage.start().isEmpty())
            return false;
        executor = s.stage.make(probe);
        return caller().begin(s.instance, BURROW_OPERATION_BACKGROUND_TOOL, "work", operation, 7) == BURROW_OK
               && probe.waitSteps(1);
    }
    OperationsCaller caller() const { return OperationsCaller(s.stage.strings.host); }
    OperationId id() const { return std::get<RegisterOperation>(probe.steps()[0]).spec.id; }
    void cancel(CancelMode mode = CancelMode::Hard) { executor->cancelOperation(id(), mode, told.listener()); }

    Asked seen;
    Told told;
    OperationsStage s;
    ListenerProbe probe;
    std::unique_ptr<Executor> executor;
    burrow_operation operation = 0;
};

} // namespace

class OperationCancelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theRequestReachesTheInstance_data();
    void theRequestReachesTheInstance();
    void aCancelMayBeQuickerThanBegin();
    void whatIsAskedTwiceIsCalledTwice();
    void anythingButOkIsARefusal_data();
    void anythingButOkIsARefusal();
    void anExceptionIsARefusal();
    void aPluginWithoutTheTableSaysSoAtOnce();
    void aTableThatIsTornCountsAsNone_data();
    void aTableThatIsTornCountsAsNone();
    void whatItHasNotBegunIsNotAskedFor();
    void aStoppedInstanceIsNotAsked();
    void aCallThatHangsIsNamedAndWhoAskedIsAnswered();
    void whatWasNotAskedWhenTheInstanceGoesIsAnswered();
};

void OperationCancelTest::theRequestReachesTheInstance_data()
{
    QTest::addColumn<CancelMode>("mode");
    QTest::addColumn<qint32>("level");
    QTest::newRow("boundary") << CancelMode::Boundary << qint32(BURROW_CANCEL_BOUNDARY);
    QTest::newRow("hard") << CancelMode::Hard << qint32(BURROW_CANCEL_HARD);
}

void OperationCancelTest::theRequestReachesTheInstance()
{
    QFETCH(CancelMode, mode);
    QFETCH(qint32, level);
    Begun begun(&clientTable);
    // A plugin may end it inside the call.
    begun.seen.conduct = [&] {
        return begun.caller().update(begun.operation, BURROW_OPERATION_CANCEL, "as you wish");
    };
    QVERIFY(begun.begin());
    begun.cancel(mode);
    QVERIFY(begun.told.wait());
    QCOMPARE(begun.told.answers(), QStringList{QString()});
    const std::vector<Asked::Cancel> cancels = begun.seen.all();
    QCOMPARE(cancels.size(), std::size_t(1));
    QCOMPARE(cancels[0].operation, begun.operation);
    QCOMPARE(cancels[0].mode, level);
    QCOMPARE(cancels[0].cookie, quint64(7));
    QVERIFY(begun.probe.waitSteps(2));
    const auto ended = std::get<EndOperation>(begun.probe.steps()[1]);
    QCOMPARE(ended.operation, begun.id());
    QCOMPARE(ended.verb, OperationVerb::Cancel);
    QCOMPARE(ended.outcome, OperationOutcome(OperationCancelled{QStringLiteral("as you wish")}));
}

/// The cookie tells the plugin which one is meant, whose name it has not been given yet.
void OperationCancelTest::aCancelMayBeQuickerThanBegin()
{
    Begun begun(&clientTable);
    QCOMPARE(begun.s.stage.start(), QString());
    begun.executor = begun.s.stage.make(begun.probe);
    bool came = false;
    begun.probe.whenAsked = [&] {
        begun.cancel();
        came = begun.seen.came.wait();
        QCOMPARE(begun.operation, burrow_operation(0));
    };
    QCOMPARE(
        begun.caller().begin(begun.s.instance, BURROW_OPERATION_BACKGROUND_TOOL, "work", begun.operation, 42),
        BURROW_OK);
    QVERIFY(came);
    QVERIFY(begun.told.wait());
    QCOMPARE(begun.seen.all()[0].cookie, quint64(42));
    QCOMPARE(begun.seen.all()[0].operation, begun.operation);
}

void OperationCancelTest::whatIsAskedTwiceIsCalledTwice()
{
    Begun begun(&clientTable);
    QVERIFY(begun.begin());
    begun.cancel();
    begun.cancel();
    QVERIFY(begun.told.wait(2));
    QCOMPARE(begun.told.answers(), (QStringList{QString(), QString()}));
    QCOMPARE(begun.seen.all().size(), std::size_t(2));
}

void OperationCancelTest::anythingButOkIsARefusal_data()
{
    QTest::addColumn<qint32>("status");
    QTest::addColumn<QString>("word");
    QTest::newRow("busy") << qint32(BURROW_BUSY) << QStringLiteral("BUSY");
    QTest::newRow("unimplemented") << qint32(BURROW_UNIMPLEMENTED) << QStringLiteral("UNIMPLEMENTED");
    QTest::newRow("vendor") << qint32(-1234) << QStringLiteral("vendor status -1234");
    QTest::newRow("unknown") << qint32(7) << QStringLiteral("unknown status 7");
}

void OperationCancelTest::anythingButOkIsARefusal()
{
    QFETCH(qint32, status);
    QFETCH(QString, word);
    Begun begun(&clientTable);
    begun.seen.conduct = [status] { return status; };
    QVERIFY(begun.begin());
    begun.cancel();
    QVERIFY(begun.told.wait());
    QCOMPARE(begun.told.answers(),
             QStringList{QStringLiteral("the plugin puppet does not cancel the operation: ") + word});
    QVERIFY(begun.probe.sentences().isEmpty()); // It may refuse.
}

void OperationCancelTest::anExceptionIsARefusal()
{
    Begun begun(&clientTable);
    begun.seen.conduct = []() -> int32_t { throw std::runtime_error("oh"); };
    QVERIFY(begun.begin());
    begun.cancel();
    QVERIFY(begun.probe.waitMisbehaved().contains(
        QStringLiteral("let an exception leave operations-client cancel: oh")));
    QVERIFY(begun.told.wait());
    QVERIFY(begun.told.answers()[0].contains(QStringLiteral("does not cancel the operation: INTERNAL")));
}

void OperationCancelTest::aPluginWithoutTheTableSaysSoAtOnce()
{
    Begun begun(nullptr);
    QVERIFY(begun.begin());
    begun.cancel();
    const QStringList answers = begun.told.answers(); // Without waiting.
    QCOMPARE(answers.size(), 1);
    QVERIFY2(answers[0].contains(QStringLiteral("offers no burrow.operations-client/1")),
             qPrintable(answers[0]));
    QVERIFY(begun.probe.sentences().isEmpty());
}

void OperationCancelTest::aTableThatIsTornCountsAsNone_data()
{
    QTest::addColumn<const burrow_operations_client *>("table");
    QTest::addColumn<QString>("fault");
    QTest::newRow("null slot") << &tornTable << QStringLiteral("without the required cancel");
    QTest::newRow("too small") << &shortTable << QStringLiteral("whose struct_size 8");
}

void OperationCancelTest::aTableThatIsTornCountsAsNone()
{
    QFETCH(const burrow_operations_client *, table);
    QFETCH(QString, fault);
    Begun begun(table);
    QVERIFY(begun.begin());
    const QString sentence = begun.probe.waitMisbehaved();
    QVERIFY2(sentence.contains(QStringLiteral("burrow.operations-client/1 table")) && sentence.contains(fault),
             qPrintable(sentence));
    begun.cancel();
    QVERIFY(begun.told.answers().value(0).contains(QStringLiteral("offers no burrow.operations-client/1")));
    QVERIFY(begun.seen.all().empty());
}

void OperationCancelTest::whatItHasNotBegunIsNotAskedFor()
{
    Begun begun(&clientTable);
    QVERIFY(begun.begin());
    begun.executor->cancelOperation(OperationId{Uuid{1, 404}}, CancelMode::Hard, begun.told.listener());
    QVERIFY(begun.told.wait());
    QVERIFY(
        begun.told.answers()[0].contains(QStringLiteral("has just ended the operation, or does not know it")));
    QVERIFY(begun.seen.all().empty());
}

void OperationCancelTest::aStoppedInstanceIsNotAsked()
{
    Begun begun(&clientTable);
    QVERIFY(begun.begin());
    begun.executor->stop(StopKind::SessionStop, {});
    QVERIFY(begun.probe.waitStopped().ok());
    begun.cancel();
    QVERIFY(begun.told.answers().value(0).contains(QStringLiteral("in its present state")));
    QVERIFY(begun.seen.all().empty());
}

void OperationCancelTest::aCallThatHangsIsNamedAndWhoAskedIsAnswered()
{
    Begun begun(&clientTable, std::chrono::seconds(3));
    Signal goOn;
    begun.seen.conduct = [&goOn] {
        goOn.wait();
        return BURROW_OK;
    };
    QVERIFY(begun.begin());
    begun.cancel();
    QVERIFY(begun.seen.came.wait());
    QVERIFY(begun.probe.blockedSaid.wait());
    QVERIFY2(begun.probe.blockedCalls()[0].contains(
                 QStringLiteral("has not come back from operations-client cancel")),
             qPrintable(begun.probe.blockedCalls()[0]));
    QVERIFY(begun.told.wait());
    QVERIFY2(begun.told.answers()[0].contains(QStringLiteral("has not said in time")),
             qPrintable(begun.told.answers()[0]));
    goOn.raise();
    QVERIFY(begun.probe.blockedSaid.wait(2));
    QCOMPARE(begun.probe.blockedCalls()[1], QString());
    // What it says late tells nobody anything.
    begun.cancel();
    QVERIFY(begun.told.wait(2));
    QCOMPARE(begun.told.answers().size(), 2);
}

/// The instance is stopped while a call does not come back, and behind it another request waits.
void OperationCancelTest::whatWasNotAskedWhenTheInstanceGoesIsAnswered()
{
    Begun begun(&clientTable);
    Signal goOn;
    Signal destroyed;
    begun.s.stage.strings.destroy = [&](void *) { destroyed.raise(); };
    begun.seen.conduct = [&goOn] {
        goOn.wait();
        return BURROW_OK;
    };
    QVERIFY(begun.begin());
    begun.cancel();
    QVERIFY(begun.seen.came.wait());
    begun.cancel();
    begun.executor.reset();
    const bool answered = begun.told.wait();
    const QStringList answers = begun.told.answers();
    QCOMPARE(destroyed.count(), 0); // Not under a call that is open.
    goOn.raise();
    QVERIFY(answered);
    QVERIFY2(answers[0].contains(QStringLiteral("was not asked any more")), qPrintable(answers[0]));
    QVERIFY(begun.told.wait(2));
    QCOMPARE(begun.told.answers()[1], QString());
    QVERIFY(destroyed.wait());
    QCOMPARE(begun.seen.all().size(), std::size_t(1));
}

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::OperationCancelTest)
#include "operation_cancel_test.moc"
