// SPDX-License-Identifier: Apache-2.0
#include "cli/command_watch.h"

#include "base/plain_text.h"
#include "cli/answer_writer.h"
#include "cli/host_or_store.h"
#include "cli/notices.h"
#include "cli/signal_watch.h"
#include "compose/composition.h"
#include "event/event_envelope.h"

#include <QEventLoop>
#include <QJsonArray>

namespace burrow {

namespace {

/// Prints events, in the form that was asked for.
class EventPrinter
{
public:
    EventPrinter(const Invocation &invocation, AnswerWriter &answer)
        : m_json(invocation.has("json"))
        , m_lines(invocation.has("jsonl"))
        , m_answer(answer)
    {
    }

    void print(const QJsonObject &event)
    {
        if (m_json)
            m_gathered.append(event);
        else if (m_lines)
            m_answer.writeJsonLine(event);
        else
            write(lineOf(event));
    }
    /// The one value of --json.
    void finish(const EventCursor &next)
    {
        if (m_json)
            m_answer.writeJson({{QStringLiteral("events"), m_gathered},
                                {QStringLiteral("cursor"), QString::fromLatin1(next.toText())}});
    }

private:
    void write(const QString &line)
    {
        const QByteArray text = line.toUtf8();
        m_answer.write(m_answer.isTerminal() ? withoutControls(text) : text);
    }

    static QString lineOf(const QJsonObject &event)
    {
        const auto word = [&event](const char *member) {
            return event.value(QLatin1String(member)).toString();
        };
        QStringList words;
        for (const char *member : {"time", "session", "event"}) {
            if (const QString value = word(member); !value.isEmpty())
                words += value;
        }
        for (const char *member : {"input", "run", "from", "to", "name"}) {
            if (const QString value = word(member); !value.isEmpty())
                words += QLatin1String(member) + QLatin1Char('=') + value;
        }
        const QString said = word("detail").isEmpty() ? word("text") : word("detail");
        if (!said.isEmpty())
            words += said.trimmed().replace(u'\n', u' ');
        return words.join(u' ') + u'\n';
    }

