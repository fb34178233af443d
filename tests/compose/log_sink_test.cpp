// SPDX-License-Identifier: Apache-2.0
#include "compose/log_sink.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>
#include <thread>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace burrow;

namespace {

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray("cannot be read");
}

/// Files of this process grow no further than that, as on a full disk, while it lives.
class FileSizeLimit
{
public:
    explicit FileSizeLimit(rlim_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_previous);
        const rlimit limit{bytes, m_previous.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &m_previous); }
    Q_DISABLE_COPY_MOVE(FileSizeLimit)

private:
    rlimit m_previous = {};
};

} // namespace

class LogSinkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void appendsToAFileForItsOwnerAlone();
    void saysWhyAFileCannotBeOpened_data();
    void saysWhyAFileCannotBeOpened();
    void aFullDiskLosesWholeLinesAndCountsThem();
    void aTornLineIsNoPartOfTheNext();
    void aReaderThatDoesNotReadHoldsUpNobody();
    void linesOfThreadsDoNotMix();
    void theStatusStaysBelowTheLines();
};

void LogSinkTest::appendsToAFileForItsOwnerAlone()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("log"));
    QString problem;
    {
        const auto sink = LogSink::open(path, problem);
        QVERIFY2(sink, qPrintable(problem));
        QCOMPARE(sink->write("one\n"), LogSink::Written::Yes);
    }
    LogSink::open(path, problem)->write("two\n");
    QCOMPARE(contentOf(path), QByteArray("one\ntwo\n"));
    struct stat status = {};
    QCOMPARE(::stat(QFile::encodeName(path).constData(), &status), 0);
    QCOMPARE(status.st_mode & 0777, 0600U);
}

void LogSinkTest::saysWhyAFileCannotBeOpened_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("reason");
    QTest::newRow("a folder") << QStringLiteral("folder") << QStringLiteral("Is a directory");
    QTest::newRow("below a file") << QStringLiteral("file/log") << QStringLiteral("Not a directory");
    QTest::newRow("no folder") << QStringLiteral("nowhere/log") << QStringLiteral("No such file");
    QTest::newRow("a pipe without a reader") << QStringLiteral("pipe") << QStringLiteral("nobody reads");
}

void LogSinkTest::saysWhyAFileCannotBeOpened()
{
    QFETCH(const QString, name);
    QFETCH(const QString, reason);
    const QTemporaryDir folder;
    ::mkdir(QFile::encodeName(folder.filePath(QStringLiteral("folder"))).constData(), 0700);
    ::mkfifo(QFile::encodeName(folder.filePath(QStringLiteral("pipe"))).constData(), 0600);
    QFile file(folder.filePath(QStringLiteral("file")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QString problem;
    QVERIFY(!LogSink::open(folder.filePath(name), problem));
    QVERIFY2(problem.contains(reason), qPrintable(problem));
}

void LogSinkTest::aFullDiskLosesWholeLinesAndCountsThem()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("log"));
    QString problem;
    const auto sink = LogSink::open(path, problem);
    QVERIFY(sink);
    const QByteArray line = QByteArray(99, 'x') + '\n';
    {
        const FileSizeLimit disk(250);
        QCOMPARE(sink->write(line), LogSink::Written::Yes);
        QCOMPARE(sink->write(line), LogSink::Written::Yes);
        QCOMPARE(sink->write(line), LogSink::Written::NoMore); // Half of it went in, and was taken back.
        QCOMPARE(sink->write(line), LogSink::Written::No);
        QVERIFY2(!sink->problem().isEmpty(), "no reason");
    }
    QCOMPARE(sink->write(line), LogSink::Written::YesAgain);
    QCOMPARE(sink->takeLost(), 2U);
    QCOMPARE(sink->write(line), LogSink::Written::Yes);
    QCOMPARE(contentOf(path), line.repeated(4));
}

void LogSinkTest::aTornLineIsNoPartOfTheNext()
{
    // As stderr that was redirected: others may write there, so nothing is taken back.
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("stderr"));
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    LogSink sink(descriptor);
    {
        const FileSizeLimit disk(10);
        QCOMPARE(sink.write("first\n"), LogSink::Written::Yes);
        QCOMPARE(sink.write("second\n"), LogSink::Written::NoMore);
    }
    QCOMPARE(sink.write("third\n"), LogSink::Written::YesAgain);
    QCOMPARE(contentOf(path), QByteArray("first\nseco\nthird\n"));
    ::close(descriptor);
}

void LogSinkTest::aReaderThatDoesNotReadHoldsUpNobody()
{
    int ends[2] = {-1, -1};
    QCOMPARE(::pipe(ends), 0);
    LogSink sink(ends[1]);
    const QByteArray line = QByteArray(999, 'x') + '\n';
    // With nobody reading, this would never come back if it waited for room.
    int written = 0;
    while (sink.write(line) == LogSink::Written::Yes)
        ++written;
    for (int more = 0; more < 1000; ++more)
        QCOMPARE(sink.write(line), LogSink::Written::No);
    QVERIFY(written > 0);
    QByteArray read(written * line.size(), '\0');
    QCOMPARE(::read(ends[0], read.data(), size_t(read.size())), ssize_t(read.size()));
    QCOMPARE(sink.write(line), LogSink::Written::YesAgain);
    QCOMPARE(sink.takeLost(), 1001U);
    ::close(ends[0]);
    ::close(ends[1]);
}

void LogSinkTest::linesOfThreadsDoNotMix()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("log"));
    QString problem;
    const auto sink = LogSink::open(path, problem);
    std::vector<std::thread> threads;
    for (char letter = 'a'; letter < 'e'; ++letter) {
        threads.emplace_back([&sink, letter] {
            for (int count = 0; count < 200; ++count)
                sink->write(QByteArray(5000, letter) + '\n');
        });
    }
    for (std::thread &thread : threads)
        thread.join();
    QByteArrayList lines = contentOf(path).split('\n');
    lines.removeLast();
    QCOMPARE(lines.size(), 800);
    for (const QByteArray &line : lines)
        QCOMPARE(line, QByteArray(5000, line.at(0)));
}

void LogSinkTest::theStatusStaysBelowTheLines()
{
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("terminal"));
    QString problem;
    const auto sink = LogSink::open(path, problem);
    sink->setStatus("busy");
    sink->write("line\n");
    sink->setStatus({});
    sink->write("end\n");
    QCOMPARE(contentOf(path), QByteArray("\r\x1b[Kbusy\r\x1b[Kline\nbusy\r\x1b[Kend\n"));
}

QTEST_GUILESS_MAIN(LogSinkTest)
#include "log_sink_test.moc"
