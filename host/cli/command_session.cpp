// SPDX-License-Identifier: Apache-2.0
#include "cli/command_session.h"

#include "base/moment_text.h"
#include "base/plain_text.h"
#include "cli/answer_writer.h"
#include "cli/live_sessions.h"
#include "cli/name_list.h"
#include "cli/notices.h"
#include "cli/session_choice.h"
#include "cli/store_source.h"
#include "cli/text_table.h"
#include "cli/words.h"
#include "compose/composition.h"

#include <algorithm>
#include <set>

namespace burrow {

namespace {

// Enough to see what happened last; all of a long life would fill many screens.
constexpr quint32 ended_inputs_shown_max = 1000;

QString text(const QByteArray &utf8)
{
    return QString::fromUtf8(utf8);
}

quint64 count(const SessionSummary &session, InputPhase phase)
{
    return session.inputs[size_t(phase)];
}

/// What the configuration says of a session, and its host where one runs; without them nothing is known of any
/// but what is stored.
class Configured
{
public:
    Configured(const std::optional<Configuration> &configuration, LiveSessions live)
        : m_configuration(configuration)
        , m_live(std::move(live))
    {
    }

    /// What the host that serves the store says of it now.
    const LiveSessions &live() const { return m_live; }

    bool isOrphaned(const SessionSummary &session) const
    {
        return m_configuration && !m_configuration->sessions.contains(session.name);
    }
    /// Adds the sessions that the configuration has and the store has not: no host has opened them yet, and so
    /// they have no id.
    void addUnopened(std::vector<SessionSummary> &sessions) const
    {
        if (!m_configuration)
            return;
        std::set<QByteArray> missing;
        for (const auto &[name, session] : m_configuration->sessions)
            missing.insert(name);
        for (const SessionSummary &session : sessions)
            missing.erase(session.name);
        for (const QByteArray &name : missing) {
            SessionSummary unopened;
            unopened.name = name;
            const auto place = std::find_if(sessions.begin(), sessions.end(),
                                            [&](const SessionSummary &session) { return session.name > name; });
            sessions.insert(place, unopened);
        }
    }
    /// Whom the configuration names.
    ExecutorIdentity executorOf(const SessionSummary &session) const
    {
        if (!m_configuration || isOrphaned(session))
            return {};
        const QByteArray &name = m_configuration->sessions.at(session.name).executor.value;
        return {name, m_configuration->executors.at(name).plugin.value};
    }
    /// It will say so when a host opens it.
    bool isChanged(const SessionSummary &session) const
    {
        const ExecutorIdentity next = executorOf(session);
        return !next.isEmpty() && !session.executor.isEmpty() && !(session.executor == next);
    }
    QJsonValue orphanedJson(const SessionSummary &session) const
    {
        return m_configuration ? QJsonValue(isOrphaned(session)) : QJsonValue();
    }

private:
    const std::optional<Configuration> &m_configuration;
    const LiveSessions m_live;
};

/// Null where nobody is known.
QJsonValue toJson(const ExecutorIdentity &executor)
{
    if (executor.isEmpty())
        return {};
    return QJsonObject{{QStringLiteral("name"), text(executor.name)},
                       {QStringLiteral("plugin"), text(executor.plugin)}};
}

QString stateOf(const SessionSummary &session, const Configured &configured)
{
    if (QString now = configured.live().stateOf(session.name); !now.isEmpty())
        return now;
    return QLatin1String(session.id ? phaseName(session.phase) : "unopened");
}

QJsonObject toJson(const SessionSummary &session, const Configured &configured)
{
    QJsonObject inputs;
    for (size_t phase = size_t(InputPhase::Accepted); phase < session.inputs.size(); ++phase) {
        inputs.insert(QLatin1String(inputPhaseName(InputPhase(phase))), qint64(session.inputs[phase]));
    }
    const QString executor = text(configured.executorOf(session).name);
    const QJsonObject *now = configured.live().find(session.name);
    return {{QStringLiteral("name"), text(session.name)},
            {QStringLiteral("id"), session.id ? QJsonValue(text(session.id.toText())) : QJsonValue()},
            {QStringLiteral("state"), stateOf(session, configured)},
            {QStringLiteral("executor"), executor.isEmpty() ? QJsonValue() : QJsonValue(executor)},
            {QStringLiteral("last_executor"), toJson(session.executor)},
            {QStringLiteral("orphaned"), configured.orphanedJson(session)},
            {QStringLiteral("open"), qint64(openInputs(session))},
            {QStringLiteral("inputs"), inputs},
            {QStringLiteral("corruption"), session.corruption},
            {QStringLiteral("now"), now ? QJsonValue(*now) : QJsonValue()}};
}

QString noteOf(const SessionSummary &session, const Configured &configured)
{
    if (!session.corruption.isEmpty())
        return QStringLiteral("will be held: %1").arg(session.corruption);
    if (!session.id)
        return QStringLiteral("configured; no host has opened it yet");
    if (configured.isOrphaned(session))
        return QStringLiteral("orphaned: not in the configuration, not run");
    if (configured.isChanged(session))
        return QStringLiteral("so far run by %1 (plugin %2)")
            .arg(text(session.executor.name), text(session.executor.plugin));
    return {};
}

QString tableOf(const std::vector<SessionSummary> &sessions, const Configured &configured)
{
    TextTable table;
    for (size_t column = 3; column < 7; ++column)
        table.alignRight(column);
    table.addRow({QStringLiteral("SESSION"), QStringLiteral("STATE"), QStringLiteral("EXECUTOR"),
                  QStringLiteral("OPEN"), QStringLiteral("CONSUMED"), QStringLiteral("REPLACED"),
                  QStringLiteral("FAILED"), QStringLiteral("NOTE")});
    for (const SessionSummary &session : sessions) {
        const ExecutorIdentity next = configured.executorOf(session);
        const QString executor = text(next.isEmpty() ? session.executor.name : next.name);
        const quint64 replaced = count(session, InputPhase::Superseded) + count(session, InputPhase::Coalesced);
        table.addRow({text(session.name), stateOf(session, configured),
                      executor.isEmpty() ? QStringLiteral("-") : executor, QString::number(openInputs(session)),
                      QString::number(count(session, InputPhase::Consumed)), QString::number(replaced),
                      QString::number(count(session, InputPhase::Abandoned)), noteOf(session, configured)});
    }
    return table.toText();
}

QJsonObject toJson(const InputSummary &input)
{
    QJsonObject object{{QStringLiteral("id"), text(input.id.toText())},
                       {QStringLiteral("key"), text(input.key)},
                       {QStringLiteral("state"), QLatin1String(inputPhaseName(input.phase))},
                       {QStringLiteral("attempt"), qint64(input.attempt)},
                       {QStringLiteral("crashes"), qint64(input.crashes)},
                       {QStringLiteral("at"), momentText(input.at)},
                       {QStringLiteral("run"), input.run ? QJsonValue(text(input.run.toText())) : QJsonValue()},
                       {QStringLiteral("outcome"), QJsonValue()}};
    if (input.outcome) {
        object.insert(QStringLiteral("outcome"), QLatin1String(outcomeClassName(input.outcome->outcome)));
        object.insert(QStringLiteral("text"), text(input.outcome->text));
        object.insert(QStringLiteral("reason"), input.outcome->reason);
    }
    return object;
}

/// On one line, whatever a program may have said of itself; the JSON value has it whole.
QString reasonOf(const InputSummary &input)
{
    constexpr qsizetype characters_max = 160;
    const QString reason = input.outcome ? input.outcome->reason.simplified() : QString();
    if (reason.isEmpty())
        return QStringLiteral("-");
    return reason.size() <= characters_max ? reason : reason.left(characters_max - 1) + QChar(0x2026);
}

QString tableOf(const std::vector<InputSummary> &inputs)
{
    TextTable table;
    table.alignRight(2);
    table.addRow({QStringLiteral("INPUT"), QStringLiteral("STATE"), QStringLiteral("ATTEMPT"),
                  QStringLiteral("RUN"), QStringLiteral("OUTCOME"), QStringLiteral("KEY"),
                  QStringLiteral("REASON")});
    for (const InputSummary &input : inputs) {
        const QString outcome =
            input.outcome ? QLatin1String(outcomeClassName(input.outcome->outcome)) : QLatin1String("-");
        table.addRow({text(input.id.toText()), QLatin1String(inputPhaseName(input.phase)),
                      QString::number(input.attempt),
                      input.run ? text(input.run.toText()) : QStringLiteral("-"), outcome,
                      input.key.isEmpty() ? QStringLiteral("-") : text(input.key), reasonOf(input)});
    }
    return table.toText();
}

ExitCode refuse(const Error &error, ExitCode code)
{
    notice(error.message);
    return code;
}

ExitCode refuse(const Error &error)
{
    return refuse(error, exitCodeFor(error.kind));
}

/// Names may come from another host; a terminal gets none of their commands.
void writeText(AnswerWriter &answer, const QString &page)
{
    answer.write(answer.isTerminal() ? withoutControls(page.toUtf8()) : page.toUtf8());
}

/// The page of the session that is meant. Most of the time somebody says a whole name, and a store may have a
/// million of them, so all of them are looked at only where it has none of that name.
Result<SessionPage> pageOf(StoreReader &reader, const QString &path, const QByteArray &given)
{
    Result<SessionPage> page = reader.session(given, ended_inputs_shown_max);
    if (page || page.error().kind != ErrorKind::NotFound)
        return page;
    const Result<QByteArrayList> names = reader.names();
    if (!names)
        return names.error();
    const Result<QByteArray> meant = sessionMeant(given, *names, [&] { return lastSession(path); });
    if (!meant)
        return Error{meant.error().kind, QStringLiteral("%1: %2").arg(path, meant.error().message)};
    return reader.session(*meant, ended_inputs_shown_max);
}

/// A configuration has names also where nothing of it has been stored yet.
ExitCode listNames(const StoreSource &store, const Invocation &invocation, AnswerWriter &answer)
{
    std::set<QByteArray> all;
    if (store.configuration) {
        for (const auto &[name, session] : store.configuration->sessions)
            all.insert(name);
    }
    const Result<std::unique_ptr<StoreReader>> reader = readStore(store.path);
    const Result<QByteArrayList> stored = reader ? (*reader)->names() : Result<QByteArrayList>(reader.error());
    if (stored)
        all.insert(stored->begin(), stored->end());
    else if (!store.configuration || stored.error().kind != ErrorKind::NotFound)
        return refuse(stored.error());
    writeNames(all, invocation, answer);
    return ExitCode::Ok;
}

void writeSession(const SessionPage &page, const Configured &configured, AnswerWriter &answer)
{
    QString shown =
        configured.live().sentence(page.sight) + QLatin1String("\n\n") + tableOf({page.session}, configured);
    if (!page.inputs.empty())
        shown += u'\n' + tableOf(page.inputs);
    if (page.leftOut > 0)
        shown += QStringLiteral("\n%1 that ended before these left out\n").arg(counted(page.leftOut, "input"));
    writeText(answer, shown);
}

/// Whoever names a file wants to know what is in the file.
LiveSessions liveSessionsFor(const Invocation &invocation, const StoreSource &store, const StoreSight &sight)
{
    return sight.live && !invocation.has("store") ? LiveSessions::of(store) : LiveSessions();
}

} // namespace

ExitCode runSessionListCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const auto source = storeSourceOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&source))
        return *code;
    const StoreSource &store = std::get<StoreSource>(source);
    if (invocation.has("names"))
        return listNames(store, invocation, answer);
    const Result<std::unique_ptr<StoreReader>> reader = readStore(store.path);
    if (!reader)
        return refuse(reader.error());
    Result<SessionsPage> page = (*reader)->sessions();
    if (!page)
        return refuse(page.error());

    const Configured configured(store.configuration, liveSessionsFor(invocation, store, page->sight));
    configured.addUnopened(page->sessions);
    noticeFindings(page->damage);
    if (!invocation.has("json")) {
        writeText(answer, configured.live().sentence(page->sight) + QLatin1String("\n\n")
                              + tableOf(page->sessions, configured));
        return ExitCode::Ok;
    }
    QJsonArray sessions;
    for (const SessionSummary &session : page->sessions)
        sessions.append(toJson(session, configured));
    QJsonObject object = toJson(page->sight);
    object.insert(QStringLiteral("sessions"), sessions);
    object.insert(QStringLiteral("damage"), toJson(page->damage));
    answer.writeJson(object);
    return ExitCode::Ok;
}

