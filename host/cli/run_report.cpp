// SPDX-License-Identifier: Apache-2.0
#include "cli/run_report.h"

#include "base/plain_text.h"
#include "cli/answer_writer.h"
#include "cli/notices.h"
#include "cli/receipt_words.h"
#include "cli/run_json.h"
#include "cli/text_table.h"
#include "cli/words.h"
#include "compose/composition.h"

#include <QJsonObject>
#include <QTextStream>

namespace burrow {

namespace {

// A longer name than this pushes its own lines to the right and not everybody's.
constexpr qsizetype name_width_max = 24;

QString text(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

QString sentenceOf(const TakenOver &taken)
{
    QString sentence =
        QStringLiteral("going on with %1 from %2, %3 open")
            .arg(counted(taken.sessions, "session"), taken.path, counted(taken.openInputs, "input"));
    if (!taken.orderly) {
        sentence += QStringLiteral("; the last host did not close the store, and %1 may have been running then")
                        .arg(counted(taken.crashedInputs, "input"));
    }
    if (taken.damagedSessions > 0) {
        sentence += QStringLiteral("; %1 held because of damaged records, see \"burrow storage check\"")
                        .arg(counted(taken.damagedSessions, "session"));
    }
    return sentence;
}

QString durationText(std::optional<qint64> measured)
{
    if (!measured)
        return QStringLiteral("-");
    const qint64 milliseconds = *measured;
    if (milliseconds < 1000)
        return QStringLiteral("%1 ms").arg(milliseconds);
    if (milliseconds < 60'000)
        return QStringLiteral("%1 s").arg(double(milliseconds) / 1000, 0, 'f', 1);
    const qint64 minutes = milliseconds / 60'000;
    if (minutes < 60)
        return QStringLiteral("%1 min %2 s").arg(minutes).arg(milliseconds / 1000 % 60);
    return QStringLiteral("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

// Nobody was told what became of it; whether it is open still is seen in the session's view.
bool endedWithoutOutcome(const Outcome &outcome)
{
    return outcome.waitFailure != WaitFailure::None || outcome.outcome == OutcomeClass::RuntimeTerminated;
}

// Why a session that will not move by itself does not move.
QString sentenceFor(WaitReason reason)
{
    switch (reason) {
    case WaitReason::NoExecutor:
        return QStringLiteral("the session has no executor");
    case WaitReason::ExecutorFailed:
        return QStringLiteral("the executor was given up");
    case WaitReason::RestartBackoff:
        return QStringLiteral("the executor died and is not made again yet");
    case WaitReason::NoWake:
        return QStringLiteral("nothing has asked for a run");
    case WaitReason::PhaseBlocks:
        return QStringLiteral("the session does not run in this state");
    case WaitReason::Held:
        return QStringLiteral("the session is held");
    default:
        return QStringLiteral("the session does not move (%1)").arg(QLatin1String(waitReasonName(reason)));
    }
}

} // namespace

RunReport::RunReport(Form form, AnswerWriter &answer, QByteArrayList sessions)
    : m_form(form)
    , m_answer(answer)
{
    m_clock.start();
    if (form == Form::JsonLines)
        m_events.emplace(answer);
    for (const QByteArray &name : sessions) {
        m_nameWidth = std::max(m_nameWidth, std::min(text(name).size(), name_width_max));
        m_sessions.insert(name, {});
    }
}

void RunReport::addFindings(const Findings &findings)
{
    for (const QJsonValue &finding : findingsToJson(findings))
        m_findings.append(finding);
}

void RunReport::addTakenOver(const TakenOver &taken)
{
    const QJsonObject json = burrow::toJson(taken);
    m_recovered = json;
    if (m_events && !taken.created)
        m_events->tell("recovered", json);
    if (!taken.created)
        notice(sentenceOf(taken));
    if (!taken.orphans.isEmpty()) {
        notice(QStringLiteral("%1 in the store but not in the configuration, kept and not run: %2")
                   .arg(counted(quint64(taken.orphans.size()), "session"), text(taken.orphans.join(", "))));
    }
}

void RunReport::addPluginNotice(const QString &sentence)
{
    m_pluginNotices.append(sentence);
    if (m_events)
        m_events->tell("host.notice", {{QStringLiteral("detail"), sentence}});
    notice(sentence);
}

void RunReport::addRefusedLine(const Findings &findings)
{
    addFindings(findings);
    raise(ExitCode::Failed);
    QString text;
    QTextStream stream(&text);
    printFindings(stream, findings);
    stream.flush();
    noticeFindings(findings, text.toUtf8());
}

void RunReport::addStarted(const QByteArray &host)
{
    if (!m_events)
        return;
    QJsonArray sessions;
    for (auto each = m_sessions.keyBegin(); each != m_sessions.keyEnd(); ++each)
        sessions.append(text(*each));
    m_events->tell("started", {{QStringLiteral("host"), text(host)}, {QStringLiteral("sessions"), sessions}});
}

void RunReport::addEvents(const std::vector<SessionEvent> &events)
{
    if (!m_events)
        return;
    for (const SessionEvent &event : events)
        m_events->tellIfRoom(burrow::toJson(event));
}

void RunReport::addLost(quint64 count)
{
    if (m_events)
        m_events->addLost(count);
}

void RunReport::noteActivity(const QByteArray &session)
{
    m_sessions[session].milliseconds = m_clock.elapsed();
}

void RunReport::add(const InputEnd &end)
{
    if (end.kept)
        ++m_sessions[end.session].kept;
    else
        noteActivity(end.session);
    if (end.outcome)
        judge(end, *end.outcome);
    else
        judgeWithoutOutcome(end);
    if (m_events)
        m_events->tell("answer", burrow::toJson(end));
    else if (m_form == Form::Json)
        m_answers.append(burrow::toJson(end));
    else if (end.outcome && end.outcome->succeeded())
        printAnswer(end, *end.outcome);
}

QByteArray RunReport::prefixOf(const InputEnd &end) const
{
    const QByteArray name = text(end.session).leftJustified(m_nameWidth).toUtf8();
    return name + (end.kept ? " (kept) │ " : " │ ");
}

void RunReport::printAnswer(const InputEnd &end, const Outcome &outcome)
{
    // Inputs that went into one run together have one answer together.
    RunId &lastPrinted = m_sessions[end.session].lastPrinted;
    if (outcome.run && outcome.run == lastPrinted)
        return;
    lastPrinted = outcome.run;

    QByteArray lines = outcome.text.isEmpty() ? outcome.json : outcome.text;
    if (lines.isEmpty())
        return;
    lines.replace("\r\n", "\n");
    while (lines.endsWith('\n'))
        lines.chop(1);
    if (m_answer.isTerminal())
        lines = withoutControls(lines);
    const QByteArray prefix = prefixOf(end);
    m_answer.write(prefix + lines.replace("\n", "\n" + prefix) + '\n');
}

void RunReport::judge(const InputEnd &end, const Outcome &outcome)
{
    if (outcome.succeeded())
        return;
    if (endedWithoutOutcome(outcome)) {
        Session &session = m_sessions[end.session];
        ++session.terminated;
        session.whyTerminated = outcome.reason;
        return;
    }
    const ExitCode code = exitCodeFor(outcome.outcome);
    QString what = QLatin1String(code == ExitCode::TurnFailed ? "failed" : "was cancelled");
    // What an earlier run has already failed by is no failure of this one.
    if (end.kept)
        what += QLatin1String(" in an earlier run and is not repeated");
    else
        raise(code);
    const QString reason = outcome.reason.isEmpty() ? QString() : QStringLiteral(": ") + outcome.reason;
    notice(QStringLiteral("%1: %2 %3%4").arg(text(end.session), end.place, what, reason));
}

void RunReport::judgeWithoutOutcome(const InputEnd &end)
{
    const AcceptReceipt &receipt = end.receipt;
    if (receipt.verdict == AcceptReceipt::Verdict::Rejected) {
        raise(receipt.refusal == Refusal::KeyConflict ? ExitCode::Conflict : ExitCode::Failed);
        notice(QStringLiteral("%1: %2 was refused: %3").arg(text(end.session), end.place, receipt.message));
    } else if (receipt.verdict == AcceptReceipt::Verdict::Deduplicated && !end.repeatExpected) {
        // The work is not done twice, so how it ended then is how it ends now.
        raise(exitCodeFor(receipt.endedAs));
        notice(QStringLiteral("%1: %2 repeats the key \"%3\"; the first input with it has ended as %4")
                   .arg(text(end.session), end.place, text(end.key),
                        QLatin1String(outcomeClassName(receipt.endedAs))));
    }
}

void RunReport::judgeOpen(RunEnding ending, const SessionView &view)
{
    const Session &session = m_sessions[view.name];
    if (view.open == 0) {
        if (session.terminated > 0) {
            raise(ExitCode::Cancelled);
            notice(QStringLiteral("%1: %2 got no answer: %3")
                       .arg(text(view.name), counted(quint64(session.terminated), "input"),
                            session.whyTerminated));
        }
        return;
    }
    const QString open = counted(view.open, "input");
    if (ending == RunEnding::Left) {
        raise(ExitCode::Cancelled);
        notice(QStringLiteral("%1: %2 left open").arg(text(view.name), open));
        return;
    }
    raise(ExitCode::Failed);
    const QString why = view.note.isEmpty() ? session.whyTerminated : view.note;
    notice(QStringLiteral("%1: %2 stay%3 open, because %4%5")
               .arg(text(view.name), open, QLatin1String(view.open == 1 ? "s" : ""),
                    sentenceFor(view.waitReason), why.isEmpty() ? QString() : QStringLiteral(": ") + why));
}

QString RunReport::tableOf(const std::vector<SessionView> &views) const
{
    const bool replaced =
        std::any_of(views.begin(), views.end(), [](auto &view) { return view.tally.replaced > 0; });
    QStringList heads{QStringLiteral("SESSION"),  QStringLiteral("STATE"),    QStringLiteral("EXECUTOR"),
                      QStringLiteral("ACCEPTED"), QStringLiteral("CONSUMED"), QStringLiteral("FAILED"),
                      QStringLiteral("OPEN"),     QStringLiteral("TIME")};
    const bool kept =
        std::any_of(m_sessions.begin(), m_sessions.end(), [](auto &each) { return each.kept > 0; });
    if (replaced)
        heads.insert(6, QStringLiteral("REPLACED"));
    if (kept)
        heads.insert(3, QStringLiteral("KEPT"));
    TextTable table;
    for (size_t column = 3; column < size_t(heads.size()); ++column)
        table.alignRight(column);
    table.addRow(heads);
    for (const SessionView &view : views) {
        QStringList row{text(view.name),
                        QLatin1String(phaseName(view.phase)),
                        view.executor.isEmpty() ? QStringLiteral("-") : text(view.executor),
                        QString::number(view.tally.accepted),
                        QString::number(view.tally.consumed),
                        QString::number(view.tally.abandoned),
                        QString::number(view.open),
                        durationText(m_sessions[view.name].milliseconds)};
        if (replaced)
            row.insert(6, QString::number(view.tally.replaced));
        if (kept)
            row.insert(3, QString::number(m_sessions[view.name].kept));
        table.addRow(row);
    }
    return table.toText();
}

QJsonObject RunReport::toJson(const SessionView &view) const
{
    const auto number = [](quint64 count) { return QJsonValue(qint64(count)); };
    return {{QStringLiteral("name"), text(view.name)},
            {QStringLiteral("id"), text(view.id.toText())},
            {QStringLiteral("state"), QLatin1String(phaseName(view.phase))},
            {QStringLiteral("executor"), text(view.executor)},
            {QStringLiteral("accepted"), number(view.tally.accepted)},
            {QStringLiteral("deduplicated"), number(view.tally.deduplicated)},
            {QStringLiteral("rejected"), number(view.tally.rejected)},
            {QStringLiteral("consumed"), number(view.tally.consumed)},
            {QStringLiteral("replaced"), number(view.tally.replaced)},
            {QStringLiteral("abandoned"), number(view.tally.abandoned)},
            {QStringLiteral("failed_runs"), number(view.tally.runsFailed)},
            {QStringLiteral("open"), number(view.open)},
            {QStringLiteral("waiting"), QLatin1String(waitReasonName(view.waitReason))},
            {QStringLiteral("note"), view.note},
            {QStringLiteral("milliseconds"), m_sessions[view.name].milliseconds.value_or(0)}};
}

void RunReport::close(RunEnding ending, const QByteArray &host, const std::vector<SessionView> &views)
{
    for (const SessionView &view : views) {
        if (ending != RunEnding::Failed)
            judgeOpen(ending, view);
    }
    if (m_form == Form::Text) {
        if (ending == RunEnding::Settled)
            m_answer.write('\n' + tableOf(views).toUtf8());
        return;
    }
    QJsonArray sessions;
    for (const SessionView &view : views)
        sessions.append(toJson(view));
    QJsonObject whole{{QStringLiteral("host"), QJsonObject{{QStringLiteral("name"), text(host)}}},
                      {QStringLiteral("sessions"), sessions},
                      {QStringLiteral("findings"), m_findings},
                      {QStringLiteral("recovered"), m_recovered},
                      {QStringLiteral("plugin_notices"), m_pluginNotices},
                      {QStringLiteral("exit_code"), int(m_exitCode)}};
    if (m_events) { // The answers have been told.
        m_events->close(whole);
        return;
    }
    whole.insert(QStringLiteral("answers"), m_answers);
    m_answer.writeJson(whole);
}

void RunReport::closeUnstarted(const QByteArray &host)
{
    close(RunEnding::Failed, host, {});
}

} // namespace burrow
