// SPDX-License-Identifier: Apache-2.0
#include "config/tree_builder.h"

#include "base/assert.h"
#include "base/limits.h"

#include <algorithm>

namespace burrow {

namespace {

constexpr int aliases_max = 1000;
/// With aliases expanded; ten lines of aliases of aliases would otherwise make billions of nodes.
constexpr qint64 nodes_max = 2'000'000;

} // namespace

Place TreeBuilder::place(const YAML::Mark &mark) const
{
    // The parser counts from 0 and puts an unexpected end behind the last line.
    Place place{m_source, mark.line + 1, mark.column, 1};
    if (place.line > m_source->lineCount()) {
        place.line = m_source->lineCount();
        place.byteColumn = static_cast<int>(m_source->line(place.line).size());
    }
    return place;
}

Place TreeBuilder::openBracket() const
{
    for (auto frame = m_open.rbegin(); frame != m_open.rend(); ++frame) {
        const Place &start = frame->node->place;
        const QByteArrayView line = m_source->line(start.line);
        // A pair inside a list, as in [a: 1], is a mapping without a bracket of its own.
        const bool bracket =
            start.byteColumn < line.size() && (line[start.byteColumn] == '[' || line[start.byteColumn] == '{');
        if (frame->inBrackets && bracket)
            return start;
    }
    return {};
}

void TreeBuilder::stop(const Place &place, FindingCode code, const QString &message, const QString &help)
{
    report(m_findings, place, code, message, help);
    throw StopReading{}; // tidy: allow throw: readDocument catches it; the parser has no other way to stop
}

void TreeBuilder::checkDepth(const Place &place, int height)
{
    // What an alias names counts where the alias stands, so that no walk over the tree goes deeper than this.
    if (static_cast<int>(m_open.size()) + height > limits::configuration_depth_max + 1)
        stop(place, FindingCode::TooDeep,
             QStringLiteral("mappings and lists are nested deeper than %1")
                 .arg(limits::configuration_depth_max));
}

void TreeBuilder::endLiteral(int nextLine)
{
    if (m_literalStart == 0)
        return;
    for (int line = m_literalStart + 1; line < nextLine; ++line)
        m_literalLines.insert(line);
    m_literalStart = 0;
}

void TreeBuilder::OnDocumentStart(const YAML::Mark &mark)
{
    if (++m_documents > 1)
        stop(place(mark), FindingCode::DocumentCount, QStringLiteral("a second document starts here"),
             QStringLiteral("keep one document in a file"));
}

void TreeBuilder::checkTag(const Place &place, const std::string &tag)
{
    if (tag.empty() || tag == "?" || tag == "!")
        return;
    report(m_findings, place, FindingCode::ExplicitTag, QStringLiteral("explicit tags are not allowed"),
           QStringLiteral("remove the tag; quotes make a value text"));
}

void TreeBuilder::OnNull(const YAML::Mark &mark, YAML::anchor_t anchor)
{
    auto node = std::make_shared<Node>();
    node->place = place(mark);
    endLiteral(node->place.line);
    if (!m_open.empty()) {
        Frame &frame = m_open.back();
        const bool afterKey = frame.node->kind == Node::Kind::Mapping && !frame.keyExpected;
        const bool atKey =
            node->place.line == frame.keyPlace.line && node->place.byteColumn == frame.keyPlace.byteColumn;
        if (afterKey && atKey && !frame.inBrackets) {
            frame.node->incomplete = true;
            report(
                m_findings, frame.keyPlace, FindingCode::Syntax,
                QStringLiteral("%1 is not a key with a value").arg(quoted(frame.key)),
                frame.key.contains(':')
                    ? QStringLiteral("put a space after the colon")
                    : QStringLiteral("write \"key: value\", or indent the line if it continues the one above"));
            if (frame.keyCounts)
                frame.keys.remove(frame.key);
            frame.keyCounts = false;
        }
        // The parser's mark is where the next thing starts, which says nothing about what is missing here.
        if (frame.node->kind == Node::Kind::Sequence || afterKey)
            node->place = afterKey ? frame.keyPlace : frame.node->place;
    }
    if (anchor != 0)
        m_anchors[anchor] = node;
    add(std::move(node));
}

void TreeBuilder::OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor)
{
    const Place here = place(mark);
    endLiteral(here.line);
    if (++m_aliases > aliases_max)
        stop(here, FindingCode::FileTooLarge,
             QStringLiteral("the file has more than %1 aliases").arg(aliases_max));
    const auto found = m_anchors.find(anchor);
    if (found == m_anchors.end())
        stop(here, FindingCode::Alias, QStringLiteral("this alias stands inside of what it names"),
             QStringLiteral("write the value out"));
    const Frame *frame = m_open.empty() ? nullptr : &m_open.back();
    if (frame && frame->node->kind == Node::Kind::Mapping && frame->keyExpected)
        stop(here, FindingCode::KeyForm, QStringLiteral("an alias cannot be a key"),
             QStringLiteral("write the key out"));
    add(found->second);
}

