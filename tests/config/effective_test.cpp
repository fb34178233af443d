// SPDX-License-Identifier: Apache-2.0
#include "config/load.h"

#include <QJsonArray>
#include <QRandomGenerator>
#include <QTest>

using namespace burrow;

/// What `burrow config show` prints is a configuration, and means what the one means that it was made from.
class TestEffective : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void valuesComeInTheOrderOfTheTable();
    void aSectionIsShownValueByValue();
    void strangeTextsMeanTheSameWhenReadAgain();
};

namespace {

const LoadEnvironment environment{QStringLiteral("/srv/me"), {}};

EffectiveValues valuesOf(const QByteArray &yaml)
{
    EffectiveValues values;
    const LoadedConfiguration loaded =
        loadConfigurationText(QStringLiteral("burrow.yaml"), yaml, environment, &values);
    for (const Finding &each : loaded.findings)
        qWarning("%s", qPrintable(each.message));
    return loaded.configuration ? values : EffectiveValues();
}

/// A text in double quotes, every sign of it as an escape.
QByteArray written(const QString &text)
{
    QByteArray quoted = "\"";
    for (const QChar each : text)
        quoted += "\\u" + QByteArray::number(each.unicode(), 16).rightJustified(4, '0');
    return quoted + '"';
}

} // namespace

void TestEffective::valuesComeInTheOrderOfTheTable()
{
    const EffectiveValues values =
        valuesOf("limits: { sessions: 5 }\nversion: 1\nsessions: { b: { executor: e }, a: { executor: e } }\n"
                 "executors: { e: { plugin: echo } }\n");
    QByteArrayList paths;
    for (const EffectiveValue &each : values)
        paths.append(each.path.join('.') + '@' + originOf(each).toUtf8());
    QCOMPARE(paths.first(), QByteArray("version@burrow.yaml:2:10"));
    QVERIFY(paths.indexOf("limits.sessions@burrow.yaml:1:21") > paths.indexOf("host.name@default"));
    QVERIFY(paths.indexOf("sessions.a.executor@burrow.yaml:3:48")
            > paths.indexOf("sessions.b.executor@burrow.yaml:3:28"));
    QVERIFY(paths.contains("sessions.b.stop.grace@default"));
}

void TestEffective::aSectionIsShownValueByValue()
{
    const EffectiveValues values = valuesOf(
        "version: 1\nexecutors:\n  e: { plugin: echo, config: { a: { b: 1, c: {} }, d: [ { x: y } ] } }\n");
    const QJsonObject section =
        toJson(values).value("executors").toObject().value("e").toObject().value("config").toObject();
    const QJsonObject expected{{"a", QJsonObject{{"b", 1}, {"c", QJsonObject()}}},
                               {"d", QJsonArray{QJsonObject{{"x", "y"}}}}};
    QCOMPARE(section, expected);
    QCOMPARE(std::count_if(values.begin(), values.end(),
                           [](const EffectiveValue &each) { return each.path.contains("config"); }),
             3);
}

void TestEffective::strangeTextsMeanTheSameWhenReadAgain()
{
    QRandomGenerator random(20240101);
    const QString signs = QStringLiteral("${}$$:#'\"\\ \t\n-.,[]&*!|>%@`~?ä1nul true0x");
    const auto text = [&](int most) {
        QString result;
        for (int length = 1 + static_cast<int>(random.bounded(most)); length > 0; --length)
            result += signs.at(random.bounded(static_cast<int>(signs.size())));
        return result;
    };
    for (int round = 0; round < 500; ++round) {
        const QString key = text(6);
        // What would be a reference is written with its dollar doubled; the others stay as they are.
        QString value = text(12);
        const QString meant = value;
        for (qsizetype at = value.size() - 1; at >= 0; --at) {
            if (value.at(at) == u'$')
                value.insert(at, u'$');
        }
        const QByteArray yaml = "version: 1\nexecutors: { e: { plugin: echo, config: { " + written(key) + ": [ "
                                + written(value) + " ], k: " + written(value) + " } } }\n";
        const EffectiveValues first = valuesOf(yaml);
        const QJsonObject section =
            toJson(first).value("executors").toObject().value("e").toObject().value("config").toObject();
        if (key != QLatin1String("k"))
            QCOMPARE(section.value(key), QJsonValue(QJsonArray{meant}));
        const QByteArray shown = toYaml(first, Origins::Shown);
        QVERIFY2(toJson(valuesOf(shown)) == toJson(first), shown.constData());
    }
}

QTEST_GUILESS_MAIN(TestEffective)
#include "effective_test.moc"
