// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/finding_code.h"

#include <QJsonArray>
#include <QString>

#include <vector>

class QTextStream;

/// What is wrong with a file that a person wrote, as a value: where, what, and what to do about it.
namespace burrow {

enum class Severity : quint8 { Error, Warning, Note };
inline constexpr EnumNames<Severity, 3> severityName{{"error", "warning", "note"}};

struct Finding
{
    QString file;
    int line = 0;   ///< From 1; 0 when the finding is about the whole file.
    int column = 0; ///< From 1, in characters.
    int length = 1; ///< Characters that the excerpt underlines.
    Severity severity = Severity::Error;
    FindingCode code = FindingCode::Syntax;
    QString message;      ///< One sentence.
    QString help;         ///< What to do; may be empty.
    QString excerpt;      ///< The line of the file; empty when there is none to show.
    qsizetype hidden = 0; ///< Of the note that ends a long list: how many findings it stands for.
};

using Findings = std::vector<Finding>;

/// Appends, unless so many are there already that nobody will read one more.
void addFinding(Findings &findings, Finding finding);
/// Nothing more is taken, so a finding need not be made.
bool isFull(const Findings &findings);

bool hasErrors(const Findings &findings);

/// Sorts by place, drops repetitions, keeps the first limits::configuration_findings_max and says how many more
/// there were. A list may be arranged again after more was added.
Findings arrangeFindings(Findings findings);

/// `file:line:col: error[BUR1042]: message`, then the line with a caret under the place, then the help.
void printFindings(QTextStream &out, const Findings &findings);

/// One line for each finding in the form that GitHub's runners turn into annotations of a change.
void printGithubFindings(QTextStream &out, const Findings &findings);

/// One object for each finding, with the members of the struct; `excerpt` stays out.
QJsonArray findingsToJson(const Findings &findings);

/// "5 errors, 1 warning in 3 files".
QString findingsSummary(const Findings &findings);

/// Text of a user between double quotes, shortened, with nothing in it that a terminal would obey.
QString quoted(QByteArrayView text);
QString quoted(const QString &text);
inline QString quoted(const QByteArray &text)
{
    return quoted(QByteArrayView(text));
}

} // namespace burrow
