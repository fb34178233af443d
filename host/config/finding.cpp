// SPDX-License-Identifier: Apache-2.0
#include "config/finding.h"

#include "base/limits.h"

#include <QJsonObject>
#include <QSet>
#include <QTextStream>

#include <algorithm>
#include <tuple>

namespace burrow {

namespace {

/// More than are ever shown, so that the first by place are among them, and still a bound.
constexpr std::size_t findings_kept_max = 20 * limits::configuration_findings_max;
constexpr qsizetype quoted_characters_max = 60;
constexpr qsizetype excerpt_characters_max = 120;
constexpr qsizetype sentence_characters_max = 1000; // A sentence may hold a path whose keys the user chose.

auto placeOf(const Finding &finding)
{
    return std::tie(finding.file, finding.line, finding.column, finding.code, finding.message);
}

/// What a user wrote must not move the cursor or colour the terminal of the person who reads about it.
QString printable(const QString &text)
{
    QString result = text;
    for (QChar &each : result) {
        if (each == u'\t')
            each = u' ';
        else if (each.category() == QChar::Other_Control || each.category() == QChar::Other_Format)
            each = QChar::ReplacementCharacter;
    }
    return result;
}

QString shortened(const QString &text, qsizetype most)
{
    return text.size() <= most ? text : text.left(most - 1) + QChar(0x2026);
}

/// Columns count characters; QString counts UTF-16 units.
qsizetype unitsOf(const QString &line, int characters)
{
    qsizetype at = 0;
    for (int seen = 0; seen < characters && at < line.size(); ++seen)
        at += line.at(at).isHighSurrogate() && at + 1 < line.size() ? 2 : 1;
    return at;
}

struct Excerpt
{
    QString text;
    qsizetype caret = 0;
};

/// The line, or the part of a long line around the place.
Excerpt excerptOf(const Finding &finding)
{
    const QString line = printable(finding.excerpt);
    const qsizetype caret = unitsOf(line, std::max(0, finding.column - 1));
    if (line.size() <= excerpt_characters_max)
        return {line, caret};
    const qsizetype first =
        std::clamp<qsizetype>(caret - excerpt_characters_max / 2, 0, line.size() - excerpt_characters_max);
    QString part = line.mid(first, excerpt_characters_max);
    if (first > 0)
        part.replace(0, 1, QChar(0x2026));
    if (first + excerpt_characters_max < line.size())
        part.replace(part.size() - 1, 1, QChar(0x2026));
    return {part, caret - first};
}

void printExcerpt(QTextStream &out, const Finding &finding)
{
    const Excerpt excerpt = excerptOf(finding);
    const QString number = QString::number(finding.line).rightJustified(5);
    const qsizetype room = std::max<qsizetype>(1, excerpt.text.size() - excerpt.caret);
    const qsizetype underlined = std::clamp<qsizetype>(finding.length, 1, room);
    out << number << " | " << excerpt.text << '\n';
    out << QString(number.size(), u' ') << " | " << QString(excerpt.caret, u' ') << '^'
        << QString(underlined - 1, u'~');
    if (!finding.help.isEmpty())
        out << "  help: " << printable(finding.help);
    out << '\n';
}

} // namespace

void addFinding(Findings &findings, Finding finding)
{
    if (isFull(findings))
        return;
    finding.message = shortened(finding.message, sentence_characters_max);
    finding.help = shortened(finding.help, sentence_characters_max);
    findings.push_back(std::move(finding));
}

bool isFull(const Findings &findings)
{
    return findings.size() >= findings_kept_max;
}

bool hasErrors(const Findings &findings)
{
    return std::any_of(findings.begin(), findings.end(),
                       [](const Finding &each) { return each.severity == Severity::Error; });
}

Findings arrangeFindings(Findings findings)
{
    qsizetype hidden = 0;
    const auto takeNote = [&hidden](const Finding &each) {
        hidden += each.hidden;
        return each.code == FindingCode::MoreFindings;
    };
    findings.erase(std::remove_if(findings.begin(), findings.end(), takeNote), findings.end());
    const auto before = [](const Finding &a, const Finding &b) { return placeOf(a) < placeOf(b); };
    const auto same = [](const Finding &a, const Finding &b) { return placeOf(a) == placeOf(b); };
    std::stable_sort(findings.begin(), findings.end(), before);
    findings.erase(std::unique(findings.begin(), findings.end(), same), findings.end());

    constexpr std::size_t shown = limits::configuration_findings_max;
    if (findings.size() > shown)
        hidden += static_cast<qsizetype>(findings.size() - shown);
    if (hidden == 0)
        return findings;
    findings.resize(std::min(findings.size(), shown));
    Finding note;
    note.file = findings.empty() ? QString() : findings.back().file;
    note.severity = Severity::Note;
    note.code = FindingCode::MoreFindings;
    note.message = QStringLiteral("%1 more findings are not shown").arg(hidden);
    note.help = QStringLiteral("correct these first");
    note.hidden = hidden;
    findings.push_back(note);
    return findings;
}

void printFindings(QTextStream &out, const Findings &findings)
{
    for (const Finding &each : findings) {
        out << printable(each.file) << ':';
        if (each.line > 0)
            out << each.line << ':' << each.column << ':';
        out << ' ' << severityName(each.severity) << '[' << codeText(each.code)
            << "]: " << printable(each.message) << '\n';
        if (!each.excerpt.isEmpty())
            printExcerpt(out, each);
        else if (!each.help.isEmpty())
            out << "  help: " << printable(each.help) << '\n';
    }
}

QJsonArray findingsToJson(const Findings &findings)
{
    QJsonArray array;
    for (const Finding &each : findings) {
        array.append(QJsonObject{{QStringLiteral("file"), each.file},
                                 {QStringLiteral("line"), each.line},
                                 {QStringLiteral("column"), each.column},
                                 {QStringLiteral("length"), each.length},
                                 {QStringLiteral("severity"), QLatin1String(severityName(each.severity))},
                                 {QStringLiteral("code"), codeText(each.code)},
                                 {QStringLiteral("message"), each.message},
                                 {QStringLiteral("help"), each.help}});
    }
    return array;
}

QString findingsSummary(const Findings &findings)
{
    qsizetype errors = 0;
    qsizetype warnings = 0;
    QSet<QString> files;
    for (const Finding &each : findings) {
        errors += each.severity == Severity::Error ? 1 : 0;
        warnings += each.severity == Severity::Warning ? 1 : 0;
        files.insert(each.file);
    }
    const auto counted = [](qsizetype count, const char *noun) {
        return QStringLiteral("%1 %2%3").arg(count).arg(QLatin1String(noun),
                                                        QLatin1String(count == 1 ? "" : "s"));
    };
    return QStringLiteral("%1, %2 in %3")
        .arg(counted(errors, "error"), counted(warnings, "warning"), counted(files.size(), "file"));
}

QString quoted(const QString &text)
{
    return u'"' + printable(shortened(text, quoted_characters_max)) + u'"';
}

QString quoted(QByteArrayView text)
{
    // Four bytes are the most that one character takes; what is cut off beyond would not be shown anyway.
    return quoted(
        QString::fromUtf8(text.first(std::min<qsizetype>(text.size(), 4 * quoted_characters_max + 4))));
}

} // namespace burrow
