// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QJsonObject>

namespace burrow {

/// The protocol as a JSON Schema: `definitions` has each shape, and for each method METHOD its parameters and
/// its result under `methods.METHOD`, each notification's parameters under `notifications`. Published beside
/// the code as rpc-1.schema.json.
QJsonObject protocolSchema();

/// The protocol for people, in Markdown: what the tables say of methods, shapes, notifications and errors. It
/// is the generated part of PROTOCOL.md.
QByteArray protocolPage();

} // namespace burrow