    const bool m_json;
    const bool m_lines;
    AnswerWriter &m_answer;
    QJsonArray m_gathered;
};

/// What --since says; the beginning of the log without it.
std::variant<EventCursor, ExitCode> sinceOf(const Invocation &invocation)
{
    const QString given = invocation.values("since").value(0);
    if (given.isEmpty())
        return EventCursor{};
    const std::optional<EventCursor> cursor = EventCursor::fromText(given.toLatin1());
    if (cursor)
        return *cursor;
    notice(QStringLiteral("--since \"%1\" is no cursor; it is the \"cursor\" of an event that was printed with "
                          "--jsonl or --json")
               .arg(given));
    return ExitCode::Usage;
}

/// Prints what the log holds and leaves.
ExitCode watchStore(const StoreSource &store, EventQuery query, const Invocation &invocation,
                    AnswerWriter &answer)
{
    const Result<std::unique_ptr<StoreReader>> reader = readStore(store.path);
    if (!reader)
        return fail(reader.error(), invocation, answer);
    if (!invocation.argument.isEmpty()) {
        const Result<QByteArray> name = storedSessionMeantBy(**reader, store, invocation.argument);
        if (!name)
            return fail(name.error(), invocation, answer);
        const Result<SessionPage> page = (*reader)->session(*name, 0);
        if (!page)
            return fail(page.error(), invocation, answer);
        query.session = page->session.id;
    }
    EventPrinter printer(invocation, answer);
    for (bool more = true; more;) {
        const Result<EventsOfStore> read = (*reader)->events(query);
        if (!read)
            return fail(read.error(), invocation, answer);
        for (const EventGap &gap : read->page.gaps)
            printer.print(toJson(gap));
        for (const LoggedEvents &row : read->page.rows) {
            for (const EventEnvelope &envelope : envelopesOf(row, read->page.next.log))
                printer.print(toJson(envelope));
        }
        answer.flush(); // No more is read than what is taken.
        query.since = read->page.next;
        more = read->page.more;
        if (!more && !invocation.has("json"))
            notice(sentenceOf(read->sight));
    }
    printer.finish(query.since);
    return ExitCode::Ok;
}

/// How the watching of a host ended.
struct WatchEnd
{
    QString failure;               ///< The host could not go on telling.
    std::optional<QString> hungUp; ///< The host has, and why where it said so.
    bool isToldAll = false;        ///< With --json: the one value is written.
};

ExitCode leaveAfter(const WatchEnd &end, const Invocation &invocation, AnswerWriter &answer)
{
    if (!end.failure.isEmpty())
        return fail({ErrorKind::Io, end.failure}, invocation, answer);
    if (!end.hungUp || end.isToldAll)
        return ExitCode::Ok;
    if (!end.hungUp->isEmpty())
        return fail({ErrorKind::NotReady, QStringLiteral("the host has hung up: %1").arg(*end.hungUp)},
                    invocation, answer);
    if (invocation.has("json"))
        return fail(
            {ErrorKind::NotReady, QStringLiteral("the host hung up before it had told what its log holds")},
            invocation, answer);
    notice(QStringLiteral("the host has hung up"));
    return ExitCode::Ok;
}

/// Prints what a host tells until it goes down or somebody asks to leave; with --json until it is live.
ExitCode watchHost(HostClient &host, const EventCursor &since, const Invocation &invocation,
                   AnswerWriter &answer)
{
    QJsonObject params{{QStringLiteral("since"),
                        since.log.isNull() ? QStringLiteral("oldest") : QString::fromLatin1(since.toText())}};
    if (!invocation.argument.isEmpty()) {
        const Result<QByteArray> session = host.sessionMeantBy(invocation.argument);
        if (!session)
            return fail(session.error(), invocation, answer);
        params.insert(QStringLiteral("session"), QString::fromUtf8(*session));
    }
    EventPrinter printer(invocation, answer);
    SignalWatch signals;
    QEventLoop loop;
    const bool once = invocation.has("json");
    WatchEnd end;
    bool over = false; // It may be over before the loop below begins: asking has a loop of its own.
    const auto leave = [&over, &loop] {
        over = true;
        loop.quit();
    };
    QObject::connect(&signals, &SignalWatch::leaveAsked, &loop, [&answer, leave] {
        answer.drop(); // Whoever has not taken it may never do so.
        leave();
    });
    QObject::connect(&answer, &AnswerWriter::drained, &loop, [&host] { host.client().goOn(); });
    QObject::connect(&answer, &AnswerWriter::closed, &loop, leave);
    QObject::connect(&host.client(), &RpcClient::closed, &loop, [&end, leave](const QString &why) {
        end.hungUp = why;
        leave();
    });
    QObject::connect(
        &host.client(), &RpcClient::notified, &loop, [&](const QString &method, const QJsonObject &told) {
            if (method == QLatin1String("event")) {
                printer.print(told);
            } else if (method == QLatin1String("events.live") && once) {
                const auto cursor =
                    EventCursor::fromText(told.value(QLatin1String("cursor")).toString().toLatin1());
                printer.finish(cursor.value_or(EventCursor{}));
                end.isToldAll = true;
                leave();
            } else if (method == QLatin1String("events.failed")) {
                end.failure = told.value(QLatin1String("message")).toString();
                leave();
            } else if (method == QLatin1String("events.gap")) {
                QJsonObject gap = told;
                gap.insert(QStringLiteral("event"), method);
                printer.print(gap);
            }
            // Then the host notices, and sends no more than is taken.
            if (answer.isFull())
                host.client().pause();
        });
    const Result<QJsonObject> begun = host.query("events.subscribe", params);
    if (!begun)
        return fail(begun.error(), invocation, answer);
    if (!over)
        loop.exec();
    return leaveAfter(end, invocation, answer);
}

} // namespace

ExitCode runWatchCommand(const Invocation &invocation, AnswerWriter &answer)
{
    if (invocation.has("json") && invocation.has("jsonl")) {
        notice(QStringLiteral("--json is one value and --jsonl one a line; give one of them."));
        return ExitCode::Usage;
    }
    const auto since = sinceOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&since))
        return *code;
    auto asked = hostOrStoreOf(invocation, answer);
    if (auto *host = std::get_if<HostClient>(&asked))
        return watchHost(*host, std::get<EventCursor>(since), invocation, answer);
    if (const auto *store = std::get_if<StoreSource>(&asked)) {
        EventQuery query;
        query.since = std::get<EventCursor>(since);
        return watchStore(*store, std::move(query), invocation, answer);
    }
    return std::get<ExitCode>(asked);
}

} // namespace burrow
