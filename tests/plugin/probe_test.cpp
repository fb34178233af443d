// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"
#include "wait.h"

#include "plugin/child_run.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <csignal>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace burrow;
using namespace burrow::test;
using namespace std::chrono_literals;
using Code = PluginFaultCode;
Q_DECLARE_METATYPE(PluginFaultCode)

/// A library that is not known is opened by a child first, and what comes out is remembered. All against the
/// real program and a real library, which does what the environment says.
class ProbeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aSoundLibraryIsTriedOnce();
    void whatGoesWrongInTheChild_data();
    void whatGoesWrongInTheChild();
    void theLastLinesOfStderrAreKept();
    void whatItPrintsIsNoAnswer();
    void aCrashIsRemembered();
    void aChangedLibraryIsTriedAgain_data();
    void aChangedLibraryIsTriedAgain();
    void aDamagedCacheIsWrittenAnew_data();
    void aDamagedCacheIsWrittenAnew();
    void aMissingSymbolIsTriedAgain();
    void bundledPluginsAreNotTried();
    void withoutTheProgramItIsOpenedAllTheSame();
    void withoutAPlaceNothingIsRemembered();
    void theChildDiesWithItsParent();
    void nothingOfTheGroupIsLeft();

private:
    QString library() const { return m_folder->filePath(QStringLiteral("libprobed.so")); }
    QString manifest() const { return m_folder->filePath(QStringLiteral("probed.burrow-plugin.json")); }
    QString cache() const { return m_folder->filePath(QStringLiteral("state/probes.json")); }
    static QString program()
    {
        return qEnvironmentVariable("BURROW_TEST_BUILD_DIR") + "/bin/burrow-plugin-host";
    }
    PluginHostOptions options() const;
    /// The code of the failure, or nothing.
    std::optional<Code> load(const PluginHostOptions &options);
    std::optional<Code> load() { return load(options()); }
    /// How often the library has been opened, by a child or here.
    qint64 opened() const { return QFile(m_folder->filePath(QStringLiteral("count"))).size(); }
    QByteArray cacheText() const;

    std::unique_ptr<QTemporaryDir> m_folder;
    PluginFault m_fault;
};

void ProbeTest::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    QVERIFY(QFile::copy(fixtureLibrary(QStringLiteral("probed")), library()));
    writeJson(manifest(), plainManifest(QStringLiteral("probed")));
    qputenv("BURROW_FIXTURE_COUNT", QFile::encodeName(m_folder->filePath(QStringLiteral("count"))));
    qunsetenv("BURROW_FIXTURE_OPEN");
    qunsetenv("BURROW_FIXTURE_ENTRY");
}

PluginHostOptions ProbeTest::options() const
{
    return {.clock = steadyClock(),
            .folders = {m_folder->path()},
            .installedFolder = {},
            .hostVersion = "1",
            .probe = ProbeOptions{.program = program(), .cachePath = cache(), .timeMax = 10s}};
}

std::optional<Code> ProbeTest::load(const PluginHostOptions &options)
{
    PluginHost host(options);
    const PluginResult<PluginInfo> loaded = host.load("probed");
    m_fault = loaded ? PluginFault() : loaded.error();
    return loaded ? std::nullopt : std::optional(m_fault.code);
}

