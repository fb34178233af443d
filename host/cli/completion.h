// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayList>

#include <array>
#include <span>

/// Scripts by which shells complete the program's command lines, made from the command table. What only the
/// program can know, the names of sessions, they ask it for.
namespace burrow {

/// The words with a space between them, as scripts write what may be chosen.
inline QByteArray joined(std::span<const char *const> words)
{
    QByteArrayList list;
    for (const char *word : words)
        list += word;
    return list.join(' ');
}

QByteArray bashCompletion();
QByteArray zshCompletion();
QByteArray fishCompletion();

struct CompletionShell
{
    const char *name;
    QByteArray (*script)();
    const char *installedAs; ///< Below the folder for data that does not depend on the machine.
};
inline constexpr std::array completionShells{
    CompletionShell{"bash", bashCompletion, "bash-completion/completions/burrow"},
    CompletionShell{"zsh", zshCompletion, "zsh/site-functions/_burrow"},
    CompletionShell{"fish", fishCompletion, "fish/vendor_completions.d/burrow.fish"},
};
inline constexpr std::array completionShellNames{completionShells[0].name, completionShells[1].name,
                                                 completionShells[2].name};

} // namespace burrow
