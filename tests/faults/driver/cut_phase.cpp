// SPDX-License-Identifier: Apache-2.0
#include "driver/phases.h"
#include "driver/recording.h"
#include "rig/open_store.h"

#include <algorithm>
#include <future>
#include <iterator>

namespace burrow::faults {

namespace {

/// The ways to lose power that each image draws one of.
PowerCut drawCut(const RecordingOptions &recorded, std::mt19937_64 &random)
{
    using Unsynced = PowerCut::Unsynced;
    static constexpr Unsynced ways[] = {Unsynced::Dropped, Unsynced::Kept, Unsynced::Subset, Unsynced::Torn,
                                        Unsynced::Torn};
    PowerCut how;
    how.unsynced = ways[random() % std::size(ways)];
    how.sectorsDamaged = !recorded.powersafe;
    how.failedSyncsKept = recorded.failingSyncsWrite;
    how.seed = random();
    return how;
}

/// Opens the store on an image as a host would. Nothing there is synced: the image is what the disk kept, and
/// thousands of them are looked at.
class ImageCheck
{
public:
    ImageCheck(const Recording &recording, Finding &finding)
        : m_recording(recording)
        , m_vfs("image-" + recording.options().name)
        , m_finding(finding)
    {
        m_vfs.setRuler([](const DiskCall &call) {
            return call.kind == CallKind::Sync ? Ruling::drop() : Ruling::proceed();
        });
    }

    void look(const DiskImage &image, const History &history, std::uint64_t number, std::size_t at)
    {
        m_where = m_recording.options().name + " image " + std::to_string(number) + " cut at "
                  + std::to_string(at) + ": ";
        putImage(image, m_recording.path());
        const std::string folder = m_recording.path().substr(0, m_recording.path().find_last_of('/'));
        const Tables tables = readTables(copyStore(m_recording.path(), folder));
        for (const std::string &sentence : check(tables, history, Moment::Crashed))
            m_finding.violations.push_back(m_where + sentence);
        openAsAHost(tables, history);
    }

private:
    void violated(const std::string &sentence) { m_finding.violations.push_back(m_where + sentence); }

    void openAsAHost(const Tables &tables, const History &history)
    {
        StoreSettings settings;
        settings.path = QString::fromStdString(m_recording.path());
        settings.vfs = QByteArray::fromStdString(m_vfs.name());
        settings.reserveBytes = 0;
        Result<std::unique_ptr<Store>> store = openStore(settings);
        if (!store) {
            violated("I8 the store does not open: " + store.error().message.toStdString());
            return;
        }
        std::map<std::string, quint32> attempts;
        for (const Effect &effect : history.effects())
            attempts[effect.id] = std::max(attempts[effect.id], static_cast<quint32>(effect.attempt));
        std::size_t open = 0;
        for (std::size_t session = 0; session < 8; ++session)
            open += openSession(**store, sessionName(session), attempts);
        if (open != tables.open.size())
            violated("I6 the store opens " + std::to_string(open) + " inputs of "
                     + std::to_string(tables.open.size()));
    }

    std::size_t openSession(Store &store, const QByteArray &name,
                            const std::map<std::string, quint32> &attempts)
    {
        std::promise<Result<StoredSession>> promise;
        std::future<Result<StoredSession>> opened = promise.get_future();
        const SessionId fresh{Uuid::version7(1, 0, qHash(name))};
        store.openSession(fresh, name, {},
                          [&promise](Result<StoredSession> answer) { promise.set_value(std::move(answer)); });
        const Result<StoredSession> answer = opened.get();
        if (!answer) {
            violated("I6 " + name.toStdString() + " does not open: " + answer.error().message.toStdString());
            return 0;
        }
        if (!answer->corruption.isEmpty())
            violated("I8 " + name.toStdString() + " is held: " + answer->corruption.toStdString());
        for (const InputRow &row : answer->openInputs) {
            const auto effect = attempts.find(plainId(row.input->id.toText().toStdString()));
            if (effect != attempts.end() && row.starts < effect->second)
                violated("I2 " + labelOf(*row.input).toStdString() + " had effects as attempt "
                         + std::to_string(effect->second) + " and would be started as one after "
                         + std::to_string(row.starts));
        }
        return answer->openInputs.size();
    }

    const Recording &m_recording;
    FaultVfs m_vfs;
    Finding &m_finding;
    std::string m_where;
};

void takeMarks(const std::vector<std::string_view> &marks, std::size_t &taken, History &history)
{
    for (; taken < marks.size(); ++taken) {
        const std::string_view line = marks[taken].substr(2);
        if (marks[taken].front() == 't')
            history.told(line);
        else
            history.noted(line);
    }
}

/// Where to cut: anywhere, and every other time between a sync that failed and the next one that did not: there
/// a store has said of a write that it is not there, and has not written over it for good yet.
std::vector<std::size_t> drawMoments(const DiskLog &log, std::uint64_t images, std::mt19937_64 &random)
{
    using Kind = DiskOperation::Kind;
    std::vector<std::size_t> behindFailures;
    bool failed = false;
    for (std::size_t at = 0; at < log.size(); ++at) {
        const Kind kind = log.operations()[at].kind;
        failed = kind == Kind::SyncFailed || (failed && kind != Kind::Synced);
        if (failed)
            behindFailures.push_back(at + 1);
    }
    std::vector<std::size_t> moments;
    for (std::uint64_t image = 0; image < images; ++image) {
        if (behindFailures.empty() || image % 2 == 0)
            moments.push_back(random() % (log.size() + 1));
        else
            moments.push_back(behindFailures[random() % behindFailures.size()]);
    }
    std::sort(moments.begin(), moments.end());
    return moments;
}

void cutRecording(Recording &recording, std::uint64_t images, std::uint64_t seed, Finding &finding)
{
    if (const std::string problem = recording.make(); !problem.empty()) {
        finding.violations.push_back(recording.options().name + ": I6 " + problem);
        return;
    }
    std::mt19937_64 random(seed);
    const std::vector<std::size_t> cuts = drawMoments(recording.log(), images, random);
    Platter platter(recording.log());
    History history = recording.submitted();
    std::size_t taken = 0;
    ImageCheck images_(recording, finding);
    for (std::size_t number = 0; number < cuts.size() && finding.violations.size() < 20; ++number) {
        platter.advanceTo(cuts[number]);
        takeMarks(platter.marks(), taken, history);
        images_.look(platter.cut(drawCut(recording.options(), random)), history, number, cuts[number]);
        ++finding.faults;
    }
    for (const std::string &sentence : history.takeViolations())
        finding.violations.push_back(recording.options().name + ": " + sentence);
    finding.remarks.push_back(recording.options().name + ": " + std::to_string(images) + " images of "
                              + std::to_string(recording.log().size()) + " operations, "
                              + std::to_string(history.accepted()) + " accepts, "
                              + std::to_string(history.ended()) + " ends");
}

} // namespace

Finding cutPhase(const Plan &plan)
{
    Finding finding{.name = "power cut"};
    const RecordingOptions all[] = {
        {.name = "powersafe"},
        {.name = "psow0", .powersafe = false},
        {.name = "failed-syncs-lost", .failEverySync = 5},
        {.name = "failed-syncs-kept", .failEverySync = 5, .failingSyncsWrite = true},
    };
    for (const RecordingOptions &options : all) {
        Recording recording(options, plan.folder);
        cutRecording(recording, plan.images / std::size(all), plan.seed, finding);
    }
    return finding;
}

} // namespace burrow::faults
