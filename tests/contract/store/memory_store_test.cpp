// SPDX-License-Identifier: Apache-2.0
#include "store/memory_store.h"
#include "store_contract.h"

namespace burrow::test {

class MemoryStoreTest : public StoreContract
{
    Q_OBJECT

protected:
    std::unique_ptr<Store> openEmpty() override { return std::make_unique<MemoryStore>(); }
    std::unique_ptr<Store> reopenStore(std::unique_ptr<Store> store) override { return store; }

private Q_SLOTS:
    void itForgetsTheOldestOutcomesAndNoOpenInput()
    {
        const StoredSession alpha = openSession("alpha");
        SetBuilder sets(alpha.id);
        const InputPointer open = freshInput();
        QCOMPARE(verdictOf(sets.accept(open)), Verdict::Committed);
        const InputPointer oldest = freshInput();
        QCOMPARE(verdictOf(sets.acceptConsumed(oldest)), Verdict::Committed);
        VerdictLog log;
        for (std::size_t count = 0; count < limits::memory_ledger_max; ++count)
            store().submitOne(sets.acceptConsumed(freshInput()), log, SubmitHint::NeverBlock);
        QVERIFY(log.waitFor(limits::memory_ledger_max));
        QVERIFY(!outcomeOf(alpha.id, oldest->id));
        QCOMPARE(sequencesOf(openSession("alpha")), sequencesOf({open}));
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::MemoryStoreTest)
#include "memory_store_test.moc"
