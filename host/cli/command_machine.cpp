// SPDX-License-Identifier: Apache-2.0
#include "cli/command_machine.h"

#include "cli/answer_writer.h"
#include "cli/command_line.h"
#include "cli/notices.h"
#include "machine/describe.h"

namespace burrow {

ExitCode runMachineCommand(const Invocation &invocation, AnswerWriter &answer)
{
    static const QStringList formats{QStringLiteral("text"), QStringLiteral("mermaid"), QStringLiteral("json")};
    QString format =
        invocation.values("format").value(0, invocation.has("json") ? formats.at(2) : formats.at(0));
    if (!formats.contains(format)) {
        notice(QStringLiteral("--format is text, mermaid or json, not \"%1\".%2")
                   .arg(format, didYouMean(format, formats)));
        return ExitCode::Usage;
    }
    if (invocation.has("json") && format != formats.at(2)) {
        notice(QStringLiteral("--json and --format %1 contradict each other; give one of them.").arg(format));
        return ExitCode::Usage;
    }
    if (format == formats.at(0))
        answer.write(machinesAsText());
    else if (format == formats.at(1))
        answer.write(machinesAsMermaid());
    else
        answer.writeJson(machinesAsJson());
    return ExitCode::Ok;
}

} // namespace burrow
