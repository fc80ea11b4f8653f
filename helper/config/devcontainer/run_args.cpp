// The flags of docker run: into our own keys where there are any, else as they are, for the engine.
#include "base/text.hpp"
#include "config/devcontainer/draft.hpp"
#include "config/docker_run/choose_gpus.hpp"
#include "config/extra_args.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace helper::config {
namespace {

using Type = JsonNode::Type;

struct ShortForm {
  char letter;
  std::string_view name;
};
constexpr std::array k_short_forms{ShortForm{'e', "--env"}, ShortForm{'v', "--volume"}, ShortForm{'p', "--publish"},
                                   ShortForm{'h', "--hostname"}};

const ShortForm* short_form(std::string_view word) {
  if (word.size() < 2 || word[0] != '-' || word[1] == '-') return nullptr;
  const auto* at = std::ranges::find(k_short_forms, word[1], &ShortForm::letter);
  return at == k_short_forms.end() ? nullptr : at;
}

Expanded part_of(const Expanded& whole, std::size_t from) {
  Expanded part = whole;
  part.text.erase(0, from);
  return part;
}

// The flag that begins at words[at], which then is what comes behind it.
RunFlag next_flag(const std::vector<RunWord>& words, std::size_t& at) {
  const RunWord& first = words[at++];
  const std::string& text = first.its.text;
  RunFlag flag{text, std::nullopt, {first}};
  if (const ShortForm* form = short_form(text)) {
    flag.name = form->name;
    // A variable may have left nothing behind the letter: that is a value too.
    if (text.size() > 2 || first.its.environment)
      flag.value = part_of(first.its, text.size() > 2 && text[2] == '=' ? 3 : 2);
  } else if (const std::size_t equals = text.find('='); text.starts_with("--") && equals != std::string::npos) {
    flag.name = text.substr(0, equals);
    flag.value = part_of(first.its, equals + 1);
  }
  if (!flag.value && text.starts_with('-') && at < words.size() && !words[at].its.text.starts_with('-')) {
    flag.value = words[at].its;
    flag.words.push_back(words[at++]);
  }
  return flag;
}

// A word behind --mount, or in one with it, is parted by commas.
Expanded expand_word(std::string_view text, bool is_mount, const Variables& variables) {
  constexpr std::string_view k_mount = "--mount=";
  if (is_mount) return expand_mount(text, variables);
  if (!text.starts_with(k_mount)) return expand(text, variables);
  Expanded whole = expand_mount(text.substr(k_mount.size()), variables);
  whole.text.insert(0, k_mount);
  return whole;
}

using Taker = void (*)(DevcontainerDraft& draft, const RunWord& at, const Expanded& value);

void take_env(DevcontainerDraft& draft, const RunWord& at, const Expanded& value) {
  const std::size_t equals = value.text.find('=');
  const std::string name = value.text.substr(0, equals);
  Expanded its = part_of(value, equals == std::string::npos ? value.text.size() : equals + 1);
  if (equals == std::string::npos)
    its = expand("${localEnv:" + name + "}", draft.variables());  // the engine's client adds it
  if (draft.may_use(its, at.key, at.line)) draft.put("container.env", at.key, name, text_node(its.text, at.line));
}

void take_ulimit(DevcontainerDraft& draft, const RunWord& at, const Expanded& value) {
  const std::size_t equals = value.text.find('=');
  draft.put("container.ulimits", at.key, value.text.substr(0, equals),
            text_node(equals == std::string::npos ? std::string() : value.text.substr(equals + 1), at.line));
}

void take_privileged(DevcontainerDraft& draft, const RunWord& at, const Expanded& value) {
  draft.set("container.privileged", at.key, flag_node(value.text != "false", at.line));
}

void take_mount(DevcontainerDraft& draft, const RunWord& at, const Expanded& value) {
  read_mount(draft, value, at.key, at.line);
}

void take_gpus(DevcontainerDraft& draft, const RunWord& at, const Expanded& value) {
  const GpuChoice choice = choose_gpus(value.text);
  for (const std::string& name : choice.not_known)
    draft.unsupported({at.key, at.line, "helper knows no " + printable(name) + " of GPUs", ""});
  if (!choice.capabilities.empty()) {
    draft.unsupported(
        {at.key, at.line, "helper asks for the capabilities compute and utility of GPUs",
         R"(for others: "env": {"NVIDIA_DRIVER_CAPABILITIES": ")" + printable(choice.capabilities) + "\"}"});
  }
  draft.set_text("container.gpus", at.key, at.line, choice.which);
}

