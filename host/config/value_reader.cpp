// SPDX-License-Identifier: Apache-2.0
#include "config/value_reader.h"

#include "base/assert.h"
#include "config/nearest_name.h"
#include "config/scalar.h"

#include <QDir>

#include <algorithm>

namespace burrow {

namespace {

constexpr qsizetype name_bytes_max = 64;
constexpr qsizetype word_bytes_max = 128;

bool isLowerOrDigit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool isNameCharacter(char c)
{
    return isLowerOrDigit(c) || c == '.' || c == '_' || c == '-';
}

/// `key:value` without the space is one word to YAML; nobody means that.
bool looksLikePair(const QByteArray &text)
{
    const qsizetype colon = text.indexOf(':');
    return colon > 0 && colon + 1 < text.size() && text[colon + 1] != '/'
           && std::all_of(text.begin(), text.begin() + colon, isNameCharacter);
}

class Reader
{
public:
    Reader(const ValueContext &context, const Directories &directories, Findings &findings)
        : m_context(context)
        , m_directories(directories)
        , m_findings(findings)
    {
    }

    std::optional<CheckedValue> read(const NodePointer &node)
    {
        m_value.json.node = node;
        m_value.json.place = m_context.keyPlace;
        m_value.name = m_context.key;
        m_value.keyPlace = m_context.keyPlace;
        m_value.place = node->place;
        m_value.secret = node->secret;
        return readByType(*node) ? std::optional<CheckedValue>(std::move(m_value)) : std::nullopt;
    }

private:
    bool readByType(const Node &node)
    {
        switch (m_context.row.type) {
        case KeyType::Text:
            return readText(node, m_value.text);
        case KeyType::Name:
            return readName(node);
        case KeyType::Path:
            return readWord(node) || readPath(node, m_context.path, folderOf(node), m_value.path);
        case KeyType::DataPath:
            return readDataPath(node);
        case KeyType::PathList:
            return readPathList(node);
        case KeyType::Flag:
            return readPlain(node, burrow::readFlag, m_value.flag);
        case KeyType::Count:
            return readPlain(node, burrow::readCount, m_value.number)
                   && isWithin(node, burrow::readCount, m_value.number);
        case KeyType::Timespan:
            return readScalar(node, burrow::readDuration, m_value.duration)
                   && isWithin(node, burrow::readDuration, m_value.duration);
        case KeyType::Size:
            return readScalar(node, burrow::readSize, m_value.number)
                   && isWithin(node, burrow::readSize, m_value.number);
        case KeyType::Choice:
            return readChoice(node);
        case KeyType::AnyMapping:
            return readAnyMapping(node);
        case KeyType::OnStart:
            return readOnStart(node);
        case KeyType::Mapping:
        case KeyType::NamedMapping:
        case KeyType::Includes:
        case KeyType::NotServed:
            break;
        }
        BURROW_ASSERT(false);
        return false;
    }

    bool wrongType(const Node &node, const QString &path, const QString &wanted, const QString &help = {})
    {
        report(m_findings, node.place, FindingCode::WrongType,
               QStringLiteral("%1 must be %2, but is %3").arg(path, wanted, describe(node)), help);
        return false;
    }

    bool isScalar(const Node &node, const QString &path, const QString &wanted)
    {
        if (node.unresolved)
            return false;
        if (node.isNull()) {
            report(m_findings, node.place, FindingCode::WrongType, QStringLiteral("%1 has no value").arg(path),
                   QStringLiteral("give it one, or remove the key"));
            return false;
        }
        return node.kind == Node::Kind::Scalar || wrongType(node, path, wanted);
    }

    template <typename T>
    bool readScalar(const Node &node, ScalarReading<T> (*reader)(const QByteArray &), T &value)
    {
        if (!isScalar(node, m_context.path, QStringLiteral("one value")))
            return false;
        const ScalarReading<T> reading = reader(node.text);
        if (!reading.value) {
            report(m_findings, node.place, reading.code,
                   QStringLiteral("%1 is %2%3").arg(m_context.path, shown(node), reading.problem),
                   node.secret ? QString() : reading.help);
            return false;
        }
        value = *reading.value;
        return true;
    }

