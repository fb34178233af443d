// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/finding.h"

#include <QByteArray>
#include <QString>

/// Everything that is not the answer and not the log: what is said to whoever watches stderr. Where that
/// carries the log as JSON, each of these is a record of its own. Every function may be called from any thread.
namespace burrow {

/// `burrow: ` and the text; further lines are indented below it. What a terminal would obey is shown instead.
void notice(const QString &text);
/// The text as it is, for what has a form of its own.
void noticeAsIs(const QByteArray &text);
/// Findings, which have been put into words with their excerpts in `asText`.
void noticeFindings(const Findings &findings, const QByteArray &asText);

} // namespace burrow
