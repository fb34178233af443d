// SPDX-License-Identifier: Apache-2.0
#include "config/finding_page.h"
#include "config/input_file.h"
#include "config/load.h"
#include "fixture_catalog.h"

#include <QTest>

#include <algorithm>

using namespace burrow;

/// What `burrow help` says of a code is true: the wrong sample has that finding, the mended one has none.
class TestPages : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCodeHasItsPage();
    void everySampleIsWhatItSays_data();
    void everySampleIsWhatItSays();
};

namespace {

Findings findingsOf(SampleKind kind, const QByteArray &sample)
{
    if (kind == SampleKind::Inputs) {
        InputLineReader reader(QStringLiteral("inputs.jsonl"), InputForm::JsonLines);
        reader.feed(sample);
        reader.finish();
        return reader.takeFindings();
    }
    const auto onlyHome = [](const QByteArray &name) -> std::optional<QByteArray> {
        return name == "HOME" ? std::optional<QByteArray>("/srv/me") : std::nullopt;
    };
    const QByteArray version = sample.startsWith("version") ? "" : "version: 1\n";
    LoadedConfiguration loaded = loadConfigurationText(QStringLiteral("burrow.yaml"), version + sample + '\n',
                                                       {QStringLiteral("/srv/me"), {}, onlyHome});
    addCatalogFindings(loaded, FixtureCatalog());
    return loaded.findings;
}

} // namespace

void TestPages::everyCodeHasItsPage()
{
    QCOMPARE(findingPages().size(), findingExplanations().size());
    for (const FindingExplanation &each : findingExplanations())
        QCOMPARE(std::count_if(findingPages().begin(), findingPages().end(),
                               [&each](const FindingPage &page) { return page.code == each.code; }),
                 1);
}

void TestPages::everySampleIsWhatItSays_data()
{
    QTest::addColumn<int>("code");
    for (const FindingPage &each : findingPages()) {
        QVERIFY(qstrcmp(each.wrong, each.mended) != 0);
        if (each.kind != SampleKind::Situation)
            QTest::newRow(qPrintable(codeText(each.code))) << static_cast<int>(each.code);
    }
}

void TestPages::everySampleIsWhatItSays()
{
    QFETCH(int, code);
    const FindingPage &page = pageOf(static_cast<FindingCode>(code));
    const Findings wrong = findingsOf(page.kind, page.wrong);
    // What a mistake leads to may be a finding of its own, at the same place.
    QVERIFY(std::any_of(wrong.begin(), wrong.end(),
                        [&page](const Finding &each) { return each.code == page.code; }));
    QVERIFY(std::all_of(wrong.begin(), wrong.end(), [&wrong](const Finding &each) {
        return each.line == wrong[0].line && each.column == wrong[0].column;
    }));
    const Findings mended = findingsOf(page.kind, page.mended);
    QVERIFY2(mended.empty(), mended.empty() ? "" : qPrintable(mended[0].message));
}

QTEST_GUILESS_MAIN(TestPages)
#include "pages_test.moc"
