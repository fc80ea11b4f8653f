#include "plan/owner.hpp"

#include "base/digest.hpp"
#include "base/shell.hpp"
#include "base/text.hpp"
#include "plan/make_plan.hpp"
#include "plan/our_names.hpp"

#include <algorithm>

namespace helper::plan {
namespace {

constexpr std::size_t k_longest_project = 1024;
constexpr std::size_t k_short_id = 12;  // as engines show ids

std::string nonce_of(const Container& container) {
  const auto label = container.labels.find(k_label_nonce);
  return label == container.labels.end() ? std::string() : label->second;
}

// Made by a helper that kept no records, and used from this machine before: its host keys are those that are pinned
// here, as far as they can be seen.
bool is_proven_old_one(const Observed& observed, const Container& container) {
  const LocalFacts& local = observed.local;
  if (local.host_keys.empty() || local.host_keys != local.pinned_host_keys) return false;
  // Or this machine was cut off between the creation and the record: it has never run.
  if (!nonce_of(container).empty()) return nonce_of(container) == local.created_nonce && !container.ever_started;
  const std::string seen = observed.place.inside ? observed.place.inside->host_key_digest : std::string();
  return seen.empty() || seen == local.host_key_digest;
}

std::string where(const Foreign& owner) {
  std::string text;
  if (!owner.machine.empty()) text += " on machine " + owner.machine;
  if (!owner.project.empty()) text += ", project " + owner.project;
  return text;
}

std::string whose(const Foreign& owner) {
  if (owner.name == k_unknown_owner && owner.machine.empty())
    return "it has helper's labels and no valid record of its owner (it may be a copy of another container)";
  if (owner.is_mine) return "it belongs to another project of yours, " + owner.project;
  return "it belongs to " + owner.name + where(owner);
}

// The record by which the target's container has its host keys.
const Record* record_with_host_keys(const Observed& observed) {
  const ServerFacts& server = observed.server;
  if (server.container) {
    if (const Record* record = record_of(server, *server.container)) return record;
  }
  const bool replaces = server.aside && (!server.container || server.container->state == ContainerState::absent ||
                                         is_ours(*server.container));
  return replaces && is_ours(*server.aside) ? record_of(server, *server.aside) : nullptr;
}

}  // namespace

std::string person_mark(const Person& person) {
  constexpr std::size_t k_digits = 32;
  Sha256 digest;
  digest.add("a user of helper's: " + person.id);
  return digest.hex().substr(0, k_digits);
}

std::uint32_t person_uid(const Person& person) {
  constexpr std::uint64_t k_first = 20'000;
  constexpr std::uint64_t k_ids = 40'000;
  constexpr std::size_t k_digits = 12;
  return static_cast<std::uint32_t>(k_first +
                                    std::stoull(person_mark(person).substr(0, k_digits), nullptr, 16) % k_ids);
}

std::string record_volume(const std::string& container_id) {
  return "helper-of-" + container_id.substr(0, std::min(container_id.size(), k_short_id));
}

const Record* record_of(const ServerFacts& server, const Container& container) {
  if (container.id.empty()) return nullptr;
  const auto record = std::ranges::find_if(server.records, [&](const Record& each) {
    return each.container == container.id && each.nonce == nonce_of(container) && !each.host_keys.empty();
  });
  return record == server.records.end() ? nullptr : &*record;
}

std::optional<Foreign> foreign_owner(const Desired& desired, const Observed& observed, const Container& container) {
  if (container.state == ContainerState::absent || !is_ours(container)) return std::nullopt;
  Foreign owner;
  if (const Record* record = record_of(observed.server, container)) {
    const bool is_mine = record->owner.id == observed.local.me.id;
    if (is_mine && (observed.local.other_project.empty() || desired.power == Power::running)) return std::nullopt;
    owner = {record->owner.name, record->owner.machine, record->project, is_mine,
             !is_mine && !desired.target.container.share && is_shared(container)};
    const bool is_it = observed.server.container && observed.server.container->id == container.id;
    if (is_it && desired.power == Power::running && is_guest(desired, observed)) return std::nullopt;
  } else if (is_proven_old_one(observed, container)) {
    return std::nullopt;
  }
  if (desired.agreed_owner == owner.name) return std::nullopt;
  return owner;
}

std::string record_project(const std::string& config_file) { return printable(config_file, k_longest_project); }

bool is_of_another_project(const Desired& desired, const Observed& observed) {
  return !observed.local.other_project.empty() && desired.agreed_owner != observed.local.me.name;
}

bool is_shared(const Container& container) {
  const auto share = container.applied.find(k_share_key);
  return share != container.applied.end() && share->second == "true";
}

bool is_guest(const Desired& desired, const Observed& observed) {
  if (!desired.target.container.share || !observed.server.container) return false;
  const Container& container = *observed.server.container;
  const Record* record = record_of(observed.server, container);
  if (record == nullptr || record->owner.id == observed.local.me.id || desired.agreed_owner == record->owner.name)
    return false;
  return is_ours(container) && is_shared(container);
}

Error foreign_error(const std::string& container, const std::string& target, const Foreign& owner) {
  return {
      ErrorCode::container_foreign, "container " + container, whose(owner),
      std::string(owner.shares ? "to use it as a user of your own: \"share\": true in \"container\" of helper.json; or "
                               : "") +
          "give yours another name in helper.json (\"container\": {\"name\": ...}); or, if " +
          (owner.is_mine                   ? std::string("it may be changed for this project")
           : owner.name == k_unknown_owner ? std::string("you know that it is yours")
                                           : owner.name + " agrees") +
          ": the same command for " + target + " with --owner " + shell::quote(owner.name) + " --yes"};
}

Question foreign_question(const std::string& container, const Foreign& owner) {
  return {Question::Kind::confirm,
          owner.name == k_unknown_owner || owner.is_mine ? "Change or remove it all the same"
                                                         : "Does " + owner.name + " agree that you change or remove it",
          {"Container " + container + ": " + whose(owner) + "."}};
}

std::vector<std::string> host_keys(const Observed& observed) {
  const Record* record = record_with_host_keys(observed);
  return record != nullptr ? record->host_keys : observed.local.host_keys;
}

Record new_record(const Desired& desired, const Observed& observed) {
  Record record;
  record.owner = observed.local.me;
  record.project = record_project(desired.target.config_file.string());
  if (const Record* before = record_with_host_keys(observed)) {
    record.owner = before->owner;
    record.project = before->project;
  }
  record.host_keys = host_keys(observed);
  return record;
}

}  // namespace helper::plan
