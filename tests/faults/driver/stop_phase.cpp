// SPDX-License-Identifier: Apache-2.0
#include "driver/phases.h"
#include "driver/trial.h"

#include <array>
#include <atomic>
#include <thread>

namespace burrow::faults {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t sessions = 2; ///< The first is stopped, the other goes on beside it.
constexpr std::size_t submitters = 3;
constexpr std::size_t inputs_each = 60; ///< At most: one that is refused at once must not run away.
constexpr std::size_t inputs_in_flight = 8;
constexpr std::size_t inputs_behind_stop = 4;
constexpr int lives = 16;

void submitSome(Trial &trial, std::size_t count, const std::atomic<bool> &ending)
{
    for (std::size_t input = 0; input < count && !ending; ++input) {
        if (!trial.rig().waitForAnswers(inputs_in_flight * 2, 20s)) // Two answers for each.
            return;
        trial.submit(input % 4 == 3 ? 1 : 0);
    }
}

/// Several callers that submit as long as this lives.
class Crowd
{
public:
    explicit Crowd(Trial &trial)
    {
        for (std::thread &one : m_threads)
            one = std::thread([this, &trial] { submitSome(trial, inputs_each, m_ending); });
    }
    ~Crowd()
    {
        m_ending = true;
        for (std::thread &one : m_threads)
            one.join();
    }
    Q_DISABLE_COPY_MOVE(Crowd)

private:
    std::atomic<bool> m_ending = false;
    std::array<std::thread, submitters> m_threads;
};

/// Commands the first session, and waits for the answer.
void command(Trial &trial, const char *verb, QFuture<CommandReceipt> (*give)(Host &, SessionId))
{
    Host &host = trial.rig().host();
    const QFuture<CommandReceipt> answer = give(host, host.sessionNamed(sessionName(0)));
    if (!finishesWithin(answer, 20s))
        trial.violated(std::string("I5 no answer to a ") + verb + " under load");
    else if (const CommandReceipt receipt = answer.result(); !receipt.ok())
        trial.violated(std::string("I6 a ") + verb
                       + " under load is refused: " + receipt.message.toStdString());
}

/// The session that was stopped last time is started, worked with and stopped while others submit to it. It is
/// looked at stopped: once it is started again, what a stop forgot would go on as if nothing had been.
void oneLife(Trial &trial, int number)
{
    if (!trial.open())
        return;
    if (number > 0)
        command(trial, "start", [](Host &host, SessionId session) { return host.start(session); });
    {
        const Crowd crowd(trial);
        submitSome(trial, static_cast<std::size_t>(number) * 5 % 16, false);
        command(trial, "stop", [](Host &host, SessionId session) { return host.stop(session); });
    }
    const bool answered = trial.rig().waitForAnswers(0, 20s);
    trial.close();
    trial.lookAt(Moment::Crashed); // What the other session did not come to may be open.
    trial.lookAtWaiters();
    if (!answered)
        trial.violated("I5 a submitter to a session that is stopped gets no answer");
}

} // namespace

Finding stopPhase(const Plan &plan)
{
    Finding finding{.name = "stopped under load"};
    std::atomic<std::uint64_t> behind = 0;
    Trial trial(plan.folder, "stop", sessions);
    trial.options().longestRun = 2ms; // So that stops find runs open.
    trial.options().stopIsBeingWritten = [&](const QByteArray &session) {
        for (std::size_t input = 0; session == sessionName(0) && input < inputs_behind_stop; ++input, ++behind)
            trial.submit(0);
    };
    for (int life = 0; life < lives && finding.violations.empty(); ++life) {
        oneLife(trial, life);
        ++finding.faults;
        finding.violations = trial.takeViolations();
    }
    if (finding.violations.empty()) {
        trial.finish();
        finding.violations = trial.takeViolations();
    }
    finding.remarks.push_back(std::to_string(behind) + " inputs came while a stop was being written");
    if (behind < finding.faults * inputs_behind_stop)
        finding.violations.push_back("not every stop was written");
    return finding;
}

} // namespace burrow::faults
