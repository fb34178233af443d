// SPDX-License-Identifier: Apache-2.0
#include "config/syntax_error.h"

#include <array>

namespace burrow {

namespace {

struct Wording
{
    const char *parserStart; ///< How the parser's sentence begins.
    FindingCode code;
    const char *message;
    const char *help;
};

// clang-format off
constexpr std::array wordings = {
    Wording{"illegal tab", FindingCode::TabIndentation,
            "a tab is used for indentation; YAML allows only spaces", "replace it by spaces"},
    Wording{"end of map not found", FindingCode::Syntax,
            "this does not belong to the mapping above it", "keys of one mapping start in the same column"},
    Wording{"end of sequence not found", FindingCode::Syntax,
            "this does not belong to the list above it", "items of one list start with \"- \" in the same column"},
    Wording{"illegal block entry", FindingCode::Syntax,
            "a list item cannot start here", "a list starts on a line of its own, below its key"},
    Wording{"illegal map key", FindingCode::Syntax, "a key cannot start here", "start it on a line of its own"},
    Wording{"illegal flow end", FindingCode::Syntax, "this bracket closes nothing", "remove it, or open it earlier"},
    Wording{"the referenced anchor", FindingCode::Alias,
            "this alias names no anchor above it", "quote the value if it is text that begins with \"*\""},
    Wording{"alias not found", FindingCode::Syntax, "\"*\" starts an alias, and no name follows", "quote the value"},
    Wording{"anchor not found", FindingCode::Syntax, "\"&\" starts an anchor, and no name follows", "quote the value"},
    Wording{"unknown escape", FindingCode::Syntax,
            "this is no escape sequence", "write \\\\ for a backslash, or use single quotes"},
    Wording{"bad character found while scanning hex", FindingCode::Syntax,
            "the escape sequence needs more hexadecimal digits", "\\x takes 2, \\u takes 4, \\U takes 8"},
    Wording{"invalid unicode", FindingCode::Syntax, "the escape sequence names no character", ""},
    Wording{"illegal EOF", FindingCode::Syntax, "the file ends inside of a quoted text", "close the quote"},
    Wording{"illegal document indicator", FindingCode::Syntax,
            "a document starts or ends inside of a quoted text", "close the quote before this line"},
    Wording{"bad file", FindingCode::TooDeep, "mappings and lists are nested too deep", ""},
};
// clang-format on

QByteArrayView before(const Place &place)
{
    const QByteArrayView line = place.source->line(place.line);
    return line.first(std::min<qsizetype>(place.byteColumn, line.size()));
}

qsizetype indentationOf(QByteArrayView line)
{
    qsizetype at = 0;
    while (at < line.size() && line[at] == ' ')
        ++at;
    return at;
}

/// The line above that is neither blank nor a comment; 0 when there is none.
int lastLineWithText(const Place &place)
{
    int line = place.line - 1;
    while (line > 0) {
        const QByteArrayView text = place.source->line(line).trimmed();
        if (!text.isEmpty() && text[0] != '#')
            break;
        --line;
    }
    return line;
}

/// A line such as `key:value`, which YAML reads as one word.
bool lacksSpaceAfterColon(QByteArrayView line)
{
    const QByteArrayView text = line.sliced(indentationOf(line));
    const qsizetype colon = text.indexOf(':');
    if (colon <= 0 || colon + 1 >= text.size() || text[colon + 1] == ' ' || text[colon + 1] == '/')
        return false;
    return text.first(colon).indexOf(' ') < 0 && text.indexOf(": ") < 0;
}

/// The parser stops at a colon that it did not expect; which mistake led there shows in the line and the one
/// above.
Finding unexpectedColon(const Place &place)
{
    const int lineAbove = lastLineWithText(place);
    const QByteArrayView above = place.source->line(lineAbove);
    const QByteArrayView left = before(place);
    Finding finding = findingAt(place, FindingCode::Syntax, QStringLiteral("a colon is not expected here"));
    if (lacksSpaceAfterColon(above))
        finding.help = QStringLiteral("put a space after the colon in line %1").arg(lineAbove);
    else if (left.indexOf(": ") >= 0)
        finding.help = QStringLiteral("quote a value that contains \": \"");
    else if (indentationOf(left) > indentationOf(above))
        finding.help = QStringLiteral("line %1 has a value already: indent this line like it").arg(lineAbove);
    else if (above.indexOf(':') < 0 && !above.trimmed().startsWith('-'))
        finding.help = QStringLiteral("line %1 has no colon").arg(lineAbove);
    else
        finding.help = QStringLiteral("check the indentation here and in the line above");
    return finding;
}

/// `{ key: ${env:X} }`: to YAML the brace of the reference opens a mapping.
bool isBraceOfReference(const Place &place)
{
    const QByteArrayView line = place.source->line(place.line);
    return place.byteColumn > 0 && place.byteColumn < line.size() && line[place.byteColumn] == '{'
           && line[place.byteColumn - 1] == '$';
}

Finding unclosedBracket(const Place &place, const Place &openBracket, const char *expected)
{
    if (!openBracket.isGiven())
        return findingAt(place, FindingCode::Syntax, QStringLiteral("a bracket is not closed"));
    if (isBraceOfReference(place))
        return findingAt(place, FindingCode::Syntax,
                         QStringLiteral("within brackets a value with a reference needs quotes"),
                         QStringLiteral("write \"${…}\", with the quotes"));
    const bool atEnd = place.source->offset(place.line, place.byteColumn) >= place.source->bytes().size();
    if (atEnd)
        return findingAt(openBracket, FindingCode::Syntax,
                         QStringLiteral("the bracket that opens here is never closed"),
                         QStringLiteral("close it with \"%1\"").arg(QLatin1String(expected)));
    return findingAt(place, FindingCode::Syntax,
                     QStringLiteral("\",\" or \"%1\" is expected here").arg(QLatin1String(expected)),
                     QStringLiteral("the bracket opens at %1").arg(openBracket.toText()));
}

Finding unknownToken(const Place &place)
{
    const QByteArrayView line = place.source->line(place.line);
    const QByteArrayView sign =
        place.byteColumn < line.size() ? line.sliced(place.byteColumn, 1) : QByteArrayView();
    return findingAt(place, FindingCode::Syntax,
                     QStringLiteral("an unquoted value cannot start with %1").arg(quoted(sign)),
                     QStringLiteral("put the value in quotes"));
}

} // namespace

Finding syntaxFinding(const Place &place, const std::string &parserSentence, const Place &openBracket)
{
    const QByteArrayView sentence(parserSentence.data(), static_cast<qsizetype>(parserSentence.size()));
    if (sentence.startsWith("illegal map value"))
        return unexpectedColon(place);
    if (sentence.startsWith("end of map flow"))
        return unclosedBracket(place, openBracket, "}");
    if (sentence.startsWith("end of sequence flow"))
        return unclosedBracket(place, openBracket, "]");
    if (sentence.startsWith("unknown token"))
        return unknownToken(place);
    for (const Wording &each : wordings) {
        if (!sentence.startsWith(each.parserStart))
            continue;
        Finding finding = findingAt(place, each.code, QLatin1String(each.message), QLatin1String(each.help));
        const QByteArray left = before(place).trimmed().toByteArray();
        if (sentence.startsWith("end of map not") && (left.endsWith('"') || left.endsWith('\'')))
            finding.help = QStringLiteral("nothing can follow a closing quote but a comment");
        return finding;
    }
    return findingAt(place, FindingCode::Syntax,
                     QStringLiteral("this is not YAML: %1").arg(QString::fromUtf8(sentence)));
}

} // namespace burrow
