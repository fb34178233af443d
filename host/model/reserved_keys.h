// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

/// Idempotency keys that the host gives by itself.
namespace burrow {

/// Inputs that configuration submits once, when a session first starts, have keys with this prefix. They bind
/// for as long as the session lives: with a key that expires, a restart after the retention would run them a
/// second time.
inline constexpr char on_start_key_prefix[] = "burrow:on-start:";

inline bool keyNeverExpires(const QByteArray &key)
{
    return key.startsWith(on_start_key_prefix);
}

} // namespace burrow
