#include "ensure/trust_look.hpp"

#include "base/digest.hpp"
#include "config/devcontainer/import.hpp"
#include "config/extra_args.hpp"
#include "config/find.hpp"
#include "config/local_file.hpp"
#include "config/named_files.hpp"
#include "config/parse.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <fnmatch.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace helper::ensure {
namespace {

namespace fs = std::filesystem;
using config::Config;
using config::LocalVariable;
using config::Power;

constexpr std::size_t k_most_files = 256;
constexpr std::uintmax_t k_most_bytes = 64U << 20;  // that a look reads; of the rest size, time and inode count
constexpr std::size_t k_most_hidden = 16;           // variables, where the values of some count
constexpr std::size_t k_longest_script = 1U << 20;  // that is searched for further names

bool is_of_the_kernel(const fs::path& path) {
  const std::string text = path.string();
  return text.starts_with("/proc/") || text.starts_with("/sys/") || text.starts_with("/dev/");
}

// Files as they were when each was read first. `disk` is null: only those that were read.
class ReadOnce final : public FileStore {
 public:
  using Texts = std::map<fs::path, std::optional<std::string>>;  // nullopt: it was not there

  ReadOnce(FileStore* disk, Texts known) : disk_(disk), texts_(std::move(known)) {}

  Result<std::optional<std::string>> read(const fs::path& path) override {
    if (const auto at = texts_.find(path); at != texts_.end()) return at->second;
    if (disk_ == nullptr) return fail(ErrorCode::config_unreadable, path.string(), "it has just changed", "try again");
    HELPER_TRY_ASSIGN(auto text, disk_->read(path));
    texts_[path] = text;
    return text;
  }
  Result<void> write(const fs::path& path, std::string_view, mode_t) override { return read_only(path); }
  Result<void> remove(const fs::path& path) override { return read_only(path); }
  [[nodiscard]] const Texts& texts() const { return texts_; }

 private:
  static tl::unexpected<Error> read_only(const fs::path& path) {
    return fail(ErrorCode::internal, path.string(), "it is only read here", "");
  }
  FileStore* disk_;
  Texts texts_;
};

// What files hold, each read once by its real path, whatever the number of its names and readings.
class Contents {
 public:
  struct Content {
    std::string fingerprint;
    std::string text;      // "" when it was not read, or is longer than a script
    bool is_long = false;  // a script that is not searched
  };

  explicit Contents(FileStore& files) : files_(files) {}

  const Content& of(const fs::path& real, const Stamp::Node& node) {
    const auto [at, is_new] = known_.try_emplace(real);
    Content& content = at->second;
    if (!is_new) return content;
    const auto size = static_cast<std::uintmax_t>(node.size);
    content.fingerprint =
        "unread " + std::to_string(node.size) + " " + std::to_string(node.modified) + " " + std::to_string(node.inode);
    if (size > left_) {
      content.is_long = true;
      return content;
    }
    left_ -= size;
    auto text = files_.read(real);
    if (!text || !*text) return content;
    content.fingerprint = sha256(**text);
    content.is_long = (*text)->size() > k_longest_script;
    if (!content.is_long) content.text = std::move(**text);
    return content;
  }

 private:
  FileStore& files_;
  std::map<fs::path, Content> known_;
  std::uintmax_t left_ = k_most_bytes;
};

// Reads the files that a config makes run or send, and notes a stamp of every place where one could be.
class Files {
 public:
  // Without `contents` nothing is read or noted.
  Files(Contents* contents, std::vector<Stamp>& stamps, config::PowerFacts& facts)
      : contents_(contents), stamps_(stamps), facts_(facts) {}

  void script(std::string text, const config::ScriptPlaces& places) {
    if (contents_ == nullptr) return;
    waiting_.push_back({std::move(text), places});
    while (!waiting_.empty()) {
      const auto next = std::move(waiting_.front());
      waiting_.pop_front();
      const auto named = config::files_named_in(next.text, next.places);
      facts_.more_files = facts_.more_files || named.more;
      for (const auto& path : named.files) one_or_many(path, next.places);
    }
  }

