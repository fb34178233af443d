// SPDX-License-Identifier: Apache-2.0
#include "cli/command_machine.h"

#include "cli/answer_writer.h"
#include "cli/notices.h"
#include "machine/describe.h"

namespace burrow {

ExitCode runMachineCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const QString json = QStringLiteral("json");
    const QString format =
        invocation.values("format").value(0, invocation.has("json") ? json : QStringLiteral("text"));
    if (invocation.has("json") && format != json) {
        notice(QStringLiteral("--json and --format %1 contradict each other; give one of them.").arg(format));
        return ExitCode::Usage;
    }
    if (format == QLatin1String("text"))
        answer.write(machinesAsText());
    else if (format == QLatin1String("mermaid"))
        answer.write(machinesAsMermaid());
    else
        answer.writeJson(machinesAsJson());
    return ExitCode::Ok;
}

} // namespace burrow
