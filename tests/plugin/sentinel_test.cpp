// SPDX-License-Identifier: Apache-2.0
#include "plugin/boot_id.h"
#include "plugin/call_sentinel.h"
#include "plugin/unclean_end.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <cstdlib>
#include <functional>
#include <latch>
#include <thread>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace burrow;

namespace {

constexpr quint32 first = 1;
constexpr quint32 second = 2;
constexpr quint32 third = 3;

[[noreturn]] void waitForTheEnd()
{
    for (;;)
        ::pause();
}

int overflow(int depth)
{
    volatile char frame[4096];
    frame[0] = static_cast<char>(depth);
    return depth < 1'000'000'000 ? overflow(depth + 1) + frame[0] : 0;
}

/// Threads that are inside plugins and stay there.
void beInside(std::initializer_list<std::pair<quint32, ForeignStage>> calls)
{
    std::latch inside(static_cast<std::ptrdiff_t>(calls.size()));
    for (const auto &[plugin, stage] : calls) {
        std::thread([plugin = plugin, stage = stage, &inside] {
            const ForeignCall call(plugin, stage);
            inside.count_down();
            waitForTheEnd();
        }).detach(); // tidy: allow detach: the process ends with it.
    }
    inside.wait();
}

} // namespace

/// What is noted in one process is read by another after the first has come to every kind of end.
class SentinelTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void theThreadThatCrashesIsConvicted_data();
    void theThreadThatCrashesIsConvicted();
    void aStackThatOverflowsIsACrash();
    void whoCallsExitIsConvicted();
    void aCrashOutsideOfPluginsConvictsNobody();
    void killedInsideOneCallConvictsIt();
    void killedInsideACallThatMayLastConvictsNobody();
    void killedInsideSeveralCallsListsThem();
    void killedOutsideOfCallsSaysNothing();
    void anOrderlyEndLeavesNothing();
    void callsNest();
    void theCrashOfAForkedChildIsNotOurs();
    void aLivingHostIsLeftAlone();
    void anEndIsToldOnce();
    void damagedFilesAreDropped_data();
    void damagedFilesAreDropped();
    void twoUsersInAProcessShareIt();

private:
    /// Runs it in a process of its own with an open sentinel, and reads what it has left.
    std::vector<UncleanEnd> endsAfter(const std::function<void()> &life);
    QStringList files() const { return QDir(m_folder->path()).entryList(QDir::Files); }
    pid_t fork(const std::function<void()> &life) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

pid_t SentinelTest::fork(const std::function<void()> &life) const
{
    const pid_t child = ::fork();
    if (child != 0)
        return child;
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT})
        ::signal(number, SIG_DFL); // Those of the test's own runner.
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    if (!call_sentinel::open(m_folder->path()))
        ::_exit(99);
    call_sentinel::name(first, "first", "1.0", false);
    call_sentinel::name(second, "second", "2.0", false);
    call_sentinel::name(third, "third", "3.0", true);
    life();
    ::_exit(0);
}

std::vector<UncleanEnd> SentinelTest::endsAfter(const std::function<void()> &life)
{
    const pid_t child = fork(life);
    int status = 0;
    ::waitpid(child, &status, 0);
    return takeUncleanEnds(m_folder->path());
}

void SentinelTest::theThreadThatCrashesIsConvicted_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGSEGV") << SIGSEGV;
    QTest::newRow("SIGBUS") << SIGBUS;
    QTest::newRow("SIGFPE") << SIGFPE;
    QTest::newRow("SIGILL") << SIGILL;
    QTest::newRow("SIGABRT") << SIGABRT;
}

void SentinelTest::theThreadThatCrashesIsConvicted()
{
    QFETCH(int, number);
    int status = 0;
    const pid_t child = fork([number] {
        beInside({{first, ForeignStage::Apply}, {third, ForeignStage::Apply}});
        const ForeignCall call(second, ForeignStage::Create);
        ::raise(number);
    });
    ::waitpid(child, &status, 0);
    QVERIFY(WIFSIGNALED(status)); // The process still ends by that very signal.
    QCOMPARE(WTERMSIG(status), number);
    const std::vector<UncleanEnd> ends = takeUncleanEnds(m_folder->path());
    QCOMPARE(ends.size(), 1U);
    QCOMPARE(ends[0].process, qint64(child));
    QCOMPARE(ends[0].how, QString::fromLatin1(QTest::currentDataTag()));
    QCOMPARE(ends[0].calls.size(), 3U);
    QVERIFY(ends[0].culprit());
    QCOMPARE(ends[0].culprit()->plugin, QByteArray("second"));
    QCOMPARE(ends[0].culprit()->version, QByteArray("2.0"));
    QCOMPARE(ends[0].culprit()->stage, ForeignStage::Create);
    QCOMPARE(files(), QStringList());
}

void SentinelTest::aStackThatOverflowsIsACrash()
{
    const auto ends = endsAfter([] {
        beInside({{first, ForeignStage::Apply}});
        const ForeignCall call(second, ForeignStage::Apply);
        overflow(0);
    });
    QCOMPARE(ends.size(), 1U);
    QCOMPARE(ends[0].how, QStringLiteral("SIGSEGV"));
    QVERIFY(ends[0].culprit());
    QCOMPARE(ends[0].culprit()->plugin, QByteArray("second"));
}

void SentinelTest::whoCallsExitIsConvicted()
{
    const auto ends = endsAfter([] {
        beInside({{first, ForeignStage::Apply}});
        const ForeignCall call(second, ForeignStage::Init);
        std::exit(0);
    });
    QCOMPARE(ends.size(), 1U);
    QCOMPARE(ends[0].how, QStringLiteral("exit()"));
    QVERIFY(ends[0].culprit());
    QCOMPARE(ends[0].culprit()->plugin, QByteArray("second"));
}

