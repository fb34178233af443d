// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/plugin_catalog.h"

#include <QJsonDocument>

/// Three plugins that nobody has to build.
class FixtureCatalog final : public burrow::PluginCatalog
{
public:
    FixtureCatalog()
    {
        add("echo", "0.1.0", {"executor"}, R"({"type": "object", "additionalProperties": false, "properties": {
            "prefix": {"type": "string"}, "uppercase": {"type": "boolean"}}})");
        add("openai-chat", "1.0.0", {"executor"}, R"({"type": "object", "additionalProperties": false,
            "required": ["base_url"],
            "properties": {
                "base_url": {"type": "string", "minLength": 1, "description": "Where the server answers"},
                "mode": {"enum": ["chat", "complete"]},
                "temperature": {"type": "number", "minimum": 0, "maximum": 2},
                "tries": {"type": "integer", "minimum": 1},
                "stop": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
                "headers": {"type": "object", "additionalProperties": {"type": "string"}},
                "seed": {"type": ["integer", "null"]}}})");
        add("timer", "0.2.0", {"drain"}, "{}");
    }

    burrow::Result<burrow::PluginDescription> find(const QByteArray &id) const override
    {
        for (const burrow::PluginDescription &each : m_plugins) {
            if (each.id == id)
                return each;
        }
        return burrow::Error{
            burrow::ErrorKind::NotFound,
            QStringLiteral("no plugin \"%1\" in /usr/lib/burrow/plugins").arg(QString::fromUtf8(id))};
    }
    std::vector<burrow::PluginDescription> all() const override { return m_plugins; }
    QStringList complaints() const override { return {}; }

private:
    void add(const char *id, const char *version, const QByteArrayList &kinds, const char *schema)
    {
        m_plugins.push_back({id, version, {}, {}, kinds, QJsonDocument::fromJson(schema).object()});
    }

    std::vector<burrow::PluginDescription> m_plugins;
};
