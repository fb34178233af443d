// SPDX-License-Identifier: Apache-2.0
#include "config/document.h"

#include "config/syntax_error.h"
#include "config/tab_repair.h"
#include "config/tree_builder.h"

#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <optional>
#include <sstream>

namespace burrow {

namespace {

/// Each repairs more of the file than the one before; a file that needs more of them is left at that.
constexpr int attempts_max = 20;

/// Reports the first line that a tab indents, among those that were read, and says how many more there are:
/// whoever has one has them everywhere.
bool reportTabs(const SourcePointer &source, const TreeBuilder &builder, int lastLineRead, Findings &findings)
{
    int first = 0;
    int more = 0;
    for (int number = 1; number <= source->lineCount(); ++number) {
        if (!isIndentedByTab(source->line(number)) || builder.isLiteralLine(number))
            continue;
        if (first == 0 && number > lastLineRead)
            return false;
        first == 0 ? first = number : ++more;
    }
    if (first == 0)
        return false;
    const Place place{source, first, static_cast<int>(source->line(first).indexOf('\t')), 1};
    QString help = QStringLiteral("replace it by spaces");
    if (more > 0)
        help += QStringLiteral("; %1 more line%2 start so").arg(more).arg(QLatin1String(more == 1 ? "" : "s"));
    report(findings, place, FindingCode::TabIndentation,
           QStringLiteral("a tab is used for indentation; YAML allows only spaces"), help);
    return true;
}

/// What the parser made of a file.
struct Attempt
{
    std::unique_ptr<TreeBuilder> builder;
    Findings findings; // The builder's.
    std::optional<Finding> syntax;
    int lastLineRead = 0;
    bool stopped = false;
};

Attempt parse(const SourcePointer &source)
{
    Attempt attempt;
    attempt.lastLineRead = source->lineCount();
    attempt.builder = std::make_unique<TreeBuilder>(source);
    TreeBuilder &builder = *attempt.builder;
    try {
        std::istringstream stream(
            std::string(source->bytes().data(), static_cast<std::size_t>(source->bytes().size())));
        YAML::Parser parser(stream);
        while (parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::Exception &exception) {
        const Place place = builder.place(exception.mark);
        builder.endLiteral(place.line);
        attempt.lastLineRead = place.line;
        attempt.syntax = syntaxFinding(place, exception.msg, builder.openBracket());
    } catch (const StopReading &) {
        attempt.stopped = true;
    }
    attempt.findings = builder.takeFindings();
    return attempt;
}

NodePointer emptyMapping(const SourcePointer &source)
{
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::Mapping;
    node->place = Place{source, 1, 0, 1};
    return node;
}

} // namespace

const Node *Node::find(QByteArrayView key) const
{
    for (const Entry &each : entries) {
        if (QByteArrayView(each.key) == key)
            return each.value.get();
    }
    return nullptr;
}

bool Node::isNull() const
{
    if (kind == Kind::Null)
        return true;
    return kind == Kind::Scalar && plain && !expanded
           && (text.isEmpty() || text == "~" || text == "null" || text == "Null" || text == "NULL");
}

QString shown(const Node &node)
{
    return node.secret ? QStringLiteral("\"***\"") : quoted(node.text);
}

NodePointer readDocument(const SourcePointer &source, Findings &findings, Empty empty)
{
    TabRepair tabs(source);
    Attempt attempt = parse(tabs.source());
    for (int tries = 1; tries < attempts_max && attempt.syntax; ++tries) {
        const auto isText = [&attempt](int line) { return attempt.builder->isLiteralLine(line); };
        if (!tabs.repair(attempt.lastLineRead, isText))
            break;
        attempt = parse(tabs.source());
    }
    for (Finding &each : attempt.findings)
        addFinding(findings, std::move(each));
    if (!attempt.stopped || tabs.lastLine() > 0) {
        const bool hasTabs = reportTabs(source, *attempt.builder, attempt.lastLineRead, findings);
        // Right behind a tab the parser most probably complains of its consequence.
        if (attempt.syntax && (!hasTabs || attempt.syntax->line > tabs.lastLine() + 1))
            addFinding(findings, *attempt.syntax);
    }
    NodePointer root = attempt.builder->root();
    if (attempt.stopped || attempt.syntax)
        return nullptr;
    if (root && !root->isNull())
        return root;
    if (empty == Empty::Allowed)
        return emptyMapping(source);
    report(findings, Place{source, 1, 0, 1}, FindingCode::DocumentCount, QStringLiteral("the file is empty"),
           QStringLiteral("begin with \"version: 1\""));
    return nullptr;
}

} // namespace burrow
