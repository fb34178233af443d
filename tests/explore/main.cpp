// SPDX-License-Identifier: Apache-2.0
// Looks at every state that a session can get into, world by world, and says what it found.
#include "search.h"

#include <QTextStream>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <unistd.h>

namespace burrow::test {
namespace {

constexpr const char *usage_text =
    "usage: burrow-explore [--states N] [--depth N] [--threads N] [WORLD]...\n"
    "\n"
    "Explores the worlds breadth first, all of them or those named, until N states were met. Exits with 0 "
    "when\n"
    "no rule is broken, with 1 and the shortest way there when one is, with 2 when it was asked wrongly.\n"
    "Worlds:";

struct Options
{
    SearchBounds bounds;
    std::vector<const Scenario *> worlds;
    int shares = 0;
};

int usage()
{
    std::fputs(usage_text, stderr);
    for (const Scenario &scenario : scenarios())
        std::fprintf(stderr, " %s", scenario.name);
    std::fputs("\n", stderr);
    return 2;
}

bool readNumber(const char *text, quint64 &number)
{
    char *end = nullptr;
    number = text == nullptr ? 0 : std::strtoull(text, &end, 10);
    return text != nullptr && *text != '\0' && *end == '\0' && number > 0;
}

bool readOptions(char **arguments, Options &options)
{
    options.bounds.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    for (++arguments; *arguments != nullptr; ++arguments) {
        const char *word = *arguments;
        if (std::strncmp(word, "--", 2) == 0) {
            quint64 number = 0;
            if (!readNumber(*++arguments, number))
                return false;
            if (std::strcmp(word, "--states") == 0)
                options.bounds.states = number;
            else if (std::strcmp(word, "--depth") == 0)
                options.bounds.depth = static_cast<int>(number);
            else if (std::strcmp(word, "--threads") == 0)
                options.bounds.threads = static_cast<int>(number);
            else
                return false;
            continue;
        }
        const auto named = std::find_if(scenarios().begin(), scenarios().end(), [word](const Scenario &one) {
            return std::strcmp(one.name, word) == 0;
        });
        if (named == scenarios().end())
            return false;
        options.worlds.push_back(&*named);
    }
    if (options.worlds.empty()) {
        for (const Scenario &scenario : scenarios())
            options.worlds.push_back(&scenario);
    }
    for (const Scenario *world : options.worlds)
        options.shares += world->share;
    return true;
}

/// The path, with what the core did on it.
void printPath(const Scenario &scenario, const std::vector<Step> &path)
{
    QTextStream out(stdout);
    World world(scenario);
    int at = 0;
    for (const Step step : path) {
        out << "  " << ++at << ". " << stepText(step, scenario) << '\n';
        out.flush();
        world.take(step);
        for (const QString &line : world.story())
            out << "       " << line << '\n';
    }
}

const Scenario *explored = nullptr;

/// The core found its own invariant broken: the path is worth more than the core file.
void aborted(int signal)
{
    std::signal(signal, SIG_DFL);
    std::printf("world \"%s\": the core gives itself up (signal %d) at the end of this path\n", explored->name,
                signal);
    int at = 0;
    for (const Step step : Search::currentPath())
        std::printf("  %d. %s\n", ++at, qPrintable(stepText(step, *explored)));
    std::fflush(stdout);
    _exit(1);
}

int explore(const Options &options)
{
    quint64 states = 0;
    quint64 transitions = 0;
    quint64 rulesAsked = 0;
    int depth = 0;
    const auto begun = std::chrono::steady_clock::now();
    const auto seconds = [&begun] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    };
    quint64 left = options.bounds.states;
    int sharesLeft = options.shares;
    for (const Scenario *world : options.worlds) {
        explored = world;
        SearchBounds bounds = options.bounds;
        // What a small world does not need is there for the next.
        bounds.states = left * static_cast<quint64>(world->share) / static_cast<quint64>(sharesLeft);
        sharesLeft -= world->share;
        const SearchResult result = Search(*world, bounds).run();
        left -= std::min(left, result.states);
        states += result.states;
        transitions += result.transitions;
        rulesAsked += result.rulesAsked;
        depth = std::max(depth, result.depth);
        std::printf("%-10s %9llu states, %10llu transitions, depth %d%s, %llu checked for their way, %.1f s\n",
                    world->name, static_cast<unsigned long long>(result.states),
                    static_cast<unsigned long long>(result.transitions), result.depth,
                    result.complete ? " (all)" : "", static_cast<unsigned long long>(result.sampled),
                    seconds());
        if (result.broken != nullptr) {
            std::printf("world \"%s\": broken rule: %s\n", world->name, result.broken);
            std::fflush(stdout);
            printPath(*world, result.path);
            if (!result.otherPath.empty()) {
                std::puts("the other way:");
                std::fflush(stdout);
                printPath(*world, result.otherPath);
            }
            return 1;
        }
        std::fflush(stdout);
    }
    std::printf(
        "states %llu, transitions %llu, depth %d, seconds %.1f, invariants asked %llu times, none broken\n",
        static_cast<unsigned long long>(states), static_cast<unsigned long long>(transitions), depth, seconds(),
        static_cast<unsigned long long>(rulesAsked));
    return 0;
}

} // namespace
} // namespace burrow::test

int main(int, char **argv)
{
    using namespace burrow::test;
    Options options;
    if (!readOptions(argv, options))
        return usage();
    std::signal(SIGABRT, aborted);
    std::signal(SIGSEGV, aborted);
    return explore(options);
}
