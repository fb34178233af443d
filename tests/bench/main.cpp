// SPDX-License-Identifier: Apache-2.0
#include "benches.h"

#include <QCoreApplication>
#include <QStringList>

#include <cstdio>

int main(int argc, char **argv)
{
    qputenv("QT_NO_GLIB", "1");
    using namespace burrow::bench;
    // Before there is an application object: the measuring processes are forked and make their own.
    std::vector<Figure> figures = memoryFigures();
    QCoreApplication application(argc, argv);
    const bool brief = application.arguments().contains(QStringLiteral("--short"));
    const int rounds = brief ? 3 : 5;
    const int scale = brief ? 1 : 3;
    for (Figure &figure : dispatchFigures(rounds, scale))
        figures.push_back(std::move(figure));
    for (Figure &figure : pluginCallFigures(rounds, scale))
        figures.push_back(std::move(figure));
    for (Figure &figure : storeFigures(rounds, scale))
        figures.push_back(std::move(figure));
    if (!print(figures)) {
        std::fprintf(stderr, "burrow-bench: a gate does not hold\n");
        return 1;
    }
    return 0;
}
