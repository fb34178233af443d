// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/finding.h"
#include "config/json_scan.h"

// Inputs come with the port that executes them.
#include "port/executor.h"

#include <optional>

namespace burrow {

/// One line of a file of inputs and where its mistakes are reported.
struct InputLine
{
    QString file;
    int number = 0;      ///< From 1.
    QByteArrayView text; ///< Without its end.
    Findings &findings;

    /// A finding about the bytes [begin, end).
    void report(qsizetype begin, qsizetype end, FindingCode code, const QString &message,
                const QString &help = {}) const;
};

/// The input that a line of a .jsonl file describes; nothing, with findings, when it is wrong. The fields are
/// listed in input_fields_table.cpp.
std::optional<Input> inputFromJson(const InputLine &line);

/// A prompt with the line as its text; nothing, with a finding, when it is not UTF-8 or too long.
std::optional<Input> inputFromText(const InputLine &line);

} // namespace burrow