void TreeBuilder::scalarRead(const ScalarExtent &extent)
{
    if (!extent.closed)
        stop(extent.place, FindingCode::Syntax, QStringLiteral("the quote that opens here is never closed"));
    if (extent.style == ScalarStyle::Block)
        m_literalStart = extent.place.line;
    for (int line = extent.place.line + 1; line <= extent.lastLine; ++line)
        m_literalLines.insert(line);
}

void TreeBuilder::OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                           const std::string &value)
{
    auto node = std::make_shared<Node>();
    node->kind = Node::Kind::Scalar;
    node->text = QByteArray(value.data(), static_cast<qsizetype>(value.size()));
    const Place start = place(mark);
    endLiteral(start.line);
    const ScalarExtent extent = scalarExtent(start, node->text);
    node->place = extent.place;
    checkTag(start, tag);
    node->plain = extent.style == ScalarStyle::Plain && tag != "!";
    scalarRead(extent);
    if (anchor != 0)
        m_anchors[anchor] = node;
    add(std::move(node));
}

void TreeBuilder::OnSequenceStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                                  YAML::EmitterStyle::value style)
{
    open(Node::Kind::Sequence, mark, tag, anchor, style);
}

void TreeBuilder::OnMapStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                             YAML::EmitterStyle::value style)
{
    open(Node::Kind::Mapping, mark, tag, anchor, style);
}

void TreeBuilder::open(Node::Kind kind, const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style)
{
    const Place start = place(mark);
    endLiteral(start.line);
    checkDepth(start, 1);
    checkTag(start, tag);
    Frame frame;
    frame.node = std::make_shared<Node>();
    frame.node->kind = kind;
    frame.node->place = start;
    frame.anchor = anchor;
    frame.inBrackets = style == YAML::EmitterStyle::Flow;
    m_open.push_back(std::move(frame));
}

void TreeBuilder::close()
{
    BURROW_ASSERT(!m_open.empty());
    const Frame frame = std::move(m_open.back());
    m_open.pop_back();
    if (frame.anchor != 0)
        m_anchors[frame.anchor] = frame.node;
    add(frame.node);
}

void TreeBuilder::addKey(Frame &frame, const Node &node)
{
    const bool wasIncomplete = frame.node->incomplete;
    frame.keyExpected = false;
    frame.keyCounts = false;
    frame.key = node.text;
    frame.keyPlace = node.place;
    frame.node->incomplete = true;
    if (node.kind != Node::Kind::Scalar) {
        report(m_findings, node.place, FindingCode::KeyForm, QStringLiteral("a key must be one word"),
               node.kind == Node::Kind::Null
                   ? QStringLiteral("write the key before the colon")
                   : QStringLiteral("put a value that starts with a bracket in quotes"));
    } else if (node.plain && node.text == "<<") {
        report(m_findings, node.place, FindingCode::MergeKey, QStringLiteral("merge keys are not allowed"),
               QStringLiteral("write the keys out"));
    } else if (const auto first = frame.keys.constFind(node.text); first != frame.keys.constEnd()) {
        if (isFull(m_findings))
            return;
        const Finding at = findingAt(frame.node->entries[*first].keyPlace, FindingCode::DuplicateKey, {});
        report(m_findings, node.place, FindingCode::DuplicateKey,
               QStringLiteral("key %1 appears twice in this mapping (first at %2:%3)")
                   .arg(quoted(node.text))
                   .arg(at.line)
                   .arg(at.column),
               QStringLiteral("remove one of the two"));
    } else {
        frame.keyCounts = true;
        frame.node->incomplete = wasIncomplete;
        frame.keys.insert(node.text, frame.node->entries.size());
    }
}

void TreeBuilder::add(NodePointer node)
{
    if (m_open.empty()) {
        m_root = std::move(node);
        return;
    }
    Frame &frame = m_open.back();
    if (frame.node->kind == Node::Kind::Mapping && frame.keyExpected) {
        addKey(frame, *node);
        return;
    }
    frame.node->weight += node->weight;
    frame.node->height = std::max(frame.node->height, node->height + 1);
    checkDepth(node->place, node->height);
    if (frame.node->weight > nodes_max)
        stop(node->place, FindingCode::FileTooLarge,
             QStringLiteral("the file has more than %1 values, aliases expanded").arg(nodes_max));
    if (frame.node->kind == Node::Kind::Sequence) {
        frame.node->items.push_back(std::move(node));
        return;
    }
    frame.keyExpected = true;
    if (frame.keyCounts)
        frame.node->entries.push_back({frame.key, frame.keyPlace, std::move(node)});
}

} // namespace burrow
