// SPDX-License-Identifier: Apache-2.0
#include "cli/command_usage.h"

namespace burrow {

QString usageOf(const CommandOption &option)
{
    QString text = QLatin1String("--") + QLatin1String(option.name);
    if (*option.value)
        text += u' ' + QLatin1String(option.value);
    return text;
}

QString usageOf(const Command &command)
{
    QString text = QLatin1String("burrow ") + QLatin1String(command.name);
    const QLatin1String argument(command.argument.name);
    if (command.argument.presence == Presence::Required)
        text += u' ' + argument;
    else if (command.argument.presence == Presence::Optional)
        text += QStringLiteral(" [%1]").arg(argument);
    for (const CommandOption &option : command.options)
        text += QStringLiteral(" [%1]%2").arg(usageOf(option),
                                              QLatin1String(option.repeats == Repeats::Yes ? "..." : ""));
    return text;
}

QString capitalised(const char *phrase)
{
    QString text = QString::fromUtf8(phrase);
    text[0] = text[0].toUpper();
    return text;
}

} // namespace burrow
