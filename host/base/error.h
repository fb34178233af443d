// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QString>

namespace burrow {

/// What class of thing went wrong. Programs choose exit codes and retries by it; people read `Error::message`.
enum class ErrorKind : quint8 {
    InvalidArgument, ///< The caller gave something that can never work.
    NotFound,        ///< The thing that was named does not exist.
    NotReady,        ///< It exists but its present state refuses; a later try may work.
    Conflict,        ///< Somebody else holds it, or it is taken already.
    Busy,            ///< A bound is reached; try again later.
    Configuration,   ///< A configuration file is wrong.
    Plugin,          ///< A plugin broke the contract or refused.
    Io,              ///< The operating system refused.
    Internal,        ///< A defect of the host.
};

/// An expected failure as a value: a kind for programs and one sentence for the person who reads it
/// (what is wrong, where, what to do).
struct Error
{
    ErrorKind kind = ErrorKind::Internal;
    QString message;

    friend bool operator==(const Error &, const Error &) = default;
};

} // namespace burrow
