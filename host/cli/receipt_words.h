// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/exit_code.h"
#include "model/outcome.h"

#include <QJsonObject>
#include <QString>

/// The receipts of a host, as people read them and as scripts judge them. They come as JSON, in the shapes of
/// rpc/method_table.cpp; what is missing there, or new, is no reason to fail.
namespace burrow {

/// "greeter: stop is done; the session is stopped". `command` is its verb.
QString sentenceOfReceipt(const QString &session, const QString &command, const QJsonObject &receipt);
ExitCode exitCodeOfReceipt(const QJsonObject &receipt);

/// "greeter: accepted as 0190…".
QString sentenceOfSubmission(const QString &session, const QJsonObject &receipt);
/// What became of the input, in a sentence; empty where its text says it.
QString sentenceOfOutcome(const QJsonObject &outcome);
ExitCode exitCodeFor(OutcomeClass outcome);
ExitCode exitCodeOfOutcome(const QJsonObject &outcome);

} // namespace burrow
