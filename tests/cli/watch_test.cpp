// SPDX-License-Identifier: Apache-2.0
// What happens in a host and why it does not, as another process is told; and what a store says of it later.
#include "program.h"

#include <QFile>
#include <QJsonArray>
#include <QtTest>

#include <csignal>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

constexpr int patience_ms = 30'000;

const QByteArray deskYaml = R"(version: 1
host: { name: desk, data_dir: ./data }
executors: { script: { plugin: scripted, config: { directives: true } } }
sessions:
  alpha: { executor: script, on_start: hello }
  beta: { executor: script }
)";

QStringList codesOf(const QJsonArray &events)
{
    QStringList codes;
    for (const QJsonValue &event : events)
        codes += event.toObject().value("event").toString();
    return codes;
}

/// A named pipe whose reader takes its time.
class SlowReader
{
public:
    explicit SlowReader(const QString &path)
        : m_path(path)
    {
        const QByteArray name = QFile::encodeName(path);
        if (::mkfifo(name.constData(), 0600) != 0)
            qFatal("cannot make %s", name.constData());
        m_descriptor = ::open(name.constData(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }
    ~SlowReader() { ::close(m_descriptor); }
    Q_DISABLE_COPY_MOVE(SlowReader)

    QString path() const { return m_path; }
    /// Waits until so much lies in the pipe that a writer will soon find no room.
    bool isFilledUp() const
    {
        const int capacity = ::fcntl(m_descriptor, F_GETPIPE_SZ);
        const auto isNearlyFull = [this, capacity] {
            int waiting = 0;
            return ::ioctl(m_descriptor, FIONREAD, &waiting) == 0 && waiting >= capacity / 8 * 7;
        };
        return QTest::qWaitFor(isNearlyFull, patience_ms);
    }
    /// Takes what comes until the text has come so often; false when it does not.
    bool takes(const QByteArray &text, qsizetype times)
    {
        QByteArray taken;
        pollfd entry{.fd = m_descriptor, .events = POLLIN, .revents = 0};
        while (taken.count(text) < times) {
            QByteArray piece(64 << 10, Qt::Uninitialized);
            if (::poll(&entry, 1, patience_ms) != 1)
                return false;
            const ssize_t size = ::read(m_descriptor, piece.data(), size_t(piece.size()));
            if (size <= 0)
                return false;
            taken += piece.first(size);
        }
        return true;
    }

private:
    const QString m_path;
    int m_descriptor = -1;
};

/// A host that serves the two sessions, and a program that asks it.
struct Desk
{
    Program host;
    Program client;

    QStringList config() const { return {QStringLiteral("--config"), host.path(QStringLiteral("desk.yaml"))}; }
    bool isServed()
    {
        host.write(QStringLiteral("desk.yaml"), deskYaml);
        host.start({"run", "desk.yaml"});
        client.setEnvironment(QStringLiteral("HOME"), host.path({}));
        return host.waitForOut("hello");
    }
};

} // namespace

class WatchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aStoreTellsItsLogAndWhyNothingMoves()
    {
        Program program;
        program.write(QStringLiteral("desk.yaml"), deskYaml);
        QCOMPARE(program.run({"run", "desk.yaml", "--until-idle"}).exitCode, 0);
        const QStringList config{QStringLiteral("--config"), program.path(QStringLiteral("desk.yaml"))};

        const Finished all = program.again().run(QStringList{"watch", "alpha", "--json"} + config);
        QCOMPARE(all.exitCode, 0);
        const QJsonArray events = all.json().value("events").toArray();
        const QStringList codes = codesOf(events);
        for (const char *code : {"input.accepted", "input.queued", "input.staged", "run.started",
                                 "input.applied", "input.consumed", "run.completed"})
            QVERIFY2(codes.contains(QLatin1String(code)), all.out.constData());
        QVERIFY(codes.indexOf("input.accepted") < codes.indexOf("input.consumed"));
        const QString cursor = all.json().value("cursor").toString();
        const Finished rest = program.again().run(QStringList{"watch", "--json", "--since", cursor} + config);
        QCOMPARE(rest.exitCode, 0);
        QVERIFY2(rest.json().value("events").toArray().isEmpty(), rest.out.constData());
        const Finished lines = program.again().run(QStringList{"watch", "--jsonl"} + config);
        QVERIFY2(lines.out.contains("\"event\":\"run.completed\""), lines.out.constData());

        const Finished why = program.again().run(QStringList{"why", "alpha"} + config);
        QCOMPARE(why.exitCode, 0);
        QVERIFY2(why.out.startsWith("alpha is served by no host at the moment"), why.out.constData());
        QCOMPARE(program.again().run(QStringList{"watch", "--since", "yesterday"} + config).exitCode, 2);
        QVERIFY(program.again().run(QStringList{"why", "nobody"} + config).exitCode != 0);
    }

