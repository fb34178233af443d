// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/input_stream.h"
#include "cli/run_report.h"
#include "control/host.h"

namespace burrow {

/// Feeds one session, in order and no faster than it works: what it is to be given at its start, then some
/// streams.
///
/// One accept is in flight at a time: with more, an input that is refused for want of room would be overtaken
/// by the next. At most so many inputs are unanswered that the session's queue never fills by this feeder
/// alone; where others fill it, the refused input is submitted again when any input of the session has ended.
/// No clock is involved.
class InputFeeder : public QObject
{
    Q_OBJECT

public:
    struct Target
    {
        SessionId session;
        QByteArray name;
        quint32 queueLimit = limits::queue_per_session_default;
        std::vector<Input> startInputs;
    };
    enum class State : quint8 {
        Feeding,
        Waiting,  ///< Goes on when an input of the session has ended.
        Finished, ///< Nothing more will be submitted; answers may still come.
    };

    /// `host` must outlive the feeder.
    InputFeeder(Host &host, Target target, std::vector<std::unique_ptr<InputStream>> streams, QObject *parent);

    /// Submits what can be submitted now; what comes later is submitted as it comes.
    void advance();
    /// An input of the session has ended, whoever submitted it.
    void noteRoom();
    /// While held back nothing is submitted.
    void setHeldBack(bool heldBack);
    /// Submits nothing more. What the session refused last counts as refused.
    void finish();
    /// The session is at rest: whether submitting again could do better than waiting, with so many inputs open.
    bool mayRetry(quint32 open) const;

    const QByteArray &name() const { return m_name; }
    State state() const { return m_state; }
    /// Something was read, or can be read at once, that was never submitted.
    bool hasUnsubmitted() const;
    /// Inputs whose answers are still to come, from the session or, where they had ended before, from the
    /// store.
    quint32 unanswered() const { return m_unanswered; }

Q_SIGNALS:
    void inputEnded(const burrow::InputEnd &end);
    void lineRefused(const burrow::Findings &findings);
    void stateChanged();

private:
    void becomes(State state);
    bool takeNext();
    void submitNext();
    InputEnd endOfNext(const AcceptReceipt &receipt) const;
    void takeReceipt(const std::optional<AcceptReceipt> &given, const QFuture<Outcome> &outcome);
    void await(const InputEnd &accepted, const QFuture<Outcome> &outcome);
    void fetchKept(const InputEnd &repeated);
    void answer(const InputEnd &end);

    Host &m_host;
    const SessionId m_session;
    const QByteArray m_name;
    const quint32 m_queueLimit;
    const quint32 m_window;
    std::deque<StreamedInput> m_atStart;
    std::vector<std::unique_ptr<InputStream>> m_streams;
    size_t m_stream = 0;                    ///< The one that is being read.
    std::optional<StreamedInput> m_next;    ///< Read and not accepted yet.
    std::optional<AcceptReceipt> m_refusal; ///< Why m_next was not accepted when it was submitted last.
    State m_state = State::Feeding;
    bool m_submitting = false;
    bool m_heldBack = false;
    quint32 m_unanswered = 0;
    quint64 m_roomMade = 0;       ///< Counts noteRoom().
    quint64 m_roomMadeBefore = 0; ///< m_roomMade at the last submit.
};

} // namespace burrow
