// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <QTest>

#include <memory>

namespace burrow {

class ResultTest : public QObject
{
    Q_OBJECT

    static Result<int> half(int number)
    {
        if (number % 2 != 0)
            return Error{ErrorKind::InvalidArgument, QStringLiteral("%1 is odd").arg(number)};
        return number / 2;
    }

private Q_SLOTS:
    void holdsAValue()
    {
        const Result<int> result = half(8);
        QVERIFY(result.ok());
        QVERIFY(static_cast<bool>(result));
        QCOMPARE(result.value(), 4);
        QCOMPARE(*result, 4);
    }

    void holdsAnError()
    {
        const Result<int> result = half(7);
        QVERIFY(!result.ok());
        QVERIFY(!result);
        QCOMPARE(result.error().kind, ErrorKind::InvalidArgument);
        QCOMPARE(result.error().message, QStringLiteral("7 is odd"));
        QVERIFY(result.error() == (Error{ErrorKind::InvalidArgument, QStringLiteral("7 is odd")}));
        QVERIFY(result.error() != (Error{ErrorKind::Io, QStringLiteral("7 is odd")}));
    }

    void movesAValueOut()
    {
        Result<std::unique_ptr<int>> result = std::make_unique<int>(3);
        const std::unique_ptr<int> value = std::move(result).value();
        QCOMPARE(*value, 3);
        Result<QByteArray> text = QByteArray("abc");
        text.value().append('d');
        QCOMPARE(text->size(), 4);
        QCOMPARE(*std::move(text), QByteArray("abcd"));
    }

    void anErrorIsAValueForWhoeverWantsIt()
    {
        // The value type may itself be convertible from much; an error stays an error.
        const Result<std::variant<int, QString>> result = Error{ErrorKind::Busy, QStringLiteral("later")};
        QVERIFY(!result.ok());
    }

    void voidResults()
    {
        const Result<void> good;
        QVERIFY(good.ok());
        const Result<void> bad = Error{ErrorKind::Io, QStringLiteral("disk")};
        QVERIFY(!bad);
        QCOMPARE(bad.error().kind, ErrorKind::Io);
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::ResultTest)
#include "result_test.moc"
