#include "ensure/look_at_gpus.hpp"

#include "engine/gpu_use.hpp"
#include "inside/frameworks.hpp"
#include "plan/choose_python.hpp"
#include "plan/gpu_ladder.hpp"
#include "plan/owner.hpp"

#include <algorithm>
#include <chrono>

namespace helper::ensure {
namespace {

GpuDeviceReport device_report(const engine::GpuUse& gpu, const plan::GpuFacts& inside) {
  GpuDeviceReport report{gpu.index,           gpu.name,        gpu.uuid, gpu.memory_total_mib,
                         gpu.memory_used_mib, gpu.utilisation, false,    {}};
  report.in_container = std::ranges::any_of(
      inside.gpus, [&](const std::string& line) { return line.find(gpu.uuid) != std::string::npos; });
  for (const auto& process : gpu.processes)
    report.processes.push_back({process.pid, process.name, process.memory_mib, process.user, process.container});
  return report;
}

Error sees_no_gpu(const FrameworkReport& framework, const std::string& python, const std::string& gpus) {
  const auto* maker = plan::gpu_maker(gpus);
  return {ErrorCode::gpu_framework, framework.name,
          python + " has " + framework.name + (framework.version.empty() ? "" : " " + framework.version) +
              ", which does not see the GPUs: " + framework.detail,
          "install a build of " + framework.name +
              (maker != nullptr ? " for GPUs of " + std::string(maker->name)
                                : " that fits the server's driver (nvidia-smi shows its CUDA version)")};
}

Result<void> check_frameworks(CommandRunner& server, const plan::Place& place, const plan::Desired& desired,
                              const plan::Python& python, const EventSink& on_event, const std::stop_token& stop,
                              GpuReport& report) {
  for (const auto& framework : python.frameworks) {
    Event event{
        Event::Kind::started, desired.target.name, "ask " + framework.name, "it has to be imported", {}, {}, {}};
    on_event(event);
    const auto start = std::chrono::steady_clock::now();
    HELPER_TRY_ASSIGN(const auto check, inside::check_framework(server, place, python.path, framework, stop));
    const auto elapsed = std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now() - start);
    event.kind = check.sees_gpus ? Event::Kind::done : Event::Kind::failed;
    event.cause = check.detail;
    event.elapsed = elapsed;
    on_event(event);
    report.frameworks.push_back(
        {framework.name, framework.version, check.sees_gpus, check.gpus, check.detail, elapsed});
    if (!check.sees_gpus)
      report.problems.push_back(sees_no_gpu(report.frameworks.back(), python.path, desired.target.container.gpus));
  }
  return {};
}

}  // namespace

Result<void> must_be_seen(const plan::Desired& desired, const plan::Observed& observed) {
  if (const auto& container = observed.server.container) {
    if (const auto owner = plan::foreign_owner(desired, observed, *container))
      return fail(plan::foreign_error(desired.target.container.name, desired.target.name, *owner));
  }
  if (observed.server.error) return fail(*observed.server.error);
  if (observed.server.engine_error) return fail(*observed.server.engine_error);
  if (observed.place.inside_error) return fail(*observed.place.inside_error);
  if (observed.place.inside && observed.place.current) return {};
  return fail(ErrorCode::not_ready, "container " + desired.target.container.name, "it does not run",
              "helper ensure " + desired.target.name);
}

Result<GpuReport> gpu_report(CommandRunner& server, const plan::Desired& desired, const plan::Observed& observed,
                             bool check, const EventSink& on_event, const std::stop_token& stop) {
  GpuReport report;
  report.target = desired.target.name;
  report.server = desired.target.server;
  const auto ladder = plan::gpu_ladder(desired, observed);
  for (const auto& rung : ladder) report.ladder.push_back({rung.name, plan::to_text(rung.state), rung.detail});
  if (const auto failure = plan::lowest_failure(ladder)) report.problems.push_back(*failure);
  auto gpus = engine::look_at_gpu_use(server, engine::cli_of(observed.server.engine.value_or(plan::Engine{})),
                                      *observed.place.current, stop);
  if (gpus) {
    for (const auto& gpu : *gpus) report.gpus.push_back(device_report(gpu, observed.place.inside->gpu));
  } else if (gpus.error().code != ErrorCode::gpu_no_driver && gpus.error().code != ErrorCode::gpu_not_seen) {
    return fail(std::move(gpus).error());
  } else if (report.problems.empty() && desired.target.container.gpus != "none" &&
             plan::gpu_maker(desired.target.container.gpus) == nullptr) {
    report.problems.push_back(gpus.error());
  }
  const auto python = plan::choose_python(desired.target, *observed.place.inside);
  if (!check || !python) return report;
  report.python = python->python.path;
  HELPER_TRY(check_frameworks(server, *observed.place.current, desired, python->python, on_event, stop, report));
  return report;
}

}  // namespace helper::ensure
