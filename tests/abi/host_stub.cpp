// SPDX-License-Identifier: Apache-2.0

#include "host_stub.h"

#include <dlfcn.h>

#include <algorithm>
#include <deque>
#include <stdexcept>

namespace test {

namespace {

std::string copied(burrow_text text)
{
    return text.size == 0 ? std::string() : std::string(text.data, text.size);
}

StubHost &stub(void *ctx)
{
    return *static_cast<StubHost *>(ctx);
}

int64_t now(void *)
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

// Text that is lent for one call and overwritten after it.
class Lent
{
public:
    ~Lent()
    {
        for (std::string &text : m_texts)
            std::fill(text.begin(), text.end(), '\x5a');
    }
    burrow_text text(const std::string &value)
    {
        m_texts.push_back(value);
        return {m_texts.back().data(), m_texts.back().size()};
    }

private:
    std::deque<std::string> m_texts;
};

void storeError(void *ctx, const burrow_error *error)
{
    static_cast<Refusal *>(ctx)->message = copied(error->message);
}

int32_t create(const Library &library, const std::string &config, const std::optional<std::string> &snapshot,
               void **self, Refusal &refusal)
{
    Lent lent;
    burrow_bytes bytes = {};
    if (snapshot)
        bytes = {snapshot->data(), snapshot->size()};
    burrow_create_request request = {};
    request.struct_size = sizeof request;
    request.generation = 1;
    request.instance = 7;
    request.instance_id = lent.text("instance-7");
    request.session_id = lent.text("session-1");
    request.config_json = lent.text(config);
    request.snapshot = snapshot ? &bytes : nullptr;
    request.error_ctx = &refusal;
    request.error = storeError;
    refusal.status = library.executor().create(&request, self);
    return refusal.status;
}

} // namespace

StubHost::StubHost()
{
    m_table.struct_size = sizeof m_table;
    m_table.ctx = this;
    m_table.complete = [](void *ctx, burrow_token token, const burrow_completion *completion) {
        return stub(ctx).complete(token, *completion);
    };
    m_table.emit = [](void *ctx, burrow_token token, const burrow_event *event) {
        return stub(ctx).emit(token, *event);
    };
    m_table.cancelled = [](void *ctx, burrow_token token) -> int32_t {
        const std::lock_guard lock(stub(ctx).m_mutex);
        const auto found = stub(ctx).m_open.find(token);
        return found == stub(ctx).m_open.end() ? BURROW_STALE : found->second.cancelLevel;
    };
    m_table.submit = [](void *, burrow_inbox, const burrow_message *) -> int32_t {
        return BURROW_UNIMPLEMENTED;
    };
    m_table.log = [](void *ctx, uint64_t, int32_t, const burrow_text *message,
                     const burrow_array *) -> int32_t {
        const std::lock_guard lock(stub(ctx).m_mutex);
        stub(ctx).m_logs.push_back(copied(*message));
        return BURROW_OK;
    };
    m_table.now = now;
    m_table.get_extension = [](void *, uint64_t, const burrow_text *) -> const void * { return nullptr; };
}

burrow_token StubHost::mintToken()
{
    const std::lock_guard lock(m_mutex);
    m_open[++m_lastToken];
    return m_lastToken;
}

void StubHost::raiseCancel(burrow_token token, int32_t level)
{
    const std::lock_guard lock(m_mutex);
    m_open[token].cancelLevel = std::max(m_open[token].cancelLevel, level);
}

int32_t StubHost::complete(burrow_token token, const burrow_completion &completion)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_open.find(token);
    if (found == m_open.end())
        return BURROW_STALE;
    Completed &completed = found->second.completed;
    if (++completed.times > 1)
        return BURROW_STALE;
    completed.status = completion.status;
    if (const burrow_error *error = completion.error) {
        completed.hasError = true;
        completed.cause = error->cause;
        completed.errorFlags = error->flags;
        completed.outcome = error->outcome;
        completed.message = copied(error->message);
        completed.details = copied(error->details_json);
    }
    if (const burrow_apply_result *result = completion.apply) {
        completed.hasResult = true;
        completed.terminal = result->terminal;
        completed.text = copied(result->text);
        completed.resultJson = copied(result->result_json);
        if (result->snapshot)
            completed.snapshot.emplace(static_cast<const char *>(result->snapshot->data),
                                       result->snapshot->size);
        if (const burrow_receipt *receipt = result->receipt) {
            completed.receiptRun = copied(receipt->run_id);
            for (uint64_t i = 0; i < receipt->contributors.count; ++i)
                completed.receiptContributors.push_back(
                    copied(*BURROW_AT(burrow_text, receipt->contributors, i)));
        }
    }
    m_changed.notify_all();
    return BURROW_OK;
}

