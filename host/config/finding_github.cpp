// SPDX-License-Identifier: Apache-2.0
#include "config/finding.h"

#include <QTextStream>

namespace burrow {

namespace {

QString escaped(QString text)
{
    return text.replace(u'%', QLatin1String("%25"))
        .replace(u'\r', QLatin1String("%0D"))
        .replace(u'\n', QLatin1String("%0A"));
}

/// A property also ends at its separators.
QString escapedProperty(const QString &text)
{
    return escaped(text).replace(u':', QLatin1String("%3A")).replace(u',', QLatin1String("%2C"));
}

const char *commandOf(Severity severity)
{
    switch (severity) {
    case Severity::Error:
        return "error";
    case Severity::Warning:
        return "warning";
    case Severity::Note:
        break;
    }
    return "notice";
}

} // namespace

void printGithubFindings(QTextStream &out, const Findings &findings)
{
    for (const Finding &each : findings) {
        out << "::" << commandOf(each.severity) << " file=" << escapedProperty(each.file);
        if (each.line > 0)
            out << ",line=" << each.line << ",col=" << each.column
                << ",endColumn=" << each.column + each.length - 1;
        out << ",title=" << codeText(each.code) << "::" << escaped(each.message);
        if (!each.help.isEmpty())
            out << "%0Ahelp: " << escaped(each.help);
        out << '\n';
    }
}

} // namespace burrow
