// SPDX-License-Identifier: Apache-2.0

#include "outcome.h"

#include "support/abi_values.h"

#include <algorithm>

namespace scripted {

using plugin_support::toText;
using plugin_support::toView;

Run makeRun(const burrow_apply_request &request, burrow_token token, Step step, std::string answer)
{
    Run run;
    run.token = token;
    run.step = std::move(step);
    run.runId = toView(request.run_id);
    run.boundary = request.boundary;
    run.answer = std::move(answer);
    for (uint64_t i = 0; i < request.contributors.count; ++i)
        run.contributors.emplace_back(toView(BURROW_AT(burrow_contributor, request.contributors, i)->input_id));
    return run;
}

std::vector<std::string_view> piecesOf(const Run &run)
{
    std::vector<std::string_view> pieces;
    const std::string_view answer = run.answer;
    const auto count = static_cast<size_t>(run.step.chunks);
    size_t begin = 0;
    for (size_t i = 1; i <= count && begin < answer.size(); ++i) {
        size_t end = std::max(begin + 1, answer.size() * i / count);
        while (end < answer.size() && (static_cast<unsigned char>(answer[end]) & 0xc0) == 0x80)
            ++end; // not inside a character
        pieces.push_back(answer.substr(begin, end - begin));
        begin = end;
    }
    return pieces;
}

void completeCancelled(const burrow_host &host, burrow_token token)
{
    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    completion.status = BURROW_CANCELLED;
    host.complete(host.ctx, token, &completion);
}

namespace {

void completeFailed(const burrow_host &host, const Run &run)
{
    const StepError &stepError = *run.step.error;
    burrow_error error = {};
    error.struct_size = sizeof error;
    error.code = stepError.status;
    error.cause = stepError.cause;
    error.flags = stepError.flags;
    error.outcome = stepError.outcome;
    error.message = toText(stepError.message);

    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    completion.status = stepError.status;
    completion.error = &error;
    host.complete(host.ctx, run.token, &completion);
}

void completeAnswered(const burrow_host &host, const Run &run)
{
    std::string_view runId = run.runId;
    if (run.step.fault == Step::Fault::WrongRun)
        runId = "00000000-0000-7000-8000-000000000000";
    std::vector<burrow_text> contributors;
    for (const std::string &id : run.contributors)
        contributors.push_back(toText(id));
    if (run.step.fault == Step::Fault::Reorder)
        std::reverse(contributors.begin(), contributors.end());

    burrow_receipt receipt = {};
    receipt.struct_size = sizeof receipt;
    receipt.boundary = run.boundary;
    receipt.run_id = toText(runId);
    receipt.contributors = {contributors.data(), contributors.size(), sizeof(burrow_text), 0};

    burrow_bytes snapshot = {};
    if (run.step.snapshot)
        snapshot = {run.step.snapshot->data(), run.step.snapshot->size()};

    burrow_apply_result result = {};
    result.struct_size = sizeof result;
    result.terminal = run.step.terminal;
    if (result.terminal == BURROW_TERMINAL_RESULT)
        result.text = toText(run.answer);
    result.result_json = toText(run.step.resultJson);
    result.snapshot = run.step.snapshot ? &snapshot : nullptr;
    result.receipt = &receipt;

    burrow_completion completion = {};
    completion.struct_size = sizeof completion;
    completion.apply = &result;
    host.complete(host.ctx, run.token, &completion);
    if (run.step.fault == Step::Fault::Twice)
        host.complete(host.ctx, run.token, &completion);
}

} // namespace

void completeAsScripted(const burrow_host &host, const Run &run)
{
    if (run.step.isCancelled)
        completeCancelled(host, run.token);
    else if (run.step.error)
        completeFailed(host, run);
    else
        completeAnswered(host, run);
}

} // namespace scripted
