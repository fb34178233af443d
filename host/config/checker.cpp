// SPDX-License-Identifier: Apache-2.0
#include "config/checker.h"

#include "base/assert.h"
#include "base/log_categories.h"
#include "config/nearest_name.h"

#include <QDir>

#include <algorithm>

namespace burrow {

namespace {

class Checker
{
public:
    Checker(Directories directories, Findings &findings, EffectiveValues *effective)
        : m_directories(std::move(directories))
        , m_findings(findings)
        , m_effective(effective)
    {
    }

    Configuration check(const Node &root)
    {
        if (isMapping(root, QStringLiteral("the file")))
            walk(keyTree(), &root, QString(), Place{root.place.source, 1, 0, 1});
        return std::move(m_draft.configuration);
    }

private:
    /// The key at hand, for as long as it is.
    class Step
    {
    public:
        Step(QByteArrayList &steps, const QByteArray &step)
            : m_steps(steps)
        {
            m_steps.append(step);
        }
        ~Step() { m_steps.removeLast(); }
        Q_DISABLE_COPY_MOVE(Step)

    private:
        QByteArrayList &m_steps;
    };

    /// `node` is null where the mapping itself is absent, so that the defaults below it are still stored.
    void walk(const KeyNode &level, const Node *node, const QString &path, const Place &keyPlace)
    {
        for (const KeyNode &each : level.below) {
            const Node::Entry *entry = entryOf(node, each.step);
            if (entry && each.row->type != KeyType::NotServed)
                given(each, *entry, joined(path, each.step));
            else if (!entry)
                absent(level, each, node, path, keyPlace);
        }
        if (!node)
            return;
        for (const Node::Entry &entry : node->entries)
            checkKnown(level, entry, path);
    }

    void given(const KeyNode &key, const Node::Entry &entry, const QString &path)
    {
        const ValueContext context{*key.row, path, entry.key, entry.keyPlace};
        const Step step(m_steps, entry.key);
        if (entry.value->unresolved) {
            unresolved(key, entry, path);
        } else if (key.row->shortFor && entry.value->kind == Node::Kind::Scalar && !entry.value->isNull()) {
            Node written;
            written.kind = Node::Kind::Mapping;
            written.place = entry.value->place;
            written.entries.push_back({key.row->shortFor, entry.keyPlace, entry.value});
            walk(key, &written, path, entry.keyPlace);
        } else if (key.row->type == KeyType::Mapping) {
            enter(key, entry);
            const bool usable = isMapping(*entry.value, path);
            walk(key, usable ? entry.value.get() : nullptr, path, entry.keyPlace);
        } else if (key.row->type == KeyType::NamedMapping) {
            if (isMapping(*entry.value, path))
                instances(key, *entry.value, path);
        } else if (const auto value = readValue(context, entry.value, m_directories, m_findings)) {
            store(*key.row, *value);
            tell(*key.row, *value, *entry.value);
        } else {
            storeDefault(key, path);
        }
    }

    /// What is wrong was said where the reference stands.
    void unresolved(const KeyNode &key, const Node::Entry &entry, const QString &path)
    {
        if (key.row->type == KeyType::Mapping) {
            enter(key, entry);
            walk(key, nullptr, path, entry.keyPlace);
        } else {
            storeDefault(key, path);
        }
    }

    void instances(const KeyNode &key, const Node &node, const QString &path)
    {
        for (const Node::Entry &entry : node.entries) {
            if (hasForm(key.row->keyForm, entry.key)) {
                given(*key.any(), entry, joined(path, entry.key));
                continue;
            }
            report(m_findings, entry.keyPlace, FindingCode::BadName,
                   QStringLiteral("%1 cannot be a key of %2: %3")
                       .arg(quoted(entry.key), path, nameRule(key.row->keyForm)),
                   key.row->keyForm == KeyForm::Name ? nameHelp(entry.key) : QString());
        }
    }

