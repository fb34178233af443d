// SPDX-License-Identifier: Apache-2.0
#include "rpc/socket_place.h"

#include <QDir>
#include <QFile>

#include <cstring>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace burrow {

namespace {

/// A directory of this user's; what an environment names that was taken along from somebody else is none.
bool isOurDirectory(const QString &path)
{
    struct stat status = {};
    return QDir::isAbsolutePath(path) && ::stat(QFile::encodeName(path).constData(), &status) == 0
           && S_ISDIR(status.st_mode) && status.st_uid == ::geteuid();
}

} // namespace

Result<QString> controlSocketPath(const QByteArray &hostName)
{
    const QString file = QString::fromUtf8(hostName) + QLatin1String(".sock");
    if (const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR"); isOurDirectory(runtime))
        return QDir::cleanPath(runtime) + QLatin1String("/burrow/") + file;
    QString state = qEnvironmentVariable("XDG_STATE_HOME");
    const QString home = qEnvironmentVariable("HOME");
    if (!QDir::isAbsolutePath(state) && QDir::isAbsolutePath(home))
        state = home + QLatin1String("/.local/state");
    if (!QDir::isAbsolutePath(state))
        return Error{ErrorKind::NotReady,
                     QStringLiteral("there is no place for the control socket: neither XDG_RUNTIME_DIR, "
                                    "XDG_STATE_HOME nor HOME names a directory")};
    return QDir::cleanPath(state) + QLatin1String("/burrow/run/") + file;
}

Result<sockaddr_un> socketAddress(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (name.isEmpty() || name.size() >= qsizetype(sizeof address.sun_path))
        return Error{ErrorKind::InvalidArgument,
                     QStringLiteral("%1 cannot be the path of a socket: the system allows at most %2 bytes")
                         .arg(path)
                         .arg(sizeof address.sun_path - 1)};
    std::memcpy(address.sun_path, name.constData(), static_cast<std::size_t>(name.size()));
    return address;
}

} // namespace burrow
