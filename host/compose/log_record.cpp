// SPDX-License-Identifier: Apache-2.0
#include "compose/log_record.h"

#include "base/moment_text.h"
#include "base/plain_text.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace burrow {

namespace {

// More than any sentence needs; a plugin that logs a book gets its beginning logged.
constexpr qsizetype message_characters_max = 32 << 10;

QString bounded(const QString &message)
{
    if (message.size() <= message_characters_max)
        return message;
    qsizetype end = message_characters_max;
    if (message.at(end - 1).isHighSurrogate()) // Half a character is none.
        --end;
    return message.left(end) + QStringLiteral("… (%1 characters were cut)").arg(message.size() - end);
}

/// A name as one word: it is quoted where it would not be one.
QByteArray word(const QByteArray &name)
{
    const bool plain = std::none_of(name.begin(), name.end(), [](char c) {
        return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == ':' || c == '=';
    });
    if (plain)
        return withoutControls(name);
    QByteArray escaped = name;
    escaped.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    return '"' + withoutControls(escaped) + '"';
}

QByteArray sentence(const LogRecord &record)
{
    QByteArray text = logLevelName(record.level);
    text += ' ' + record.category;
    const auto add = [&text](const char *field, const QByteArray &value) {
        if (!value.isEmpty())
            text += ' ' + QByteArray(field) + '=' + word(value);
    };
    add("session", record.subject.session);
    add("run", record.subject.run);
    add("plugin", record.subject.plugin);
    return text + ": ";
}

QByteArray indented(const QString &message)
{
    QByteArray lines = withoutControls(bounded(message).toUtf8());
    while (lines.endsWith('\n'))
        lines.chop(1);
    return lines.replace("\n", "\n    ") + '\n';
}

/// As journald reads it from a line's beginning: the priorities of syslog.
const char *priorityOf(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug:
        return "<7>";
    case LogLevel::Info:
        return "<6>";
    case LogLevel::Warning:
        return "<4>";
    case LogLevel::Error:
        break;
    }
    return "<3>";
}

/// With its quotes. Half a surrogate pair, which UTF-8 has no form for, becomes the replacement character.
QByteArray jsonString(const QString &value)
{
    const QString valid = QString::fromUtf8(value.toUtf8());
    const QByteArray array = QJsonDocument(QJsonArray{valid}).toJson(QJsonDocument::Compact);
    return array.mid(1, array.size() - 2);
}

} // namespace

QByteArray textLines(const LogRecord &record)
{
    return momentText(record.at).toLatin1() + ' ' + sentence(record) + indented(record.message);
}

QByteArray journalLines(const LogRecord &record)
{
    // Each line is a record for the journal, so each says its priority.
    QByteArray lines = sentence(record) + indented(record.message);
    lines.chop(1);
    const QByteArray priority = priorityOf(record.level);
    return priority + lines.replace("\n", "\n" + priority) + '\n';
}

QByteArray jsonLine(const LogRecord &record)
{
    const QByteArray time = momentText(record.at).toLatin1();
    QByteArray line = R"({"time":")" + time + R"(","level":")" + logLevelName(record.level) + R"(","category":)"
                      + jsonString(QString::fromUtf8(record.category));
    const auto add = [&line](const char *field, const QByteArray &value) {
        if (!value.isEmpty())
            line += R"(,")" + QByteArray(field) + R"(":)" + jsonString(QString::fromUtf8(value));
    };
    add("session", record.subject.session);
    add("run", record.subject.run);
    add("plugin", record.subject.plugin);
    return line + R"(,"message":)" + jsonString(bounded(record.message)) + "}\n";
}

} // namespace burrow