  // Its text, when it is there, is one of ours to read and is not too long. `is_searched`: it names further files.
  std::optional<std::string> cover(const fs::path& path, bool is_searched = false) {
    if (contents_ == nullptr || !seen_.insert(path).second) return std::nullopt;
    stamps_.push_back(stamp_of(path));
    const auto& node = stamps_.back().leads_to;
    if (!node || !S_ISREG(node->mode)) return std::nullopt;
    std::error_code bad;
    const fs::path real = fs::canonical(path, bad);
    if (bad || is_of_the_kernel(real)) return std::nullopt;
    if (facts_.files.size() == k_most_files) {
      facts_.more_files = true;
      return std::nullopt;
    }
    facts_.real[path] = real;
    const auto& content = contents_->of(real, *node);
    facts_.files.push_back({path, content.fingerprint});
    if (!content.is_long) return content.text;
    if (is_searched || config::is_shell_script(path, "")) facts_.more_files = true;
    return std::nullopt;
  }

  // The files of the project that a place of the container may be.
  void cover_of_project(const std::string& place, const config::ScriptPlaces& places) {
    for (const auto& path : config::files_named_in(place, places).files) {
      std::error_code bad;
      const fs::path inside = fs::canonical(path, bad).lexically_relative(facts_.folder);
      if (!bad && !inside.empty() && *inside.begin() != "..") cover(path);
    }
  }

  // Names with * in them were looked up in folders, whose changes no stamp shows.
  [[nodiscard]] bool has_patterns() const { return has_patterns_; }

 private:
  struct Script {
    std::string text;
    config::ScriptPlaces places;
  };

  void one_or_many(const fs::path& path, const config::ScriptPlaces& places) {
    const std::string name = path.filename().string();
    if (name.find_first_of("*?") == std::string::npos) return one(path, places);
    std::error_code bad;
    std::vector<fs::path> matches;
    for (fs::directory_iterator at(path.parent_path(), bad), end; !bad && at != end; at.increment(bad)) {
      if (::fnmatch(name.c_str(), at->path().filename().c_str(), FNM_PERIOD) == 0) matches.push_back(at->path());
      if (matches.size() <= k_most_files) continue;
      facts_.more_files = true;
      break;
    }
    has_patterns_ = true;
    std::ranges::sort(matches);
    for (const auto& match : matches) one(match, places);
  }

  void one(const fs::path& path, const config::ScriptPlaces& places) {
    auto text = cover(path);
    if (text && config::is_shell_script(path, *text)) waiting_.push_back({std::move(*text), places});
  }

  Contents* contents_;
  std::vector<Stamp>& stamps_;
  config::PowerFacts& facts_;
  std::set<fs::path> seen_;
  std::deque<Script> waiting_;
  bool has_patterns_ = false;
};

config::ScriptPlaces places_of(const config::Target& target, const fs::path& folder) {
  config::ScriptPlaces places;
  if (!target.project.remote.empty()) {
    places.folders.push_back(target.project.local);
    places.mapped.emplace_back(target.project.remote, target.project.local);
  }
  if (places.folders.empty() || places.folders.front() != folder) places.folders.push_back(folder);
  if (target.server != "local") return places;
  for (const auto& mount : target.container.mounts) {
    const auto colon = mount.find(':');
    if (!mount.starts_with('/') || colon == std::string::npos) continue;
    const auto rest = mount.substr(colon + 1);
    places.mapped.emplace_back(rest.substr(0, rest.find(':')), mount.substr(0, colon));
  }
  for (const auto& mount : config::mounts_of_flags(target.container.extra_args)) {
    if (mount.host.starts_with('/')) places.mapped.emplace_back(mount.place, mount.host);
  }
  return places;
}

// The places of the image's files that come from the context.
config::ScriptPlaces cover_build(Files& files, const config::BuildConfig& build) {
  const fs::path dockerfile = (build.context / build.dockerfile).lexically_normal();
  // docker takes the first of these two that is there.
  files.cover(build.context / (build.dockerfile + ".dockerignore"));
  files.cover(build.context / ".dockerignore");
  auto text = files.cover(dockerfile, true);
  if (!text) return {};
  auto places = config::places_of_dockerfile(*text, build.context);
  files.script(std::move(*text), places);
  return places;
}

void note_where_it_leads(config::PowerFacts& facts, std::vector<Stamp>& stamps, const fs::path& path) {
  stamps.push_back(stamp_of(path));
  std::error_code bad;
  const fs::path real = fs::weakly_canonical(path, bad);
  if (!bad) facts.real[path] = real;
}

void note_target(config::PowerFacts& facts, std::vector<Stamp>& stamps, Files& files, const config::Target& target,
                 const fs::path& folder) {
  const auto& container = target.container;
  if (!target.project.remote.empty()) note_where_it_leads(facts, stamps, target.project.local);
  if (target.server == "local") {
    for (const auto& mount : container.mounts) {
      const fs::path host = fs::path(mount.substr(0, mount.find(':'))).lexically_normal();
      if (host.is_absolute()) note_where_it_leads(facts, stamps, host);
    }
    for (const auto& mount : config::mounts_of_flags(container.extra_args)) {
      if (mount.host.starts_with('/')) note_where_it_leads(facts, stamps, fs::path(mount.host).lexically_normal());
    }
  }
  config::ScriptPlaces places = places_of(target, folder);
  if (container.build) {
    note_where_it_leads(facts, stamps, container.build->context);
    const auto built = cover_build(files, *container.build);
    places.mapped.insert(places.mapped.end(), built.mapped.begin(), built.mapped.end());
    places.more = built.more;
  }
  std::string script;
  for (const auto& line : target.post_create) script += line + "\n";
  for (const auto& line : target.post_start) script += line + "\n";
  for (const auto& word : container.command.value_or(std::vector<std::string>{})) script += word + " ";
  script += "\n";
  for (const auto& word : container.extra_args) script += word + " ";
  files.script(std::move(script), places);
  if (target.python.starts_with('/')) files.cover_of_project(target.python, places);
}

// A file or folder of this machine that a variable of the environment decides, or what opens this machine: only with
// its value can be seen what that is.
bool has_variable_in_paths(const Config& config) {
  const auto has = [](const std::string& text) { return text.find("${localEnv:") != std::string::npos; };
  return std::ranges::any_of(config.targets, [&](const auto& each) {
    const config::Target& target = each.second;
    const auto& build = target.container.build;
    return has(target.project.local.string()) || has(target.ssh.key) ||
           (build && (has(build->context.string()) || has(build->dockerfile))) ||
           (target.server == "local" && (std::ranges::any_of(target.container.mounts, has) ||
                                         std::ranges::any_of(target.container.extra_args, has)));
  });
}

// One reading of the config, with one idea of what the environment says.
struct Reading {
  std::vector<Power> powers;
  std::set<std::string> variables;
};

class Reader {
 public:
  // `own` gives the variables that everybody has, such as HOME.
  Reader(FileStore& files, const fs::path& file, const LocalVariable& own, Cover cover, TrustLook& look)
      : config_files_(&files, {}), contents_(files), file_(file), own_(own), cover_(cover), look_(look) {}