    /// Flags and counts in quotes are text, as YAML says; of a reference the quotes say nothing, for a value in
    /// braces cannot do without them.
    template <typename T>
    bool readPlain(const Node &node, ScalarReading<T> (*reader)(const QByteArray &), T &value)
    {
        const bool given = node.kind == Node::Kind::Scalar;
        if (given && !node.plain && !node.expanded && reader(node.text).value)
            return wrongType(node, m_context.path,
                             m_context.row.type == KeyType::Flag ? QStringLiteral("true or false")
                                                                 : QStringLiteral("a number"),
                             QStringLiteral("remove the quotes"));
        return readScalar(node, reader, value);
    }

    template <typename T>
    bool isWithin(const Node &node, ScalarReading<T> (*reader)(const QByteArray &), const T &value)
    {
        const KeyRow &row = m_context.row;
        const auto outOfBounds = [&](const char *which, const char *bound) {
            report(m_findings, node.place, FindingCode::OutOfBounds,
                   QStringLiteral("%1 is %2, but the %3 is %4")
                       .arg(m_context.path, shown(node), QLatin1String(which), QLatin1String(bound)));
            return false;
        };
        if (row.least && value < *reader(row.least).value)
            return outOfBounds("least", row.least);
        if (row.most && value > *reader(row.most).value)
            return outOfBounds("most", row.most);
        return true;
    }

    bool readText(const Node &node, QByteArray &text)
    {
        if (!isScalar(node, m_context.path, QStringLiteral("text")))
            return false;
        const bool isText = !node.plain || node.expanded || plainScalarKind(node.text) == ScalarKind::Text;
        if (!isText)
            return wrongType(node, m_context.path, QStringLiteral("text"),
                             QStringLiteral("write \"%1\"").arg(QString::fromUtf8(node.text)));
        text = node.text;
        return true;
    }

    bool readName(const Node &node)
    {
        if (!isScalar(node, m_context.path, QStringLiteral("a name")))
            return false;
        if (!hasForm(KeyForm::Name, node.text)) {
            report(m_findings, node.place, FindingCode::BadName,
                   QStringLiteral("%1 is %2, which cannot be a name: %3")
                       .arg(m_context.path, shown(node), nameRule(KeyForm::Name)),
                   node.secret ? QString() : nameHelp(node.text));
            return false;
        }
        m_value.text = node.text;
        return true;
    }

    bool badPath(const Node &node, const QString &path, const QString &problem, const QString &help)
    {
        report(m_findings, node.place, FindingCode::BadPath, path + u' ' + problem, help);
        return false;
    }

    /// Relative paths start at the file that names them. A default, which no file gave, has none.
    static QString folderOf(const Node &node)
    {
        return node.place.source ? node.place.source->folder() : QString();
    }

    /// A word that stands for no path; one that is written with a slash is a path in any case.
    bool readWord(const Node &node)
    {
        const auto &words = m_context.row.choices;
        const bool isWord =
            node.kind == Node::Kind::Scalar
            && std::any_of(words.begin(), words.end(), [&](const char *word) { return node.text == word; });
        if (isWord)
            m_value.path = QString::fromUtf8(node.text);
        return isWord;
    }

    bool readPath(const Node &node, const QString &path, const QString &base, QString &result)
    {
        if (node.kind == Node::Kind::Scalar && node.plain && !node.expanded && node.text == "~")
            return badPath(node, path, QStringLiteral("is \"~\", which means nothing at all in YAML"),
                           QStringLiteral("write \"~/\" in quotes for the home directory"));
        if (!isScalar(node, path, QStringLiteral("a path")))
            return false;
        const QString text = QString::fromUtf8(node.text);
        if (text.isEmpty() || text.contains(QChar::Null))
            return badPath(node, path, QStringLiteral("is not a path"), {});
        if (!text.startsWith(u'~')) {
            result = QDir::cleanPath(QDir(base).absoluteFilePath(text));
            return true;
        }
        if (text.size() > 1 && text.at(1) != u'/')
            return badPath(node, path,
                           QStringLiteral("is %1: only one's own home directory is known").arg(shown(node)),
                           QStringLiteral("write ~/, or the whole path"));
        if (m_directories.home.isEmpty())
            return badPath(node, path, QStringLiteral("starts with ~, but HOME is not set"),
                           QStringLiteral("set HOME, or write the whole path"));
        result = QDir::cleanPath(m_directories.home + text.mid(1));
        return true;
    }

