// SPDX-License-Identifier: Apache-2.0
#include "cli/command_config.h"

#include "cli/answer_writer.h"
#include "cli/command_check.h"
#include "cli/notices.h"
#include "compose/composition.h"
#include "config/key_page.h"
#include "config/schema.h"
#include "port/plugin_catalog.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace burrow {

namespace {

/// The configuration that is named; without one, what a file without any keys means.
LoadedConfiguration loadNamed(const Invocation &invocation, EffectiveValues *effective = nullptr)
{
    const LoadEnvironment environment = LoadEnvironment::ofProcess();
    return invocation.argument.isEmpty()
               ? loadConfigurationText(QStringLiteral("burrow.yaml"), "version: 1\n", environment, effective)
               : loadConfiguration(invocation.argument, environment, effective);
}

QJsonArray withOrigins(const EffectiveValues &values)
{
    QJsonArray array;
    for (const EffectiveValue &each : values) {
        QJsonArray path;
        for (const QByteArray &step : each.path)
            path.append(QString::fromUtf8(step));
        array.append(QJsonObject{{QStringLiteral("path"), path},
                                 {QStringLiteral("value"), each.value},
                                 {QStringLiteral("origin"), originOf(each)}});
    }
    return array;
}

QJsonObject describe(const LoadedConfiguration &loaded, const EffectiveValues &values, Origins origins)
{
    QJsonObject object{{QStringLiteral("ok"), loaded.configuration.has_value()},
                       {QStringLiteral("files"), QJsonArray::fromStringList(loaded.files)},
                       {QStringLiteral("findings"), findingsToJson(loaded.findings)}};
    if (loaded.configuration) {
        object.insert(QStringLiteral("configuration"), toJson(values));
        if (origins == Origins::Shown)
            object.insert(QStringLiteral("values"), withOrigins(values));
    }
    return object;
}

} // namespace

ExitCode runConfigShowCommand(const Invocation &invocation, AnswerWriter &answer)
{
    EffectiveValues values;
    const LoadedConfiguration loaded = loadNamed(invocation, &values);
    const Origins origins = invocation.has("origin") ? Origins::Shown : Origins::Hidden;
    const bool ok = loaded.configuration.has_value();
    if (invocation.has("json")) {
        answer.writeJson(describe(loaded, values, origins));
    } else {
        printFindings(loaded.findings);
        if (ok)
            answer.write(toYaml(values, origins));
    }
    return ok ? ExitCode::Ok : ExitCode::Configuration;
}

ExitCode runConfigReferenceCommand(const Invocation &, AnswerWriter &answer)
{
    answer.write("# The keys of a configuration\n\n" + keyPage());
    return ExitCode::Ok;
}

ExitCode runConfigSchemaCommand(const Invocation &invocation, AnswerWriter &answer)
{
    const LoadedConfiguration loaded = loadNamed(invocation);
    const Configuration *configuration = loaded.forChecks();
    if (!configuration) {
        printFindings(loaded.findings);
        return ExitCode::Configuration;
    }
    answer.write(QJsonDocument(configurationSchema(makeCatalog(*configuration)->all())).toJson());
    return ExitCode::Ok;
}

} // namespace burrow
