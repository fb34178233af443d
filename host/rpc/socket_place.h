// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QByteArray>
#include <QString>

struct sockaddr_un;

/// Where the control socket of a host is. The host and its clients ask the same question here.
namespace burrow {

/// `burrow/NAME.sock` in the user's runtime directory; where there is none that belongs to this user,
/// `burrow/run/NAME.sock` in the user's directory for state. Error: NotReady (neither is known).
Result<QString> controlSocketPath(const QByteArray &hostName);

/// The address of a path. Error: InvalidArgument (the system allows no path of that length).
Result<sockaddr_un> socketAddress(const QString &path);

} // namespace burrow