int32_t StubHost::emit(burrow_token token, const burrow_event &event)
{
    const std::lock_guard lock(m_mutex);
    const auto found = m_open.find(token);
    if (found == m_open.end())
        return BURROW_STALE;
    Open &open = found->second;
    if (open.completed.times > 0)
        return BURROW_CLOSED;
    if (open.cancelLevel == BURROW_CANCEL_HARD)
        return BURROW_CANCELLED;
    if (event.type == BURROW_EVENT_TEXT_DELTA && m_room == 0) {
        open.wasBlocked = true;
        m_changed.notify_all();
        return BURROW_WOULD_BLOCK;
    }
    if (event.type == BURROW_EVENT_TEXT_DELTA) {
        m_room -= m_room > 0 ? 1 : 0;
        open.streamed += copied(event.text);
    }
    ++open.events[event.type];
    m_changed.notify_all();
    return BURROW_OK;
}

template <typename Predicate>
void StubHost::waitUntil(std::unique_lock<std::mutex> &lock, const char *what, Predicate &&predicate)
{
    if (!m_changed.wait_for(lock, patience, predicate))
        throw std::runtime_error(std::string("waited in vain for ") + what);
}

Completed StubHost::waitForCompletion(burrow_token token)
{
    std::unique_lock lock(m_mutex);
    waitUntil(lock, "a completion", [&] { return m_open[token].completed.times > 0; });
    return m_open[token].completed;
}

void StubHost::waitForText(burrow_token token, const std::string &text)
{
    std::unique_lock lock(m_mutex);
    waitUntil(lock, "text", [&] { return m_open[token].streamed.find(text) != std::string::npos; });
}

void StubHost::waitForBlockedEvent(burrow_token token)
{
    std::unique_lock lock(m_mutex);
    waitUntil(lock, "a blocked event", [&] { return m_open[token].wasBlocked; });
}

bool StubHost::isCompleted(burrow_token token) const
{
    const std::lock_guard lock(m_mutex);
    return m_open.at(token).completed.times > 0;
}

std::string StubHost::streamed(burrow_token token) const
{
    const std::lock_guard lock(m_mutex);
    return m_open.at(token).streamed;
}

int StubHost::eventCount(burrow_token token, int32_t type) const
{
    const std::lock_guard lock(m_mutex);
    const auto &events = m_open.at(token).events;
    const auto found = events.find(type);
    return found == events.end() ? 0 : found->second;
}

std::vector<std::string> StubHost::logs() const
{
    const std::lock_guard lock(m_mutex);
    return m_logs;
}

void StubHost::setRoom(int events)
{
    const std::lock_guard lock(m_mutex);
    m_room = events;
}

Library::Library(const char *path, StubHost &host)
    : m_host(host)
{
    void *library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library)
        throw std::runtime_error(::dlerror());
    const auto entry =
        reinterpret_cast<decltype(&burrow_plugin_entry_v1)>(::dlsym(library, "burrow_plugin_entry_v1"));
    Refusal refusal;
    burrow_host_offer offer = {};
    offer.struct_size = sizeof offer;
    offer.abi_min = 1;
    offer.abi_max = BURROW_ABI_VERSION;
    offer.host_name = BURROW_TEXT("stub");
    offer.host_version = BURROW_TEXT("0");
    offer.error_ctx = &refusal;
    offer.error = storeError;
    if (!entry || entry(&offer, &m_plugin) != BURROW_OK)
        throw std::runtime_error(std::string(path) + " refuses: " + refusal.message);
    const burrow_text config = BURROW_TEXT("{}");
    if (m_plugin->init(host.table(), &config) != BURROW_OK)
        throw std::runtime_error(std::string(path) + " fails to initialise");
}

