// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/executor.h"

#include <burrow/abi.h>

#include <array>
#include <vector>

namespace burrow {

/// 36 characters without an allocation.
using UuidText = std::array<char, 36>;
void writeUuid(const Uuid &uuid, UuidText &text);

/// Borrows from `appends`.
void encodeAppends(const std::vector<Append> &appends, std::vector<burrow_append> &encoded);

/// Turns units of work into the ABI's form. Keeps its buffers, so that in the steady state encoding allocates
/// nothing; one encoder per instance, used by one call at a time.
class PrimitiveEncoder
{
public:
    /// Borrows from `call`, `session` and this encoder; valid until any of them changes.
    const burrow_apply_request &encode(const ApplyCall &call, QByteArrayView session);

private:
    burrow_apply_request m_request = {};
    UuidText m_run = {};
    std::vector<UuidText> m_inputs;
    std::vector<burrow_contributor> m_contributors;
    std::vector<burrow_append> m_appends;
    std::vector<burrow_append> m_contextAppends;
    QByteArray m_metadata;
};

/// Turn metadata as a JSON object; what is absent is left out, what is cleared is null.
QByteArray metadataJson(const TurnMetadata &metadata);

} // namespace burrow
