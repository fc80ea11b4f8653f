#include "engine/record.hpp"

#include "base/shell.hpp"
#include "base/text.hpp"
#include "engine/scripts.hpp"
#include "plan/our_names.hpp"
#include "plan/owner.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace helper::engine {
namespace {

using shell::assign;

constexpr const char* k_container = "io.helper.of.container";
constexpr const char* k_nonce = "io.helper.of.nonce";
constexpr const char* k_owner = "io.helper.of.owner";
constexpr const char* k_owner_name = "io.helper.of.owner-name";
constexpr const char* k_machine = "io.helper.of.machine";
constexpr const char* k_project = "io.helper.of.project";
constexpr const char* k_host_keys = "io.helper.of.host-keys";
constexpr Milliseconds k_cleanup_limit{20'000};
constexpr std::size_t k_longest = 4096;  // of a value that is read

// Podman 4.3 takes --label of a volume for CSV: what means something there is written as %XX.
std::string written(std::string_view value) {
  std::string text;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f || c == ',' || c == '"' || c == '%') {
      text += fmt::format("%{:02X}", byte);
    } else {
      text += c;
    }
  }
  return text;
}

std::string read_back(std::string_view text) {
  constexpr std::string_view k_digits = "0123456789ABCDEF";
  std::string value;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto high = i + 2 < text.size() ? k_digits.find(text[i + 1]) : std::string_view::npos;
    const auto low = i + 2 < text.size() ? k_digits.find(text[i + 2]) : std::string_view::npos;
    if (text[i] == '%' && high != std::string_view::npos && low != std::string_view::npos) {
      value += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      value += text[i];
    }
  }
  return value;
}

// Of one file, root's, 0600 (POSIX ustar), with '~' in place of each zero byte.
std::string tar_head(std::string_view name, std::size_t size) {
  std::string head(512, '\0');
  const auto put = [&head](std::size_t at, std::string_view text) { head.replace(at, text.size(), text); };
  put(0, name);
  put(100, "0000600");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", size));
  put(136, "00000000000");
  put(148, "        ");
  put(156, "0");
  put(257, "ustar");
  put(263, "00");
  put(265, "root");
  put(297, "root");
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum));
  head[154] = '\0';
  std::ranges::replace(head, '\0', '~');
  return head;
}

// What fills the last block, and the two blocks of zeros that end an archive.
std::size_t tar_tail(std::size_t size) { return (512 - size % 512) % 512 + 1024; }

std::string of_record(const EngineCli& cli, const std::string& volume) {
  return assign("engine", cli.program) + assign("volume", volume) + assign("label", k_container) +
         std::string(scripts::record_labelled);
}

std::string tar_around(const std::string& host_keys) {
  return assign("head", tar_head("host_keys", host_keys.size())) +
         assign("tail", std::to_string(tar_tail(host_keys.size())));
}

}  // namespace

Argv record_labels(const plan::Record& record) {
  Argv words;
  const auto label = [&](const char* name, std::string_view value) {
    words.insert(words.end(), {"--label", std::string(name) + "=" + written(value)});
  };
  if (!record.container.empty()) label(k_container, record.container);
  label(k_nonce, record.nonce);
  label(k_owner, record.owner.id);
  label(k_owner_name, record.owner.name);
  label(k_machine, record.owner.machine);
  label(k_project, record.project);
  label(k_host_keys, joined(record.host_keys, ";"));
  return words;
}

std::string begin_record_function(const EngineCli& cli, const plan::Record& record) {
  Argv words = cli.argv({"volume", "create"});
  const Argv labels = record_labels(record);
  words.insert(words.end(), labels.begin(), labels.end());
  return "helper_record() { " + shell::quote(words) + " --label " + k_container + "=\"$2\" -- \"$1\"; }\n";
}

std::optional<plan::Record> read_record(std::string_view text) {
  const auto labels = nlohmann::json::parse(text, nullptr, false);
  if (!labels.is_object()) return std::nullopt;
  const auto value = [&](const char* name) {
    const auto found = labels.find(name);
    if (found == labels.end() || !found->is_string()) return std::string();
    const auto& written_value = found->get_ref<const std::string&>();
    return written_value.size() > k_longest ? std::string() : read_back(written_value);
  };
  plan::Record record;
  record.container = value(k_container);
  record.nonce = value(k_nonce);
  // People read these: nothing in them may steer a terminal.
  record.owner = {value(k_owner), printable(value(k_owner_name), 64), printable(value(k_machine), 255)};
  record.project = printable(value(k_project), 1024);
  for (auto& key : split(value(k_host_keys), ';')) {
    if (!key.empty() && is_printable(key)) record.host_keys.push_back(std::move(key));
  }
  if (record.container.empty() || record.owner.id.empty()) return std::nullopt;
  return record;
}

