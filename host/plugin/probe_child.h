// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QString>

namespace burrow {

struct ProbeTask
{
    QString library;
    QString manifest; ///< Its path; empty: none.
    QByteArray hostVersion;
};

/// Opens the library, asks it what it is and compares that with the manifest. Writes a line to `answer` before
/// each step that runs its code, and the verdict at the end. Nothing is initialised. Does not return when the
/// library does not let it.
void probe(const ProbeTask &task, int answer);

} // namespace burrow
