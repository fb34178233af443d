// SPDX-License-Identifier: Apache-2.0
#include "plugin/descriptor.h"

#include "plugin/abi_text.h"
#include "plugin/bound_tables.h"
#include "plugin/plugin_limits.h"
#include "plugin/readable_memory.h"

#include <QJsonDocument>

namespace burrow {

namespace {

constexpr quint64 knownFlags = BURROW_PLUGIN_BLOCKING | BURROW_PLUGIN_CANCELS_BOUNDARY
                               | BURROW_PLUGIN_CANCELS_HARD | BURROW_PLUGIN_RESTORES_SNAPSHOT
                               | BURROW_PLUGIN_NEEDS_CLEANUP;
static_assert(BURROW_PLUGIN_BLOCKING == 1U << static_cast<int>(PluginFlag::Blocking)
              && BURROW_PLUGIN_NEEDS_CLEANUP == 1U << static_cast<int>(PluginFlag::NeedsCleanup));

/// The oldest revision of which this host still runs plugins.
constexpr quint32 oldestPlugin = 1;

using Code = PluginFaultCode;

PluginFault badDescriptor(const QString &sentence)
{
    return {Code::BadDescriptor, sentence};
}

/// Copies one text of the descriptor, whose address and length may be garbage.
PluginResult<QByteArray> readText(const burrow_text &text, const char *field, qint64 bytesMax, bool plain)
{
    const char *why = nullptr;
    if (text.size > static_cast<quint64>(bytesMax))
        why = "is longer than is allowed";
    else if (text.size > 0 && text.data && !isReadable(text.data, text.size))
        why = "points to no memory";
    else
        why = plain ? plainTextFault(text, bytesMax) : textFault(text, bytesMax);
    if (why) {
        return badDescriptor(QStringLiteral("has a descriptor whose %1 %2 (at most %3 bytes of UTF-8)")
                                 .arg(QLatin1String(field), QLatin1String(why))
                                 .arg(bytesMax));
    }
    return copyOf(text);
}

PluginResult<QJsonObject> readSchema(const burrow_text &text)
{
    const PluginResult<QByteArray> bytes =
        readText(text, "config_schema_json", limits::manifest_bytes_max, false);
    if (!bytes)
        return bytes.error();
    if (bytes->isEmpty())
        return QJsonObject();
    const QJsonDocument document = QJsonDocument::fromJson(*bytes);
    if (!document.isObject())
        return badDescriptor(QStringLiteral("has a descriptor whose config_schema_json is no JSON object"));
    return document.object();
}

ThreadModel threadModel(int32_t model)
{
    switch (model) {
    case BURROW_THREAD_SERIAL_INSTANCE:
        return ThreadModel::SerialInstance;
    case BURROW_THREAD_PARALLEL:
        return ThreadModel::Parallel;
    case BURROW_THREAD_PINNED:
        return ThreadModel::Pinned;
    default:
        return ThreadModel::SerialLibrary; // The narrowest, also for models that this host does not know.
    }
}

QString shown(bool value)
{
    return value ? QStringLiteral("yes") : QStringLiteral("no");
}

QString flagWords(quint64 flags)
{
    QStringList words;
    for (std::size_t at = 0; at < pluginFlagName.names.size(); ++at) {
        if (flags & (quint64(1) << at))
            words.append(QLatin1String(pluginFlagName.names[at]));
    }
    return words.isEmpty() ? QStringLiteral("none") : words.join(QLatin1Char('+'));
}

} // namespace

AbiRange hostAbi()
{
    return {oldestPlugin, BURROW_ABI_VERSION};
}

PluginResult<PluginIdentity> readDescriptor(const burrow_plugin &plugin)
{
    const PluginResult<burrow_descriptor> descriptor = bindDescriptor(plugin.descriptor);
    if (!descriptor)
        return descriptor.error();
    const PluginResult<QByteArray> id = readText(descriptor->id, "id", limits::plugin_id_bytes_max, true);
    const PluginResult<QByteArray> version =
        readText(descriptor->version, "version", limits::plugin_version_bytes_max, true);
    const PluginResult<QByteArray> name =
        readText(descriptor->name, "name", limits::plugin_name_bytes_max, true);
    const PluginResult<QByteArray> runtime =
        readText(descriptor->runtime, "runtime", limits::plugin_runtime_bytes_max, true);
    for (const PluginResult<QByteArray> *text : {&id, &version, &name, &runtime}) {
        if (!*text)
            return text->error();
    }
    PluginResult<QJsonObject> schema = readSchema(descriptor->config_schema_json);
    if (!schema)
        return schema.error();
    if (!isPluginId(*id)) {
        return badDescriptor(
            QStringLiteral("has a descriptor whose id \"%1\" is not made of lower-case letters, digits, "
                           "\".\", \"_\" and \"-\"")
                .arg(QString::fromUtf8(*id)));
    }
    PluginIdentity identity;
    identity.id = *id;
    identity.version = *version;
    identity.name = QString::fromUtf8(*name);
    identity.runtime = *runtime;
    identity.abi = {descriptor->abi_min, descriptor->abi_built};
    identity.threadModel = threadModel(descriptor->thread_model);
    identity.flags = descriptor->flags & knownFlags;
    identity.configSchema = *std::move(schema);
    identity.executor = plugin.executor != nullptr;
    identity.drain = plugin.drain != nullptr;
    return identity;
}

PluginResult<void> compareWithManifest(const PluginIdentity &descriptor, const PluginIdentity &manifest)
{
    struct Field
    {
        const char *name;
        bool same;
        QString said;
        QString promised;
    };
    const auto text = [](const QByteArray &bytes) {
        return QLatin1Char('"') + QString::fromUtf8(bytes) + u'"';
    };
    const auto number = [](quint32 value) { return QString::number(value); };
    const auto model = [](ThreadModel value) { return QString(QLatin1String(threadModelName(value))); };
    const Field fields[] = {
        {"id", descriptor.id == manifest.id, text(descriptor.id), text(manifest.id)},
        {"version", descriptor.version == manifest.version, text(descriptor.version), text(manifest.version)},
        {"runtime", descriptor.runtime == manifest.runtime, text(descriptor.runtime), text(manifest.runtime)},
        {"abi.min", descriptor.abi.min == manifest.abi.min, number(descriptor.abi.min),
         number(manifest.abi.min)},
        {"abi.built", descriptor.abi.built == manifest.abi.built, number(descriptor.abi.built),
         number(manifest.abi.built)},
        {"thread_model", descriptor.threadModel == manifest.threadModel, model(descriptor.threadModel),
         model(manifest.threadModel)},
        {"flags", descriptor.flags == manifest.flags, flagWords(descriptor.flags), flagWords(manifest.flags)},
        {"kinds (executor)", descriptor.executor == manifest.executor, shown(descriptor.executor),
         shown(manifest.executor)},
        {"kinds (drain)", descriptor.drain == manifest.drain, shown(descriptor.drain), shown(manifest.drain)},
        {"config_schema", descriptor.configSchema == manifest.configSchema, QStringLiteral("another schema"),
         QStringLiteral("its own")},
    };
    for (const Field &field : fields) {
        if (!field.same) {
            return PluginFault(
                Code::ManifestDiffers,
                QStringLiteral("contradicts its manifest: \"%1\" is %2 in the library and %3 in the manifest")
                    .arg(QLatin1String(field.name), field.said, field.promised));
        }
    }
    return {};
}

PluginResult<void> checkAbi(const AbiRange &plugin, const AbiRange &host)
{
    const QString serves = QStringLiteral("this host serves %1 to %2").arg(host.min).arg(host.built);
    if (plugin.min == 0 || plugin.built == 0 || plugin.min > plugin.built) {
        return PluginFault(
            Code::AbiRange,
            QStringLiteral("states an impossible range of plugin ABI revisions (works from %1, built for %2)")
                .arg(plugin.min)
                .arg(plugin.built));
    }
    if (plugin.min > host.built) {
        return PluginFault(
            Code::AbiTooNew,
            QStringLiteral("is newer than this host: it needs plugin ABI revision %1 or later and "
                           "is built for %2; %3")
                .arg(plugin.min)
                .arg(plugin.built)
                .arg(serves));
    }
    if (plugin.built < host.min) {
        return PluginFault(
            Code::AbiTooOld,
            QStringLiteral("is older than this host accepts: it is built for plugin ABI revision %1; %2")
                .arg(plugin.built)
                .arg(serves));
    }
    return {};
}

} // namespace burrow
