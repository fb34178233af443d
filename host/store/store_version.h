// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace burrow {

/// The version of the store file's form that this program writes, and reads without migrating.
qint64 storeSchemaVersion();
/// Of the SQLite library that this process runs on.
QByteArray sqliteVersion();

} // namespace burrow
