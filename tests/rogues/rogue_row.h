// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace burrow::test {

/// One line of tests/fixtures/plugins/misbehaviours.tsv: a misbehaviour, and what the host makes of it.
struct RogueRow
{
    int number = 0;     ///< In the list of what the host survives.
    QString act;        ///< Unique; the name that the library's file gets.
    QString form;       ///< What the file is: see makeLibrary() in rogue_trial.cpp.
    QString strikes;    ///< Where: a stage of loading, or a function of the interface.
    QString restart;    ///< The session's restart policy.
    QString exit;       ///< How the program ends: a number, or "signal N".
    QString plugin;     ///< refused, rests, left (an instance was left behind), died (with its process).
    QString session;    ///< "state/waiting" of the victim when all is at rest; closed: it was never opened.
    QStringList inputs; ///< The outcomes of the victim's inputs, as their waiters hear them, or why they were
                        ///< refused; "a|b" where what comes first decides, and both are right.
    QString code;       ///< BUR21xx; "-": none.
    QString says;       ///< A pattern that stderr must match.
    QString next;       ///< A pattern that stderr of the next start must match; "-": there is none.
};

/// All rows in order. An unusable line is an empty table, and `problem` says which.
std::vector<RogueRow> readRogueTable(const QString &path, QString &problem);

} // namespace burrow::test
