// SPDX-License-Identifier: Apache-2.0
#include "puppet_box.h"

#include "plugin/elf_check.h"

#include <QFile>
#include <QTemporaryFile>
#include <QTest>

#include <elf.h>
#include <sys/stat.h>

using namespace burrow;
using namespace burrow::test;

/// Every file here must be refused without being opened by the dynamic linker: a truncated one would end this
/// test with SIGBUS, a FIFO would hang it.
class ElfTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void soundLibrariesPass_data();
    void soundLibrariesPass();
    void librariesWithoutTheEntryFunction_data();
    void librariesWithoutTheEntryFunction();
    void thingsThatAreNoFile();
    void refusalsHaveTheirCodes();
    void damagedHeaders_data();
    void damagedHeaders();
    void everyTruncationIsRefusedOrHarmless();
    void everyDamagedByteIsSurvived();

private:
    static QByteArray quick();
    QString write(const QByteArray &bytes);
    static QString check(const QString &path);

    QTemporaryDir m_folder;
};

QByteArray ElfTest::quick()
{
    QFile file(fixtureLibrary(QStringLiteral("quick")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString ElfTest::write(const QByteArray &bytes)
{
    QString path = m_folder.filePath(QStringLiteral("libdamaged.so"));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write the damaged library");
    return path;
}

/// The refusal's sentence with its code, or empty.
QString ElfTest::check(const QString &path)
{
    const PluginResult<RegularFile> file = RegularFile::open(path);
    if (!file)
        return file.error().message + u' ' + codeText(file.error().code);
    const PluginResult<void> checked = checkPluginLibrary(*file, path);
    return checked ? QString() : checked.error().message + u' ' + codeText(checked.error().code);
}

void ElfTest::soundLibrariesPass_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : {"quick", "puppet", "undefined_symbol"})
        QTest::newRow(name) << QString::fromLatin1(name);
}

void ElfTest::soundLibrariesPass()
{
    QFETCH(QString, name);
    QCOMPARE(check(fixtureLibrary(name)), QString());
}

void ElfTest::librariesWithoutTheEntryFunction_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("why");
    QTest::newRow("missing") << "missing_entry"
                             << "does not export";
    QTest::newRow("data") << "entry_is_data"
                          << "is data, not a function";
}

void ElfTest::librariesWithoutTheEntryFunction()
{
    QFETCH(QString, name);
    QFETCH(QString, why);
    const QString sentence = check(fixtureLibrary(name));
    QVERIFY2(sentence.contains(why), qPrintable(sentence));
    QVERIFY2(sentence.contains(QLatin1String(pluginEntrySymbol)), qPrintable(sentence));
}

void ElfTest::thingsThatAreNoFile()
{
    QVERIFY(check(m_folder.filePath(QStringLiteral("nothing"))).contains(QStringLiteral("cannot open")));
    QVERIFY(check(m_folder.path()).contains(QStringLiteral("a directory")));
    const QString fifo = m_folder.filePath(QStringLiteral("fifo.so"));
    QCOMPARE(::mkfifo(fifo.toLocal8Bit().constData(), 0600), 0);
    QVERIFY(check(fifo).contains(QStringLiteral("a FIFO")));
    QVERIFY(check(write("#!/bin/sh\necho hello\n")).contains(QStringLiteral("not a shared library")));
    QVERIFY(check(write({})).contains(QStringLiteral("not a shared library")));
    QVERIFY(check(QStringLiteral("/dev/null")).contains(QStringLiteral("a device")));
}

void ElfTest::refusalsHaveTheirCodes()
{
    const auto isRefusedAs = [](const QString &path, PluginFaultCode code) {
        const QString sentence = check(path);
        return sentence.endsWith(codeText(code));
    };
    QVERIFY(isRefusedAs(m_folder.filePath(QStringLiteral("nothing")), PluginFaultCode::FileMissing));
    QVERIFY(isRefusedAs(m_folder.path(), PluginFaultCode::NotAFile));
    // A link to itself: nobody may read it, whatever his rights.
    const QString loop = m_folder.filePath(QStringLiteral("loop"));
    QVERIFY(QFile::link(loop, loop));
    QVERIFY(isRefusedAs(loop, PluginFaultCode::FileUnreadable));
    QVERIFY(isRefusedAs(write("#!/bin/sh\n"), PluginFaultCode::NotAnElfLibrary));
    QVERIFY(isRefusedAs(write(quick().first(300)), PluginFaultCode::Truncated));
    QByteArray foreign = quick();
    foreign.replace(offsetof(Elf64_Ehdr, e_machine), 1, QByteArray(1, char(EM_S390)));
    QVERIFY(isRefusedAs(write(foreign), PluginFaultCode::WrongMachine));
    QVERIFY(isRefusedAs(fixtureLibrary(QStringLiteral("missing_entry")), PluginFaultCode::NoEntry));
    QVERIFY(isRefusedAs(fixtureLibrary(QStringLiteral("entry_is_data")), PluginFaultCode::EntryIsData));
}