  Result<Reading> read(const LocalVariable& variable, config::Unset unset = config::Unset::is_empty) {
    Reading reading;
    config::PowerFacts facts;
    HELPER_TRY_ASSIGN(const Config config, load(variable, unset, reading.variables, facts.included));
    has_variable_in_paths = helper::ensure::has_variable_in_paths(config);
    std::error_code bad;
    const fs::path folder = file_.parent_path();
    facts.folder = fs::canonical(folder, bad);
    if (bad) facts.folder = folder;
    facts.others = look_.others;
    for (const auto& each : facts.included) note_where_it_leads(facts, look_.stamps, each);
    look_.covers = cover_ == Cover::all || !look_.others;
    Files files(look_.covers ? &contents_ : nullptr, look_.stamps, facts);
    look_.targets.clear();
    for (const auto& [name, target] : config.targets) look_.targets.push_back(name);
    for (const auto& [name, target] : config.targets) note_target(facts, look_.stamps, files, target, folder);
    facts.variables.assign(reading.variables.begin(), reading.variables.end());
    has_patterns = has_patterns || files.has_patterns();
    reading.powers = config::powers_of(config, facts);
    return reading;
  }

  [[nodiscard]] const ReadOnce::Texts& texts() const { return config_files_.texts(); }

  bool has_patterns = false;
  bool has_variable_in_paths = false;  // in the last reading

 private:
  Result<Config> load(const LocalVariable& variable, config::Unset unset, std::set<std::string>& variables,
                      std::vector<fs::path>& included) {
    note_owners(file_);
    HELPER_TRY_ASSIGN(const config::ConfigTexts texts, config::read_config(config_files_, file_));
    if (const fs::path local = config::local_file_of(file_); texts.local) {
      note_owners(local);
    } else if (!local.empty()) {
      look_.stamps.push_back(stamp_of(local));
    }
    const config::Surroundings around{config::environment_variable("HOME").value_or(""),
                                      [&](const std::string& name) -> std::optional<std::string> {
                                        if (config::is_harmless_variable(name)) {
                                          const auto given = own_(name);
                                          return given ? given : config::environment_variable(name);
                                        }
                                        variables.insert(name);
                                        return variable(name);
                                      },
                                      [&](const fs::path& path) -> Result<config::DevcontainerFile> {
                                        HELPER_TRY_ASSIGN(auto opened, config::open_devcontainer(config_files_, path));
                                        note_owners(opened.file);
                                        note_choice(path, opened.file);
                                        if (std::ranges::find(included, opened.file) == included.end())
                                          included.push_back(opened.file);
                                        return opened;
                                      },
                                      texts.local, unset};
    return config::parse_config(texts.text, file_, around);
  }

