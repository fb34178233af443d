// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"
#include "port/plugin_catalog.h"
#include "port/plugin_fault.h"

#include <QByteArrayList>
#include <QJsonObject>
#include <QString>

namespace burrow {

/// The minor revisions of the ABI that one side can work with.
struct AbiRange
{
    quint32 min = 0;   ///< Oldest revision of the other side.
    quint32 built = 0; ///< What it was compiled with.

    friend bool operator==(const AbiRange &, const AbiRange &) = default;
};

/// The revisions of the ABI that this host runs plugins of.
AbiRange hostAbi();

/// Whether the two sides' revisions meet; the fault says which side is older. The sentence goes on from "the
/// plugin …".
PluginResult<void> checkAbi(const AbiRange &plugin, const AbiRange &host = hostAbi());

/// How the host may call a plugin's [instance] functions.
enum class ThreadModel : quint8 { SerialLibrary, SerialInstance, Parallel, Pinned };
inline constexpr EnumNames<ThreadModel, 4> threadModelName{
    {"serial_library", "serial_instance", "parallel", "pinned"}};

enum class PluginFlag : quint8 { Blocking, CancelsBoundary, CancelsHard, RestoresSnapshot, NeedsCleanup };
inline constexpr EnumNames<PluginFlag, 5> pluginFlagName{
    {"blocking", "cancels_boundary", "cancels_hard", "restores_snapshot", "needs_cleanup"}};

/// What a plugin says of itself, in its manifest and again in its descriptor.
struct PluginIdentity
{
    QByteArray id;
    QByteArray version;
    QString name; ///< For people.
    AbiRange abi;
    ThreadModel threadModel = ThreadModel::SerialInstance;
    quint64 flags = 0;  ///< Bit n is PluginFlag n; the descriptor's flags have the same bits.
    QByteArray runtime; ///< What it embeds: empty, or "go", "python", "jvm", …
    QJsonObject configSchema;
    bool executor = false;
    bool drain = false;

    bool has(PluginFlag flag) const { return flags & (quint64(1) << static_cast<int>(flag)); }
    QByteArrayList kinds() const;
};

/// The file `<id>.burrow-plugin.json` beside a library: all that is known of it before any of its code runs.
struct Manifest
{
    PluginIdentity identity;
    Isolation isolation = Isolation::InProcess; ///< The plugin's wish.
    bool inlineCalls = false; ///< Its calls never wait, so a session's own thread may make them.
    QByteArrayList permissions;
    QByteArray sha256; ///< Of the library, in hex; empty in a build tree.
    QByteArray digest; ///< SHA-256 of the manifest itself, in hex.
    QString manifestPath;
    QString libraryPath;
};

/// Lower-case letters, digits and ".", "_", "-", beginning with a letter or digit, at most 64 bytes: safe as a
/// part of a file name and on a terminal.
bool isPluginId(QByteArrayView id);

inline constexpr char manifestSuffix[] = ".burrow-plugin.json";

/// Reads one manifest. The file's name must be the id with the suffix, and the library lies in the same folder.
/// The error's sentence names the file, the key and what is expected.
PluginResult<Manifest> readManifest(const QString &path);

} // namespace burrow
