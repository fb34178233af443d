// SPDX-License-Identifier: Apache-2.0
#include "port/store.h"

namespace burrow {

namespace {

class GatheredBatch : public WriteBatch
{
public:
    GatheredBatch(Store &store, StoreClient &client)
        : m_store(store)
        , m_client(client)
    {
    }

    void add(WriteSet &&set) override { m_sets.push_back(std::move(set)); }
    std::size_t count() const override { return m_sets.size(); }
    void submit(SubmitHint hint) override { m_store.submit(std::exchange(m_sets, {}), m_client, hint); }

private:
    Store &m_store;
    StoreClient &m_client;
    std::vector<WriteSet> m_sets;
};

} // namespace

std::unique_ptr<WriteBatch> Store::makeBatch(StoreClient &client)
{
    return std::make_unique<GatheredBatch>(*this, client);
}

void Store::submitOne(WriteSet set, StoreClient &client, SubmitHint hint)
{
    std::vector<WriteSet> sets;
    sets.push_back(std::move(set));
    submit(std::move(sets), client, hint);
}

} // namespace burrow
