// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"
#include "model/run_result.h"

#include <QString>

namespace burrow {

/// The status as people read it: "BUSY", "vendor status -1234", "unknown status 7".
QString statusWord(qint32 status);

/// What a plugin's refusal to make an instance means to who asked: Configuration when a person must change
/// something before another attempt can succeed, Plugin otherwise.
ErrorKind kindOfRefusal(qint32 status);

/// Why a run failed that its plugin ended with, or refused with, that status and no cause of its own.
FailureCause causeOfStatus(qint32 status);

/// The cause that a plugin named; 0 derives it from the status.
FailureCause causeOf(qint32 cause, qint32 status);

} // namespace burrow