QByteArray ProbeTest::cacheText() const
{
    QFile file(cache());
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void ProbeTest::aSoundLibraryIsTriedOnce()
{
    QCOMPARE(load(), std::nullopt);
    QCOMPARE(opened(), 2); // By the child, and here.
    const QJsonObject entry = QJsonDocument::fromJson(cacheText()).object()["probes"].toArray()[0].toObject();
    QCOMPARE(entry["path"].toString(), library());
    QCOMPARE(entry["sha256"].toString().size(), 64);
    QCOMPARE(entry["verdict"].toObject()["version"].toString(), QStringLiteral("1.0.0"));
    QCOMPARE(load(), std::nullopt);
    QCOMPARE(opened(), 2); // It is open here already, and no child has opened it.
}

void ProbeTest::whatGoesWrongInTheChild_data()
{
    QTest::addColumn<QByteArray>("variable");
    QTest::addColumn<QByteArray>("what");
    QTest::addColumn<PluginFaultCode>("code");
    QTest::addColumn<QString>("sentence");
    const QByteArray open = "BURROW_FIXTURE_OPEN";
    const QByteArray entry = "BURROW_FIXTURE_ENTRY";
    QTest::newRow("crash in the constructor")
        << open << QByteArray("crash") << Code::CrashedInProbe << "crashed with SIGSEGV while it was opened";
    QTest::newRow("crash in the entry")
        << entry << QByteArray("crash") << Code::CrashedInProbe << "crashed with SIGSEGV in its entry function";
    QTest::newRow("abort") << entry << QByteArray("abort") << Code::CrashedInProbe
                           << "SIGABRT in its entry function, tried in a process of its own (its last line on "
                              "stderr: last words 30)";
    QTest::newRow("hang in the constructor")
        << open << QByteArray("hang") << Code::HungInProbe << "while it was opened";
    QTest::newRow("hang in the entry")
        << entry << QByteArray("hang") << Code::HungInProbe << "in its entry function";
    QTest::newRow("exit in the constructor")
        << open << QByteArray("exit") << Code::ExitedInProbe << "(exit status 0) while it was opened";
    QTest::newRow("exit in the entry")
        << entry << QByteArray("exit") << Code::ExitedInProbe << "(exit status 0) in its entry function";
    QTest::newRow("writes into every descriptor")
        << open << QByteArray("forge") << Code::GarbageInProbe << "cannot be read";
}

void ProbeTest::whatGoesWrongInTheChild()
{
    QFETCH(QByteArray, variable);
    QFETCH(QByteArray, what);
    QFETCH(PluginFaultCode, code);
    QFETCH(QString, sentence);
    qputenv(variable.constData(), what);
    PluginHostOptions host = options();
    if (code == Code::HungInProbe)
        host.probe->timeMax = 1s;
    QCOMPARE(load(host), std::optional(code));
    QCOMPARE(opened(), 1);
    QVERIFY2(m_fault.message.contains(sentence), qPrintable(m_fault.message));
    QVERIFY2(m_fault.message.startsWith(QStringLiteral("the plugin probed (%1) ").arg(library())),
             qPrintable(m_fault.message));
}

void ProbeTest::theLastLinesOfStderrAreKept()
{
    qputenv("BURROW_FIXTURE_ENTRY", "abort");
    QCOMPARE(load(), std::optional(Code::CrashedInProbe));
    const QJsonObject entry = QJsonDocument::fromJson(cacheText()).object()["probes"].toArray()[0].toObject();
    const QJsonArray lines = entry["verdict"].toObject()["stderr"].toArray();
    QCOMPARE(lines.size(), 20);
    QCOMPARE(lines.first().toString(), QStringLiteral("last words 11"));
    QCOMPARE(lines.last().toString(), QStringLiteral("last words 30"));
}

void ProbeTest::whatItPrintsIsNoAnswer()
{
    qputenv("BURROW_FIXTURE_OPEN", "print");
    QCOMPARE(load(), std::nullopt);
}

void ProbeTest::aCrashIsRemembered()
{
    qputenv("BURROW_FIXTURE_OPEN", "crash");
    QCOMPARE(load(), std::optional(Code::CrashedInProbe));
    const QString first = m_fault.message;
    qunsetenv("BURROW_FIXTURE_OPEN");
    QCOMPARE(load(), std::optional(Code::CrashedInProbe));
    QCOMPARE(m_fault.message, first);
    QCOMPARE(opened(), 1);
    QVERIFY2(m_fault.remedy.contains(QStringLiteral("\"burrow plugin why probed --again\"")),
             qPrintable(m_fault.remedy));
}

void ProbeTest::aChangedLibraryIsTriedAgain_data()
{
    QTest::addColumn<QString>("what");
    for (const char *what : {"time", "content", "manifest", "host version"})
        QTest::newRow(what) << QString::fromLatin1(what);
}

void ProbeTest::aChangedLibraryIsTriedAgain()
{
    QFETCH(QString, what);
    qputenv("BURROW_FIXTURE_OPEN", "crash");
    QCOMPARE(load(), std::optional(Code::CrashedInProbe));
    PluginHostOptions host = options();
    QFile file(library());
    struct stat before = {};
    QCOMPARE(::stat(QFile::encodeName(library()).constData(), &before), 0);
    if (what == QStringLiteral("time")) {
        const timespec times[2] = {{0, UTIME_OMIT}, {before.st_mtim.tv_sec - 60, 0}};
        QCOMPARE(::utimensat(AT_FDCWD, QFile::encodeName(library()).constData(), times, 0), 0);
    } else if (what == QStringLiteral("content")) {
        // Same size, same time: only the digest tells. The byte is of the offset of the sections,
        // which the loader does not read.
        QVERIFY(file.open(QIODevice::ReadWrite) && file.seek(40) && file.putChar('\1'));
        file.close();
        const timespec times[2] = {{0, UTIME_OMIT}, before.st_mtim};
        QCOMPARE(::utimensat(AT_FDCWD, QFile::encodeName(library()).constData(), times, 0), 0);
    } else if (what == QStringLiteral("manifest")) {
        QJsonObject changed = plainManifest(QStringLiteral("probed"));
        changed[QStringLiteral("name")] = QStringLiteral("another");
        writeJson(manifest(), changed);
    } else {
        host.hostVersion = "2";
    }
    qunsetenv("BURROW_FIXTURE_OPEN");
    QCOMPARE(load(host), std::nullopt);
    QCOMPARE(opened(), 3); // Two children, and here.
}

void ProbeTest::aDamagedCacheIsWrittenAnew_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("cut") << QByteArray("{\"form\": 1, \"probes\": [");
    QTest::newRow("other form") << QByteArray("{\"form\": 2}");
    QTest::newRow("wrong types") << QByteArray("{\"form\": 1, \"host\": 3, \"probes\": {}}");
    QTest::newRow("bytes") << QByteArray(5000, '\xff');
}

