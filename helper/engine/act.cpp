#include "engine/act.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "engine/build_words.hpp"
#include "engine/create_argv.hpp"
#include "engine/creation_fix.hpp"
#include "engine/progress.hpp"
#include "engine/record.hpp"
#include "engine/scripts.hpp"
#include "plan/our_names.hpp"

#include <charconv>

namespace helper::engine {
namespace {

using shell::assign;

constexpr Milliseconds k_pull_limit = std::chrono::minutes(60);
constexpr Milliseconds k_list_limit = std::chrono::seconds(10);
constexpr Milliseconds k_commit_limit = std::chrono::minutes(60);  // a layer of many gigabytes on a slow disk
constexpr Milliseconds k_build_limit = std::chrono::hours(6);      // CUDA extensions take their time

constexpr Milliseconds k_send_limit = std::chrono::minutes(20);  // 8 MB; 8 kB/s is slow enough

Command with_file(std::string script, const plan::SshBundle& bundle, const std::string& into) {
  Command command{
      k_engine_path + ("\n" + std::move(script)), {}, k_send_limit, {}, "sh (copy an SSH server into " + into + ")"};
  command.stdin_file = bundle.file;
  return command;
}

}  // namespace

Result<void> pull_image(CommandRunner& server, const EngineCli& cli, const plan::PullImage& action,
                        const OutputSink& on_progress, const std::stop_token& stop) {
  PullProgress progress(on_progress);
  HELPER_TRY_ASSIGN(const auto output, server.run(command(cli.argv({"pull", "--", action.image}), k_pull_limit), stop,
                                                  [&](std::string_view piece) { progress.take(piece); }));
  if (output.exit_status == 0) return {};
  Error error = failure_of(output, {ErrorCode::image_missing, "image " + action.image, ""});
  error.cause = "the server does not have it and cannot pull it: " + error.cause;
  const auto listed =
      server.run(command(cli.argv({"images", "--format", "{{.Repository}}:{{.Tag}}"}), k_list_limit), stop);
  const std::string like = listed ? images_like(listed->out, action.image) : std::string();
  error.fix = (like.empty() ? "name another" : "the server has " + like + ": name one that is there") +
              " in helper.json (\"image\"), or load it on the server; or build it, on the server: " + cli.program +
              " build -t " + shell::quote(action.image) + " .";
  return fail(std::move(error));
}

Result<std::string> create_container(CommandRunner& server, const EngineCli& cli, const plan::Desired& desired,
                                     const plan::CreateContainer& action, const std::stop_token& stop) {
  const auto& config = desired.target.container;
  const std::string script = k_engine_path + ("\n" + env_exports(config)) + begin_record_function(cli, action.record) +
                             "set -- " + shell::quote(create_argv(cli, desired, action)) + "\n" +
                             std::string(scripts::create_container);
  // What it runs may have a secret among its words.
  const Command create{script, env_input(config), k_start_limit, {}, cli.program + " create " + action.name};
  HELPER_TRY_ASSIGN(const auto output, server.run(create, stop));
  const std::string text = trimmed(output.out);
  if (output.exit_status == 0) return text.substr(text.rfind('\n') + 1);  // npos + 1 is 0
  if (!text.empty()) return fail(failure_of(output, failing_record(cli)));
  Error error = failure_of(output, {ErrorCode::container_failed, "container " + action.name, ""});
  error.fix = creation_fix(error.cause, desired, cli.program);
  return fail(std::move(error));
}

Result<void> start_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                             const std::stop_token& stop) {
  return run_engine(server, cli, {"start", "--", name}, name, stop);
}

Result<void> unpause_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                               const std::stop_token& stop) {
  return run_engine(server, cli, {"unpause", "--", name}, name, stop);
}

Result<void> stop_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                            const std::stop_token& stop) {
  return run_engine(server, cli, {"stop", "--", name}, name, stop);
}

Result<void> remove_container(CommandRunner& server, const EngineCli& cli, const std::string& name,
                              const std::stop_token& stop) {
  return run_engine(server, cli, {"rm", "--", name}, name, stop);
}

Result<void> update_restart(CommandRunner& server, const EngineCli& cli, const plan::UpdateRestart& action,
                            const std::stop_token& stop) {
  return run_engine(server, cli, {"update", "--restart", action.policy, "--", action.name}, action.name, stop);
}

Result<void> rename_container(CommandRunner& server, const EngineCli& cli, const std::string& from,
                              const std::string& to, const std::stop_token& stop) {
  return run_engine(server, cli, {"rename", "--", from, to}, from, stop);
}

