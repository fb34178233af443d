// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "port/store.h"
#include "support/tally.h"

#include <map>

namespace burrow::test {

/// A client that writes down every answer, in the order of arrival.
class VerdictLog : public StoreClient
{
public:
    void storeAnswered(std::vector<StoreAnswer> answers) override
    {
        const std::size_t count = answers.size();
        {
            const std::lock_guard lock(m_mutex);
            m_answers.insert(m_answers.end(), answers.begin(), answers.end());
        }
        m_arrived.add(count);
    }

    bool waitFor(std::size_t count) const { return m_arrived.waitFor(count); }
    std::size_t count() const { return m_arrived.count(); }
    std::vector<StoreAnswer> answers() const
    {
        const std::lock_guard lock(m_mutex);
        return m_answers;
    }

private:
    mutable std::mutex m_mutex;
    std::vector<StoreAnswer> m_answers; // Guarded by m_mutex.
    Tally m_arrived;
};

} // namespace burrow::test
