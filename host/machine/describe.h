// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>

#include <vector>

/// The tables as people and programs read them; `burrow machine` prints what is made here.
namespace burrow {

/// One machine's table, taken from the very rows that step() uses.
struct MachineDescription
{
    /// session, input, turn, operation, admission, plan_shape, admission_signal, input_kind, operation_kind.
    QByteArray name;
    QByteArray title; ///< One sentence.
    std::vector<QByteArray> columns;
    std::vector<std::vector<QByteArray>> rows; ///< One cell per column.
    QByteArray mermaid;                        ///< A stateDiagram-v2, empty for decision tables.
};

std::vector<MachineDescription> describeMachines();

/// One machine as columns of at most 120 characters together.
QByteArray machineAsText(const MachineDescription &machine);
QByteArray machinesAsText();

/// Every diagram as a fenced block of Markdown under a heading.
QByteArray machinesAsMermaid();

/// {"machines": [{"name", "title", "columns", "rows": [{column: cell}], "mermaid"?}]}
QJsonObject machinesAsJson();

} // namespace burrow
