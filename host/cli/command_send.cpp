// SPDX-License-Identifier: Apache-2.0
#include "cli/command_send.h"

#include "base/limits.h"
#include "base/plain_text.h"
#include "cli/answer_writer.h"
#include "cli/host_client.h"
#include "cli/notices.h"
#include "cli/receipt_words.h"
#include "config/scalar.h"

#include <QFile>
#include <QJsonDocument>
#include <QStringDecoder>

#include <cstdio>

namespace burrow {

namespace {

Error usageError(const QString &message)
{
    return {ErrorKind::InvalidArgument, message};
}

Result<QByteArray> contentOf(const QString &name)
{
    QFile file(name);
    const bool isStdin = name == QLatin1String("-");
    if (!(isStdin ? file.open(stdin, QIODevice::ReadOnly) : file.open(QIODevice::ReadOnly)))
        return Error{ErrorKind::Io, QStringLiteral("%1: %2").arg(name, file.errorString())};
    QByteArray content = file.read(limits::input_bytes_max + 1);
    // What was read before an error is part of a text, and nobody asked to send that.
    if (file.error() != QFileDevice::NoError)
        return Error{ErrorKind::Io, QStringLiteral("%1: %2").arg(name, file.errorString())};
    if (content.size() > limits::input_bytes_max)
        return Error{ErrorKind::InvalidArgument, QStringLiteral("%1 is larger than an input may be (%2 MiB)")
                                                     .arg(isStdin ? QStringLiteral("stdin") : name)
                                                     .arg(limits::input_bytes_max >> 20)};
    return content;
}

/// A prompt with that text; the newline that ends a file is not part of it.
Result<QJsonObject> promptOf(QByteArray text)
{
    if (text.endsWith('\n'))
        text.chop(1);
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString decoded = decoder(text);
    if (decoder.hasError())
        return usageError(QStringLiteral("the input is not UTF-8."));
    return QJsonObject{{QStringLiteral("text"), decoded}};
}

Result<QJsonObject> inputIn(const QByteArray &json, const QString &file)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(json, &problem);
    if (problem.error != QJsonParseError::NoError)
        return usageError(QStringLiteral("%1 is no JSON: %2").arg(file, problem.errorString()));
    if (!document.isObject())
        return usageError(
            QStringLiteral("%1 holds no JSON object; an input is one, with its fields").arg(file));
    return document.object();
}

/// The session, as it was given, and the fields of the input.
struct Given
{
    QString session;
    QJsonObject input;
};

Result<Given> givenIn(const Invocation &invocation)
{
    const QString &argument = invocation.argument;
    const qsizetype space = argument.indexOf(u' ');
    const QString text = space < 0 ? QString() : argument.mid(space + 1);
    const QString file = text == QLatin1String("-") ? text : invocation.values("input").value(0);
    if (text.isEmpty() == !invocation.has("input"))
        return usageError(QStringLiteral("what is sent? Give a text, - for stdin, or --input FILE."));
    if (invocation.has("input") && file.isEmpty())
        return usageError(QStringLiteral("--input names no file."));
    Result<QByteArray> content = file.isEmpty() ? Result<QByteArray>(text.toUtf8()) : contentOf(file);
    if (!content)
        return content.error();
    Result<QJsonObject> input =
        file.endsWith(QLatin1String(".json")) ? inputIn(*content, file) : promptOf(*std::move(content));
    if (!input)
        return input.error();
    if (invocation.has("key"))
        input->insert(QStringLiteral("idempotency_key"), invocation.values("key").value(0));
    if (invocation.has("steer"))
        input->insert(QStringLiteral("handling_mode"), QStringLiteral("steer"));
    return Given{argument.left(space < 0 ? argument.size() : space), *std::move(input)};
}

bool isWaiting(const QJsonObject &params)
{
    const QString wait = params.value(QLatin1String("wait")).toString();
    return !wait.isEmpty() && wait != QLatin1String("none");
}

Result<QJsonObject> paramsFor(const Invocation &invocation, const QJsonObject &input)
{
    QJsonObject params{{QStringLiteral("input"), input}};
    const QString wait = invocation.values("wait").value(0);
    if (!wait.isEmpty())
        params.insert(QStringLiteral("wait"), wait);
    if (invocation.has("without-wake"))
        params.insert(QStringLiteral("without_wake"), true);
    if (!invocation.has("within"))
        return params;
    const QByteArray given = invocation.values("within").value(0).toUtf8();
    const ScalarReading<Duration> within = readDuration(given);
    if (!within.value)
        return usageError(
            QStringLiteral("--within is \"%1\"%2.").arg(QString::fromUtf8(given), within.problem));
    if (!isWaiting(params))
        return usageError(QStringLiteral("--within bounds the waiting; give --wait terminal, too."));
    params.insert(QStringLiteral("within_ms"),
                  qint64(std::chrono::duration_cast<std::chrono::milliseconds>(*within.value).count()));
    return params;
}

/// How it ended, in the shape "outcome"; empty where the host tells nothing of that.
QJsonObject endIn(const QJsonObject &told)
{
    if (told.contains(QLatin1String("outcome")))
        return told.value(QLatin1String("outcome")).toObject();
    const QJsonObject receipt = told.value(QLatin1String("receipt")).toObject();
    // The accept was all there is to it.
    if (receipt.value(QLatin1String("consumed")).toBool())
        return {
            {QStringLiteral("outcome"), QLatin1String(outcomeClassName(OutcomeClass::CompletedWithoutResult))}};
    // It ended long ago, and what it answered is not kept any more; its end is.
    if (receipt.contains(QLatin1String("ended_as")))
        return {{QStringLiteral("outcome"), receipt.value(QLatin1String("ended_as"))}};
    return {};
}

/// How sending went, and with `waiting` how the input ended.
ExitCode exitCodeOf(const QJsonObject &told, bool waiting)
{
    const ExitCode accepted = exitCodeOfReceipt(told.value(QLatin1String("receipt")).toObject());
    if (accepted != ExitCode::Ok || !waiting)
        return accepted;
    return told.value(QLatin1String("timed_out")).toBool() ? ExitCode::TimedOut
                                                           : exitCodeOfOutcome(endIn(told));
}

/// With an answer stdout is the answer, and the receipt is said beside it.
void sayInWords(const QString &session, const QJsonObject &told, AnswerWriter &answer)
{
    const QJsonObject receipt = told.value(QLatin1String("receipt")).toObject();
    const QString sentence = sentenceOfSubmission(session, receipt);
    const bool waited = told.contains(QLatin1String("outcome")) || told.contains(QLatin1String("timed_out"));
    if (!waited && exitCodeOfReceipt(receipt) == ExitCode::Ok) {
        answer.write(sentence.toUtf8() + '\n');
        return;
    }
    notice(sentence);
    if (told.contains(QLatin1String("timed_out")))
        notice(QStringLiteral("%1: it has not ended in that time, and goes on").arg(session));
    const QJsonObject outcome = told.value(QLatin1String("outcome")).toObject();
    if (const QString ended = sentenceOfOutcome(outcome); !outcome.isEmpty() && !ended.isEmpty())
        notice(QStringLiteral("%1: %2").arg(session, ended));
    const QByteArray text = outcome.value(QLatin1String("text")).toString().toUtf8();
    if (!text.isEmpty())
        answer.write((answer.isTerminal() ? withoutControls(text) : text) + '\n');
}

void sayAsJson(const QString &session, const QJsonObject &told, AnswerWriter &answer)
{
    QJsonObject receipt = told.value(QLatin1String("receipt")).toObject();
    receipt.insert(QStringLiteral("session"), session);
    for (const char *member : {"outcome", "timed_out"}) {
        if (told.contains(QLatin1String(member)))
            receipt.insert(QLatin1String(member), told.value(QLatin1String(member)));
    }
    answer.writeJson(receipt);
}

} // namespace

