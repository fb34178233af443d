// SPDX-License-Identifier: Apache-2.0
#include "rpc/method_table.h"
#include "rpc/protocol_schema.h"
#include "rpc/rpc_error.h"

namespace burrow {

namespace {

QByteArray code(const char *text)
{
    return QByteArray("`") + text + '`';
}

QByteArray link(const char *shape)
{
    return QByteArray("[") + shape + "](#" + shape + ')';
}

QByteArray formWords(const RpcMember &member)
{
    switch (member.form) {
    case RpcForm::Text:
        return "text";
    case RpcForm::Flag:
        return "flag";
    case RpcForm::Count:
        return "count";
    case RpcForm::Choice: {
        QByteArrayList words;
        for (const char *word : member.choices)
            words += code(word);
        return words.join(", ");
    }
    case RpcForm::Shape:
        return link(member.shape);
    case RpcForm::Shapes:
        return "list of " + link(member.shape);
    case RpcForm::Texts:
        return "list of texts";
    case RpcForm::Counts:
        return "list of counts";
    case RpcForm::OpenObject:
        return "object";
    case RpcForm::Any:
        break;
    }
    return "any value";
}

QByteArray tableOf(std::span<const RpcMember> members)
{
    QByteArray table = "| member | form | what it says |\n| --- | --- | --- |\n";
    for (const RpcMember &member : members) {
        const QByteArray optional = member.needed == Needed::No ? "; may be missing" : "";
        table += "| " + code(member.name) + " | " + formWords(member) + optional + " | " + member.doc + " |\n";
    }
    return table;
}

} // namespace

QByteArray protocolPage()
{
    QByteArray page = "## Methods\n";
    for (const RpcMethodRow &row : rpcMethodTable()) {
        page += QByteArray("\n### ") + row.name + "\n\n" + row.doc + " Result: " + link(row.result) + ".\n\n";
        page += row.params.empty() ? QByteArray("No parameters.\n") : tableOf(row.params);
    }
    page += "\n## Notifications\n\n| method | parameters | when |\n| --- | --- | --- |\n";
    for (const RpcNotificationRow &row : rpcNotificationTable())
        page += "| " + code(row.name) + " | " + link(row.params) + " | " + row.doc + " |\n";
    page += "\n## Shapes\n";
    for (const RpcShape &shape : rpcShapeTable())
        page += QByteArray("\n### ") + shape.name + "\n\n" + shape.doc + "\n\n" + tableOf(shape.members);
    page += "\n## Errors\n\n| code | `data.name` | meaning |\n| --- | --- | --- |\n";
    for (const RpcErrorRow &row : rpcErrorTable())
        page += "| " + QByteArray::number(row.number) + " | " + code(row.name) + " | " + row.meaning + " |\n";
    return page;
}

} // namespace burrow