    bool readDataPath(const Node &node)
    {
        const bool starts = node.text.startsWith('/') || node.text.startsWith('~');
        m_value.secret = m_value.secret || (!starts && m_directories.dataIsSecret);
        if (node.kind == Node::Kind::Scalar && !node.text.isEmpty() && !starts && m_directories.data.isEmpty())
            return badPath(node, m_context.path,
                           QStringLiteral("starts in host.data_dir, which is not known: HOME is not set"),
                           QStringLiteral("set HOME or host.data_dir, or write the whole path"));
        return readPath(node, m_context.path, m_directories.data, m_value.path);
    }

    bool readPathList(const Node &node)
    {
        if (node.kind != Node::Kind::Sequence)
            return wrongType(node, m_context.path, QStringLiteral("a list of paths"),
                             node.kind == Node::Kind::Scalar && !node.secret
                                 ? QStringLiteral("write [%1]").arg(QString::fromUtf8(node.text))
                                 : QString());
        bool all = true;
        for (const NodePointer &each : node.items) {
            Placed<QString> path{{}, each->place, each->secret};
            const QString name = QStringLiteral("%1[%2]").arg(m_context.path).arg(&each - node.items.data());
            if (readPath(*each, name, folderOf(*each), path.value))
                m_value.paths.push_back(path);
            else
                all = false;
        }
        return all;
    }

    bool readChoice(const Node &node)
    {
        if (!isScalar(node, m_context.path, QStringLiteral("one value")))
            return false;
        const KeyRow &row = m_context.row;
        if (row.notServed.value && node.text == row.notServed.value) {
            report(m_findings, node.place, FindingCode::ValueNotServed,
                   QStringLiteral("%1: %2 is not yet in this version").arg(m_context.path, shown(node)),
                   QLatin1String(row.notServed.help));
            return false;
        }
        QByteArrayList allowed;
        for (const char *each : row.choices) {
            if (node.text == each) {
                m_value.text = node.text;
                return true;
            }
            if (!row.notServed.value || qstrcmp(each, row.notServed.value) != 0)
                allowed.append(each);
        }
        const QByteArray nearest = node.secret ? QByteArray() : nearestName(node.text, allowed);
        report(m_findings, node.place, FindingCode::ValueNotAllowed,
               QStringLiteral("%1 is %2; it takes %3")
                   .arg(m_context.path, shown(node), QString::fromUtf8(allowed.join(", "))),
               nearest.isEmpty() ? QString() : QStringLiteral("did you mean %1?").arg(quoted(nearest)));
        return false;
    }

    bool readAnyMapping(const Node &node)
    {
        if (!node.isNull() && node.kind != Node::Kind::Mapping)
            return wrongType(node, m_context.path, QStringLiteral("a mapping"), mappingHelp(node));
        m_value.json.value = jsonFromNode(node, m_context.path, m_findings);
        return true;
    }

    bool readStartText(const Node &node)
    {
        Placed<QByteArray> text{{}, node.place, node.secret};
        if (!readText(node, text.value))
            return false;
        if (text.value.trimmed().isEmpty()) {
            report(m_findings, node.place, FindingCode::WrongType,
                   QStringLiteral("%1 holds an empty text").arg(m_context.path), QStringLiteral("remove it"));
            return false;
        }
        m_value.onStart.texts.push_back(text);
        return true;
    }

