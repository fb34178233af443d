// SPDX-License-Identifier: Apache-2.0
//
// burrow-faults: breaks the store in every way this folder knows and says what that did. Exit code 0 means that
// no invariant was broken; README.md beside this explains the table.
#include "driver/phases.h"

#include <QCoreApplication>
#include <QLoggingCategory>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>

#include <sys/vfs.h>
#include <unistd.h>

using namespace burrow::faults;

namespace {

struct Phase
{
    const char *name;
    std::function<Finding(const Plan &)> run;
};

const std::vector<Phase> &phases()
{
    static const std::vector<Phase> all{
        {"boundary", boundaryPhase}, {"kill", killPhase},     {"cut", cutPhase},
        {"error", errorPhase},       {"space", spacePhase},   {"fence", fencePhase},
        {"sync", syncPhase},         {"tamper", tamperPhase}, {"stop", stopPhase},
    };
    return all;
}

struct CommandLine
{
    Plan plan;
    std::vector<std::string> only; ///< Names of phases; empty for all.
};

[[noreturn]] void usage()
{
    std::string names;
    for (const Phase &phase : phases())
        names += std::string(" ") + phase.name;
    std::fprintf(
        stderr,
        "usage: burrow-faults [--short] [--seed N] [--kills N] [--images N] [--folder DIR] [--verbose] "
        "[PHASE]...\n"
        "phases:%s\n",
        names.c_str());
    std::exit(2);
}

CommandLine parse(int argc, char **argv)
{
    CommandLine line;
    line.plan.victim = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "burrow-fault-victim";
    for (int at = 1; at < argc; ++at) {
        const std::string word = argv[at];
        const auto number = [&] {
            return at + 1 < argc ? std::strtoull(argv[++at], nullptr, 10) : (usage(), 0ULL);
        };
        if (word == "--short") {
            line.plan.kills = 20;
            line.plan.images = 60;
            line.plan.boundaryStep = 12;
        } else if (word == "--verbose") {
            line.plan.verbose = true;
        } else if (word == "--seed") {
            line.plan.seed = number();
        } else if (word == "--kills") {
            line.plan.kills = number();
        } else if (word == "--images") {
            line.plan.images = number();
        } else if (word == "--folder" && at + 1 < argc) {
            line.plan.folder = argv[++at];
        } else if (!word.starts_with("-")) {
            line.only.push_back(word);
        } else {
            usage();
        }
    }
    return line;
}

/// A file system in memory makes every sync look good.
void refuseMemory(const std::string &folder)
{
    struct statfs status = {};
    constexpr long tmpfs = 0x01021994;
    if (::statfs(folder.c_str(), &status) == 0 && status.f_type == tmpfs) {
        std::fprintf(stderr, "burrow-faults: %s is in memory; give a folder on a disk with --folder\n",
                     folder.c_str());
        std::exit(2);
    }
}

void print(const Finding &finding)
{
    std::printf("%-24s %8llu faults %6zu violations\n", finding.name.c_str(),
                static_cast<unsigned long long>(finding.faults), finding.violations.size());
    for (const std::string &remark : finding.remarks)
        std::printf("    %s\n", remark.c_str());
    std::size_t shown = 0;
    for (const std::string &violation : finding.violations) {
        if (++shown > 10) {
            std::printf("    and %zu more\n", finding.violations.size() - 10);
            break;
        }
        std::printf("    ! %s\n", violation.c_str());
    }
    std::fflush(stdout);
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv); // The hosts of this process run their loops themselves.
    QLoggingCategory::setFilterRules(
        QStringLiteral("burrow.*=false")); // What is broken here is broken on purpose.
    CommandLine line = parse(argc, argv);
    std::signal(SIGPIPE, SIG_IGN); // A victim may be gone before its last line is sent.
    bool ownFolder = line.plan.folder.empty();
    if (ownFolder) {
        std::string pattern = std::filesystem::temp_directory_path() / "burrow-faults-XXXXXX";
        line.plan.folder = ::mkdtemp(pattern.data());
    }
    std::filesystem::create_directories(line.plan.folder);
    refuseMemory(line.plan.folder);
    std::printf("seed %llu\n", static_cast<unsigned long long>(line.plan.seed));
    std::size_t violations = 0;
    for (const Phase &phase : phases()) {
        if (!line.only.empty() && std::find(line.only.begin(), line.only.end(), phase.name) == line.only.end())
            continue;
        const Finding finding = phase.run(line.plan);
        print(finding);
        violations += finding.violations.size();
    }
    std::printf("%zu violations\n", violations);
    if (ownFolder && violations == 0)
        std::filesystem::remove_all(line.plan.folder);
    else if (violations != 0)
        std::printf("what was broken is left in %s\n", line.plan.folder.c_str());
    return violations == 0 ? 0 : 1;
}
