// SPDX-License-Identifier: Apache-2.0
#include "store_contract.h"
#include "support/writer_store.h"

namespace burrow::test {

class WriterStoreTest : public StoreContract
{
    Q_OBJECT

protected:
    std::unique_ptr<Store> openEmpty() override { return std::make_unique<WriterStore>(); }
    std::unique_ptr<Store> reopenStore(std::unique_ptr<Store> store) override { return store; }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::WriterStoreTest)
#include "writer_store_test.moc"