    void aHostTellsItsEventsAndWhyNothingMoves()
    {
        Desk desk;
        QVERIFY(desk.isServed());
        Program &host = desk.host;
        Program &client = desk.client;
        const QStringList config = desk.config();

        // The answer is printed a moment before the session is at rest.
        Finished why;
        QVERIFY(QTest::qWaitFor(
            [&] {
                why = client.again().run(QStringList{"why", "alpha", "--json"} + config);
                return why.json().value("code").toString() == QLatin1String("nothing");
            },
            patience_ms));
        QCOMPARE(why.exitCode, 0);
        QVERIFY(why.json().value("live").toBool());

        const Finished past = client.again().run(QStringList{"watch", "--json"} + config);
        QVERIFY2(codesOf(past.json().value("events").toArray()).contains("run.completed"),
                 past.out.constData());

        Program watching;
        watching.setEnvironment(QStringLiteral("HOME"), host.path({}));
        watching.start(QStringList{"watch", "beta", "--jsonl"} + config);
        QCOMPARE(client.again().run(QStringList{"send", "beta", "words"} + config).exitCode, 0);
        QVERIFY(watching.waitForOut("\"event\":\"run.completed\""));

        // Who is told which file is meant asks nobody, and does not say that nobody serves it.
        const Finished unreached = client.again().run(
            {"why", "alpha", "--json", "--store", host.path(QStringLiteral("data/burrow.db"))});
        QCOMPARE(unreached.json().value("code").toString(), QStringLiteral("unserved.unreached"));
        QVERIFY(!unreached.json().value("live").toBool(true));

        host.signal(SIGTERM);
        const Finished left = watching.finish();
        QCOMPARE(left.exitCode, 0);
        QVERIFY2(left.err.contains("the host has hung up"), left.err.constData());
    }

    void whoComesDuringARunSeesWhatWasSaidBefore()
    {
        Desk desk;
        QVERIFY(desk.isServed());
        Program &client = desk.client;
        const QStringList config = desk.config();
        const Finished sent =
            client.again().run(QStringList{"send", "beta", "!chunks 2 then !hang", "--json"} + config);
        QCOMPARE(sent.exitCode, 0);
        const QString input = sent.json().value("input").toString();
        QVERIFY2(!input.isEmpty(), sent.out.constData());
        const auto isHeard = [&] {
            const Finished shown =
                client.again().run(QStringList{"session", "show", "beta", "--json"} + config);
            const QJsonObject session = shown.json().value("session").toObject();
            return session.value("now").toObject().contains("heard_at");
        };
        QVERIFY(QTest::qWaitFor(isHeard, patience_ms));

        const auto textOf = [&] {
            const Finished past = client.again().run(QStringList{"watch", "beta", "--json"} + config);
            QString text;
            for (const QJsonValue &event : past.json().value("events").toArray()) {
                const QJsonObject told = event.toObject();
                if (told.value("event").toString() != QLatin1String("progress.text_delta"))
                    continue;
                text += told.value("text").toString();
                if (told.value("inputs").toArray() != QJsonArray{input})
                    return QStringLiteral("of another input");
            }
            return text;
        };
        QTRY_COMPARE_WITH_TIMEOUT(textOf(), QStringLiteral("chunk 1\nchunk 2"), patience_ms);
    }

    void aReaderThatTakesItsTimeHoldsNobodyUp()
    {
        // Many times what a pipe holds, and more than the program keeps for a reader.
        constexpr qsizetype inputs = 700;
        Program host;
        host.write(QStringLiteral("desk.yaml"), deskYaml);
        host.write(QStringLiteral("beta.txt"), QByteArray("words\n").repeated(inputs));
        QCOMPARE(host.run({"run", "desk.yaml", "--input", "beta=beta.txt", "--until-idle"}).exitCode, 0);
        host.again().start({"run", "desk.yaml"});
        const QStringList watch{"watch", "beta", "--jsonl", "--config", host.path(QStringLiteral("desk.yaml"))};
        Program client;
        client.setEnvironment(QStringLiteral("HOME"), host.path({}));
        QVERIFY(QTest::qWaitFor(
            [&] {
                return client.again().run({"status", "--config", watch.last()}).exitCode == 0;
            },
            patience_ms));

        SlowReader late(client.path(QStringLiteral("late")));
        client.again().startInShell(QStringLiteral("exec \"$@\" >'%1'").arg(late.path()), watch);
        QVERIFY(late.isFilledUp());
        QVERIFY(late.takes("\"event\":\"input.consumed\"", inputs));
        client.signal(SIGTERM);
        QCOMPARE(client.finish().exitCode, 0);

        // More is on its way when it is asked to leave, now here and now there.
        for (int round = 0; round < 8; ++round) {
            const SlowReader never(client.path(QStringLiteral("never%1").arg(round)));
            client.again().startInShell(QStringLiteral("exec \"$@\" >'%1'").arg(never.path()), watch);
            QVERIFY(never.isFilledUp());
            client.signal(SIGTERM);
            QCOMPARE(client.finish().exitCode, 0);
        }
    }
};

QTEST_GUILESS_MAIN(WatchTest)
#include "watch_test.moc"