void ElfTest::damagedHeaders_data()
{
    QTest::addColumn<int>("offset");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("why");
    const auto number16 = [](quint16 value) {
        return QByteArray(reinterpret_cast<const char *>(&value), sizeof value);
    };
    const auto number64 = [](quint64 value) {
        return QByteArray(reinterpret_cast<const char *>(&value), sizeof value);
    };
    QTest::newRow("32 bits") << EI_CLASS << QByteArray(1, ELFCLASS32) << "64-bit little-endian";
    QTest::newRow("big endian") << EI_DATA << QByteArray(1, ELFDATA2MSB) << "64-bit little-endian";
    QTest::newRow("other machine") << int(offsetof(Elf64_Ehdr, e_machine)) << number16(EM_S390)
                                   << "another machine";
    QTest::newRow("object file") << int(offsetof(Elf64_Ehdr, e_type)) << number16(ET_REL)
                                 << "is not a shared library";
    QTest::newRow("program") << int(offsetof(Elf64_Ehdr, e_type)) << number16(ET_EXEC)
                             << "is not a shared library";
    QTest::newRow("no program headers")
        << int(offsetof(Elf64_Ehdr, e_phnum)) << number16(0) << "truncated or damaged";
    QTest::newRow("too many program headers")
        << int(offsetof(Elf64_Ehdr, e_phnum)) << number16(0xffff) << "truncated or damaged";
    QTest::newRow("odd program headers")
        << int(offsetof(Elf64_Ehdr, e_phentsize)) << number16(7) << "truncated or damaged";
    QTest::newRow("program headers outside")
        << int(offsetof(Elf64_Ehdr, e_phoff)) << number64(quint64(1) << 62) << "truncated or damaged";
}

void ElfTest::damagedHeaders()
{
    QFETCH(int, offset);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, why);
    QByteArray library = quick();
    library.replace(offset, bytes.size(), bytes);
    const QString sentence = check(write(library));
    QVERIFY2(sentence.contains(why), qPrintable(sentence));
}

void ElfTest::everyTruncationIsRefusedOrHarmless()
{
    const QByteArray library = quick();
    Elf64_Ehdr header;
    std::memcpy(&header, library.constData(), sizeof header);
    quint64 needed = 0;
    for (int at = 0; at < header.e_phnum; ++at) {
        Elf64_Phdr segment;
        std::memcpy(&segment, library.constData() + header.e_phoff + size_t(at) * sizeof segment,
                    sizeof segment);
        needed = std::max<quint64>(needed, segment.p_offset + segment.p_filesz);
    }
    for (qsizetype size = 0; size < library.size(); size += 61) {
        const bool refused = !check(write(library.first(size))).isEmpty();
        if (quint64(size) < needed)
            QVERIFY2(refused, qPrintable(QStringLiteral("cut to %1 of %2 bytes").arg(size).arg(needed)));
    }
}

/// The checker reads what an attacker may have written; no byte of the first pages may make it read outside.
void ElfTest::everyDamagedByteIsSurvived()
{
    const QByteArray library = quick();
    QTemporaryFile file;
    QVERIFY(file.open());
    QCOMPARE(file.write(library), library.size());
    QVERIFY(file.flush());
    const PluginResult<RegularFile> opened = RegularFile::open(file.fileName());
    QVERIFY(opened.ok());
    int refused = 0;
    for (qsizetype at = 0; at < std::min<qsizetype>(library.size(), 4096); ++at) {
        QVERIFY(file.seek(at) && file.putChar(static_cast<char>(~library[at])) && file.flush());
        refused += checkPluginLibrary(*opened, file.fileName()).ok() ? 0 : 1;
        QVERIFY(file.seek(at) && file.putChar(library[at]) && file.flush());
    }
    QVERIFY(refused > 0);
    QVERIFY(checkPluginLibrary(*opened, file.fileName()).ok());
}

QTEST_GUILESS_MAIN(ElfTest)
#include "elf_test.moc"
