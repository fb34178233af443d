// SPDX-License-Identifier: Apache-2.0
#include "config/scalar.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace burrow {

namespace {

struct Unit
{
    const char *name;
    qint64 worth; ///< Nanoseconds or bytes.
};

constexpr std::array durationUnits = {
    Unit{"ms", 1'000'000LL},        Unit{"s", 1'000'000'000LL},      Unit{"m", 60'000'000'000LL},
    Unit{"h", 3'600'000'000'000LL}, Unit{"d", 86'400'000'000'000LL},
};
constexpr std::array sizeUnits = {Unit{"KiB", 1LL << 10}, Unit{"MiB", 1LL << 20}, Unit{"GiB", 1LL << 30}};

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

bool allDigits(QByteArrayView text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), isDigit);
}

QByteArrayView withoutSign(QByteArrayView text)
{
    return !text.isEmpty() && (text[0] == '-' || text[0] == '+') ? text.sliced(1) : text;
}

bool isCoreInteger(QByteArrayView text)
{
    if (text.startsWith("0o"))
        return text.size() > 2
               && std::all_of(text.begin() + 2, text.end(), [](char c) { return c >= '0' && c <= '7'; });
    if (text.startsWith("0x"))
        return text.size() > 2 && std::all_of(text.begin() + 2, text.end(), [](char c) {
                   return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
               });
    return allDigits(withoutSign(text));
}

/// [-+]? ( \. digits | digits ( \. digits? )? ) ( [eE] [-+]? digits )?
bool isCoreReal(QByteArrayView text)
{
    const QByteArrayView number = withoutSign(text);
    qsizetype at = 0;
    const auto digits = [&number, &at] {
        const qsizetype first = at;
        while (at < number.size() && isDigit(number[at]))
            ++at;
        return at - first;
    };
    qsizetype seen = digits();
    if (at < number.size() && number[at] == '.') {
        ++at;
        seen += digits();
    }
    if (seen == 0)
        return false;
    if (at < number.size() && (number[at] == 'e' || number[at] == 'E')) {
        ++at;
        if (at < number.size() && (number[at] == '-' || number[at] == '+'))
            ++at;
        if (digits() == 0)
            return false;
    }
    return at == number.size();
}

bool isInfinityOrNan(QByteArrayView text)
{
    const QByteArrayView word = withoutSign(text);
    if (word == ".inf" || word == ".Inf" || word == ".INF")
        return true;
    return text == ".nan" || text == ".NaN" || text == ".NAN";
}

QString textOf(const QByteArray &text)
{
    return QString::fromUtf8(text);
}

const Unit *unitNamed(QByteArrayView name, const Unit *first, const Unit *last)
{
    const Unit *found = std::find_if(first, last, [name](const Unit &each) { return name == each.name; });
    return found == last ? nullptr : found;
}

/// Digits and a unit; nothing when the form is another or the product needs more than 63 bits.
std::optional<qint64> quantity(QByteArrayView text, const Unit *first, const Unit *last)
{
    const auto end = std::find_if_not(text.begin(), text.end(), isDigit);
    const qsizetype digits = end - text.begin();
    const Unit *unit = unitNamed(text.sliced(digits), first, last);
    bool fits = false;
    const qint64 number = text.first(digits).toByteArray().toLongLong(&fits);
    if (digits == 0 || !unit || !fits || number > std::numeric_limits<qint64>::max() / unit->worth)
        return std::nullopt;
    return number * unit->worth;
}

/// What a person meant who wrote "5 s", "5S", "5sec", "1.5h" or "1h30m"; empty when it cannot be told.
QString durationHelp(const QByteArray &text)
{
    QByteArray compact = text.toLower();
    compact.replace(' ', "");
    static constexpr std::array<std::pair<const char *, const char *>, 12> words = {{
        {"milliseconds", "ms"},
        {"millis", "ms"},
        {"msec", "ms"},
        {"seconds", "s"},
        {"second", "s"},
        {"secs", "s"},
        {"sec", "s"},
        {"minutes", "m"},
        {"mins", "m"},
        {"min", "m"},
        {"hours", "h"},
        {"days", "d"},
    }};
    for (const auto &[word, unit] : words) {
        if (compact.endsWith(word)) {
            compact.chop(static_cast<qsizetype>(qstrlen(word)));
            compact += unit;
            break;
        }
    }
    if (quantity(compact, durationUnits.begin(), durationUnits.end()))
        return QStringLiteral("write %1").arg(textOf(compact));
    return QStringLiteral("one whole number and one unit: 250ms, 5s, 2m, 1h, 30d");
}

