// SPDX-License-Identifier: Apache-2.0
#include "plugin/state_folder.h"

#include <QFile>
#include <QFileInfo>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace burrow {

namespace {

/// The store may come to lie in the folder, and what it has promised must be found again after a power cut.
void sync(const QString &folder)
{
    const int descriptor = ::open(QFile::encodeName(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return;
    ::fsync(descriptor);
    ::close(descriptor);
}

} // namespace

QStringList makeStateFolder(const QString &path)
{
    QStringList missing;
    QString folder = path;
    while (!folder.isEmpty() && !QFileInfo::exists(folder)) {
        missing.append(folder);
        const QString above = QFileInfo(folder).path();
        if (above == folder)
            break;
        folder = above;
    }
    QStringList made;
    for (auto each = missing.crbegin(); each != missing.crend(); ++each) {
        if (::mkdir(QFile::encodeName(*each).constData(), 0700) != 0)
            break;
        made.prepend(*each);
        sync(QFileInfo(*each).path());
    }
    return made;
}

} // namespace burrow