void ProbeTest::aDamagedCacheIsWrittenAnew()
{
    QFETCH(QByteArray, text);
    QVERIFY(QDir(m_folder->path()).mkdir(QStringLiteral("state")));
    QFile file(cache());
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
    file.close();
    QCOMPARE(load(), std::nullopt);
    QCOMPARE(QJsonDocument::fromJson(cacheText()).object()["probes"].toArray().size(), 1);
}

/// No file of the plugin has to change for it to find what it needs.
void ProbeTest::aMissingSymbolIsTriedAgain()
{
    QVERIFY(QFile::remove(library()));
    QVERIFY(QFile::copy(fixtureLibrary(QStringLiteral("undefined_symbol")), library()));
    QCOMPARE(load(), std::optional(Code::CannotBeLinked));
    const QByteArray first = cacheText();
    QCOMPARE(load(), std::optional(Code::CannotBeLinked));
    QVERIFY(cacheText() != first); // With another time.
}

void ProbeTest::bundledPluginsAreNotTried()
{
    PluginHostOptions host = options();
    host.folders.clear();
    host.installedFolder = m_folder->path();
    QCOMPARE(load(host), std::nullopt);
    QCOMPARE(opened(), 1);
    QVERIFY(!QFile::exists(cache()));
}

void ProbeTest::withoutTheProgramItIsOpenedAllTheSame()
{
    PluginHostOptions host = options();
    host.probe->program = m_folder->filePath(QStringLiteral("absent"));
    QCOMPARE(load(host), std::nullopt);
    QCOMPARE(opened(), 1);
}

void ProbeTest::withoutAPlaceNothingIsRemembered()
{
    PluginHostOptions host = options();
    host.probe->cachePath.clear();
    QCOMPARE(load(host), std::nullopt);
    QCOMPARE(load(host), std::nullopt);
    QCOMPARE(opened(), 3);
}

void ProbeTest::theChildDiesWithItsParent()
{
    qputenv("BURROW_FIXTURE_OPEN", "hang");
    // A shell in between stands for the host: it starts the child, tells its number, and is killed.
    const QString pipe = m_folder->filePath(QStringLiteral("alive"));
    QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
    const int reader = ::open(QFile::encodeName(pipe).constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    QVERIFY(reader >= 0);
    const ChildOrder shell{
        .program = QStringLiteral("/bin/sh"),
        .arguments = {QStringLiteral("-c"),
                      QStringLiteral("set -m; exec 9>'%1'; '%2' --probe '%3' & "
                                     "while [ ! -s '%4' ]; do :; done; kill -KILL $$")
                          .arg(pipe, program(), library(), m_folder->filePath(QStringLiteral("count")))},
        .timeMax = 20s};
    const Result<ChildEnd> end = runChild(shell);
    QVERIFY(end.ok());
    QCOMPARE(end->how, ChildEnd::How::Signalled);
    // The pipe is at its end when nobody has it open any more; `set -m` keeps the child out of the shell's
    // group.
    char byte = 0;
    QTRY_COMPARE(::read(reader, &byte, 1), 0);
    ::close(reader);
}

void ProbeTest::nothingOfTheGroupIsLeft()
{
    const QString pipe = m_folder->filePath(QStringLiteral("alive"));
    QCOMPARE(::mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
    const int reader = ::open(QFile::encodeName(pipe).constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    const Result<ChildEnd> end = runChild(
        {.program = QStringLiteral("/bin/sh"),
         .arguments = {QStringLiteral("-c"), QStringLiteral("exec 9>'%1'; sleep 600 & exit 7").arg(pipe)},
         .timeMax = 20s});
    QVERIFY(end.ok());
    QCOMPARE(end->how, ChildEnd::How::Exited);
    QCOMPARE(end->number, 7);
    char byte = 0;
    QTRY_COMPARE(::read(reader, &byte, 1), 0);
    ::close(reader);
}

QTEST_GUILESS_MAIN(ProbeTest)
#include "probe_test.moc"
