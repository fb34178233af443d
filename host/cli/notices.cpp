// SPDX-License-Identifier: Apache-2.0
#include "cli/notices.h"

#include "base/plain_text.h"
#include "compose/log_output.h"

namespace burrow {

namespace {

constexpr const char *category = "burrow.cli";

} // namespace

void notice(const QString &text)
{
    QByteArray lines = withoutControls(text.toUtf8());
    while (lines.endsWith('\n'))
        lines.chop(1);
    tellPeople("burrow: " + lines.replace("\n", "\n    ") + '\n', LogLevel::Info, category, text);
}

void noticeAsIs(const QByteArray &text)
{
    tellPeople(text, LogLevel::Info, category, QString::fromUtf8(text).trimmed());
}

void noticeFindings(const Findings &findings, const QByteArray &asText)
{
    if (!stderrIsJson()) {
        noticeAsIs(asText);
        return;
    }
    for (const Finding &finding : findings) {
        const LogLevel level = finding.severity == Severity::Error     ? LogLevel::Error
                               : finding.severity == Severity::Warning ? LogLevel::Warning
                                                                       : LogLevel::Info;
        const QString help = finding.help.isEmpty() ? QString() : QStringLiteral("; ") + finding.help;
        tellPeople({}, level, "burrow.config",
                   QStringLiteral("%1:%2:%3: %4: %5%6")
                       .arg(finding.file)
                       .arg(finding.line)
                       .arg(finding.column)
                       .arg(codeText(finding.code), finding.message, help));
    }
}

} // namespace burrow
