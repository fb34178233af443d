// SPDX-License-Identifier: Apache-2.0
#include "cli/name_list.h"

#include "base/plain_text.h"
#include "cli/answer_writer.h"

#include <QJsonArray>
#include <QJsonObject>

namespace burrow {

void writeNames(const std::set<QByteArray> &names, const Invocation &invocation, AnswerWriter &answer)
{
    QByteArray lines;
    QJsonArray array;
    for (const QByteArray &name : names) {
        lines += name + '\n';
        array.append(QString::fromUtf8(name));
    }
    if (invocation.has("json"))
        answer.writeJson({{QStringLiteral("names"), array}});
    else // They may come from another host; a terminal gets none of their commands.
        answer.write(answer.isTerminal() ? withoutControls(lines) : lines);
}

} // namespace burrow
