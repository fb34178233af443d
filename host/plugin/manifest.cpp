// SPDX-License-Identifier: Apache-2.0
#include "plugin/manifest.h"

#include "plugin/plugin_limits.h"
#include "plugin/regular_file.h"

#include <QCryptographicHash>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

namespace burrow {

namespace {

constexpr qint64 manifestFormat = 1;

PluginFault badManifest(const QString &sentence, ErrorKind kind = ErrorKind::Plugin)
{
    return {PluginFaultCode::BadManifest, sentence, kind};
}

/// Reads members one by one and remembers the first thing that is wrong.
class ManifestReader
{
public:
    ManifestReader(const QString &path, QJsonObject root)
        : m_path(path)
        , m_root(std::move(root))
    {
    }

    PluginResult<Manifest> read();

private:
    void complain(const QString &what, PluginFaultCode code = PluginFaultCode::BadManifest)
    {
        if (!m_fault.isEmpty())
            return;
        m_fault = what;
        m_code = code;
    }
    static bool absent(const QJsonObject &object, const char *key)
    {
        return !object.contains(QLatin1String(key));
    }

    QByteArray text(const char *key, qint64 bytesMax, bool required);
    qint64 integer(const QJsonObject &object, const QString &key);
    QByteArrayList texts(const char *key);
    bool flag(const char *key);
    template <typename Enum, std::size_t Count>
    Enum oneOf(const char *key, const EnumNames<Enum, Count> &names, Enum otherwise);
    template <typename Enum, std::size_t Count>
    QString choices(const EnumNames<Enum, Count> &names) const;

    void readAbi(AbiRange &abi);
    void readKinds(PluginIdentity &identity);
    void readFlags(PluginIdentity &identity);
    void readLibrary(Manifest &manifest);