Executor::Executor(const Library &library, const std::string &config,
                   const std::optional<std::string> &snapshot)
    : m_library(library)
{
    Refusal refusal;
    if (create(library, config, snapshot, &m_self, refusal) != BURROW_OK)
        throw std::runtime_error("create refuses: " + refusal.message);
}

Executor::~Executor()
{
    if (!m_isStopped)
        stop();
    m_library.executor().destroy(m_self);
}

int32_t Executor::start(const std::vector<Input> &inputs, int32_t execution, burrow_token token)
{
    Lent lent;
    std::vector<burrow_contributor> contributors;
    std::vector<burrow_append> appends;
    for (const Input &input : inputs) {
        contributors.push_back({lent.text(input.id), lent.text(input.key), {}, 1, BURROW_INPUT_PROMPT});
        appends.push_back({BURROW_ROLE_USER, BURROW_CONTENT_TEXT, {}, lent.text(input.text), {}});
    }
    burrow_apply_request request = {};
    request.struct_size = sizeof request;
    request.primitive = BURROW_PRIMITIVE_STAGED_INPUT;
    request.boundary = BURROW_BOUNDARY_RUN_START;
    request.execution = execution;
    request.attempt = 1;
    request.run_id = lent.text(runId);
    request.session_id = lent.text("session-1");
    request.contributors = {contributors.data(), contributors.size(), sizeof(burrow_contributor), 0};
    request.appends = {appends.data(), appends.size(), sizeof(burrow_append), 0};
    return m_library.executor().apply(m_self, &request, token);
}

burrow_token Executor::apply(const std::vector<Input> &inputs, int32_t cancelLevel)
{
    const burrow_token token = m_library.host().mintToken();
    m_library.host().raiseCancel(token, cancelLevel);
    if (start(inputs, BURROW_EXECUTION_CONTENT_TURN, token) != BURROW_OK)
        throw std::runtime_error("apply refuses");
    return token;
}

int32_t Executor::tryApply(const std::string &text)
{
    return start({{text}}, BURROW_EXECUTION_CONTENT_TURN, m_library.host().mintToken());
}

burrow_token Executor::applyNothing(int32_t execution)
{
    const burrow_token token = m_library.host().mintToken();
    if (start({}, execution, token) != BURROW_OK)
        throw std::runtime_error("apply refuses");
    return token;
}

int32_t Executor::cancel(burrow_token token, int32_t mode)
{
    m_library.host().raiseCancel(token, mode);
    Lent lent;
    burrow_cancel_request request = {};
    request.struct_size = sizeof request;
    request.mode = mode;
    request.token = token;
    request.run_id = lent.text(runId);
    request.reason = lent.text("the test says so");
    return m_library.executor().cancel(m_self, &request);
}

int32_t Executor::resume(burrow_token token)
{
    return m_library.executor().resume(m_self, token);
}

void Executor::stop()
{
    m_isStopped = true;
    burrow_stop_request request = {};
    request.struct_size = sizeof request;
    request.kind = BURROW_STOP_SESSION;
    const burrow_token token = m_library.host().mintToken();
    if (m_library.executor().stop(m_self, &request, token) == BURROW_OK)
        m_library.host().waitForCompletion(token);
}

Refusal refusalOf(const Library &library, const std::string &config)
{
    Refusal refusal;
    void *self = nullptr;
    if (create(library, config, {}, &self, refusal) == BURROW_OK)
        library.executor().destroy(self);
    return refusal;
}

} // namespace test
