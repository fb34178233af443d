// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"
#include "config/finding_code.h"

#include <QByteArray>
#include <QString>

#include <optional>

/// What the text of one YAML scalar means. The rules are those of YAML 1.2's core schema, narrowed: `no` and
/// `on` are text, and durations and sizes carry a unit.
namespace burrow {

enum class ScalarKind : quint8 { Null, Boolean, Integer, Real, Text };

/// What a plain (unquoted) scalar is under the core schema.
ScalarKind plainScalarKind(QByteArrayView text);

/// A value, or what is wrong with the text: `problem` continues a sentence that begins with the key's name and
/// the text, as in "KEY is TEXT, not a duration". It does not repeat the text; `help` may.
template <typename T>
struct ScalarReading
{
    std::optional<T> value;
    FindingCode code = FindingCode::WrongType;
    QString problem;
    QString help;
};

/// Exactly `true` or `false`.
ScalarReading<bool> readFlag(const QByteArray &text);
/// A whole number, not negative, in decimal digits without leading zeros.
ScalarReading<qint64> readCount(const QByteArray &text);
/// One whole number and one of ms, s, m, h, d.
ScalarReading<Duration> readDuration(const QByteArray &text);
/// One whole number and one of KiB, MiB, GiB; the value is in bytes.
ScalarReading<qint64> readSize(const QByteArray &text);

/// An integer of the core schema (decimal, 0o17, 0xff); nothing when it needs more than 64 bits.
std::optional<qint64> coreInteger(QByteArrayView text);
/// A number of the core schema with a fraction or an exponent; nothing for infinities and for what is not a
/// number.
std::optional<double> coreReal(QByteArrayView text);

} // namespace burrow
