// SPDX-License-Identifier: Apache-2.0
// The tables of the protocol hold together, and what is published of them is what they say.
#include "rpc/method_table.h"
#include "rpc/protocol_schema.h"
#include "rpc/rpc_error.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QSaveFile>
#include <QSet>
#include <QTest>

namespace burrow::test {

namespace {

QByteArray contentOf(const QString &name)
{
    QFile file(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + u'/' + name);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Compares a file of the project with what was generated, or with BURROW_UPDATE_DOCS=1 replaces it.
void publish(const QString &name, const QByteArray &generated)
{
    if (qEnvironmentVariableIntValue("BURROW_UPDATE_DOCS") == 1 && contentOf(name) != generated) {
        QSaveFile file(qEnvironmentVariable("BURROW_TEST_SOURCE_DIR") + u'/' + name);
        QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(name));
        QCOMPARE(file.write(generated), generated.size());
        QVERIFY(file.commit());
        return;
    }
    QVERIFY2(contentOf(name) == generated,
             qPrintable(name + QStringLiteral(" is stale: run this test with BURROW_UPDATE_DOCS=1")));
}

void membersAreWellFormed(std::span<const RpcMember> members)
{
    QSet<QByteArray> names;
    for (const RpcMember &member : members) {
        QVERIFY2(!names.contains(member.name), member.name);
        names.insert(member.name);
        QVERIFY2(*member.doc && !QByteArray(member.doc).endsWith('.'), member.name);
        QCOMPARE(member.form == RpcForm::Choice, !member.choices.empty());
        const bool isMadeOfShapes = member.form == RpcForm::Shape || member.form == RpcForm::Shapes;
        QCOMPARE(isMadeOfShapes, member.shape != nullptr);
        if (member.shape)
            shapeNamed(member.shape);
    }
}

} // namespace

class ProtocolTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyMethodStandsInItsPlace();
    void shapesHoldTogether();
    void numbersOfErrorsAreTheirOwn();
    void theSchemaIsThatOfTheTables();
    void thePageHoldsWhatTheTablesSay();
};

void ProtocolTest::everyMethodStandsInItsPlace()
{
    QSet<QByteArray> names;
    for (std::size_t at = 0; at < rpcMethodTable().size(); ++at) {
        const RpcMethodRow &row = rpcMethodTable()[at];
        QCOMPARE(static_cast<std::size_t>(row.method), at);
        QVERIFY2(!names.contains(row.name), row.name);
        names.insert(row.name);
        QCOMPARE(methodNamed(QString::fromLatin1(row.name)), &row);
        QVERIFY2(QByteArray(row.doc).endsWith('.'), row.name);
        membersAreWellFormed(row.params);
        shapeNamed(row.result);
    }
}

void ProtocolTest::shapesHoldTogether()
{
    for (const RpcShape &shape : rpcShapeTable()) {
        QVERIFY2(QByteArray(shape.doc).endsWith('.'), shape.name);
        QCOMPARE(&shapeNamed(shape.name), &shape);
        membersAreWellFormed(shape.members);
    }
    for (const RpcNotificationRow &row : rpcNotificationTable())
        shapeNamed(row.params);
}

void ProtocolTest::numbersOfErrorsAreTheirOwn()
{
    QSet<int> numbers;
    for (std::size_t at = 0; at < rpcErrorTable().size(); ++at) {
        const RpcErrorRow &row = rpcErrorTable()[at];
        QCOMPARE(static_cast<std::size_t>(row.code), at);
        QVERIFY2(!numbers.contains(row.number), row.name);
        numbers.insert(row.number);
        QCOMPARE(toJson(RpcError{row.code, QStringLiteral("x")}).value("code").toInt(), row.number);
    }
}

void ProtocolTest::theSchemaIsThatOfTheTables()
{
    publish(QStringLiteral("host/rpc/rpc-1.schema.json"), QJsonDocument(protocolSchema()).toJson());
}

void ProtocolTest::thePageHoldsWhatTheTablesSay()
{
    const QString name = QStringLiteral("host/rpc/PROTOCOL.md");
    const QByteArray page = contentOf(name);
    const QByteArray begin = "<!-- begin protocol, generated -->\n";
    const qsizetype from = page.indexOf(begin);
    const qsizetype to = page.indexOf("<!-- end protocol -->\n");
    QVERIFY2(from > 0 && to > from, "a mark of the generated section is missing");
    publish(name, page.first(from + begin.size()) + '\n' + protocolPage() + '\n' + page.mid(to));
}

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::ProtocolTest)
#include "protocol_test.moc"