    void absent(const KeyNode &level, const KeyNode &key, const Node *node, const QString &path,
                const Place &keyPlace)
    {
        const Step step(m_steps, key.step);
        if (key.row->type == KeyType::Mapping && key.step != "*") {
            walk(key, nullptr, joined(path, key.step), keyPlace);
            return;
        }
        if (key.row->required && node && !node->incomplete && !isMistyped(level, key, *node)) {
            const QString where = path.isEmpty() ? QStringLiteral("the file") : path;
            report(m_findings, keyPlace, FindingCode::MissingKey,
                   QStringLiteral("%1 has no key %2").arg(where, quoted(key.step)),
                   QStringLiteral("add it: %1").arg(QString::fromUtf8(key.row->doc)));
        }
        storeDefault(key, joined(path, key.step));
    }

    /// An unknown key that is near to this one gets its own finding; both together would only confuse.
    static bool isMistyped(const KeyNode &level, const KeyNode &key, const Node &node)
    {
        const QByteArrayList served = level.servedKeys();
        return std::any_of(node.entries.begin(), node.entries.end(), [&](const Node::Entry &each) {
            return !level.find(each.key) && nearestName(each.key, served) == key.step;
        });
    }

    void storeDefault(const KeyNode &key, const QString &path)
    {
        if (!key.row->byDefault)
            return;
        const auto node = std::make_shared<Node>();
        node->kind = Node::Kind::Scalar;
        node->plain = true;
        node->text = key.row->byDefault;
        if (qstrcmp(key.row->path, "host.data_dir") == 0 && QDir::isAbsolutePath(m_directories.stateHome))
            node->text = m_directories.stateHome.toUtf8() + "/burrow";
        const ValueContext context{*key.row, path, key.step, Place()};
        // A default can fail only for want of a home directory; whoever then needs the path will say so.
        Findings unplaced;
        if (const auto value = readValue(context, node, m_directories, unplaced)) {
            store(*key.row, *value);
            tell(*key.row, *value, *node);
        }
    }

    void tell(const KeyRow &row, const CheckedValue &value, const Node &node)
    {
        if (m_effective)
            addEffective(*m_effective, m_steps, row, value, node);
    }

    /// An instance is made before its keys are read, and also when its value is wrong: what refers to it is
    /// right.
    void enter(const KeyNode &key, const Node::Entry &entry)
    {
        if (!key.row->store)
            return;
        CheckedValue value;
        value.name = entry.key;
        value.keyPlace = entry.keyPlace;
        value.place = entry.value->place;
        store(*key.row, value);
    }

    void store(const KeyRow &row, const CheckedValue &value)
    {
        BURROW_ASSERT(row.store);
        row.store(m_draft, value);
        // The keys below may start their paths there; the table has it before them.
        if (qstrcmp(row.path, "host.data_dir") == 0) {
            m_directories.data = value.path;
            m_directories.dataIsSecret = value.secret;
        }
    }

    void checkKnown(const KeyNode &level, const Node::Entry &entry, const QString &path)
    {
        const KeyNode *known = entry.key == "*" ? nullptr : level.find(entry.key);
        if (known && known->row->type != KeyType::NotServed)
            return;
        const QString where =
            path.isEmpty() ? QStringLiteral("at the top level") : QStringLiteral("in %1").arg(path);
        const QString message = QStringLiteral("unknown key %1 %2").arg(quoted(entry.key), where);
        if (known)
            report(m_findings, entry.keyPlace, FindingCode::KeyNotServed,
                   message + QStringLiteral(" (not part of this version)"),
                   known->row->notServed.help ? QString::fromUtf8(known->row->notServed.help)
                                              : QStringLiteral("remove it"));
        else
            report(m_findings, entry.keyPlace, FindingCode::UnknownKey, message,
                   suggestionFor(entry.key, level.servedKeys(), QStringLiteral("keys here")));
    }

    /// An empty place counts as a mapping without keys: people comment out what is below a key.
    bool isMapping(const Node &node, const QString &path)
    {
        if (node.kind == Node::Kind::Mapping || node.isNull())
            return true;
        report(m_findings, node.place, FindingCode::WrongType,
               QStringLiteral("%1 must be a mapping, but is %2").arg(path, describe(node)), mappingHelp(node));
        return false;
    }

