// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArrayList>

#include <functional>

namespace burrow {

/// Asked only where somebody says `last`: the session that was active most recently.
using LastSession = std::function<Result<QByteArray>()>;

/// Which of the sessions a person means: the one of that name; else, for `last`, the one that was active most
/// recently; else the only one whose name begins so. Errors: NotFound, with the nearest name; InvalidArgument,
/// with all that begin so; those of `last`.
Result<QByteArray> sessionMeant(const QByteArray &given, const QByteArrayList &names, const LastSession &last);

} // namespace burrow
