// SPDX-License-Identifier: Apache-2.0
#include "rogue_trial.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

#include <algorithm>

#include <sys/stat.h>

namespace burrow::test {

namespace {

/// Longer than the host's own limits for a function that does not return.
constexpr int patience_ms = 150'000;

QString buildFolder()
{
    return qEnvironmentVariable("BURROW_TEST_BUILD_DIR");
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool writeFile(const QString &path, const QByteArray &content)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(content) == content.size();
}

QJsonObject sessionIn(const QJsonObject &json, const QString &name)
{
    for (const QJsonValue &each : json.value(QLatin1String("sessions")).toArray()) {
        if (each[QLatin1String("name")] == name)
            return each.toObject();
    }
    return {};
}

/// What became of each input of a session, in the order of their ids, which is the order of their arrival.
QStringList outcomesIn(const QJsonObject &json, const QString &session)
{
    QMap<QString, QString> byInput;
    for (const QJsonValue &each : json.value(QLatin1String("answers")).toArray()) {
        if (each[QLatin1String("session")] != session)
            continue;
        const QJsonValue outcome = each[QLatin1String("outcome")];
        byInput.insert(each[QLatin1String("input")].toString(),
                       outcome.isString() ? outcome.toString()
                                          : each[QLatin1String("wait_failure")].toString(
                                              each[QLatin1String("refusal")].toString(QStringLiteral("none"))));
    }
    return byInput.values();
}

/// Each as its expectation says, which may name several with "|" between them.
bool areAsExpected(const QStringList &outcomes, const QStringList &expected)
{
    return std::equal(
        outcomes.begin(), outcomes.end(), expected.begin(), expected.end(),
        [](const QString &outcome, const QString &allowed) { return allowed.split(u'|').contains(outcome); });
}

} // namespace

RogueTrial::RogueTrial(const RogueRow &row)
    : m_row(row)
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("BURROW_PLUGIN_PATH"), buildFolder() + QLatin1String("/plugins"));
    environment.insert(QStringLiteral("HOME"), m_folder.path());
    environment.remove(QStringLiteral("XDG_STATE_HOME"));
    environment.remove(QStringLiteral("XDG_CACHE_HOME"));
    m_process.setProcessEnvironment(environment);
    m_process.setWorkingDirectory(m_folder.path());
}

RogueTrial::~RogueTrial()
{
    m_process.kill();
    m_process.waitForFinished();
}

void RogueTrial::expect(bool holds, const QString &what, const QString &found)
{
    if (!holds)
        m_problems.append(found.isEmpty() ? what : QStringLiteral("%1, but found: %2").arg(what, found));
}

/// The file that the row is about; empty when it could not be made. `rogue` is a copy of the rogue under the
/// act's name, `described` an honest one beside a manifest that differs, `library:NAME` another fixture; the
/// rest are files that are no library for this machine.
QString RogueTrial::makeLibrary()
{
    QString name = file(QStringLiteral("lib%1.so").arg(m_row.act));
    const QString rogue = QStringLiteral(BURROW_FIXTURE_PLUGIN_DIR "/librogue.so");
    if (m_row.form == QLatin1String("missing"))
        return name;
    if (m_row.form == QLatin1String("directory"))
        return QDir().mkpath(name) ? name : QString();
    if (m_row.form == QLatin1String("fifo"))
        return ::mkfifo(QFile::encodeName(name).constData(), 0600) == 0 ? name : QString();
    if (m_row.form == QLatin1String("described")) {
        const QString described = file(QStringLiteral("librogue.so"));
        return makeManifest() && QFile::copy(rogue, described) ? described : QString();
    }
    QByteArray content = contentOf(rogue);
    if (m_row.form.startsWith(QLatin1String("library:")))
        content = contentOf(QStringLiteral(BURROW_FIXTURE_PLUGIN_DIR "/lib%1.so").arg(m_row.form.mid(8)));
    else if (m_row.form == QLatin1String("truncated"))
        content.truncate(content.size() / 2);
    else if (m_row.form == QLatin1String("empty"))
        content.clear();
    else if (m_row.form == QLatin1String("text"))
        content = "#!/bin/sh\necho no library\n";
    else if (m_row.form == QLatin1String("wrong_machine") && content.size() > 20)
        content[18] =
            content[18] == '\xb7' ? '\x3e' : '\xb7'; // e_machine: an ARM on a PC, and the other way round.
    return writeFile(name, content) ? name : QString();
}

/// Of another version than what the library says of itself.
bool RogueTrial::makeManifest() const
{
    const QJsonObject manifest{
        {QStringLiteral("manifest"), 1},
        {QStringLiteral("id"), QStringLiteral("rogue")},
        {QStringLiteral("version"), QStringLiteral("1.0.1")},
        {QStringLiteral("abi"), QJsonObject{{QStringLiteral("min"), 1}, {QStringLiteral("built"), 1}}},
        {QStringLiteral("kinds"), QJsonArray{QStringLiteral("executor")}},
        {QStringLiteral("thread_model"), QStringLiteral("serial_instance")},
        {QStringLiteral("config_schema"), QJsonObject()}};
    return writeFile(file(QStringLiteral("rogue.burrow-plugin.json")), QJsonDocument(manifest).toJson());
}