ExitCode runSendCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const Result<Given> given = givenIn(invocation);
    if (!given)
        return fail(given.error(), invocation, answer);
    Result<QJsonObject> params = paramsFor(invocation, given->input);
    if (!params)
        return fail(params.error(), invocation, answer);
    auto reached = reachHost(invocation, answer);
    if (const auto *code = std::get_if<ExitCode>(&reached))
        return *code;
    auto &host = std::get<HostClient>(reached);
    const Result<QByteArray> session = host.sessionMeantBy(given->session);
    if (!session)
        return fail(session.error(), invocation, answer);
    const QString name = QString::fromUtf8(*session);
    params->insert(QStringLiteral("session"), name);
    const Result<QJsonObject> told = host.ask("submit", *params);
    if (!told)
        return fail(told.error(), invocation, answer);
    if (invocation.has("json"))
        sayAsJson(name, *told, answer);
    else
        sayInWords(name, *told, answer);
    const ExitCode code = exitCodeOf(*told, isWaiting(*params));
    const bool isAccepted = exitCodeOfReceipt(told->value(QLatin1String("receipt")).toObject()) == ExitCode::Ok;
    if (code == ExitCode::Failed && isAccepted && endIn(*told).isEmpty())
        notice(QStringLiteral("%1: the host tells nothing of its outcome").arg(name));
    return code;
}

} // namespace burrow
