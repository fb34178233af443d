// SPDX-License-Identifier: Apache-2.0
// Where the socket is, whose it is, and what becomes of one that was left behind.
#include "rpc/socket_listener.h"
#include "rpc/socket_place.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace burrow::test {

namespace {

mode_t modeOf(const QString &path)
{
    struct stat status = {};
    return ::stat(QFile::encodeName(path).constData(), &status) == 0 ? status.st_mode & 0777 : 0;
}

/// A socket as another program makes it, without a lock; listening, or left behind.
class Foreign
{
public:
    explicit Foreign(const QString &path)
        : m_descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        const sockaddr_un address = *socketAddress(path);
        if (::bind(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0
            || ::listen(m_descriptor, 1) != 0)
            qFatal("%s", std::strerror(errno));
    }
    ~Foreign() { ::close(m_descriptor); }
    Q_DISABLE_COPY_MOVE(Foreign)

private:
    int m_descriptor;
};

QString messageOf(const Result<std::unique_ptr<SocketListener>> &result)
{
    return result ? QString() : result.error().message;
}

} // namespace

class SocketTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void itIsInTheRuntimeDirectory();
    void withoutARuntimeDirectoryItIsAmongTheStates();
    void aRuntimeDirectoryThatIsNotThereDoesNotCount();
    void nobodyElseMayUseIt();
    void itIsGoneAfterwards();
    void oneLeftBehindIsReplaced();
    void oneThatIsServedIsNotAndItsOwnerIsNamed();
    void oneThatAnotherProgramServesIsNot();
    void whatIsNoSocketIsNotReplaced();
    void aFolderThatOthersMayChangeIsRefused();
    void aPathThatIsTooLongIsRefused();
};

void SocketTest::itIsInTheRuntimeDirectory()
{
    const QTemporaryDir runtime;
    qputenv("XDG_RUNTIME_DIR", QFile::encodeName(runtime.path()));
    QCOMPARE(*controlSocketPath("desk"), runtime.path() + QStringLiteral("/burrow/desk.sock"));
}

void SocketTest::withoutARuntimeDirectoryItIsAmongTheStates()
{
    qunsetenv("XDG_RUNTIME_DIR");
    qunsetenv("XDG_STATE_HOME");
    qputenv("HOME", "/srv/me");
    QCOMPARE(*controlSocketPath("desk"), QStringLiteral("/srv/me/.local/state/burrow/run/desk.sock"));
    qputenv("XDG_STATE_HOME", "/var/me");
    QCOMPARE(*controlSocketPath("desk"), QStringLiteral("/var/me/burrow/run/desk.sock"));
    qputenv("XDG_STATE_HOME", "relative");
    qunsetenv("HOME");
    QCOMPARE(controlSocketPath("desk").error().kind, ErrorKind::NotReady);
}

void SocketTest::aRuntimeDirectoryThatIsNotThereDoesNotCount()
{
    qputenv("XDG_RUNTIME_DIR", "/nowhere/at/all");
    qputenv("XDG_STATE_HOME", "/var/me");
    QCOMPARE(*controlSocketPath("desk"), QStringLiteral("/var/me/burrow/run/desk.sock"));
}

void SocketTest::nobodyElseMayUseIt()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("a/b/desk.sock"));
    const mode_t before = ::umask(0);
    const auto listener = SocketListener::listen(path, "desk");
    ::umask(before);
    QVERIFY2(listener.ok(), qPrintable(messageOf(listener)));
    QCOMPARE(modeOf(path), mode_t(0600));
    QCOMPARE(modeOf(directory.filePath(QStringLiteral("a/b"))), mode_t(0700));
}

void SocketTest::itIsGoneAfterwards()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("desk.sock"));
    QVERIFY(SocketListener::listen(path, "desk").ok());
    QVERIFY(QDir(directory.path()).isEmpty());
}

void SocketTest::oneLeftBehindIsReplaced()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("desk.sock"));
    {
        const Foreign dead(path);
    }
    QVERIFY(QFile::exists(path));
    const auto listener = SocketListener::listen(path, "desk");
    QVERIFY2(listener.ok(), qPrintable(messageOf(listener)));
}

void SocketTest::oneThatIsServedIsNotAndItsOwnerIsNamed()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("desk.sock"));
    const auto first = SocketListener::listen(path, "desk, process 77");
    QVERIFY(first.ok());
    const auto second = SocketListener::listen(path, "other");
    QVERIFY(!second.ok());
    QCOMPARE(second.error().kind, ErrorKind::Conflict);
    QVERIFY2(messageOf(second).contains(QStringLiteral("desk, process 77")), qPrintable(messageOf(second)));
    QVERIFY(QFile::exists(path));
}

void SocketTest::oneThatAnotherProgramServesIsNot()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("desk.sock"));
    const Foreign alive(path);
    const auto listener = SocketListener::listen(path, "desk");
    QVERIFY(!listener.ok());
    QCOMPARE(listener.error().kind, ErrorKind::Conflict);
    QVERIFY2(messageOf(listener).contains(QStringLiteral("process %1").arg(::getpid())),
             qPrintable(messageOf(listener)));
}

void SocketTest::whatIsNoSocketIsNotReplaced()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("desk.sock"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("precious") > 0);
    file.close();
    const auto listener = SocketListener::listen(path, "desk");
    QVERIFY(!listener.ok());
    QCOMPARE(listener.error().kind, ErrorKind::Conflict);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(file.readAll(), QByteArray("precious"));
}

void SocketTest::aFolderThatOthersMayChangeIsRefused()
{
    const QTemporaryDir directory;
    QVERIFY(::chmod(QFile::encodeName(directory.path()).constData(), 0777) == 0);
    const auto listener = SocketListener::listen(directory.filePath(QStringLiteral("desk.sock")), "desk");
    QVERIFY(!listener.ok());
    QVERIFY2(messageOf(listener).contains(QStringLiteral("chmod 700")), qPrintable(messageOf(listener)));
}

void SocketTest::aPathThatIsTooLongIsRefused()
{
    const QTemporaryDir directory;
    const auto listener =
        SocketListener::listen(directory.filePath(QString(120, u'x') + QStringLiteral(".sock")), "desk");
    QVERIFY(!listener.ok());
    QCOMPARE(listener.error().kind, ErrorKind::InvalidArgument);
    QVERIFY(messageOf(listener).contains(QStringLiteral("at most 107 bytes")));
}

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::SocketTest)
#include "socket_test.moc"