  void note_owners(const fs::path& file) {
    const auto way = way_to(file);
    for (const auto& facts : way) look_.stamps.push_back(stamp_of(facts.path));
    look_.stamps.push_back(stamp_of(file));
    look_.stamps.push_back(stamp_of("/etc/group"));
    look_.stamps.push_back(stamp_of("/etc/passwd"));
    if (!look_.others) look_.others = config::others_power(way, ::geteuid());
  }

  // A later devcontainer.json may be preferred to the one that was taken.
  void note_choice(const fs::path& path, const fs::path& taken) {
    if (path == taken) return;
    const std::array places{path / ".devcontainer" / "devcontainer.json", path / ".devcontainer.json",
                            path / "devcontainer.json"};
    for (const auto& place : places) look_.stamps.push_back(stamp_of(place));
    if (std::ranges::find(places, taken) == places.end()) has_patterns = true;
  }

  ReadOnce config_files_;
  Contents contents_;
  const fs::path& file_;
  const LocalVariable& own_;
  const Cover cover_;
  TrustLook& look_;
};

void add_new(std::vector<Power>& powers, const std::vector<Power>& more) {
  for (const auto& power : more) {
    if (std::ranges::find(powers, power) == powers.end()) powers.push_back(power);
  }
}

// The values of those that are `shown`, and a placeholder for each other one.
LocalVariable values_of(const LocalVariable& variable, const std::set<std::string>& shown) {
  return [&](const std::string& name) {
    return shown.contains(name) ? variable(name) : std::optional("${localEnv:" + name + "}");
  };
}

// Takes each variable out of `shown` whose placeholder fits, so that a new value of it needs no new approval.
void hide_what_fits(Reader& reader, Result<Reading>& reading, const LocalVariable& variable,
                    std::set<std::string>& shown) {
  for (const std::string& name : std::set<std::string>(shown)) {
    shown.erase(name);
    auto hidden = reader.read(values_of(variable, shown));
    if (hidden && !reader.has_variable_in_paths) {
      reading = std::move(hidden);
    } else {
      shown.insert(name);
    }
  }
}

}  // namespace

Result<TrustLook> look_at_config(FileStore& files, const fs::path& file, const LocalVariable& variable, Cover cover) {
  TrustLook look;
  look.key = key_of(file);
  Reader reader(files, file, variable, cover, look);
  // Values stay out of it: with a placeholder for each, and, for the defaults that the text names, with none set.
  std::set<std::string> shown;
  auto reading = reader.read(values_of(variable, shown));
  if (!reading || reader.has_variable_in_paths) {
    // A placeholder does not fit where a server, an image or a folder is asked for: there the value itself counts.
    reading = reader.read(variable);
    if (reading) shown = reading->variables;
    if (shown.size() <= k_most_hidden) hide_what_fits(reader, reading, variable, shown);
    look.has_values = !shown.empty();
  }
  HELPER_TRY(reading);
  if (reading->variables.size() > shown.size()) {
    const auto bare =
        reader.read([&](const std::string& name) { return shown.contains(name) ? variable(name) : std::nullopt; },
                    config::Unset::stays);
    if (bare) add_new(reading->powers, bare->powers);
  }
  look.powers = std::move(reading->powers);
  for (const auto& power : look.powers)
    look.kept.push_back({power.text, power.detail.empty() ? "" : sha256(power.detail)});
  look.digest = sha256(config::canonical_text(look.powers));
  for (const auto& stamp : look.stamps) {
    for (const auto& node : {stamp.itself, stamp.leads_to}) {
      if (node && stamp.path != "/etc/group" && stamp.path != "/etc/passwd")
        look.newest = std::max(look.newest, node->changed);
    }
  }
  if (look.has_values || reader.has_patterns) look.stamps.clear();
  look.texts = reader.texts();
  return look;
}

Result<Config> load_as_looked_at(const TrustLook& look, const fs::path& file, const LocalVariable& variable) {
  ReadOnce files(nullptr, look.texts);
  return config::load_config(files, file, variable);
}

}  // namespace helper::ensure
