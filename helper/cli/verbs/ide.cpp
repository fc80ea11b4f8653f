#include "base/sections.hpp"
#include "base/shell.hpp"
#include "cli/backend.hpp"
#include "cli/context.hpp"
#include "cli/ready.hpp"
#include "cli/render/text.hpp"
#include "cli/verbs/ide_archive.hpp"
#include "cli/verbs/runners.hpp"
#include "ide/ssh_config.hpp"

#include <fmt/format.h>

#include <charconv>

namespace helper::cli {
namespace {

constexpr Milliseconds k_send_limit = std::chrono::hours(4);  // 1.5 GB at 100 kB/s
constexpr std::uint64_t k_mib = 1u << 20;

// One line without '!', so that any login shell passes it on as it is. $1: the folder's name, $2: the mark before the
// product-info.json. The new folder takes its name when it is whole.
constexpr const char* k_unpack =
    R"sh(umask 022; dist=$HOME/.cache/JetBrains/RemoteDev/dist; place=$dist/$1; temp=$dist/.helper-$1-$$; )sh"
    R"sh(mkdir -p "$temp" || exit 20; trap 'rm -rf "$temp"' EXIT; trap 'exit 1' HUP INT TERM; )sh"
    R"sh(command -v tar >/dev/null || exit 21; )sh"
    R"sh({ while [ -d "$temp" ]; do du -sk "$temp" 2>/dev/null; sleep 1; done; } </dev/null & )sh"
    R"sh(tar -xzf - -C "$temp" || exit 22; mark=$2; name=$1; set -- "$temp"/*; top=$temp; )sh"
    R"sh(if [ $# = 1 ] && [ -d "$1" ]; then top=$1; fi; )sh"
    R"sh([ -f "$top/product-info.json" ] && [ -f "$top/bin/remote-dev-server.sh" ] || exit 23; )sh"
    R"sh(: > "$top/.expandSucceeded" || exit 20; rm -rf "$place"; mv "$top" "$place" || exit 20; )sh"
    R"sh(printf '%s place 0\n%s\n' "$mark" "$place"; printf '%s info 0\n' "$mark"; head -c 65536 "$place/product-info.json")sh";

// On one line without '!', too. Prints the mount by which ~/.cache/JetBrains is the server's; nothing when it is the
// container's own: of its root file system, of a volume (engines keep its files in .../_data), in memory. The words of
// /proc/self/mountinfo are in proc(5): 4 is the folder of the file system that is shown, 5 is where; \040 is a blank.
constexpr const char* k_servers =
    R"sh(place=$HOME/.cache/JetBrains; until cd -P -- "$place" 2>/dev/null; do place=${place%/*}; place=${place:-/}; done; )sh"
    R"sh(place=$PWD; best=; while read -r _ _ _ root at rest; do at=$(printf '%b' "$at"); )sh"
    R"sh(case $place/ in "${at%/}"/*) if [ ${#at} -ge ${#best} ]; then best=$at; shown=$root; kind=${rest#* - }; fi ;; esac; )sh"
    R"sh(done < /proc/self/mountinfo; case $best in '' | /) exit 0 ;; esac; )sh"
    R"sh(case $shown in */_data | */_data/*) exit 0 ;; esac; case $kind in tmpfs\ *) exit 0 ;; esac; )sh"
    R"sh(printf '%s place 0\n%s\n' "$1" "$best")sh";

tl::unexpected<Error> failed(const IdeArchive& archive, const CommandOutput& output) {
  const std::string file = archive.file.string();
  switch (output.exit_status) {
    case 20:
      return fail(ErrorCode::inside_failed, file,
                  "it cannot be written in the container: " + safe_line(output.err, true),
                  "look whether ~/.cache/JetBrains there is writable and has room: helper exec -- df -h");
    case 21:
      return fail(ErrorCode::inside_failed, file, "the container has no tar to unpack it with",
                  "add tar and gzip to the image");
    case 22:
      return fail(ErrorCode::inside_failed, file,
                  "tar in the container cannot unpack it: " + safe_line(output.err, true),
                  "look whether the file is whole, and the container has room: helper exec -- df -h");
    case 23:
      return fail(ErrorCode::usage, file,
                  "it holds no IDE that can be a backend (product-info.json, bin/remote-dev-server.sh)",
                  "download the IDE for Linux as .tar.gz");
    default:
      return fail(ErrorCode::inside_failed, file, "sending it failed: " + safe_line(output.err, true));
  }
}

Result<CommandOutput> run_there(Context& context, const ide::Access& access, const std::string& command,
                                ProcessSpec spec, const OutputSink& sink) {
  HELPER_TRY_ASSIGN(spec.argv, ide::ssh_run_argv(access));
  spec.argv.insert(spec.argv.begin() + 1, {"-T", "-oBatchMode=yes", "-oConnectTimeout=10"});
  spec.argv.push_back(command);
  return context.process(spec, sink);
}

bool is_there(Context& context, const ide::Access& access, const IdeArchive& archive) {
  const std::string test = R"([ -e "$HOME/.cache/JetBrains/RemoteDev/dist/$1/.expandSucceeded" ])";
  const auto output = run_there(context, access, shell::quote({"sh", "-c", test, "sh", archive.folder}), {}, {});
  return output && output->exit_status == 0;
}

// What helper writes into a folder of the server goes there only with somebody's yes. What cannot be looked at does
// not prevent it: the files are the user's own, in the place that JetBrains' tools use.
Result<void> may_be_the_servers(Context& context, const ide::Access& access) {
  if (context.arguments.has("--yes")) return {};
  const std::string mark = make_nonce();
  const auto output = run_there(context, access, shell::quote({"sh", "-c", k_servers, "sh", mark}), {}, {});
  if (!output || output->exit_status != 0) return {};
  const auto sections = parse_sections(output->out, mark);
  const auto* place = find_section(sections, "place");
  if (place == nullptr) return {};
  const std::string mount = safe_line(place->body.substr(0, place->body.find('\n')), context.out_style.utf8);
  const std::string cause = "~/.cache/JetBrains in the container is the server's own folder, mounted at " + mount;
  if (!context.can_ask) {
    return fail(ErrorCode::usage, "helper ide push", cause + ", and there is nobody to ask whether to write there",
                "helper ide push " + shell::quote(context.arguments.text("FILE")) + " " + shell::quote(access.target) +
                    " --yes");
  }
  const Question question{Question::Kind::confirm, "Put the IDE there?", {cause}};
  HELPER_TRY_ASSIGN(const std::string answer, context.person.ask(question, context.interrupts.token()));
  if (answer != "yes") return fail(ErrorCode::cancelled, access.target, "nothing was sent");
  return {};
}

// A line that a terminal draws over; nothing elsewhere.
class Counter {
 public:
  explicit Counter(Context& context)
      : context_(context), shown_(context.err_style.live && !context.quiet && !context.json) {}
  ~Counter() { show(""); }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  void show(const std::string& text) {
    if (shown_) context_.err << "\r\x1b[K" << text << std::flush;
  }

