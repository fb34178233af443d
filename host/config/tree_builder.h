// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/document.h"
#include "config/scalar_extent.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <QHash>
#include <QSet>

#include <unordered_map>
#include <utility>

/// Only document.cpp includes this header; the parser's types go no further.
namespace burrow {

/// Unwinds the parser after a finding behind which nothing can be read.
struct StopReading
{
};

/// Builds the tree from the parser's events, in the order of the file, and refuses what our narrower YAML
/// lacks.
class TreeBuilder final : public YAML::EventHandler
{
public:
    explicit TreeBuilder(SourcePointer source)
        : m_source(std::move(source))
    {
    }

    Findings takeFindings() { return std::exchange(m_findings, {}); }
    NodePointer root() const { return m_root; }
    Place place(const YAML::Mark &mark) const;
    /// The innermost bracket that is open; not given outside of brackets.
    Place openBracket() const;
    bool isLiteralLine(int line) const { return m_literalLines.contains(line); }

    void OnDocumentStart(const YAML::Mark &mark) override;
    void OnDocumentEnd() override { endLiteral(m_source->lineCount() + 1); }
    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override;
    void OnAlias(const YAML::Mark &mark, YAML::anchor_t anchor) override;
    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                  const std::string &value) override;
    void OnSequenceStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) override;
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value style) override;
    void OnMapEnd() override { close(); }

    /// Lines up to the one where the next thing starts belong to the block scalar before it.
    void endLiteral(int nextLine);

private:
    struct Frame
    {
        std::shared_ptr<Node> node;
        YAML::anchor_t anchor = 0;
        bool inBrackets = false;
        bool keyExpected = true; // Of a mapping.
        bool keyCounts = false;  // False: the key was refused and its value is dropped.
        QByteArray key;
        Place keyPlace;
        QHash<QByteArray, std::size_t> keys; // Those that count, and which entry they make.
    };

    void open(Node::Kind kind, const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
              YAML::EmitterStyle::value style);
    void close();
    void add(NodePointer node);
    void addKey(Frame &frame, const Node &node);
    void checkTag(const Place &place, const std::string &tag);
    void checkDepth(const Place &place, int height);
    void scalarRead(const ScalarExtent &extent);
    [[noreturn]] void stop(const Place &place, FindingCode code, const QString &message,
                           const QString &help = {});

    SourcePointer m_source;
    Findings m_findings;
    NodePointer m_root;
    std::vector<Frame> m_open;
    std::unordered_map<YAML::anchor_t, NodePointer> m_anchors;
    QSet<int> m_literalLines; // Where a leading tab is text.
    int m_literalStart = 0;   // Line of the block scalar that was read last, until its end is known.
    int m_documents = 0;
    int m_aliases = 0;
};

} // namespace burrow
