// SPDX-License-Identifier: Apache-2.0
#include "store/sqlite_store.h"
#include "store_contract.h"
#include "support/manual_clock.h"

#include <QTemporaryDir>

namespace burrow::test {

class SqliteStoreTest : public StoreContract
{
    Q_OBJECT

    ManualClock m_clock;
    std::unique_ptr<QTemporaryDir> m_folder;

    std::unique_ptr<Store> openFile()
    {
        SqliteStoreOptions options;
        options.path = m_folder->filePath(QStringLiteral("deep/state/burrow.db"));
        options.hostName = "contract";
        options.clock = &m_clock;
        Result<std::unique_ptr<SqliteStore>> store = SqliteStore::open(options);
        if (!store) {
            QTest::qFail(qPrintable(store.error().message), __FILE__, __LINE__);
            return nullptr;
        }
        return std::move(*store);
    }

protected:
    std::unique_ptr<Store> openEmpty() override
    {
        m_folder = std::make_unique<QTemporaryDir>();
        return openFile();
    }
    std::unique_ptr<Store> reopenStore(std::unique_ptr<Store> store) override
    {
        store.reset();
        return openFile();
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::SqliteStoreTest)
#include "sqlite_store_test.moc"