Result<Records> list_records(CommandRunner& server, const EngineCli& cli, const std::stop_token& stop) {
  const std::string script =
      assign("engine", cli.program) + assign("label", k_container) + std::string(scripts::list_records);
  HELPER_TRY_ASSIGN(
      const auto output,
      server.run({k_engine_path + ("\n" + script), {}, k_start_limit, {}, "sh (the records of containers)"}, stop));
  Records found;
  for (auto& line : split(output.out, '\n')) {
    if (auto record = read_record(line)) {
      found.records.push_back(std::move(*record));
    } else if (!line.empty()) {
      found.containers.push_back(std::move(line));
    }
  }
  return found;
}

Failing failing_record(const EngineCli& cli) {
  return {ErrorCode::container_failed, "the container's record",
          "on the server, see whether its disk is full: " + cli.program + " system df"};
}

Result<void> write_record(CommandRunner& server, const EngineCli& cli, const std::string& name,
                          const plan::Record& record, const std::string& host_keys, const std::stop_token& stop) {
  const std::string volume = plan::record_volume(record.container);
  const std::string script = of_record(cli, volume) + assign("container", name) + tar_around(host_keys) + "set -- " +
                             shell::quote(record_labels(record)) + "\n" + std::string(scripts::write_record) +
                             std::string(scripts::record_host_keys);
  HELPER_TRY(run_or_fail(
      server, {k_engine_path + ("\n" + script), host_keys, k_start_limit, {}, cli.program + " volume create " + volume},
      failing_record(cli), stop));
  return {};
}

Result<void> record_host_keys(CommandRunner& server, const EngineCli& cli, const std::string& container_id,
                              const std::string& image, const std::string& host_keys, const std::stop_token& stop) {
  const std::string volume = plan::record_volume(container_id);
  const std::string script =
      of_record(cli, volume) + assign("image", image) + tar_around(host_keys) + std::string(scripts::record_host_keys);
  HELPER_TRY(run_or_fail(server,
                         {k_engine_path + ("\n" + script),
                          host_keys,
                          k_start_limit,
                          {},
                          "sh (keep the host keys in volume " + volume + ")"},
                         failing_record(cli), stop));
  return {};
}

Result<void> remove_unrecorded(CommandRunner& server, const EngineCli& cli, const std::string& name,
                               const std::string& nonce) {
  const std::string script = assign("engine", cli.program) + assign("container", name) + assign("nonce", nonce) +
                             assign("label", plan::k_label_nonce) + std::string(scripts::remove_unrecorded);
  HELPER_TRY(server.run(
      {k_engine_path + ("\n" + script), {}, k_cleanup_limit, {}, "sh (remove a container without a record)"}, {}));
  return {};
}

Result<void> remove_record(CommandRunner& server, const EngineCli& cli, const std::string& volume,
                           const std::stop_token& stop) {
  // Its name, if it stays, belongs to no container any more.
  HELPER_TRY(server.run(command(cli.argv({"volume", "rm", "--", volume}), k_start_limit), stop));
  return {};
}

Result<std::string> fetch_host_keys(CommandRunner& server, const EngineCli& cli, const plan::FetchHostKeys& action,
                                    const std::stop_token& stop) {
  const std::string script = assign("engine", cli.program) + assign("image", action.image) +
                             assign("volume", action.volume) + std::string(scripts::read_host_keys);
  HELPER_TRY_ASSIGN(auto output, run_or_fail(server,
                                             {k_engine_path + ("\n" + script),
                                              {},
                                              k_start_limit,
                                              {},
                                              "sh (copy the host keys from volume " + action.volume + ")"},
                                             {ErrorCode::container_failed, "volume " + action.volume,
                                              "look at it on the server: " + cli.program + " volume inspect " +
                                                  shell::quote(action.volume)},
                                             stop));
  return std::move(output.out);
}

}  // namespace helper::engine