Result<void> snapshot_container(CommandRunner& server, const EngineCli& cli, const plan::SnapshotContainer& action,
                                const std::stop_token& stop) {
  Argv argv = cli.argv({"commit"});
  for (const char* label :
       {plan::k_label_target, plan::k_label_spec, plan::k_label_applied, plan::k_label_build, plan::k_label_nonce}) {
    argv.emplace_back("--change");
    argv.push_back("LABEL " + std::string(label) + "=\"\"");
  }
  argv.insert(argv.end(), {"--", action.name, action.image});
  HELPER_TRY(run_or_fail(server, command(argv, k_commit_limit),
                         {ErrorCode::engine_failed, "copy of container " + action.name,
                          "on the server, see whether its disk is full: " + cli.program + " system df"},
                         stop));
  return {};
}

Argv build_argv(const EngineCli& cli, const plan::BuildImage& action, const config::BuildConfig& build) {
  Argv argv = cli.argv({"build", "--tag", action.image, "--file", build.dockerfile, "--label",
                        std::string(plan::k_label_build) + "=" + action.fingerprint});
  if (!build.target.empty()) argv.insert(argv.end(), {"--target", build.target});
  for (const auto& [name, value] : build.args) argv.insert(argv.end(), {"--build-arg", name + "=" + value});
  argv.emplace_back("-");
  return argv;
}

Result<void> build_image(CommandRunner& server, const EngineCli& cli, const plan::BuildImage& action,
                         const config::BuildConfig& build, const BuildFiles& files, const OutputSink& on_progress,
                         const std::stop_token& stop) {
  FailedBuild failed{cli.program, action.image, BuildKit::of_its_own, files.dockerfile};
  if (cli.program == "docker") {
    HELPER_TRY_ASSIGN(
        const auto versions,
        server.run(command(cli.argv({"version", "--format", "{{.Client.Version}} {{.Server.Version}}"}), k_start_limit),
                   stop));
    if (versions.exit_status == 0) failed.kit = buildkit_of(versions.out);
  }
  BuildProgress progress(on_progress);
  Command what = command(build_argv(cli, action, build), k_build_limit);
  // Another builder of the account's would keep the image to itself (docker-buildx(1)).
  if (cli.program == "docker") what.script = "unset BUILDX_BUILDER; export BUILDKIT_PROGRESS=plain; " + what.script;
  // What the account has set itself stays.
  if (failed.kit == BuildKit::by_variable)
    what.script = "export DOCKER_BUILDKIT=\"${DOCKER_BUILDKIT-1}\"; " + what.script;
  what.stdin_file = files.context;
  HELPER_TRY_ASSIGN(const auto output, server.run(what, stop, [&](std::string_view piece) { progress.take(piece); }));
  if (output.exit_status == 0) return {};
  return fail(build_error(read_build(output), failed, build));
}

Result<std::int64_t> image_size(CommandRunner& server, const EngineCli& cli, const std::string& image,
                                const std::stop_token& stop) {
  HELPER_TRY_ASSIGN(
      const auto output,
      run_or_fail(server, command(cli.argv({"image", "inspect", "--format", "{{.Size}}", "--", image}), k_start_limit),
                  {ErrorCode::engine_failed, "image " + image,
                   "look at it on the server: " + cli.program + " image inspect " + shell::quote(image)},
                  stop));
  std::int64_t size = 0;
  std::from_chars(output.out.data(), output.out.data() + output.out.size(), size);
  return size;
}

Result<void> fill_bundle_volume(CommandRunner& server, const EngineCli& cli, const plan::FillBundleVolume& action,
                                const OutputSink& on_progress, const std::stop_token& stop) {
  const std::string script = assign("engine", cli.program) + assign("lender", "helper-lend-" + action.bundle.digest) +
                             assign("volume", action.volume) + assign("image", action.image) +
                             std::string(scripts::fill_bundle_volume);
  HELPER_TRY(
      run_or_fail(server, with_file(script, action.bundle, "volume " + action.volume),
                  {ErrorCode::inside_failed, "volume " + action.volume,
                   "look at it on the server: " + cli.program + " volume inspect " + shell::quote(action.volume)},
                  stop, on_progress));
  return {};
}

Result<void> send_bundle(CommandRunner& server, const EngineCli& cli, const plan::SendBundle& action,
                         const OutputSink& on_progress, const std::stop_token& stop) {
  const std::string script =
      assign("engine", cli.program) + assign("container", action.name) + std::string(scripts::send_bundle);
  HELPER_TRY(run_or_fail(server, with_file(script, action.bundle, "container " + action.name),
                         {ErrorCode::inside_failed, "SSH server for container " + action.name,
                          "a container with a read-only root file system needs a shell and tar for this; one that "
                          "helper makes itself needs neither"},
                         stop, on_progress));
  return {};
}

}  // namespace helper::engine
