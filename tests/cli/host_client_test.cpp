// SPDX-License-Identifier: Apache-2.0
// Whom a command takes for the host that is meant, and how long it waits for one that says nothing.
#include "cli/host_client.h"
#include "cli/receipt_words.h"
#include "model/receipt.h"
#include "rpc/line_buffer.h"
#include "rpc/socket_place.h"
#include "rpc/socket_stream.h"

#include <QJsonDocument>
#include <QSocketNotifier>
#include <QTemporaryDir>
#include <QtTest>

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace burrow {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds patience = 60s;

/// The socket of a host. The kernel takes connections for it, also while nobody accepts them.
class Listening
{
public:
    Listening()
        : m_descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0))
    {
        const sockaddr_un address = *socketAddress(path());
        if (::bind(m_descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0
            || ::listen(m_descriptor, 8) != 0)
            qFatal("%s", std::strerror(errno));
    }
    ~Listening() { ::close(m_descriptor); }
    Q_DISABLE_COPY_MOVE(Listening)

    QString path() const { return m_directory.filePath(QStringLiteral("host.sock")); }
    int descriptor() const { return m_descriptor; }

private:
    QTemporaryDir m_directory;
    const int m_descriptor;
};

/// Answers every request of its one client with `info`, and the one that is named `silent` never.
class Answering
{
public:
    explicit Answering(const QJsonObject &info, const QString &silent = {})
        : m_info(info)
        , m_silent(silent)
        , m_notifier(m_socket.descriptor(), QSocketNotifier::Read)
    {
        QObject::connect(&m_notifier, &QSocketNotifier::activated, &m_notifier, [this] { accept(); });
    }

    QString path() const { return m_socket.path(); }
    /// Gives the answer that was kept back.
    void answerLate() { answer(m_keptBack); }

private:
    void accept()
    {
        const int descriptor = ::accept4(m_socket.descriptor(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        m_stream = std::make_unique<SocketStream>(descriptor);
        QObject::connect(m_stream.get(), &SocketStream::received, &m_notifier, [this](const QByteArray &piece) {
            m_lines.add(piece);
            while (const std::optional<QByteArray> line = m_lines.take()) {
                const QJsonObject request = QJsonDocument::fromJson(*line).object();
                if (request.value("method").toString() == m_silent)
                    m_keptBack = request.value("id");
                else
                    answer(request.value("id"));
            }
        });
        m_stream->setReading(true);
    }
    void answer(const QJsonValue &id)
    {
        const QJsonObject reply{{"jsonrpc", "2.0"}, {"id", id}, {"result", m_info}};
        m_stream->write(QJsonDocument(reply).toJson(QJsonDocument::Compact) + '\n');
    }

    const QJsonObject m_info;
    const QString m_silent;
    Listening m_socket;
    QSocketNotifier m_notifier;
    std::unique_ptr<SocketStream> m_stream;
    LineBuffer m_lines;
    QJsonValue m_keptBack;
};

} // namespace

class HostClientTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aHostThatNeverAnswersIsGivenUp()
    {
        const Listening silent;
        const Result<HostClient> reached = HostClient::reach({.socket = silent.path()}, 20ms);
        QVERIFY(!reached);
        QCOMPARE(reached.error().kind, ErrorKind::NotReady);
        QVERIFY2(reached.error().message.contains("does not answer"), qPrintable(reached.error().message));
    }

    void anAnswerThatComesTooLateHarmsNobody()
    {
        Answering host({{"more", false}, {"name", "desk"}}, QStringLiteral("session.list"));
        // The other answers come in time, on a machine of any speed.
        Result<HostClient> reached = HostClient::reach({.socket = host.path()}, 3s);
        QVERIFY2(reached.ok(), reached.ok() ? "" : qPrintable(reached.error().message));
        QVERIFY(!reached->sessions());
        host.answerLate();
        // Answers come in their order: the late one has been taken when this one is here.
        QVERIFY(reached->ask("why").ok());
    }

    void aWholeNameIsNotLookedForAmongAll()
    {
        Answering host({{"name", "beta"}}, QStringLiteral("session.list"));
        Result<HostClient> reached = HostClient::reach({.socket = host.path()}, patience);
        QVERIFY2(reached.ok(), reached.ok() ? "" : qPrintable(reached.error().message));
        const Result<QByteArray> meant = reached->sessionMeantBy(QStringLiteral("beta"));
        QVERIFY2(meant.ok(), meant.ok() ? "" : qPrintable(meant.error().message));
        QCOMPARE(*meant, QByteArray("beta"));
    }

    void theHostIsTheOneThatIsMeant_data()
    {
        QTest::addColumn<QJsonObject>("host");
        QTest::addColumn<bool>("isAny");
        QTest::addColumn<QString>("store");
        QTest::addColumn<QString>("configuration");
        QTest::addColumn<bool>("isMeant");
        const auto row = [](const char *name, const QString &hosts, bool isAny, const QString &store,
                            const QString &configuration, bool isMeant) {
            QTest::newRow(name) << QJsonObject{{"store", hosts}, {"configuration", "/c/a.yaml"}} << isAny
                                << store << configuration << isMeant;
        };
        row("any, with a store", "/s/a.db", true, {}, {}, true);
        row("any, in memory", {}, true, {}, {}, true);
        row("its store", "/s/a.db", false, "/s/a.db", {}, true);
        row("another store", "/s/a.db", false, "/s/b.db", {}, false);
        row("a store where memory is meant", "/s/a.db", false, "", "/c/a.yaml", false);
        row("memory where a store is meant", {}, false, "/s/a.db", {}, false);
        row("its memory", {}, false, "", "/c/a.yaml", true);
        row("another one's memory", {}, false, "", "/c/b.yaml", false);
    }

    void theHostIsTheOneThatIsMeant()
    {
        QFETCH(const QJsonObject, host);
        QFETCH(const bool, isAny);
        QFETCH(const QString, store);
        QFETCH(const QString, configuration);
        Answering answering(host);
        const Result<HostClient> reached = HostClient::reach(
            {answering.path(), isAny ? std::nullopt : std::optional(store), configuration}, patience);
        QTEST(reached.ok(), "isMeant");
        if (reached)
            return;
        QCOMPARE(reached.error().kind, ErrorKind::Conflict);
        for (const QString &side : {host.value("store").toString(), store, configuration})
            QVERIFY2(reached.error().message.contains(side), qPrintable(reached.error().message));
    }

    void everyRefusalHasItsExitCode_data()
    {
        QTest::addColumn<QString>("refusal");
        QTest::addColumn<int>("code");
        QTest::newRow("held") << "held" << int(ExitCode::Conflict);
        QTest::newRow("state") << "invalid_state" << int(ExitCode::Conflict);
        QTest::newRow("policy") << "peer_terminal_invalid" << int(ExitCode::Refused);
        QTest::newRow("not written") << "not_written" << int(ExitCode::Failed);
        QTest::newRow("newer than this program") << "unheard_of" << int(ExitCode::Failed);
    }

    void everyRefusalHasItsExitCode()
    {
        QFETCH(const QString, refusal);
        QTEST(int(exitCodeOfReceipt({{"verdict", "refused"}, {"refusal", refusal}})), "code");
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::HostClientTest)
#include "host_client_test.moc"