    bool readStartFile(const Node &node)
    {
        bool all = true;
        for (const Node::Entry &each : node.entries) {
            if (each.key == "file")
                continue;
            report(m_findings, each.keyPlace, FindingCode::UnknownKey,
                   QStringLiteral("unknown key %1 in %2").arg(quoted(each.key), m_context.path),
                   suggestionFor(each.key, {"file"}, QStringLiteral("keys here")));
            all = false;
        }
        const Node *file = node.find("file");
        if (!file && !all)
            return false;
        if (!file) {
            report(m_findings, m_context.keyPlace, FindingCode::MissingKey,
                   QStringLiteral("%1 has no key \"file\"").arg(m_context.path),
                   QStringLiteral("add \"file\": the path of a file of inputs"));
            return false;
        }
        m_value.onStart.file.place = file->place;
        m_value.onStart.file.secret = file->secret;
        return readPath(*file, m_context.path + QStringLiteral(".file"), folderOf(*file),
                        m_value.onStart.file.value)
               && all;
    }

    bool readOnStart(const Node &node)
    {
        if (node.kind == Node::Kind::Mapping)
            return readStartFile(node);
        if (node.kind != Node::Kind::Sequence)
            return readStartText(node);
        return std::count_if(node.items.begin(), node.items.end(),
                             [this](const NodePointer &each) { return !readStartText(*each); })
               == 0;
    }

    const ValueContext &m_context;
    const Directories &m_directories;
    Findings &m_findings;
    CheckedValue m_value;
};

} // namespace

std::optional<CheckedValue> readValue(const ValueContext &context, const NodePointer &node,
                                      const Directories &directories, Findings &findings)
{
    return Reader(context, directories, findings).read(node);
}

bool hasForm(KeyForm form, const QByteArray &key)
{
    if (form == KeyForm::Name)
        return !key.isEmpty() && key.size() <= name_bytes_max && isLowerOrDigit(key[0])
               && std::all_of(key.begin(), key.end(), isNameCharacter);
    return !key.isEmpty() && key.size() <= word_bytes_max
           && std::none_of(key.begin(), key.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

QString nameRule(KeyForm form)
{
    if (form == KeyForm::Name)
        return QStringLiteral(
            "a name has 1 to 64 of a-z, 0-9, \".\", \"_\", \"-\" and starts with a letter or digit");
    return QStringLiteral("it has 1 to 128 bytes and no spaces");
}

QString nameHelp(const QByteArray &name)
{
    QByteArray proposal = name.toLower().left(name_bytes_max);
    std::replace_if(
        proposal.begin(), proposal.end(), [](char c) { return !isNameCharacter(c); }, '-');
    while (proposal.contains("--"))
        proposal.replace("--", "-");
    while (!proposal.isEmpty() && !isLowerOrDigit(proposal[0]))
        proposal.remove(0, 1);
    while (proposal.endsWith('-'))
        proposal.chop(1);
    return proposal.isEmpty() ? QString() : QStringLiteral("for example %1").arg(QString::fromUtf8(proposal));
}

QString describe(const Node &node)
{
    if (node.isNull())
        return QStringLiteral("nothing");
    if (node.kind == Node::Kind::Sequence)
        return QStringLiteral("a list");
    if (node.kind == Node::Kind::Mapping)
        return QStringLiteral("a mapping");
    if (!node.plain || node.expanded)
        return QStringLiteral("text");
    switch (plainScalarKind(node.text)) {
    case ScalarKind::Boolean:
        return QStringLiteral("a flag");
    case ScalarKind::Integer:
    case ScalarKind::Real:
        return QStringLiteral("a number");
    case ScalarKind::Null:
    case ScalarKind::Text:
        break;
    }
    return QStringLiteral("text");
}

QString mappingHelp(const Node &node)
{
    if (node.kind == Node::Kind::Scalar && node.plain && !node.expanded && looksLikePair(node.text))
        return QStringLiteral("put a space after the colon");
    return QStringLiteral("write \"key: value\"");
}

} // namespace burrow