struct OurFlag {
  std::string_view name;
  std::string_view row;  // of a map, one entry of which it is: with a '.' at its end
  Taker take = nullptr;  // null: the value is that key's text
};
constexpr std::array k_our_flags{
    OurFlag{"--env", "container.env.", take_env},
    OurFlag{"--ulimit", "container.ulimits.", take_ulimit},
    OurFlag{"--privileged", "container.privileged", take_privileged},
    OurFlag{"--mount", "", take_mount},
    OurFlag{"--volume", "",
            [](DevcontainerDraft& d, const RunWord& at, const Expanded& v) { read_volume(d, v, at.key, at.line); }},
    OurFlag{"--publish", "forwards",
            [](DevcontainerDraft& d, const RunWord& at, const Expanded& v) { read_port(d, v.text, at.key, at.line); }},
    OurFlag{"--gpus", "container.gpus", take_gpus},
    OurFlag{"--runtime", "container.runtime"},
    OurFlag{"--shm-size", "container.shm_size"},
    OurFlag{"--hostname", "container.hostname"},
    OurFlag{"--restart", "container.restart"},
};

// Flags of `docker run` that `docker create` has not, and those whose value is a file of the machine that types them.
constexpr std::array<std::string_view, 2> k_only_of_run{"--sig-proxy", "--detach-keys"};
constexpr std::array<std::string_view, 2> k_reads_a_file{"--env-file", "--label-file"};

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Whether the flag's words may go where its key goes; one whose whole value is a variable that is not set says nothing.
bool may_use_all(DevcontainerDraft& draft, const RunFlag& flag) {
  const bool says_nothing = flag.value && flag.value->environment && flag.value->text.empty();
  // A word that is more than its value, as "--hostname=${localEnv:NAME}", is not empty itself.
  if (says_nothing && flag.words.size() == 1) {
    static_cast<void>(draft.may_use(*flag.value, flag.words.front().key, flag.words.front().line));
    return false;
  }
  for (const RunWord& word : flag.words) {
    if (!draft.may_use(word.its, flag.words.front().key, word.line)) return false;
  }
  return !says_nothing;
}

void hand_on(DevcontainerDraft& draft, const RunFlag& flag) {
  if (!may_use_all(draft, flag)) return;
  const RunWord& first = flag.words.front();
  if (const auto bad = check_extra_args({first.its.text}); bad && first.its.text.starts_with('-')) {
    draft.unsupported({first.key, first.line, bad->flaw.cause, bad->flaw.fix});
    return;
  }
  if (is_one_of(flag.name, k_only_of_run)) {
    draft.unsupported({first.key, first.line,
                       flag.name + " is for a terminal, and the container runs in the background", "remove it"});
    return;
  }
  const bool of_this_machine =
      std::ranges::any_of(flag.words, [](const RunWord& word) { return word.its.is_local_path; });
  if ((of_this_machine || is_one_of(flag.name, k_reads_a_file)) && !draft.server_is_here()) {
    draft.unsupported(
        {first.key, first.line,
         flag.name + " names a path of this machine, which is not there on " + draft.place().server,
         R"(write it in the target: "container": {"extra_args": [...]}, with a path of )" + draft.place().server});
    return;
  }
  for (const RunWord& word : flag.words) draft.add_text("container.extra_args", word.key, word.line, word.its.text);
}

}  // namespace

Result<void> read_run_args(DevcontainerDraft& draft, const JsonNode& node, const std::string& key) {
  HELPER_TRY(draft.expect(node, Type::array, key));
  std::vector<RunWord> words;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    if (node.items[i].type != Type::text) {
      draft.keep(draft.expect(node.items[i], Type::text, item_key(key, i)));
      continue;
    }
    const bool is_mount = i > 0 && node.items[i - 1].text == "--mount";
    words.push_back(
        {expand_word(node.items[i].text, is_mount, draft.variables()), item_key(key, i), node.items[i].line});
  }
  for (std::size_t at = 0; at < words.size();) read_run_flag(draft, next_flag(words, at));
  return {};
}

void read_run_flag(DevcontainerDraft& draft, const RunFlag& flag) {
  const auto* ours = std::ranges::find(k_our_flags, flag.name, &OurFlag::name);
  const bool is_ours = ours != k_our_flags.end() && (flag.value || flag.name == "--privileged");
  const Expanded value = flag.value.value_or(Expanded{});
  std::string row(is_ours ? ours->row : "container.extra_args");
  if (row.ends_with('.')) row += value.text.substr(0, value.text.find('='));
  draft.about(std::move(row));
  if (!is_ours) {
    hand_on(draft, flag);
  } else if (may_use_all(draft, flag)) {
    const RunWord& at = flag.words.front();
    if (ours->take != nullptr) {
      ours->take(draft, at, value);
    } else {
      draft.set_text(ours->row, at.key, at.line, value.text);
    }
  }
  draft.about({});
}

}  // namespace helper::config
