#include "cli/render/settings.hpp"

#include "base/text.hpp"
#include "cli/backend.hpp"
#include "cli/become.hpp"
#include "cli/context.hpp"
#include "cli/render/render.hpp"
#include "cli/request.hpp"
#include "cli/verbs/runners.hpp"
#include "ide/links.hpp"
#include "ide/render.hpp"
#include "ide/ssh_config.hpp"
#include "rpc/types.hpp"
#include "settings/formats.hpp"
#include "settings/project_notes.hpp"
#include "settings/ssh_hosts.hpp"
#include "settings/undo.hpp"

#include <algorithm>
#include <array>

namespace helper::cli {
namespace {

constexpr std::array<std::string_view, 4> k_actions{"show", "apply", "diff", "undo"};
// What only the other actions take.
constexpr std::array<std::string_view, 7> k_not_of_show{
    "--ide", "--dry-run", "--now", "--follow-links", "--project", "--run-configuration", "--no-ssh-config"};

struct Words {
  std::string action = "show";
  std::string target;
};

// `helper settings centernet` shows: the first word is the action only if it is the name of one.
Result<Words> words_of(const Arguments& arguments) {
  Words words;
  const std::string first = arguments.text("ACTION");
  const bool is_action = std::ranges::find(k_actions, std::string_view(first)) != k_actions.end();
  if (is_action) words.action = first;
  words.target = is_action ? arguments.text("TARGET") : first;
  if (!is_action && arguments.has("TARGET")) {
    const auto close = nearest(first, k_actions);
    return fail(ErrorCode::usage, "helper settings",
                "\"" + first + "\" is not one of show, apply, diff and undo" +
                    (close ? "; did you mean " + std::string(*close) + "?" : ""),
                "helper settings --help");
  }
  for (const auto option : k_not_of_show) {
    if (words.action == "show" && arguments.has(option))
      return fail(ErrorCode::usage, "helper settings", std::string(option) + " goes with apply, diff or undo",
                  "helper settings --help");
  }
  return words;
}

rpc::Json links_json(Context& context, const ide::Access& access) {
  rpc::Json links{{"gateway", ide::gateway_link(access)}, {"toolbox", ide::toolbox_link(access)}, {"backend", nullptr}};
  if (const auto backend = find_backend(context, access)) {
    links["gateway"] = ide::gateway_link(access, *backend);
    links["backend"] = {{"path", backend->path},
                        {"product_code", backend->product_code},
                        {"build", backend->build},
                        {"name", backend->name}};
  }
  return links;
}

// Whether an IDE has put another interpreter in the place of ours since; "" when not, or when that cannot be read.
std::string told_of_other_interpreter(Context& context, const std::string& target) {
  const auto paths = context.paths();
  const auto file = config_file(context);
  const auto text = paths ? context.files.read(paths->settings_ledger()) : Result<std::optional<std::string>>();
  if (!file || !text || !*text) return {};
  const auto ledger = settings::parse_ledger(**text, paths->settings_ledger());
  if (!ledger) return {};
  const auto applied = std::ranges::find_if(ledger->targets, [&](const settings::Applied& each) {
    return each.wanted.access.target == target && each.wanted.config_file == file->string();
  });
  if (applied == ledger->targets.end()) return {};
  return settings::told_of_other_interpreter(context.files, settings::ide_formats(), *ledger, applied->wanted.name,
                                             false);
}

Result<int> show(Context& context, const std::string& target) {
  HELPER_TRY_ASSIGN(const rpc::Json params, target_params(context, target));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "settings", params));
  HELPER_TRY_ASSIGN(const ide::Access access, rpc::interpreter_from_json(answer.result));
  const std::string format = context.json ? "json" : context.arguments.text("--format");
  if (format == "json") {
    rpc::Json document = answer.result;
    document["links"] = links_json(context, access);
    write_json(context, document);
  } else if (format == "ssh-config") {
    HELPER_TRY_ASSIGN(const std::string block,
                      ide::ssh_config_block(access, {}, ide::HostNames::both, settings::keywords_of_ssh()));
    context.out << block;
  } else if (format == "ssh-config-ensure") {
    HELPER_TRY_ASSIGN(const std::string program, own_program());
    HELPER_TRY_ASSIGN(const std::filesystem::path file, config_file(context));
    HELPER_TRY_ASSIGN(const std::string block,
                      ide::ssh_config_block(access, {program, "connect", access.target, "--config", file.string()},
                                            ide::HostNames::both, settings::keywords_of_ssh()));
    context.out << block;
  } else {
    HELPER_TRY_ASSIGN(const std::string text, ide::settings_text(access));
    context.out << text;
    const std::string told = told_of_other_interpreter(context, access.target);
    if (!told.empty()) context.err << render_note(context.err_style, told);
  }
  return 0;
}

ensure::SettingsOptions options_of(const Context& context) {
  const Arguments& arguments = context.arguments;
  ensure::SettingsOptions options;
  options.ides = arguments.text("--ide");
  if (const auto folder = arguments.given("--project"))
    options.project = (context.folder / *folder).lexically_normal().string();
  if (options.project.size() > 1 && options.project.ends_with('/')) options.project.pop_back();
  options.run_configuration = arguments.text("--run-configuration");
  options.ssh_config = !arguments.has("--no-ssh-config");
  options.now = arguments.has("--now");
  options.follow_links = arguments.has("--follow-links");
  options.dry_run = arguments.has("--dry-run");
  return options;
}

// An undo goes by the ledger, and needs no config.
Result<rpc::Json> params_of_change(Context& context, const Words& words) {
  auto params = target_params(context, words.target);
  if (params || words.action != "undo" || params.error().code != ErrorCode::config_unreadable) return params;
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  const auto text = context.files.read(paths.settings_ledger());
  if (!text || !*text) return params;
  const auto ledger = settings::parse_ledger(**text, paths.settings_ledger());
  if (!ledger) return params;
  const auto named = context.arguments.given("--config");
  if (named || (!words.target.empty() && !ledger->targets_called(words.target).empty())) {
    const std::filesystem::path file = named ? (context.folder / *named).lexically_normal() : std::filesystem::path();
    return params_of(context, file, words.target);
  }
  params.error().cause += settings::told_of_gone(context.files, *ledger);
  return params;
}

Result<int> change(Context& context, const Words& words) {
  HELPER_TRY_ASSIGN(rpc::Json params, params_of_change(context, words));
  params.update(rpc::to_json(options_of(context)));
  HELPER_TRY_ASSIGN(const Answer answer, request(context, "settings." + words.action, params));
  HELPER_TRY_ASSIGN(const settings::Report report, rpc::settings_report_from_json(answer.result));
  const auto left = std::ranges::find_if(report.files, [](const auto& file) { return file.error.has_value(); });
  const int status = left == report.files.end() ? 0 : error_kind(left->error->code).exit_status;
  if (context.json) {
    write_json(context, answer.result);
    return status;
  }
  if (!context.quiet) {
    const auto action = words.action == "undo" ? SettingsAction::undo : SettingsAction::apply;
    context.out << render_settings(context.out_style, report, action);
  }
  for (const auto& file : report.files) {
    if (file.error) context.err << render_error(context.err_style, *file.error);
  }
  return status;
}

}  // namespace

Result<int> run_settings(Context& context) {
  HELPER_TRY_ASSIGN(const Words words, words_of(context.arguments));
  return words.action == "show" ? show(context, words.target) : change(context, words);
}

}  // namespace helper::cli
