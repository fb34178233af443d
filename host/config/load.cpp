// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include "config/checker.h"
#include "config/scalar.h"

namespace burrow {

namespace {

constexpr qint64 version_read = 1;

/// A file from the future has keys that mean nothing here; saying so once beats a page of unknown keys.
bool isFromTheFuture(const Node &root, Findings &findings)
{
    const Node *version = root.find("version");
    if (!version || version->kind != Node::Kind::Scalar || !version->plain)
        return false;
    const std::optional<qint64> number = readCount(version->text).value;
    if (!number || *number <= version_read)
        return false;
    report(findings, version->place, FindingCode::Version,
           QStringLiteral("the file has version %1, but this program reads version %2")
               .arg(*number)
               .arg(version_read),
           QStringLiteral("install a newer burrow, or write the file for version %1").arg(version_read));
    return true;
}

void settle(LoadedConfiguration &loaded, Configuration configuration)
{
    for (Finding &each : loaded.findings) {
        each.message = loaded.secrets.masked(each.message);
        each.help = loaded.secrets.masked(each.help);
    }
    loaded.findings = arrangeFindings(std::move(loaded.findings));
    (hasErrors(loaded.findings) ? loaded.draft : loaded.configuration) = std::move(configuration);
}

LoadedConfiguration checked(const SourcePointer &source, const LoadEnvironment &environment, Findings findings)
{
    LoadedConfiguration loaded;
    loaded.findings = std::move(findings);
    NodePointer root = source ? readDocument(source, loaded.findings) : nullptr;
    if (!root || isFromTheFuture(*root, loaded.findings)) {
        loaded.findings = arrangeFindings(std::move(loaded.findings));
        return loaded;
    }
    ReferenceExpander references(environment.home, environment.variable);
    root = references.expand(root, loaded.findings);
    loaded.secrets = references.secrets();
    Configuration configuration =
        checkDocument(*root, {environment.home, environment.stateHome, {}}, loaded.findings);
    configuration.file = source->name();
    checkReferences(configuration, loaded.findings);
    settle(loaded, std::move(configuration));
    return loaded;
}

} // namespace

LoadEnvironment LoadEnvironment::ofProcess()
{
    const auto variable = [](const QByteArray &name) -> std::optional<QByteArray> {
        if (!qEnvironmentVariableIsSet(name.constData()))
            return std::nullopt;
        return qgetenv(name.constData());
    };
    return {qEnvironmentVariable("HOME"), qEnvironmentVariable("XDG_STATE_HOME"), variable};
}

const Configuration *LoadedConfiguration::forChecks() const
{
    if (configuration)
        return &*configuration;
    return draft ? &*draft : nullptr;
}

LoadedConfiguration loadConfiguration(const QString &path, const LoadEnvironment &environment)
{
    Findings findings;
    const SourcePointer source = readSource(path, findings);
    return checked(source, environment, std::move(findings));
}

LoadedConfiguration loadConfigurationText(const QString &file, const QByteArray &yaml,
                                          const LoadEnvironment &environment)
{
    Findings findings;
    const SourcePointer source = checkedSource(file, yaml, findings);
    return checked(source, environment, std::move(findings));
}

void addCatalogFindings(LoadedConfiguration &loaded, const PluginCatalog &catalog)
{
    const Configuration *configuration = loaded.forChecks();
    if (!configuration)
        return;
    Findings more = checkAgainstCatalog(*configuration, catalog);
    loaded.findings.insert(loaded.findings.end(), more.begin(), more.end());
    Configuration kept = loaded.configuration ? std::move(*loaded.configuration) : std::move(*loaded.draft);
    loaded.configuration.reset();
    loaded.draft.reset();
    settle(loaded, std::move(kept));
}

} // namespace burrow