void SentinelTest::aCrashOutsideOfPluginsConvictsNobody()
{
    const auto ends = endsAfter([] {
        beInside({{first, ForeignStage::Apply}});
        ::raise(SIGSEGV);
    });
    QCOMPARE(ends.size(), 1U);
    QCOMPARE(ends[0].calls.size(), 1U);
    QVERIFY(!ends[0].culprit());
}

void SentinelTest::killedInsideOneCallConvictsIt()
{
    const auto ends = endsAfter([] {
        const ForeignCall call(first, ForeignStage::Stop);
        ::raise(SIGKILL);
    });
    QCOMPARE(ends.size(), 1U);
    QCOMPARE(ends[0].how, QString());
    QVERIFY(ends[0].culprit());
    QCOMPARE(ends[0].culprit()->stage, ForeignStage::Stop);
}

void SentinelTest::killedInsideACallThatMayLastConvictsNobody()
{
    const auto ends = endsAfter([] {
        const ForeignCall call(third, ForeignStage::Apply);
        ::raise(SIGKILL);
    });
    QCOMPARE(ends.size(), 1U);
    QCOMPARE(ends[0].calls.size(), 1U);
    QVERIFY(!ends[0].culprit());
}

void SentinelTest::killedInsideSeveralCallsListsThem()
{
    const auto ends = endsAfter([] {
        beInside({{first, ForeignStage::Apply}, {second, ForeignStage::Create}});
        ::raise(SIGKILL);
    });
    QCOMPARE(ends.size(), 1U);
    QCOMPARE(ends[0].calls.size(), 2U);
    QVERIFY(!ends[0].culprit());
}

void SentinelTest::killedOutsideOfCallsSaysNothing()
{
    const auto ends = endsAfter([] {
        {
            const ForeignCall call(first, ForeignStage::Apply);
        }
        ::raise(SIGKILL);
    });
    QCOMPARE(ends.size(), 1U);
    QVERIFY(ends[0].calls.empty());
    QVERIFY(!ends[0].culprit());
}

void SentinelTest::anOrderlyEndLeavesNothing()
{
    const auto ends = endsAfter([] {
        beInside({{first, ForeignStage::Apply}});
        call_sentinel::close();
    });
    QVERIFY(ends.empty());
    QCOMPARE(files(), QStringList());
}

void SentinelTest::callsNest()
{
    const auto ends = endsAfter([] {
        const ForeignCall outer(first, ForeignStage::Apply);
        {
            const ForeignCall inner(second, ForeignStage::Create);
        }
        ::raise(SIGABRT);
    });
    QCOMPARE(ends.size(), 1U);
    QVERIFY(ends[0].culprit());
    QCOMPARE(ends[0].culprit()->plugin, QByteArray("first"));
}

void SentinelTest::theCrashOfAForkedChildIsNotOurs()
{
    const auto ends = endsAfter([] {
        const ForeignCall call(third, ForeignStage::Apply);
        if (const pid_t child = ::fork(); child != 0) {
            ::waitpid(child, nullptr, 0);
            ::raise(SIGKILL);
        }
        ::abort();
    });
    QCOMPARE(ends.size(), 1U);
    QCOMPARE(ends[0].how, QString());
    QVERIFY(!ends[0].culprit());
}

void SentinelTest::aLivingHostIsLeftAlone()
{
    int pipe[2] = {-1, -1};
    QCOMPARE(::pipe(pipe), 0);
    const pid_t child = fork([&pipe] {
        const ForeignCall call(first, ForeignStage::Apply);
        [[maybe_unused]] const ssize_t written = ::write(pipe[1], "!", 1);
        waitForTheEnd();
    });
    char byte = 0;
    QCOMPARE(::read(pipe[0], &byte, 1), 1);
    QVERIFY(takeUncleanEnds(m_folder->path()).empty());
    QCOMPARE(files().size(), 1);
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    QCOMPARE(takeUncleanEnds(m_folder->path()).size(), 1U);
    ::close(pipe[0]);
    ::close(pipe[1]);
}

void SentinelTest::anEndIsToldOnce()
{
    QCOMPARE(endsAfter([] { ::raise(SIGKILL); }).size(), 1U);
    QVERIFY(takeUncleanEnds(m_folder->path()).empty());
}

void SentinelTest::damagedFilesAreDropped_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("text") << QByteArray("hello");
    QTest::newRow("zeros") << QByteArray(1 << 20, '\0');
    QTest::newRow("ones") << QByteArray(1 << 20, '\xff');
}

void SentinelTest::damagedFilesAreDropped()
{
    QFETCH(QByteArray, text);
    QFile file(m_folder->filePath(QLatin1String(sentinelPrefix) + QStringLiteral("4711")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
    file.close();
    QVERIFY(takeUncleanEnds(m_folder->path()).empty());
    QCOMPARE(files(), QStringList());
}

void SentinelTest::twoUsersInAProcessShareIt()
{
    const auto ends = endsAfter([this] {
        if (!call_sentinel::open(m_folder->path()))
            ::_exit(99);
        call_sentinel::close();
        const ForeignCall call(first, ForeignStage::Destroy);
        ::raise(SIGKILL);
    });
    QCOMPARE(ends.size(), 1U);
    QVERIFY(ends[0].culprit());
}

QTEST_GUILESS_MAIN(SentinelTest)
#include "sentinel_test.moc"
