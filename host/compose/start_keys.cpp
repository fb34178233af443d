// SPDX-License-Identifier: Apache-2.0
#include "compose/start_keys.h"

#include "model/reserved_keys.h"

#include <QHash>

namespace burrow {

void giveStartKeys(std::vector<Input> &inputs)
{
    QHash<quint64, int> seen;
    for (Input &input : inputs) {
        if (!input.idempotencyKey.isEmpty())
            continue;
        const quint64 content = payloadHash(input);
        const int number = ++seen[content];
        input.idempotencyKey = on_start_key_prefix + QByteArray::number(number) + ':'
                               + QByteArray::number(content, 16).rightJustified(16, '0');
    }
}

} // namespace burrow