    const QString &m_path;
    const QJsonObject m_root;
    QString m_fault;
    PluginFaultCode m_code = PluginFaultCode::BadManifest;
};

bool isPlainText(const QString &text)
{
    return std::none_of(text.begin(), text.end(), [](QChar c) { return c.category() == QChar::Other_Control; });
}

QByteArray ManifestReader::text(const char *key, qint64 bytesMax, bool required)
{
    const QJsonValue value = m_root.value(QLatin1String(key));
    if (value.isUndefined() && !required)
        return {};
    const QString text = value.toString();
    if (!value.isString() || !isPlainText(text) || text.toUtf8().size() > bytesMax
        || (required && text.isEmpty())) {
        complain(QStringLiteral("\"%1\" must be a text of at most %2 bytes without control characters")
                     .arg(QLatin1String(key))
                     .arg(bytesMax));
    }
    return text.toUtf8();
}

qint64 ManifestReader::integer(const QJsonObject &object, const QString &key)
{
    const QJsonValue value = object.value(key.section(QLatin1Char('.'), -1));
    const double number = value.toDouble(-1);
    if (!value.isDouble() || number < 1 || number > double(UINT32_MAX) || number != std::floor(number)) {
        complain(QStringLiteral("\"%1\" must be a whole number from 1").arg(key));
        return 0;
    }
    return static_cast<qint64>(number);
}

QByteArrayList ManifestReader::texts(const char *key)
{
    const QJsonValue value = m_root.value(QLatin1String(key));
    QByteArrayList list;
    bool good = value.isUndefined() || value.isArray();
    for (const QJsonValue &element : value.toArray()) {
        good = good && element.isString() && isPlainText(element.toString());
        list.append(element.toString().toUtf8());
    }
    if (!good)
        complain(QStringLiteral("\"%1\" must be a list of texts").arg(QLatin1String(key)));
    return list;
}

bool ManifestReader::flag(const char *key)
{
    const QJsonValue value = m_root.value(QLatin1String(key));
    if (!value.isUndefined() && !value.isBool())
        complain(QStringLiteral("\"%1\" must be true or false").arg(QLatin1String(key)));
    return value.toBool();
}

template <typename Enum, std::size_t Count>
QString ManifestReader::choices(const EnumNames<Enum, Count> &names) const
{
    QStringList list;
    for (const char *name : names.names)
        list.append(QLatin1String(name));
    return list.join(QStringLiteral(", "));
}

template <typename Enum, std::size_t Count>
Enum ManifestReader::oneOf(const char *key, const EnumNames<Enum, Count> &names, Enum otherwise)
{
    if (absent(m_root, key))
        return otherwise;
    const std::optional<Enum> parsed = names.parse(m_root.value(QLatin1String(key)).toString().toUtf8());
    if (!parsed)
        complain(QStringLiteral("\"%1\" must be one of %2").arg(QLatin1String(key), choices(names)));
    return parsed.value_or(otherwise);
}

void ManifestReader::readAbi(AbiRange &abi)
{
    const QJsonValue value = m_root.value(QLatin1String("abi"));
    if (!value.isObject())
        return complain(QStringLiteral("\"abi\" must be {\"min\": n, \"built\": n}"));
    abi.min = static_cast<quint32>(integer(value.toObject(), QStringLiteral("abi.min")));
    abi.built = static_cast<quint32>(integer(value.toObject(), QStringLiteral("abi.built")));
    if (abi.min > abi.built)
        complain(QStringLiteral("\"abi\" is reversed: min %1 is above built %2").arg(abi.min).arg(abi.built),
                 PluginFaultCode::AbiRange);
}

void ManifestReader::readKinds(PluginIdentity &identity)
{
    for (const QByteArray &kind : texts("kinds")) {
        if (kind == "executor")
            identity.executor = true;
        else if (kind == "drain")
            identity.drain = true;
        else
            complain(QStringLiteral("\"kinds\" has \"%1\"; it may hold executor and drain")
                         .arg(QString::fromUtf8(kind)));
    }
    if (!identity.executor && !identity.drain)
        complain(QStringLiteral("\"kinds\" must name executor, drain or both"));
}

void ManifestReader::readFlags(PluginIdentity &identity)
{
    for (const QByteArray &name : texts("flags")) {
        const std::optional<PluginFlag> parsed = pluginFlagName.parse(name);
        if (parsed)
            identity.flags |= quint64(1) << static_cast<int>(*parsed);
        else
            complain(QStringLiteral("\"flags\" has \"%1\"; it may hold %2")
                         .arg(QString::fromUtf8(name), choices(pluginFlagName)));
    }
}

/// The library is named by its file name alone, so that a manifest cannot point elsewhere.
void ManifestReader::readLibrary(Manifest &manifest)
{
    const QFileInfo own(m_path);
    QString name = QStringLiteral("lib%1.so").arg(QString::fromUtf8(manifest.identity.id));
    if (!absent(m_root, "library")) {
        name = m_root.value(QLatin1String("library")).toString();
        if (name.isEmpty() || !isPlainText(name) || name.contains(QLatin1Char('/'))
            || name == QLatin1String("..") || name == QLatin1String("."))
            complain(QStringLiteral("\"library\" must be a file name in the manifest's own folder"));
    }
    manifest.manifestPath = own.absoluteFilePath();
    manifest.libraryPath = own.absolutePath() + QLatin1Char('/') + name;
    const QString expected = QString::fromUtf8(manifest.identity.id) + QLatin1String(manifestSuffix);
    if (own.fileName() != expected)
        complain(QStringLiteral("its \"id\" is \"%1\", so the file must be called %2")
                     .arg(QString::fromUtf8(manifest.identity.id), expected));
}

PluginResult<Manifest> ManifestReader::read()
{
    Manifest manifest;
    PluginIdentity &identity = manifest.identity;
    const qint64 format = integer(m_root, QStringLiteral("manifest"));
    if (format > manifestFormat)
        complain(QStringLiteral("it has form %1 and this host knows form %2").arg(format).arg(manifestFormat),
                 PluginFaultCode::AbiTooNew);
    identity.id = text("id", limits::plugin_id_bytes_max, true);
    if (!isPluginId(identity.id))
        complain(QStringLiteral("\"id\" must be lower-case letters, digits, \".\", \"_\" and \"-\""));
    identity.version = text("version", limits::plugin_version_bytes_max, true);
    identity.name = QString::fromUtf8(text("name", limits::plugin_name_bytes_max, false));
    identity.runtime = text("runtime", limits::plugin_runtime_bytes_max, false);
    identity.threadModel = oneOf("thread_model", threadModelName, ThreadModel::SerialInstance);
    readAbi(identity.abi);
    readKinds(identity);
    readFlags(identity);
    const QJsonValue schema = m_root.value(QLatin1String("config_schema"));
    if (!schema.isUndefined() && !schema.isObject())
        complain(QStringLiteral("\"config_schema\" must be an object"));
    identity.configSchema = schema.toObject();
    manifest.isolation = oneOf("isolation", isolationName,
                               identity.runtime.isEmpty() ? Isolation::InProcess : Isolation::Process);
    manifest.inlineCalls = flag("inline");
    manifest.permissions = texts("permissions");
    manifest.sha256 = text("sha256", 64, false).toLower();
    if (!manifest.sha256.isEmpty()
        && (manifest.sha256.size() != 64 || QByteArray::fromHex(manifest.sha256).toHex() != manifest.sha256))
        complain(QStringLiteral("\"sha256\" must be 64 hexadecimal digits"));
    readLibrary(manifest);
    if (!m_fault.isEmpty())
        return PluginFault(m_code, QStringLiteral("the plugin manifest %1 is wrong: %2").arg(m_path, m_fault));
    return manifest;
}

} // namespace

QByteArrayList PluginIdentity::kinds() const
{
    QByteArrayList list;
    if (executor)
        list.append("executor");
    if (drain)
        list.append("drain");
    return list;
}

bool isPluginId(QByteArrayView id)
{
    const auto isAlphanumeric = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    if (id.isEmpty() || id.size() > limits::plugin_id_bytes_max || !isAlphanumeric(id.front()))
        return false;
    return std::all_of(id.begin(), id.end(),
                       [&](char c) { return isAlphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

PluginResult<Manifest> readManifest(const QString &path)
{
    const PluginResult<RegularFile> file = RegularFile::open(path);
    if (!file)
        return badManifest(file.error().cause, file.error().kind);
    if (file->size() > limits::manifest_bytes_max) {
        return badManifest(QStringLiteral("the plugin manifest %1 has %2 bytes, and at most %3 are read")
                               .arg(path)
                               .arg(file->size())
                               .arg(limits::manifest_bytes_max));
    }
    const std::optional<QByteArray> bytes = file->read(0, static_cast<quint64>(file->size()));
    if (!bytes)
        return badManifest(QStringLiteral("cannot read the plugin manifest %1").arg(path), ErrorKind::Io);
    QJsonParseError parseError;
    const QJsonDocument document = QJsonDocument::fromJson(*bytes, &parseError);
    if (!document.isObject()) {
        return badManifest(QStringLiteral("the plugin manifest %1 is no JSON object: %2 at byte %3")
                               .arg(path, parseError.error == QJsonParseError::NoError
                                              ? QStringLiteral("another value")
                                              : parseError.errorString())
                               .arg(parseError.offset));
    }
    PluginResult<Manifest> manifest = ManifestReader(path, document.object()).read();
    if (manifest)
        manifest->digest = QCryptographicHash::hash(*bytes, QCryptographicHash::Sha256).toHex();
    return manifest;
}

} // namespace burrow
