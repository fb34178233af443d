// SPDX-License-Identifier: Apache-2.0
#include "cli/command_config.h"

#include "cli/answer_writer.h"
#include "cli/command_check.h"
#include "cli/notices.h"
#include "compose/composition.h"
#include "config/key_page.h"
#include "config/schema.h"
#include "port/plugin_catalog.h"

#include <QJsonDocument>

namespace burrow {

namespace {

/// The configuration that is named; without one, what a file without any keys means.
LoadedConfiguration loadNamed(const Invocation &invocation)
{
    return invocation.argument.isEmpty() ? loadConfigurationText(QStringLiteral("burrow.yaml"), "version: 1\n")
                                         : loadConfiguration(invocation.argument);
}

} // namespace

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
