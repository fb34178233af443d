// SPDX-License-Identifier: Apache-2.0
#include "cli/session_choice.h"

#include <QTest>

using namespace burrow;

namespace {

const QByteArrayList names{"audit", "audit-night", "bird", "lake", "lastly", "laster"};

QString meant(const QByteArray &given, const QByteArrayList &among = names)
{
    const Result<QByteArray> name =
        sessionMeant(given, among, [] { return Result<QByteArray>(QByteArray("the-last-one")); });
    return name ? QString::fromUtf8(*name) : name.error().message;
}

} // namespace

class SessionChoiceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsTheOneThatIsMeant_data();
    void findsTheOneThatIsMeant();
    void anAmbiguousBeginningListsTheMatches();
    void anUnknownNameGivesTheNearest();
    void aLongListIsCut();
};

void SessionChoiceTest::findsTheOneThatIsMeant_data()
{
    QTest::addColumn<QByteArray>("given");
    QTest::addColumn<QString>("name");
    QTest::newRow("the name") << QByteArray("bird") << QStringLiteral("bird");
    QTest::newRow("a name that others begin with") << QByteArray("audit") << QStringLiteral("audit");
    QTest::newRow("a beginning") << QByteArray("b") << QStringLiteral("bird");
    QTest::newRow("a longer beginning") << QByteArray("audit-") << QStringLiteral("audit-night");
    QTest::newRow("last, whatever begins so") << QByteArray("last") << QStringLiteral("the-last-one");
}

void SessionChoiceTest::findsTheOneThatIsMeant()
{
    QFETCH(const QByteArray, given);
    QFETCH(const QString, name);
    QCOMPARE(meant(given), name);
    QCOMPARE(meant("last", {"last", "other"}), QStringLiteral("last")); // A session may be called so.
}

void SessionChoiceTest::anAmbiguousBeginningListsTheMatches()
{
    QCOMPARE(meant("la"),
             QStringLiteral(
                 "\"la\" is the beginning of \"lake\", \"lastly\" and \"laster\"; write more of the name"));
    QCOMPARE(
        meant("audi"),
        QStringLiteral("\"audi\" is the beginning of \"audit\" and \"audit-night\"; write more of the name"));
}

void SessionChoiceTest::anUnknownNameGivesTheNearest()
{
    QVERIFY2(meant("brid").contains(QStringLiteral("there is no session \"brid\"; did you mean \"bird\"?")),
             qPrintable(meant("brid")));
    QVERIFY(meant("").startsWith(QStringLiteral("there is no session \"\"")));
    QCOMPARE(meant("x", {}), QStringLiteral("there is no session \"x\""));
}

void SessionChoiceTest::aLongListIsCut()
{
    QByteArrayList many;
    for (int number = 10; number < 30; ++number)
        many += "s" + QByteArray::number(number);
    QVERIFY2(meant("s", many).endsWith(QStringLiteral("\"s17\" and 12 more; write more of the name")),
             qPrintable(meant("s", many)));
}

QTEST_GUILESS_MAIN(SessionChoiceTest)
#include "session_choice_test.moc"
