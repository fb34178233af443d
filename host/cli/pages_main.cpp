// SPDX-License-Identifier: Apache-2.0
// Not installed: writes what is made from the command table and installed as files, pages of the manual and
// scripts of shells, below the folder that is its one argument.
#include "cli/completion.h"
#include "cli/man_page.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <cstdio>

namespace {

bool write(const QString &path, const QByteArray &content)
{
    QFile file(path);
    const bool written = QDir().mkpath(QFileInfo(path).path()) && file.open(QIODevice::WriteOnly)
                         && file.write(content) == content.size() && file.flush();
    if (!written)
        std::fprintf(stderr, "%s: %s\n", qPrintable(path), qPrintable(file.errorString()));
    return written;
}

} // namespace

int main(int argc, char **argv)
{
    if (argc != 2) {
        std::fputs("usage: burrow-pages FOLDER\n", stderr);
        return 2;
    }
    const QDir folder(QFile::decodeName(argv[1]));
    // A page of a command that is gone must not be installed.
    QDir(folder.filePath(QStringLiteral("man"))).removeRecursively();
    for (const burrow::ManPage &page : burrow::manPages()) {
        const QString name = QString::fromLatin1(page.name) + QLatin1String(".1");
        if (!write(folder.filePath(QLatin1String("man/man1/") + name), page.roff))
            return 1;
    }
    for (const burrow::CompletionShell &shell : burrow::completionShells) {
        if (!write(folder.filePath(QLatin1String(shell.installedAs)), shell.script()))
            return 1;
    }
    return 0;
}