/// What a person meant who wrote "8M", "8MB", "8 MiB" or "8mib".
QString sizeHelp(const QByteArray &text)
{
    QByteArray compact = text.toUpper();
    compact.replace(' ', "");
    const auto end = std::find_if_not(compact.begin(), compact.end(), isDigit);
    const QByteArray digits = compact.first(end - compact.begin());
    const QByteArray unit = compact.sliced(digits.size());
    const bool known = unit == "K" || unit == "M" || unit == "G" || unit == "KB" || unit == "MB" || unit == "GB"
                       || unit == "KIB" || unit == "MIB" || unit == "GIB";
    if (!digits.isEmpty() && known)
        return QStringLiteral("write %1%2iB").arg(textOf(digits), QChar::fromLatin1(unit[0]));
    return QStringLiteral("one whole number and one unit: 64KiB, 8MiB, 2GiB");
}

} // namespace

ScalarKind plainScalarKind(QByteArrayView text)
{
    if (text.isEmpty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
        return ScalarKind::Null;
    if (text == "true" || text == "True" || text == "TRUE" || text == "false" || text == "False"
        || text == "FALSE")
        return ScalarKind::Boolean;
    if (isCoreInteger(text))
        return ScalarKind::Integer;
    if (isCoreReal(text) || isInfinityOrNan(text))
        return ScalarKind::Real;
    return ScalarKind::Text;
}

ScalarReading<bool> readFlag(const QByteArray &text)
{
    if (text == "true" || text == "false")
        return {text == "true", {}, {}, {}};
    const QByteArray lower = text.toLower();
    QString help = QStringLiteral("write true or false");
    if (lower == "yes" || lower == "on" || lower == "true" || lower == "1")
        help = QStringLiteral("write true");
    else if (lower == "no" || lower == "off" || lower == "false" || lower == "0")
        help = QStringLiteral("write false");
    return {std::nullopt, FindingCode::NotAFlag, QStringLiteral("; it takes only true or false"), help};
}

ScalarReading<qint64> readCount(const QByteArray &text)
{
    if (!allDigits(text))
        return {std::nullopt, FindingCode::BadCount, QStringLiteral(", not a whole number"),
                QStringLiteral("write decimal digits only, such as 100")};
    if (text.size() > 1 && text[0] == '0')
        return {std::nullopt, FindingCode::BadCount,
                QStringLiteral("; a leading zero means octal to some readers"),
                QStringLiteral("write it without the zero")};
    bool fits = false;
    const qint64 value = text.toLongLong(&fits);
    if (!fits)
        return {std::nullopt, FindingCode::BadCount, QStringLiteral(", more than can be counted"), {}};
    return {value, {}, {}, {}};
}

ScalarReading<Duration> readDuration(const QByteArray &text)
{
    if (const auto value = quantity(text, durationUnits.begin(), durationUnits.end()))
        return {Duration(*value), {}, {}, {}};
    if (allDigits(text))
        return {std::nullopt, FindingCode::MissingUnit, QStringLiteral(", a number without a unit"),
                QStringLiteral("%1s or %1m?").arg(textOf(text.left(20)))};
    return {std::nullopt, FindingCode::BadDuration, QStringLiteral(", not a duration"), durationHelp(text)};
}

ScalarReading<qint64> readSize(const QByteArray &text)
{
    if (const auto value = quantity(text, sizeUnits.begin(), sizeUnits.end()))
        return {*value, {}, {}, {}};
    if (allDigits(text))
        return {std::nullopt, FindingCode::MissingUnit, QStringLiteral(", a number without a unit"),
                QStringLiteral("%1KiB or %1MiB?").arg(textOf(text.left(20)))};
    return {std::nullopt, FindingCode::BadSize, QStringLiteral(", not a size"), sizeHelp(text)};
}

std::optional<qint64> coreInteger(QByteArrayView text)
{
    if (!isCoreInteger(text))
        return std::nullopt;
    int base = 10;
    QByteArray digits = text.toByteArray();
    if (text.startsWith("0o") || text.startsWith("0x")) {
        base = text[1] == 'o' ? 8 : 16;
        digits.remove(0, 2);
    }
    bool fits = false;
    const qint64 value = digits.toLongLong(&fits, base);
    return fits ? std::optional<qint64>(value) : std::nullopt;
}

std::optional<double> coreReal(QByteArrayView text)
{
    if (!isCoreReal(text))
        return std::nullopt;
    bool read = false;
    const double value = text.toByteArray().toDouble(&read);
    return read && std::isfinite(value) ? std::optional<double>(value) : std::nullopt;
}

} // namespace burrow
