// SPDX-License-Identifier: Apache-2.0
#include "config/key_page.h"

#include "base/assert.h"

namespace burrow {

namespace {

const char *typeWords(KeyType type)
{
    switch (type) {
    case KeyType::Mapping:
        return "mapping";
    case KeyType::NamedMapping:
        return "mapping from names";
    case KeyType::Text:
        return "text";
    case KeyType::Name:
        return "name";
    case KeyType::Path:
    case KeyType::DataPath:
        return "path";
    case KeyType::PathList:
        return "list of paths";
    case KeyType::Flag:
        return "`true` or `false`";
    case KeyType::Count:
        return "count";
    case KeyType::Timespan:
        return "duration";
    case KeyType::Size:
        return "size";
    case KeyType::Choice:
        return "choice";
    case KeyType::AnyMapping:
        return "mapping, as the plugin wants it";
    case KeyType::Includes:
        return "list of paths and patterns";
    case KeyType::OnStart:
        return "text, list of texts, or mapping with `file`";
    case KeyType::NotServed:
        break;
    }
    BURROW_ASSERT(false);
    return "";
}

QByteArray code(const char *text)
{
    return QByteArray("`") + text + '`';
}

/// What a user may write there, beyond the type; "" when that says it all.
QByteArray boundsOf(const KeyRow &row)
{
    QByteArrayList parts;
    for (const char *each : row.choices) {
        if (!row.notServed.value || qstrcmp(each, row.notServed.value) != 0)
            parts.append(code(each));
    }
    if (row.least && row.most)
        parts.append(code(row.least) + " to " + code(row.most));
    else if (row.least)
        parts.append("at least " + code(row.least));
    else if (row.most)
        parts.append("at most " + code(row.most));
    if (row.type == KeyType::NamedMapping && row.keyForm == KeyForm::Word)
        parts.append("names without spaces, of 1 to 128 bytes");
    else if (row.type == KeyType::NamedMapping || row.type == KeyType::Name)
        parts.append("`[a-z0-9][a-z0-9._-]*`, at most 64 characters");
    return parts.join(", ");
}

QByteArray defaultOf(const KeyRow &row)
{
    if (row.required)
        return "must be given";
    return row.byDefault ? code(row.byDefault) : QByteArray("none");
}

const KeyRow *rowOf(const QByteArray &path)
{
    for (const KeyRow &each : keyTable()) {
        if (path == each.path)
            return &each;
    }
    return nullptr;
}

QByteArray entryOf(const KeyRow &row)
{
    const QByteArray path(row.path);
    const bool holds = row.type == KeyType::Mapping || row.type == KeyType::NamedMapping;
    QByteArray shown = path;
    shown.replace("*", "NAME");
    QByteArray entry = (path.contains('.') ? "### `" : "## `") + shown + "`\n\n" + row.doc + "\n\n";
    QByteArrayList facts{QByteArray("Type: ") + typeWords(row.type)};
    if (row.shortFor)
        facts.last() += ", or what " + code(row.shortFor) + " below it takes";
    if (!holds || row.required)
        facts.append("default: " + defaultOf(row));
    if (const QByteArray bounds = boundsOf(row); !bounds.isEmpty())
        facts.append("takes " + bounds);
    entry += facts.join("; ") + ".\n\n";
    if (const QByteArray line = exampleLine(row); !line.isEmpty() && !holds)
        entry += "```yaml\n" + line + "\n```\n\n";
    return entry;
}

} // namespace

QByteArray exampleLine(const KeyRow &row)
{
    const char *example = exampleOf(row);
    if (!example || row.type == KeyType::NamedMapping)
        return {};
    const QByteArrayList steps = QByteArray(row.path).split('.');
    QByteArray line;
    QByteArray path;
    for (const QByteArray &step : steps) {
        const KeyRow *holder = rowOf(path);
        line += step == "*" ? QByteArray(holder->example) : step;
        line += &step == &steps.last() ? ": " : ": { ";
        path += (path.isEmpty() ? "" : ".") + step;
    }
    return line + example + QByteArray(" }").repeated(steps.size() - 1);
}

QByteArray keyPage()
{
    QByteArray page;
    QByteArray planned;
    for (const KeyRow &each : keyTable()) {
        if (each.type == KeyType::NotServed)
            planned += "| `" + QByteArray(each.path).replace("*", "NAME") + "` | " + each.doc + " |\n";
        else if (QByteArrayView(each.path).endsWith(".*") && each.type == KeyType::Mapping)
            continue; // What holds it says so.
        else
            page += entryOf(each);
    }
    page += "## Planned\n\nKeys of later versions; today each of them is an error that says so.\n\n"
            "| key | what for |\n| --- | --- |\n"
            + planned;
    return page;
}

} // namespace burrow
