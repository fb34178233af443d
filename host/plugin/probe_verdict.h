// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "plugin/foreign_stage.h"
#include "plugin/manifest.h"

#include <QStringList>

namespace burrow {

/// What came out when a library was tried in a process of its own.
struct ProbeVerdict
{
    std::optional<PluginFault> fault; ///< Unset: it can be loaded.
    QByteArray id;                    ///< As the library says; empty when it could not say.
    QByteArray version;
    AbiRange abi;
    QByteArrayList kinds;
    QStringList lastErrors; ///< Of its stderr, when it went wrong; fit for a terminal.
    WallTime at;
    Duration took{};
};

/// What a verdict says of a plugin that was opened.
void describeIn(ProbeVerdict &verdict, const PluginIdentity &identity);

QJsonObject toJson(const ProbeVerdict &verdict);
/// Nothing when it has not the form that toJson() gives.
std::optional<ProbeVerdict> probeVerdictFrom(const QJsonObject &object);

/// The lines that the child writes: one before each step that runs the library's code, then the verdict.
QByteArray stageLine(ForeignStage stage);
QByteArray verdictLine(const ProbeVerdict &verdict);

/// What the child wrote, read again.
struct ProbeLines
{
    ForeignStage lastStage = ForeignStage::None;
    std::optional<ProbeVerdict> verdict;
    bool garbage = false; ///< There was something else.
};
ProbeLines readProbeLines(const QByteArray &output);

} // namespace burrow