    static const Node::Entry *entryOf(const Node *node, const QByteArray &key)
    {
        if (!node || key == "*")
            return nullptr;
        for (const Node::Entry &each : node->entries) {
            if (each.key == key)
                return &each;
        }
        return nullptr;
    }

    static QString joined(const QString &path, const QByteArray &step)
    {
        const QString shown = QString::fromUtf8(step);
        return path.isEmpty() ? shown : path + u'.' + shown;
    }

    Directories m_directories;
    Findings &m_findings;
    EffectiveValues *const m_effective;
    QByteArrayList m_steps; // From the top to the key at hand.
    Draft m_draft;
};

void checkExecutor(const Configuration &configuration, const QByteArray &name, const SessionSettings &session,
                   Findings &findings)
{
    const QByteArray &executor = session.executor.value;
    if (executor.isEmpty() || configuration.executors.contains(executor))
        return;
    QByteArrayList names;
    for (const auto &[each, settings] : configuration.executors)
        names.append(each);
    const bool secret = session.executor.secret;
    const auto nearest = configuration.executors.find(secret ? QByteArray() : nearestName(executor, names));
    const QString help =
        nearest == configuration.executors.end()
            ? suggestionFor(secret ? QByteArray() : executor, names, QStringLiteral("executors of this file"))
            : QStringLiteral("%1 (%2)").arg(QString::fromUtf8(nearest->first), nearest->second.place.toText());
    report(findings, session.executor.place, FindingCode::UnknownExecutor,
           QStringLiteral("sessions.%1.executor names executor %2, which does not exist")
               .arg(QString::fromUtf8(name), shown(session.executor)),
           help.isEmpty() ? QStringLiteral("define it under executors") : help);
}

/// Other libraries have categories of their own, which nobody here knows; the host's own are all known.
void checkLogCategory(const QByteArray &category, const Place &place, Findings &findings)
{
    const QByteArrayList known(logCategoryNames.begin(), logCategoryNames.end());
    if (!category.startsWith("burrow.") || category.endsWith('*') || known.contains(category))
        return;
    reportWarning(findings, place, FindingCode::UnknownLogCategory,
                  QStringLiteral("logging.categories sets a level for %1, which is no category of the host")
                      .arg(quoted(category)),
                  suggestionFor(category, known, QStringLiteral("there are")));
}

} // namespace

Configuration checkDocument(const Node &root, Directories directories, Findings &findings,
                            EffectiveValues *effective)
{
    return Checker(std::move(directories), findings, effective).check(root);
}

void checkReferences(const Configuration &configuration, Findings &findings)
{
    for (const auto &[category, level] : configuration.logging.categories)
        checkLogCategory(category, level.place, findings);
    for (const auto &[name, session] : configuration.sessions)
        checkExecutor(configuration, name, session, findings);
    for (const auto &[name, executor] : configuration.executors) {
        const auto plugin = configuration.plugins.find(executor.plugin.value);
        if (plugin != configuration.plugins.end() && !plugin->second.enabled)
            report(findings, executor.plugin.place, FindingCode::PluginDisabled,
                   QStringLiteral("executors.%1 uses plugin %2, which is disabled")
                       .arg(QString::fromUtf8(name), shown(executor.plugin)),
                   QStringLiteral("set enabled: true (%1), or remove the executor")
                       .arg(plugin->second.place.toText()));
    }
    const auto sessions = static_cast<qint64>(configuration.sessions.size());
    if (sessions > configuration.limits.sessions && !configuration.sessions.empty())
        report(findings, configuration.sessions.begin()->second.place, FindingCode::OutOfBounds,
               QStringLiteral("%1 sessions are configured, but limits.sessions is %2")
                   .arg(sessions)
                   .arg(configuration.limits.sessions),
               QStringLiteral("raise the limit or remove sessions"));
}

} // namespace burrow
