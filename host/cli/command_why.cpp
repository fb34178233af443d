// SPDX-License-Identifier: Apache-2.0
#include "cli/command_why.h"

#include "base/plain_text.h"
#include "cli/answer_writer.h"
#include "cli/host_or_store.h"
#include "compose/composition.h"
#include "event/why.h"

namespace burrow {

namespace {

ExitCode say(const QJsonObject &why, const Invocation &invocation, AnswerWriter &answer)
{
    if (invocation.has("json")) {
        answer.writeJson(why);
        return ExitCode::Ok;
    }
    const auto word = [&why](const char *member) { return why.value(QLatin1String(member)).toString(); };
    QString page = word("sentence") + QStringLiteral(".\n");
    if (const QString unblock = word("unblock"); !unblock.isEmpty())
        page += QStringLiteral("  unblock: ") + unblock + u'\n';
    answer.write(answer.isTerminal() ? withoutControls(page.toUtf8()) : page.toUtf8());
    return ExitCode::Ok;
}

ExitCode whyOfHost(HostClient &host, const Invocation &invocation, AnswerWriter &answer)
{
    const Result<QByteArray> session = host.sessionMeantBy(invocation.argument);
    if (!session)
        return fail(session.error(), invocation, answer);
    Result<QJsonObject> why = host.query("why", {{QStringLiteral("session"), QString::fromUtf8(*session)}});
    if (!why)
        return fail(why.error(), invocation, answer);
    why->insert(QStringLiteral("live"), true);
    return say(*why, invocation, answer);
}

ExitCode whyOfStore(const StoreSource &store, const Invocation &invocation, AnswerWriter &answer)
{
    const Result<std::unique_ptr<StoreReader>> reader = readStore(store.path);
    if (!reader)
        return fail(reader.error(), invocation, answer);
    const Result<QByteArray> name = storedSessionMeantBy(**reader, store, invocation.argument);
    if (!name)
        return fail(name.error(), invocation, answer);
    const Result<SessionPage> page = (*reader)->session(*name, 0);
    if (!page)
        return fail(page.error(), invocation, answer);
    const SessionSummary &session = page->session;
    // Somebody may serve the store whom we do not reach, or were told not to ask.
    const QString server = page->sight.live ? QString::fromUtf8(page->sight.owner) : QString();
    const Why why = whyUnserved({session.name, session.phase, openInputs(session), session.corruption, server});
    QJsonObject object = toJson(page->sight);
    object.insert(QStringLiteral("live"), false); // Of this answer: it is the store's, and no host's.
    object.insert(QStringLiteral("session"), QString::fromUtf8(session.name));
    object.insert(QStringLiteral("code"), QLatin1String(why.code));
    object.insert(QStringLiteral("sentence"), why.sentence);
    object.insert(QStringLiteral("unblock"), why.unblock);
    return say(object, invocation, answer);
}

} // namespace

ExitCode runWhyCommand(const Invocation &invocation, AnswerWriter &answer)
{
    auto asked = hostOrStoreOf(invocation, answer);
    if (auto *host = std::get_if<HostClient>(&asked))
        return whyOfHost(*host, invocation, answer);
    if (const auto *store = std::get_if<StoreSource>(&asked))
        return whyOfStore(*store, invocation, answer);
    return std::get<ExitCode>(asked);
}

} // namespace burrow
