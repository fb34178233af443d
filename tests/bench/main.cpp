// SPDX-License-Identifier: Apache-2.0
#include "benches.h"

#include <QCoreApplication>

#include <cstdio>
#include <string_view>

using namespace burrow::bench;

namespace {

void add(std::vector<Figure> &figures, std::vector<Figure> more)
{
    for (Figure &figure : more)
        figures.push_back(std::move(figure));
}

} // namespace

/// burrow-bench [--short] [ID]...: an ID is a goal or the beginning of one, such as P1 or P2b.
int main(int argc, char **argv)
{
    qputenv("QT_NO_GLIB", "1");
    if (runAsChild(argc, argv))
        return 1;
    bool brief = false;
    Selection chosen;
    for (int at = 1; at < argc; ++at) {
        if (std::string_view(argv[at]) == "--short")
            brief = true;
        else
            chosen.words.emplace_back(argv[at]);
    }
    std::vector<Figure> figures;
    // Before there is an application object: the measuring processes are forked and make their own.
    if (chosen.holdsAny({"P6a", "P6c"}))
        add(figures, memoryFigures());
    const QCoreApplication application(argc, argv);
    const int rounds = brief ? 3 : 5;
    const int scale = brief ? 1 : 3;
    if (chosen.holdsAny({"P3a", "P3b", "P3c"}))
        add(figures, dispatchFigures(rounds, scale));
    if (chosen.holdsAny({"P3d"}))
        add(figures, pluginCallFigures(rounds, scale));
    add(figures, storeFigures(chosen, rounds, scale));
    add(figures, recoveryFigures(chosen, rounds, scale));
    if (chosen.holdsAny({"P11"}))
        add(figures, bystanderFigures(rounds, scale));
    if (figures.empty()) {
        std::fprintf(stderr, "burrow-bench: no goal has that id; there are P1 to P6, P10 and P11\n");
        return 2;
    }
    if (!print(figures)) {
        std::fprintf(stderr, "burrow-bench: a gate does not hold\n");
        return 1;
    }
    return 0;
}