ExitCode runSessionShowCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const auto source = storeSourceOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&source))
        return *code;
    const StoreSource &store = std::get<StoreSource>(source);
    const Result<std::unique_ptr<StoreReader>> reader = readStore(store.path);
    if (!reader)
        return refuse(reader.error());
    const Result<SessionPage> page = pageOf(**reader, store.path, invocation.argument.toUtf8());
    if (!page) {
        const bool ambiguous = page.error().kind == ErrorKind::InvalidArgument;
        return ambiguous ? refuse(page.error(), ExitCode::Usage) : refuse(page.error());
    }

    const Configured configured(store.configuration, liveSessionsFor(invocation, store, page->sight));
    noticeFindings(page->damage);
    if (!invocation.has("json")) {
        writeSession(*page, configured, answer);
        return ExitCode::Ok;
    }
    QJsonArray inputs;
    for (const InputSummary &input : page->inputs)
        inputs.append(toJson(input));
    QJsonObject session = toJson(page->session, configured);
    session.insert(QStringLiteral("input_list"), inputs);
    session.insert(QStringLiteral("left_out"), qint64(page->leftOut));
    QJsonObject object = toJson(page->sight);
    object.insert(QStringLiteral("session"), session);
    object.insert(QStringLiteral("damage"), toJson(page->damage));
    answer.writeJson(object);
    return ExitCode::Ok;
}

} // namespace burrow