 private:
  Context& context_;
  bool shown_;
};

Result<ide::Backend> send(Context& context, const ide::Access& access, const IdeArchive& archive) {
  const std::string mark = make_nonce();
  ProcessSpec spec;
  spec.stdin_file = archive.file;
  spec.timeout = k_send_limit;
  spec.keep_output = KeepOutput::beginning;
  std::string tail;  // what follows the mark; before it are only the lines of du
  Counter counter(context);
  const auto on_output = [&](std::string_view piece) {
    tail += piece;
    if (tail.find(mark) != std::string::npos) return;
    std::uint64_t kib = 0;
    const auto line = tail.rfind('\n', tail.size() < 2 ? 0 : tail.size() - 2);
    const std::string_view last = std::string_view(tail).substr(line == std::string::npos ? 0 : line + 1);
    if (std::from_chars(last.data(), last.data() + last.size(), kib).ec == std::errc())
      counter.show(fmt::format("  {} MiB unpacked of an archive of {} MiB", kib / 1024, archive.size / k_mib));
    if (tail.size() > k_kept_beginning) tail.erase(0, tail.size() - 4096);
  };
  HELPER_TRY_ASSIGN(const auto output,
                    run_there(context, access, shell::quote({"sh", "-c", k_unpack, "sh", archive.folder, mark}),
                              std::move(spec), on_output));
  if (output.exit_status != 0) return failed(archive, output);
  const auto sections = parse_sections(tail, mark);
  const auto* place = find_section(sections, "place");
  const auto* info = find_section(sections, "info");
  auto backend = place == nullptr || info == nullptr
                     ? std::nullopt
                     : ide::parse_product_info(place->body.substr(0, place->body.find('\n')), info->body);
  if (!backend)
    return fail(ErrorCode::usage, archive.file.string(), "its product-info.json does not say which IDE it is");
  return *backend;
}

void tell(Context& context, const ide::Access& access, const IdeArchive& archive,
          const std::optional<ide::Backend>& sent) {
  if (context.json) {
    rpc::Json document{{"target", access.target},
                       {"folder", archive.folder},
                       {"sha256", archive.sha256},
                       {"size", archive.size},
                       {"changed", sent.has_value()}};
    if (sent)
      document["backend"] = {
          {"path", sent->path}, {"product_code", sent->product_code}, {"build", sent->build}, {"name", sent->name}};
    return write_json(context, document);
  }
  if (context.quiet) return;
  const bool utf8 = context.out_style.utf8;
  if (!sent) {
    context.out << fmt::format("{}: {} is there already\n", safe_line(access.target, utf8), archive.folder);
    return;
  }
  context.out << fmt::format(
      "{}: {} ({}-{}) is in {}\n  Gateway lists it among the installed IDEs of this host; or: helper open gateway {}\n",
      safe_line(access.target, utf8), safe_line(sent->name, utf8), safe_line(sent->product_code, utf8),
      safe_line(sent->build, utf8), safe_line(sent->path, utf8), shell::quote(access.target));
}

}  // namespace

Result<int> run_ide(Context& context) {
  const std::filesystem::path file = context.folder / context.arguments.text("FILE");
  IdeArchive archive;
  {
    Counter counter(context);
    HELPER_TRY_ASSIGN(archive, look_at_archive(file, [&](std::uint64_t done) {
                        counter.show(fmt::format("  {} MiB checked", done / k_mib));
                        return !context.interrupts.token().stop_requested();
                      }));
  }
  HELPER_TRY_ASSIGN(const ide::Access access, made_ready(context));
  if (is_there(context, access, archive)) {
    tell(context, access, archive, std::nullopt);
    return 0;
  }
  HELPER_TRY(may_be_the_servers(context, access));
  HELPER_TRY_ASSIGN(const ide::Backend backend, send(context, access, archive));
  tell(context, access, archive, backend);
  return 0;
}

}  // namespace helper::cli
