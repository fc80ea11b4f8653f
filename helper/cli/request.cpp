#include "cli/request.hpp"

#include "base/text.hpp"
#include "cli/render/live.hpp"
#include "cli/render/render.hpp"
#include "config/find.hpp"
#include "ensure/service.hpp"
#include "rpc/types.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace helper::cli {
namespace {

// Puts one question to the person and sends the answer back. What goes wrong here ends the whole request.
Result<void> ask_and_answer(Context& context, Daemon& daemon, Live& live, const ensure::Event& event,
                            const About& about, const std::stop_token& stop) {
  Question question = event.question;
  if (!about.target.empty()) question.prompt = about.target + ": " + question.prompt;
  live.pause();
  auto answer = context.person.ask(question, stop);
  live.resume();
  HELPER_TRY(answer);
  return daemon.answer(event.question_id, *answer, stop);
}

Error said_for_the_person(const Context& context, const std::string& method, Error error) {
  if (error.code != ErrorCode::cancelled) return error;
  if (context.interrupts.reason() != Interrupts::Reason::time_limit) return error;
  return {ErrorCode::timed_out, method,
          "it took longer than --timeout " + context.arguments.text("--timeout") + " (seconds) allows", ""};
}

// The variables of this environment that the config, or a devcontainer.json that it takes over, names: the daemon has
// those of who started it. A wrong config is reported by the daemon, which parses the config too: here that
// is only done when a variable may be named.
std::vector<std::string> named_variables(Context& context, const std::filesystem::path& file) {
  const auto texts = config::read_config(context.files, file);
  if (!texts || !(may_name_variables(texts->text) || may_name_variables(texts->local.value_or("")))) return {};
  std::set<std::string> named;
  const auto read = config::load_config(context.files, file, [&](const std::string& name) {
    auto value = config::environment_variable(name);
    if (value && find_bad_utf8(*value) != std::string::npos)
      return std::optional<std::string>();  // no JSON can carry it
    if (value) named.insert(name + "=" + *value);
    return value;
  });
  static_cast<void>(read);  // also of a wrong config: the daemon reports that, and not that they are not set
  return {named.begin(), named.end()};
}

}  // namespace

bool may_name_variables(std::string_view config) {
  constexpr std::string_view k_signs[] = {"devcontainer", "localEnv", "\\u"};
  return std::ranges::any_of(k_signs,
                             [&](std::string_view sign) { return config.find(sign) != std::string_view::npos; });
}

Result<Answer> request(Context& context, const std::string& method, const rpc::Json& params,
                       const std::function<bool(const std::string& text)>& on_progress, const About& about) {
  HELPER_TRY_ASSIGN(Daemon * daemon, context.daemon());
  const bool shown = !context.json && !context.quiet;
  Live live(context.err, context.err_style, shown, context.clock, about.prefix);
  std::stop_source stop;
  std::optional<Error> unanswered;
  const std::stop_callback interrupted(context.interrupts.token(), [&] {
    stop.request_stop();
    live.say(context.interrupts.reason() == Interrupts::Reason::signal ? "cancelling (Ctrl-C again leaves at once)"
                                                                       : "the time limit has passed: cancelling");
  });
  const auto on_event = [&](const ensure::Event& event) {
    if (on_progress && event.kind == ensure::Event::Kind::progress) {
      if (!on_progress(event.text)) stop.request_stop();
      return;
    }
    if (event.kind == ensure::Event::Kind::command && !shown) {
      context.err << about.prefix << render_command(context.err_style, event) << std::flush;
      return;
    }
    live.on(event);
    if (event.kind != ensure::Event::Kind::question || unanswered) return;
    if (auto asked = ask_and_answer(context, *daemon, live, event, about, stop.get_token()); !asked) {
      unanswered = asked.error();
      stop.request_stop();
    }
  };
  auto result = daemon->call(method, params, on_event, stop.get_token());
  live.finish(result ? std::string_view() : result.error().cause);
  if (!result && unanswered) return fail(said_for_the_person(context, method, std::move(*unanswered)));
  if (!result) return fail(said_for_the_person(context, method, std::move(result).error()));
  return Answer{std::move(*result), live.told_notes()};
}

Result<rpc::Json> target_params(Context& context) { return target_params(context, context.arguments.text("TARGET")); }

Result<rpc::Json> target_params(Context& context, const std::string& target) {
  HELPER_TRY_ASSIGN(const std::filesystem::path file, config_file(context));
  return params_of(context, file, target);
}

rpc::Json params_of(Context& context, const std::filesystem::path& file, const std::string& target) {
  ensure::Request request;
  request.config_file = file.string();
  request.target = target;
  request.agent_socket = context.agent_socket;
  request.can_answer = context.can_ask;
  request.verbose = context.verbose;
  request.environment = named_variables(context, file);
  return rpc::to_json(request);
}

Result<std::filesystem::path> config_file(Context& context) {
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  config::FindOptions where{
      .explicit_file = {}, .folder = context.folder, .home = paths.home, .user_config_file = paths.user_config_file};
  if (const auto named = context.arguments.given("--config")) where.explicit_file = *named;
  return config::find_config(where);
}

}  // namespace helper::cli
