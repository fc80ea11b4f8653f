#include "cli/init.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "cli/context.hpp"
#include "cli/git_ignore.hpp"
#include "cli/init_sources.hpp"
#include "cli/render/render.hpp"
#include "cli/render/text.hpp"
#include "cli/verbs/runners.hpp"
#include "config/devcontainer/import.hpp"
#include "config/find.hpp"
#include "config/parse.hpp"
#include "config/schema.hpp"
#include "config/splice.hpp"
#include "ensure/trust_book.hpp"

#include <fmt/format.h>

namespace helper::cli {

namespace {

// Others who work on the project may read it.
constexpr mode_t k_mode = 0644;

// A config that is there, to which a target will be added.
struct Existing {
  std::string text;
  config::Config config;
  std::optional<std::string> local;  // of the file beside it
};

config::Surroundings around(const Paths& paths, std::optional<std::string> local) {
  return {paths.home, config::environment_variable, {}, std::move(local)};
}

// Nothing: a new file is written. A link may have come with a cloned repository, and lead to any file of the person's.
Result<std::optional<Existing>> what_is_there(Context& context, const Paths& paths, const std::filesystem::path& file) {
  std::error_code bad;
  if (std::filesystem::is_symlink(file, bad)) {
    const std::filesystem::path place = std::filesystem::read_symlink(file, bad);
    return fail(ErrorCode::usage, file.string(),
                "it is a link to " + printable(place.string(), 4096) + ", and helper init writes through no link",
                "remove the link: " + shell::quote({"rm", file.string()}));
  }
  if (context.arguments.has("--force")) return std::nullopt;
  HELPER_TRY_ASSIGN(const auto before, context.files.read(file));
  if (!before) return std::nullopt;
  const auto target = context.arguments.given("--target");
  const tl::unexpected<Error> refusal = fail(
      ErrorCode::usage, file.string(),
      target ? "it has a target " + *target + " already" : std::string("it is there already"),
      "edit it; or run the same command with --target and a new name to add a target, or with --force to replace it");
  if (!target) return refusal;
  HELPER_TRY_ASSIGN(config::ConfigTexts texts, config::read_config(context.files, file));
  HELPER_TRY_ASSIGN(config::Config config, config::parse_config(texts.text, file, around(paths, texts.local)));
  if (config.targets.contains(*target)) return refusal;
  return Existing{std::move(texts.text), std::move(config), std::move(texts.local)};
}

// An answer that the config would refuse is told as such: the line of a file that does not exist yet helps nobody.
Error about_the_answer(Error error) {
  const auto key = error.thing.find("targets.");
  const std::string where = key == std::string::npos ? error.thing : error.thing.substr(key);
  return {ErrorCode::usage, "helper init", fmt::format("{}: {}", where, error.cause), std::move(error.fix)};
}

struct Trust {
  bool is_approved = false;
  std::vector<std::string> lines;  // to tell
};

std::string how_to_approve(const std::filesystem::path& file) {
  return "the config is not approved yet: " + shell::quote({"helper", "trust", file.string()}) +
         " shows what it does, and approves it";
}

// What a devcontainer.json brought is somebody else's text: only a person who has seen it can say yes to it.
bool has_said_yes(Context& context, const std::filesystem::path& file, const ensure::TrustLook& look) {
  if (!context.can_ask) return false;
  Question question{Question::Kind::confirm, "Do you trust this config?", {file.string() + ":"}};
  for (const auto& power : look.powers) question.details.push_back("  " + power.text);
  const auto answer = context.person.ask(question, context.interrupts.token());
  return answer && *answer == "yes";
}

// What the person has just answered needs no second yes, unless `is_taken_over` from a file, or added to one. Where
// others can change the config it stays unapproved.
Result<Trust> trust_what_was_written(Context& context, const Paths& paths, const std::filesystem::path& file,
                                     bool is_taken_over) {
  HELPER_TRY_ASSIGN(const ensure::TrustLook look,
                    ensure::look_at_config(context.files, file, config::environment_variable, ensure::Cover::mine));
  if (look.others) return Trust{false, {*look.others, how_to_approve(file)}};
  if (is_taken_over && !has_said_yes(context, file, look)) return Trust{false, {how_to_approve(file)}};
  ensure::TrustBook book(paths, context.files, context.clock);
  HELPER_TRY(book.approve(look, is_taken_over ? "shown" : "init"));
  return Trust{true, {}};
}

}  // namespace

Result<int> run_init(Context& context) {
  const std::filesystem::path file =
      context.folder / context.arguments.given("--config").value_or(k_project_config_name);
  HELPER_TRY_ASSIGN(const Paths paths, context.paths());
  HELPER_TRY_ASSIGN(const std::optional<Existing> existing, what_is_there(context, paths, file));
  std::optional<config::Devcontainer> from;
  const auto read = [&](const std::string& server) {
    auto its = read_source(context, paths, server);
    if (its) from = *its;
    return its;
  };
  HELPER_TRY_ASSIGN(
      config::TemplateAnswers answers,
      gather_answers(context.arguments, context.folder, read, context.can_ask ? &context.person : nullptr,
                     context.interrupts.token(), init_offers(context, paths, existing ? &existing->config : nullptr)));
  if (from) HELPER_TRY(config::import_devcontainer(answers, *from, file.parent_path()));
  std::string text;
  if (existing) {
    HELPER_TRY_ASSIGN(text, config::with_value(existing->text, {"targets", answers.target},
                                               config::target_template(answers), file.filename().string()));
  } else {
    text = config::config_template(answers);
  }
  if (auto config = config::parse_config(text, file, around(paths, existing ? existing->local : std::nullopt)); !config)
    return fail(about_the_answer(std::move(config).error()));
  HELPER_TRY(context.files.write(file, text, k_mode));
  const Ignored ignored = ignore_local_file(context.files, file);
  auto trust = trust_what_was_written(context, paths, file, from.has_value() || existing.has_value());
  if (!trust) trust = Trust{false, {to_text(trust.error()), how_to_approve(file)}};
  if (context.json) {
    rpc::Json document{{"file", file.string()}, {"target", answers.target}, {"trusted", trust->is_approved}};
    if (from) document["notes"] = answers.remarks;
    if (from) document["taken"] = taken_over(*from);
    if (ignored.written) document["gitignore"] = ignored.written->string();
    write_json(context, document);
  } else if (!context.quiet) {
    const bool utf8 = context.out_style.utf8;
    if (from) context.out << "took over:\n";
    for (const std::string& line : from ? taken_over(*from) : std::vector<std::string>{})
      context.out << "  " << safe_line(line, utf8) << "\n";
    for (const std::string& remark : answers.remarks) context.out << render_note(context.out_style, remark);
    for (const std::string& line : trust->lines) context.out << render_note(context.out_style, line);
    if (!ignored.told.empty()) context.out << render_note(context.out_style, ignored.told);
    context.out << fmt::format(
        "wrote {}\n\nnext:\n  helper plan      what would be done, and why\n  helper ensure    make {} ready\n",
        safe_line(file.string(), utf8), safe_line(answers.target, utf8));
  }
  return 0;
}

Result<int> run_schema(Context& context) {
  context.out << config::config_schema();
  return 0;
}

}  // namespace helper::cli
