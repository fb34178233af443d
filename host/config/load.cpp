// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include "config/checker.h"
#include "config/included_files.h"
#include "config/tree_merger.h"

namespace burrow {

namespace {

/// The tree as a part of a whole: what it lacks may stand in another file.
NodePointer asPart(const NodePointer &node)
{
    if (node->kind != Node::Kind::Mapping)
        return node;
    auto copy = std::make_shared<Node>(*node);
    copy->incomplete = true;
    for (Node::Entry &each : copy->entries)
        each.value = asPart(each.value);
    return copy;
}

/// What counts of all files together. Each is also checked by itself, for a mistake is one even where a later
/// file overrules it.
NodePointer mergedTree(const ReadFiles &read, const Directories &directories, Findings &findings)
{
    TreeMerger merger;
    for (const NodePointer &each : read.trees) {
        if (read.trees.size() > 1)
            checkDocument(*asPart(each), directories, findings);
        // Only the first file must say its version, so no other can say it in its place.
        merger.add(merger.root() ? without(*each, "version") : each);
    }
    return read.complete || !merger.root() ? merger.root() : asPart(merger.root());
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

LoadedConfiguration checked(const SourcePointer &source, const LoadEnvironment &environment, Findings findings,
                            EffectiveValues *effective)
{
    LoadedConfiguration loaded;
    loaded.findings = std::move(findings);
    ReferenceExpander references(environment.home, environment.variable);
    const ReadFiles read =
        source ? readWithIncludes(source, references, loaded.findings) : ReadFiles{.complete = false};
    const Directories directories{environment.home, environment.stateHome, {}};
    const NodePointer root = mergedTree(read, directories, loaded.findings);
    loaded.files = read.files;
    loaded.secrets = references.secrets();
    if (!root) {
        loaded.findings = arrangeFindings(std::move(loaded.findings));
        return loaded;
    }
    Configuration configuration = checkDocument(*root, directories, loaded.findings, effective);
    configuration.file = source->name();
    if (read.complete)
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

LoadedConfiguration loadConfiguration(const QString &path, const LoadEnvironment &environment,
                                      EffectiveValues *effective)
{
    Findings findings;
    const SourcePointer source = readSource(path, findings);
    return checked(source, environment, std::move(findings), effective);
}

LoadedConfiguration loadConfigurationText(const QString &file, const QByteArray &yaml,
                                          const LoadEnvironment &environment, EffectiveValues *effective)
{
    Findings findings;
    const SourcePointer source = checkedSource(file, yaml, findings);
    return checked(source, environment, std::move(findings), effective);
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
