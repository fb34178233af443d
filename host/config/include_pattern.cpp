// SPDX-License-Identifier: Apache-2.0
#include "config/include_pattern.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cerrno>
#include <memory>

#include <glob.h>

namespace burrow {

namespace {

/// The name of a folder with nothing in it that a pattern would obey.
QByteArray escaped(const QByteArray &folder)
{
    QByteArray result;
    for (const char each : folder) {
        if (each == '*' || each == '?' || each == '[' || each == '\\')
            result += '\\';
        result += each;
    }
    return result;
}

/// A folder that is not there holds no match; one that cannot be read may.
int isWorthStopping(const char *, int error)
{
    return error == ENOENT || error == ENOTDIR ? 0 : 1;
}

IncludeMatch matchPattern(const QByteArray &pattern)
{
    IncludeMatch match;
    ::glob_t found = {};
    const std::unique_ptr<::glob_t, void (*)(::glob_t *)> freed(&found, ::globfree);
    const int status = ::glob(pattern.constData(), GLOB_NOSORT, isWorthStopping, &found);
    if (status != 0 && status != GLOB_NOMATCH) {
        match.problem = QStringLiteral("leads to a folder that cannot be read");
        return match;
    }
    QByteArrayList paths(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    std::sort(paths.begin(), paths.end());
    for (const QByteArray &each : paths) {
        const QString name = QFile::decodeName(each);
        if (QFileInfo(name).isFile())
            match.files.append(QDir::cleanPath(name));
    }
    return match;
}

} // namespace

bool isPattern(const QString &path)
{
    return std::any_of(path.begin(), path.end(), [](QChar c) { return c == u'*' || c == u'?' || c == u'['; });
}

IncludeMatch matchInclude(const QString &item, const QString &from, const QString &home)
{
    const bool atHome = item.startsWith(QLatin1String("~/"));
    if (atHome && home.isEmpty())
        return {
            {}, QStringLiteral("starts with ~, but HOME is not set"), QStringLiteral("write the whole path")};
    // What is found is named as the file itself is named, so that findings read alike.
    QString folder = atHome ? home : QFileInfo(from).path();
    if (QDir::isAbsolutePath(item))
        folder.clear();
    const QString rest = atHome ? item.mid(2) : item;
    if (isPattern(rest)) {
        const QByteArray start = folder.isEmpty() ? QByteArray() : escaped(QFile::encodeName(folder)) + '/';
        return matchPattern(start + QFile::encodeName(rest));
    }
    const QString path = QDir::cleanPath(folder.isEmpty() ? rest : folder + u'/' + rest);
    const QFileInfo file(path);
    if (!file.exists())
        return {{}, QStringLiteral("does not exist"), QStringLiteral("only a pattern may match nothing")};
    if (file.isDir())
        return {{}, QStringLiteral("is a folder"), QStringLiteral("write %1/*.yaml").arg(item)};
    if (!file.isFile())
        return {{}, QStringLiteral("is not a file"), {}};
    return {{path}, {}, {}};
}

} // namespace burrow
