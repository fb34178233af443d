// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/json_value.h"

namespace burrow {

/// Whose configuration is checked, in the words of messages.
struct SchemaSubject
{
    QString path;   ///< "executors.local.config".
    QString plugin; ///< "openai-chat 1.0.0".
};

/// Checks a plugin's section against the JSON Schema of its manifest, with places. It knows `type`, `enum`,
/// `required`, `properties`, `additionalProperties`, `items`, `minimum`, `maximum`, `minItems`, `maxItems`,
/// `minLength` and `maxLength`; whatever else a schema says is left to the plugin, which sees the section
/// anyway.
void checkAgainstSchema(const PlacedJson &section, const QJsonObject &schema, const SchemaSubject &subject,
                        Findings &findings);

} // namespace burrow
