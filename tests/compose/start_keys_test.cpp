// SPDX-License-Identifier: Apache-2.0
#include "compose/start_keys.h"

#include "model/reserved_keys.h"
#include "support/test_inputs.h"

#include <QtTest>

using namespace burrow;

namespace {

QByteArrayList keysOf(const QByteArrayList &texts)
{
    std::vector<Input> inputs;
    for (const QByteArray &text : texts)
        inputs.push_back(test::promptOf(text));
    giveStartKeys(inputs);
    QByteArrayList keys;
    for (const Input &input : inputs)
        keys.append(input.idempotencyKey);
    return keys;
}

} // namespace

class TestStartKeys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellEqualTextsApart();
    void neverExpire();
    void makeOnlyWhatIsNewNew();
    void leaveOwnKeysAlone();
};

void TestStartKeys::tellEqualTextsApart()
{
    const QByteArrayList keys = keysOf({"one", "two", "one"});
    QVERIFY(keys[0].startsWith("burrow:on-start:1:"));
    QCOMPARE(keys[0].size(), qsizetype(18 + 16));
    QVERIFY(keys[1].startsWith("burrow:on-start:1:"));
    QCOMPARE(keys[2], QByteArray(keys[0]).replace("start:1:", "start:2:"));
    QCOMPARE(keysOf({"one", "two", "one"}), keys);
}

void TestStartKeys::neverExpire()
{
    QVERIFY(keyNeverExpires(keysOf({"one"})[0]));
}

void TestStartKeys::makeOnlyWhatIsNewNew()
{
    const QByteArrayList before = keysOf({"one", "two"});
    const QByteArrayList after = keysOf({"zero", "two", "one"});
    QCOMPARE(after[1], before[1]);
    QCOMPARE(after[2], before[0]);
    QVERIFY(!before.contains(after[0]));
}

void TestStartKeys::leaveOwnKeysAlone()
{
    std::vector<Input> inputs{test::promptOf("one"), test::promptOf("one")};
    inputs[0].idempotencyKey = "mine";
    giveStartKeys(inputs);
    QCOMPARE(inputs[0].idempotencyKey, QByteArray("mine"));
    QVERIFY(inputs[1].idempotencyKey.startsWith("burrow:on-start:1:"));
}

QTEST_GUILESS_MAIN(TestStartKeys)
#include "start_keys_test.moc"
