#include "ensure/gate.hpp"

#include "base/shell.hpp"
#include "config/find.hpp"
#include "ensure/ask_caller.hpp"

#include <utility>

namespace helper::ensure {
Result<Admitted> Gate::admit(const Request& request, const std::stop_token& stop, TakeOver take_over) {
  HELPER_TRY_ASSIGN(const auto file, file_of(request));
  HELPER_TRY_ASSIGN(const auto look, pass(request, file, stop, take_over));
  HELPER_TRY_ASSIGN(auto config, load_as_looked_at(*look, file, variable_of(request, file)));
  return Admitted{std::move(config), look->digest};
}

Result<config::Config> Gate::read(const Request& request) const {
  HELPER_TRY_ASSIGN(const auto file, file_of(request));
  return config::load_config(world_.files, file, variable_of(request, file));
}

std::function<Result<void>()> Gate::still_approved(const Request& request, const Admitted& admitted) {
  return [this, file = admitted.config.file, digest = admitted.digest, environment = request.environment] {
    Request its;
    its.environment = environment;
    return writer_.still_approved(file, variable_of(its, file), digest);
  };
}

Result<TrustReport> Gate::trusted(const Request& request) {
  HELPER_TRY_ASSIGN(const auto file, file_of(request));
  HELPER_TRY_ASSIGN(const auto standing, writer_.standing(file, variable_of(request, file), false));
  return report_of(standing, file);
}

Result<TrustReport> Gate::trust(const Request& request, const std::string& digest) {
  HELPER_TRY_ASSIGN(const auto file, file_of(request));
  HELPER_TRY_ASSIGN(auto standing, writer_.standing(file, variable_of(request, file), false));
  if (standing.look->digest != digest) {
    return fail(ErrorCode::config_untrusted, file.string(), "it has changed since it was shown",
                shell::quote({"helper", "trust", file.string()}));
  }
  if (!standing.trusted) HELPER_TRY(writer_.approve(*standing.look, "shown"));
  standing.trusted = true;
  return report_of(standing, file);
}

Result<bool> Gate::untrust(const Request& request) {
  HELPER_TRY_ASSIGN(const auto file, file_of(request));
  return writer_.withdraw(file);
}

config::LocalVariable Gate::variable_of(const Request& request, const std::filesystem::path& file) const {
  std::optional<std::vector<std::string>> environment = request.environment;
  {
    const std::scoped_lock lock(mutex_);
    if (environment) {
      environments_[file] = *environment;
    } else if (const auto last = environments_.find(file); last != environments_.end()) {
      environment = last->second;
    }
  }
  if (!environment) return config::environment_variable;
  return [environment = std::move(*environment)](const std::string& name) -> std::optional<std::string> {
    const std::string begin = name + "=";
    for (const std::string& entry : environment) {
      if (entry.starts_with(begin)) return entry.substr(begin.size());
    }
    return std::nullopt;
  };
}

Result<std::filesystem::path> Gate::file_of(const Request& request) const {
  if (!request.config_file.empty()) return request.config_file;
  if (request.folder.empty()) return world_.paths.user_config_file;
  return config::find_config({.explicit_file = {},
                              .folder = request.folder,
                              .home = world_.paths.home,
                              .user_config_file = world_.paths.user_config_file});
}

// The look that was accepted.
Result<std::shared_ptr<const TrustLook>> Gate::pass(const Request& request, const std::filesystem::path& file,
                                                    const std::stop_token& stop, TakeOver take_over) {
  // Once more after each yes: the files may have changed while the question was open.
  for (;;) {
    HELPER_TRY_ASSIGN(const auto standing,
                      writer_.standing(file, variable_of(request, file), take_over == TakeOver::yes));
    tell_note(request, file, standing.note);
    if (standing.trusted) return standing.look;
    if (!request.target.empty()) {  // a mistyped name is reported before anything is asked
      HELPER_TRY_ASSIGN(const auto config, config::load_config(world_.files, file, variable_of(request, file)));
      HELPER_TRY(config::choose_target(config, request.target));
    }
    HELPER_TRY(ask(request, file, standing, stop));
  }
}

Result<void> Gate::ask(const Request& request, const std::filesystem::path& file, const TrustBook::Standing& standing,
                       const std::stop_token& stop) {
  const TrustReport report = report_of(standing, file);
  if (standing.look->others || !request.can_answer || !request.tell) return fail(untrusted(report));
  AskCaller person(questions_, request.tell, true, request.target);
  const Question question{Question::Kind::confirm, "Do you trust this config?", lines_to_show(report, *standing.look)};
  HELPER_TRY_ASSIGN(const std::string answer, person.ask(question, stop));
  if (answer != "yes") return fail(ErrorCode::cancelled, file.string(), "you did not approve it, and nothing was done");
  return writer_.approve(*standing.look, "shown");
}

// What a request without a stream of events could not report is reported by the next request that has one.
void Gate::tell_note(const Request& request, const std::filesystem::path& file, const std::string& text) {
  Event note;
  {
    const std::scoped_lock lock(mutex_);
    if (!text.empty()) untold_[file] = text;
    const auto at = untold_.find(file);
    if (at == untold_.end() || !request.tell) return;
    note.text = std::move(at->second);
    untold_.erase(at);
  }
  request.tell(note);
}

}  // namespace helper::ensure