void RogueTrial::writeConfiguration(const QString &library)
{
    const QString text = QStringLiteral(R"(version: 1
host: { data_dir: "%1/state", shutdown_timeout: 500ms }
limits: { turn_timeout: 300ms }
plugins:
  rogue: { path: "%2" }
executors:
  rogue: { plugin: rogue }
  parrot: { plugin: echo }
sessions:
  victim:
    executor: rogue
    on_start: [hello, work]
    retry: { backoff: 10ms }
    stop: { grace: 100ms }
    restart: { policy: %3, backoff: 10ms, max: 2 }
  bystander: { executor: parrot, on_start: [one, two, three] }
)")
                             .arg(m_folder.path(), library, m_row.restart);
    writeFile(file(QStringLiteral("rogue.yaml")), text.toUtf8());
}

bool RogueTrial::start()
{
    const QString library = makeLibrary();
    if (library.isEmpty()) {
        m_problems.append(QStringLiteral("its file could not be made"));
        return false;
    }
    writeConfiguration(library);
    launch();
    return true;
}

void RogueTrial::launch()
{
    m_process.start(buildFolder() + QStringLiteral("/bin/burrow"),
                    {QStringLiteral("run"), QStringLiteral("rogue.yaml"), QStringLiteral("--until-idle"),
                     QStringLiteral("--json")});
    m_process.closeWriteChannel();
}

RogueTrial::Life RogueTrial::finish()
{
    Life life;
    if (m_process.state() != QProcess::NotRunning && !m_process.waitForFinished(patience_ms)) {
        life.exit = QStringLiteral("hangs");
        m_process.kill();
        m_process.waitForFinished();
    } else {
        const bool crashed = m_process.exitStatus() == QProcess::CrashExit;
        life.exit = (crashed ? QStringLiteral("signal %1") : QStringLiteral("%1")).arg(m_process.exitCode());
    }
    life.out = m_process.readAllStandardOutput();
    life.err = m_process.readAllStandardError();
    life.json = QJsonDocument::fromJson(life.out).object();
    return life;
}

QStringList RogueTrial::problems()
{
    if (!m_problems.isEmpty())
        return m_problems;
    const Life first = finish();
    m_err = first.err;
    judge(first);
    if (m_row.next != QLatin1String("-")) {
        launch();
        judgeNext(finish());
    }
    return m_problems;
}

void RogueTrial::judge(const Life &life)
{
    const QString err = QString::fromUtf8(life.err);
    expect(life.exit == m_row.exit, QStringLiteral("the program ends with %1").arg(m_row.exit), life.exit);
    QString says = m_row.says;
#ifdef __SANITIZE_THREAD__
    // The sanitizer ends a program that leaves in the middle of dlopen, whatever the program itself said.
    says.replace(QLatin1String("exit status 0"), QLatin1String("exit status 66"));
#endif
    expect(QRegularExpression(says).match(err).hasMatch(), QStringLiteral("stderr says /%1/").arg(says),
           err.trimmed());
    if (m_row.code != QLatin1String("-")) {
        expect((life.err + life.out).contains(m_row.code.toUtf8()),
               QStringLiteral("it names %1").arg(m_row.code), err.trimmed());
    }
    const bool left = err.contains(QLatin1String("its memory is kept"));
    expect(left == (m_row.plugin == QLatin1String("left")),
           QStringLiteral("the plugin is %1").arg(m_row.plugin), err.trimmed());
    if (m_row.plugin != QLatin1String("died"))
        judgeSessions(life);
}

void RogueTrial::judgeSessions(const Life &life)
{
    const QJsonObject victim = sessionIn(life.json, QStringLiteral("victim"));
    const QString state = victim.isEmpty() ? QStringLiteral("closed")
                                           : victim.value(QLatin1String("state")).toString() + u'/'
                                                 + victim.value(QLatin1String("waiting")).toString();
    expect(state == m_row.session, QStringLiteral("the session is %1").arg(m_row.session), state);
    const QStringList outcomes = outcomesIn(life.json, QStringLiteral("victim"));
    expect(areAsExpected(outcomes, m_row.inputs),
           QStringLiteral("the waiters hear %1").arg(m_row.inputs.join(u' ')), outcomes.join(u' '));
    const bool refused = m_row.plugin == QLatin1String("refused");
    const QStringList beside = outcomesIn(life.json, QStringLiteral("bystander"));
    expect(refused || beside.count(QStringLiteral("completed")) == 3,
           QStringLiteral("the session beside it is served"), beside.join(u' '));
}

/// Nothing that was acknowledged is lost: it is attempted again, and ends.
void RogueTrial::judgeNext(const Life &life)
{
    const QString err = QString::fromUtf8(life.err);
    expect(life.exit == QLatin1String("0"), QStringLiteral("the next host ends with 0"),
           life.exit + u' ' + err);
    expect(QRegularExpression(m_row.next).match(err).hasMatch(),
           QStringLiteral("the next host says /%1/").arg(m_row.next), err.trimmed());
    const QStringList victims = outcomesIn(life.json, QStringLiteral("victim"));
    expect(victims == QStringList({QStringLiteral("completed"), QStringLiteral("completed")}),
           QStringLiteral("the next host completes both inputs"), victims.join(u' '));
    const QStringList beside = outcomesIn(life.json, QStringLiteral("bystander"));
    expect(beside.count(QStringLiteral("completed")) == 3, QStringLiteral("the session beside it is served"),
           beside.join(u' '));
    expect(sessionIn(life.json, QStringLiteral("victim")).value(QLatin1String("open")) == 0,
           QStringLiteral("nothing stays open"));
}

QString RogueTrial::said() const
{
    const QRegularExpressionMatch match = QRegularExpression(m_row.says).match(QString::fromUtf8(m_err));
    return match.captured().left(80);
}

} // namespace burrow::test
