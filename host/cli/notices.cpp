// SPDX-License-Identifier: Apache-2.0
#include "cli/notices.h"

#include "config/configuration.h"
#include "config/secret_texts.h"

#include <QLoggingCategory>

#include <array>
#include <cerrno>
#include <cstring>

#include <unistd.h>

namespace burrow {

namespace {

SecretTexts &hiddenTexts()
{
    static SecretTexts texts;
    return texts;
}

const char *severityOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return "debug: ";
    case QtInfoMsg:
        return "";
    case QtWarningMsg:
        return "warning: ";
    case QtCriticalMsg:
    case QtFatalMsg:
        break;
    }
    return "error: ";
}

void messageToNotice(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    QString text = QString::fromLatin1(severityOf(type));
    if (context.category && std::strcmp(context.category, "default") != 0)
        text += QString::fromLatin1(context.category) + QLatin1String(": ");
    notice(text + message);
}

QString rulesFor(const QByteArray &category, LogLevel least)
{
    constexpr std::array severities{"debug", "info", "warning", "critical"};
    QByteArray rules;
    for (size_t at = 0; at < severities.size(); ++at)
        rules += category + '.' + severities.at(at) + (at < size_t(least) ? "=false\n" : "=true\n");
    return QString::fromUtf8(rules);
}

} // namespace

QByteArray withoutControls(const QByteArray &text)
{
    QByteArray out;
    out.reserve(text.size());
    for (qsizetype at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text.at(at));
        const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text.at(at + 1) : 0);
        if (byte == 0xc2 && next >= 0x80 && next < 0xa0) { // U+0080 to U+009F: the controls of eight bits.
            out += "\\x" + QByteArray::number(next, 16);
            ++at;
        } else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) {
            out += "\\x" + QByteArray::number(byte, 16).rightJustified(2, '0');
        } else {
            out += text.at(at);
        }
    }
    return out;
}

void notice(const QString &text)
{
    QByteArray lines = withoutControls(text.toUtf8());
    while (lines.endsWith('\n'))
        lines.chop(1);
    noticeAsIs("burrow: " + lines.replace("\n", "\n    ") + '\n');
}

void hideInNotices(const SecretTexts &secrets)
{
    hiddenTexts() = secrets;
}

void noticeAsIs(const QByteArray &written)
{
    const QByteArray text =
        hiddenTexts().isEmpty() ? written : hiddenTexts().masked(QString::fromUtf8(written)).toUtf8();
    // One call per notice, so that those of two threads do not mix. Nobody can be told when stderr is gone.
    qsizetype done = 0;
    while (done < text.size()) {
        const ssize_t size =
            ::write(STDERR_FILENO, text.constData() + done, static_cast<size_t>(text.size() - done));
        if (size < 0 && errno != EINTR)
            return;
        done += std::max<ssize_t>(size, 0);
    }
}

void sendMessagesToNotices()
{
    qInstallMessageHandler(messageToNotice);
    QLoggingCategory::setFilterRules(rulesFor("*", LogLevel::Warning));
}

void applyLogging(const LoggingSettings &settings)
{
    // The level in the file is about the host; what Qt itself has to say is for its developers.
    QString rules = rulesFor("*", LogLevel::Warning) + rulesFor("burrow.*", settings.level);
    for (const auto &[category, level] : settings.categories)
        rules += rulesFor(category, level);
    QLoggingCategory::setFilterRules(rules);
}

} // namespace burrow
