// SPDX-License-Identifier: Apache-2.0
#include "cli/command_completion.h"

#include "cli/answer_writer.h"
#include "cli/completion.h"

#include <QJsonObject>

namespace burrow {

ExitCode runCompletionCommand(const Invocation &invocation, AnswerWriter &answer)
{
    for (const CompletionShell &shell : completionShells) {
        if (invocation.argument != QLatin1String(shell.name))
            continue;
        if (invocation.has("json"))
            answer.writeJson({{QStringLiteral("shell"), invocation.argument},
                              {QStringLiteral("script"), QString::fromUtf8(shell.script())}});
        else
            answer.write(shell.script());
    }
    return ExitCode::Ok;
}

} // namespace burrow
