// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/event_lines.h"
#include "cli/exit_code.h"
#include "config/finding.h"
#include "model/outcome.h"
#include "model/receipt.h"
#include "model/session_event.h"
#include "model/session_view.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QMap>

#include <optional>

namespace burrow {

class AnswerWriter;
struct TakenOver;

/// What became of one input of this run.
struct InputEnd
{
    QByteArray session;
    QString place;               ///< Where the input came from, as people look it up: `notes.txt:3`.
    QByteArray key;              ///< Its idempotency key; may be empty.
    bool repeatExpected = false; ///< A repetition is no news.
    bool kept = false;           ///< `outcome` is that of an earlier input with this key, from the store.
    AcceptReceipt receipt;
    std::optional<Outcome> outcome; ///< Unset: refused, or a repetition of which no more is known.
};

/// How a run came to its end.
enum class RunEnding : quint8 {
    Settled, ///< Nothing was left that would move by itself.
    Left,    ///< It was told to leave.
    Failed,  ///< It could not go on, and it has been said why.
};

/// Tells a run as it goes: answers on stdout, failures on stderr, and at the end the sessions in a table. In
/// the JSON form stdout gets one value, at the end; as JSON lines it gets one for each thing that happens, and
/// a summary last.
class RunReport
{
public:
    enum class Form : quint8 { Text, Json, JsonLines };

    /// `sessions` are the names in the order of the configuration. `answer` must outlive the report.
    RunReport(Form form, AnswerWriter &answer, QByteArrayList sessions);

    /// Findings about the configuration; they have been shown.
    void addFindings(const Findings &findings);
    /// What the store held at the start.
    void addTakenOver(const TakenOver &taken);
    /// The host of that name is about to open the sessions.
    void addStarted(const QByteArray &host);
    /// What sessions said, and how much of it was lost before it came here.
    void addEvents(const std::vector<SessionEvent> &events);
    void addLost(quint64 count);
    /// What is to be said of plugins before they are loaded.
    void addPluginNotice(const QString &sentence);
    /// A line of a file of inputs that was left out.
    void addRefusedLine(const Findings &findings);
    void add(const InputEnd &end);
    /// Something happened in that session; its time runs from the report's start to the last of these.
    void noteActivity(const QByteArray &session);
    /// Something went wrong that is no input's end.
    void raise(ExitCode code) { m_exitCode = worse(m_exitCode, code); }

    /// Prints the table, or the one JSON value, and says what was left open. `views` have their names filled
    /// in.
    void close(RunEnding ending, const QByteArray &host, const std::vector<SessionView> &views);
    /// Valid after close().
    ExitCode exitCode() const { return m_exitCode; }
    /// For a run that never started.
    void closeUnstarted(const QByteArray &host);

private:
    struct Session
    {
        qsizetype terminated = 0; ///< Inputs whose waiting ended without an outcome.
        QString whyTerminated;
        quint64 kept = 0; ///< Inputs whose answer was there before this run.
        RunId lastPrinted;
        std::optional<qint64> milliseconds; ///< From the start to its last activity.
    };

    void printAnswer(const InputEnd &end, const Outcome &outcome);
    void judge(const InputEnd &end, const Outcome &outcome);
    void judgeWithoutOutcome(const InputEnd &end);
    void judgeOpen(RunEnding ending, const SessionView &view);
    QByteArray prefixOf(const InputEnd &end) const;
    QString tableOf(const std::vector<SessionView> &views) const;
    QJsonObject toJson(const SessionView &view) const;

    const Form m_form;
    AnswerWriter &m_answer;
    qsizetype m_nameWidth = 0;
    QMap<QByteArray, Session> m_sessions;
    QElapsedTimer m_clock;
    std::optional<EventLines> m_events; ///< As JSON lines.
    QJsonArray m_answers;               ///< As one value.
    QJsonArray m_findings;
    QJsonValue m_recovered;
    QJsonArray m_pluginNotices;
    ExitCode m_exitCode = ExitCode::Ok;
};

} // namespace burrow
