#include "base/shell.hpp"
#include "plan/draft.hpp"
#include "plan/make_plan.hpp"
#include "plan/our_names.hpp"
#include "plan/owner.hpp"
#include "plan/server_mounts.hpp"

namespace helper::plan {
namespace {

constexpr std::uint32_t k_first_user = 1000;  // what useradd gives to a machine's first person

std::string owner_name(const Owner& owner) {
  const std::string id = std::to_string(owner.uid);
  return owner.name.empty() ? "user id " + id : owner.name + " (" + id + ")";
}

bool is_rootless(const Draft& draft) { return draft.server.engine && draft.server.engine->rootless; }

// The id that a user of the container has on the server; none where the container cannot have that id at all.
std::optional<std::uint32_t> id_on_server(const Draft& draft, std::uint32_t id) {
  if (!draft.place.inside || draft.place.inside->uid_map.empty()) return id;
  for (const auto& range : draft.place.inside->uid_map) {
    if (id >= range.inside && id - range.inside < range.count) return range.outside + (id - range.inside);
  }
  return std::nullopt;
}

// A user namespace, such as Docker's userns-remap, gives the container's users ids of their own on the server.
bool can_have_id_of(const Draft& draft, const Owner& owner) { return id_on_server(draft, owner.uid) == owner.uid; }

// Whose ids the user should have; none when nobody's.
const Owner* owner_to_match(const Draft& draft) {
  const auto& owner = draft.server.project_owner;
  if (!owner || owner->uid == 0 || !draft.target.ssh.match_owner || is_rootless(draft)) return nullptr;
  return can_have_id_of(draft, *owner) ? &*owner : nullptr;
}

const Mount* server_mount_of(const Draft& draft, std::initializer_list<std::string_view> places) {
  return server_mount(*draft.server.container, draft.place.inside, places);
}

// Where nobody writes, there is nothing to tell of the owners of what is written.
bool is_project_read_only(const Draft& draft) {
  const Mount* mount = server_mount_of(draft, {draft.target.project.remote});
  return mount != nullptr && mount->read_only;
}

// With --userns=keep-id of a rootless Podman the user is who started the engine: their id is 0 in the engine's own
// namespace, and that is what the container sees.
bool is_the_person(const Draft& draft, const Inside& inside) {
  const auto id = id_on_server(draft, inside.user_uid);
  return !draft.place.inside->uid_map.empty() && id && (*id == 0 || *id == draft.server.project_owner->uid);
}

void tell_of_mapped_ids(Draft& draft, const Inside& inside) {
  const Owner& owner = *draft.server.project_owner;
  const auto id = id_on_server(draft, inside.user_uid);
  if (!id || *id == owner.uid || is_project_read_only(draft)) return;
  const std::string who = "u:" + std::to_string(*id) + ":rwX";
  draft.note(
      "the engine gives the container's users other ids on the server (a user namespace, such as userns-remap): " +
      draft.target.ssh.user + " is user id " + std::to_string(*id) + " there, and no user of the container can be " +
      owner_name(owner) + ", who owns " + owner.folder + "; to let " + draft.target.ssh.user +
      " write there, on the server: sudo setfacl -R -m " + shell::quote(who) + " -m " + shell::quote("d:" + who) + " " +
      shell::quote(owner.folder));
}

// Of the files that a change of accounts writes: /etc/passwd.helper is what takes the place of /etc/passwd.
const Mount* mount_of_accounts(const Draft& draft) {
  return server_mount_of(draft, {"/etc/passwd", "/etc/group", "/etc/shadow", "/etc/passwd.helper"});
}

std::string taken(const Draft& draft, const Owner& owner, const std::string& by) {
  return "the owner of " + draft.target.project.remote + " on the server is " + owner_name(owner) +
         ", whose user id is that of " + by + " in the container";
}

bool make_the_user(Draft& draft, const Inside& inside) {
  const std::string& user = draft.target.ssh.user;
  if (!(draft.target.ssh.create || draft.config.share) || !is_ours(*draft.server.container)) {
    draft.problem(ErrorCode::inside_failed, "user " + user, "the container has no such user",
                  R"(set "ssh": {"user": ...} in helper.json to one that it has, or "create": true beside it)");
    return false;
  }
  const bool shared = draft.config.share;
  const std::uint32_t own_id = shared ? person_uid(draft.local.me) : k_first_user;
  const Owner* owner = owner_to_match(draft);
  const bool may_differ = shared || is_project_read_only(draft);
  if ((shared && is_guest(draft.desired, draft.observed)) || (may_differ && !inside.owner_is.empty())) owner = nullptr;
  if (owner != nullptr && !inside.owner_is.empty()) {
    draft.problem(ErrorCode::inside_failed, "user " + user, taken(draft, *owner, inside.owner_is),
                  R"(set "ssh": {"user": ")" + inside.owner_is + R"("} in helper.json, or "match_owner": false)");
    return false;
  }
  if (const Mount* mount = mount_of_accounts(draft)) {
    draft.problem(ErrorCode::inside_failed, "user " + user,
                  "the container has no such user, and helper makes none there: " + tell_mount(mount->place, *mount),
                  R"(set "ssh": {"user": ...} in helper.json to one that it has, or take that mount out)");
    return false;
  }
  const bool own_home = server_mount_of(draft, {"/home/" + user}) == nullptr;
  draft.step(MakeUser{user, owner != nullptr ? owner->uid : own_id, owner != nullptr ? owner->gid : own_id, own_home,
                      shared ? person_mark(draft.local.me) : std::string(), shared && owner == nullptr},
             owner != nullptr ? "the image has no user of that name; " + owner_name(*owner) + " owns " + owner->folder +
                                    " on the server"
                              : "the image has no user of that name");
  return false;
}

// False: a problem was added. Only a user that helper made for this person keeps their key, environment and Jupyter
// apart from those of others.
bool may_be_shared(Draft& draft, const Inside& inside) {
  const std::string& user = draft.target.ssh.user;
  if (!is_ours(*draft.server.container)) {
    draft.problem(ErrorCode::container_failed, draft.container_name(),
                  "helper did not create it and makes no users in it, so several people cannot share it",
                  R"(remove "share" from "container" in helper.json)");
  } else if (!inside.can_switch_users) {
    draft.problem(ErrorCode::inside_failed, draft.container_name(),
                  "its root may not make users or become another user, which a shared container needs",
                  R"(allow it: "extra_args": ["--cap-add=CHOWN", "--cap-add=DAC_OVERRIDE", "--cap-add=FOWNER", )"
                  R"("--cap-add=SETGID", "--cap-add=SETUID", "--cap-add=SYS_CHROOT"])");
  } else if (!inside.user_home.empty() && inside.user_person != person_mark(draft.local.me)) {
    draft.problem(ErrorCode::inside_failed, "user " + user + " of " + draft.container_name(),
                  inside.user_person.empty() ? "the image has that user already, who is nobody of you"
                                             : "it was made for another person of that name",
                  R"(write a name of yours into helper.local.json: "ssh": {"user": ...}, in this target)");
  } else {
    return true;
  }
  return false;
}

void tell_of_root(Draft& draft) {
  const Owner* owner = owner_to_match(draft);
  if (owner == nullptr || is_project_read_only(draft)) return;
  draft.note("files that root writes to " + draft.target.project.remote +
             " will belong to root on the server; their "
             "owner there is " +
             owner_name(*owner) + R"(: with "ssh": {"user": NAME}, helper gives NAME that owner's ids)");
}

}  // namespace

bool plan_user(Draft& draft, const Inside& inside) {
  const std::string& user = draft.target.ssh.user;
  if (draft.config.share && !may_be_shared(draft, inside)) return false;
  if (inside.user_home.empty()) return make_the_user(draft, inside);
  if (!is_rootless(draft) && draft.server.project_owner && !can_have_id_of(draft, *draft.server.project_owner)) {
    tell_of_mapped_ids(draft, inside);
    return true;
  }
  if (inside.user_uid == 0) {
    tell_of_root(draft);
    return true;
  }
  if (is_rootless(draft) && draft.server.project_owner) {
    if (is_the_person(draft, inside) || is_project_read_only(draft)) return true;
    draft.note("the engine is rootless: files that " + user + " writes to " + draft.target.project.remote +
               R"( get a subordinate id on the server; root of the container is you there: "ssh": {"user": "root"})");
    return true;
  }
  const Owner* owner = owner_to_match(draft);
  if (owner == nullptr || owner->uid == inside.user_uid || is_guest(draft.desired, draft.observed)) return true;
  const bool may_write = !is_project_read_only(draft);
  if (!may_write &&
      (!inside.owner_is.empty() || !is_ours(*draft.server.container) || mount_of_accounts(draft) != nullptr))
    return true;
  if (!inside.owner_is.empty()) {
    draft.note(taken(draft, *owner, inside.owner_is) + ": files that " + user + " writes are not " +
               (owner->name.empty() ? "that owner" : owner->name) + "'s");
    return true;
  }
  if (!is_ours(*draft.server.container)) {
    draft.note("files that " + user + " writes to " + draft.target.project.remote + " belong to user id " +
               std::to_string(inside.user_uid) + " on the server; their owner there is " + owner_name(*owner));
    return true;
  }
  if (const Mount* mount = mount_of_accounts(draft)) {
    draft.note(user + " keeps its ids: " + tell_mount(mount->place, *mount) +
               ", and helper changes no file of the server; files that " + user + " writes to " +
               draft.target.project.remote + " belong to user id " + std::to_string(inside.user_uid) +
               " there; their owner is " + owner_name(*owner));
    return true;
  }
  MatchUser match{user, owner->uid, owner->gid};
  match.own_home = server_mount_of(draft, {inside.user_home}) == nullptr;
  match.leave = server_places_in(*draft.server.container, draft.place.inside, inside.user_home);
  draft.step(std::move(match), may_write ? "so that its files in " + draft.target.project.remote + " belong to " +
                                               owner_name(*owner) + " on the server"
                                         : "so that it may read in " + draft.target.project.remote + " what " +
                                               owner_name(*owner) + " may read on the server");
  return false;
}

void plan_hooks(Draft& draft) {
  if (!draft.place.inside || draft.place.inside->user_home.empty() || !draft.plan.problems.empty()) return;
  const Inside& inside = *draft.place.inside;
  const Container& container = *draft.server.container;
  const auto run = [&](RunHooks::Moment moment, const std::vector<std::string>& lines, bool done, std::string mark,
                       const char* cause) {
    if (lines.empty() || done) return;
    if (is_guest(draft.desired, draft.observed)) return;  // they are its owner's
    if (is_of_another_project(draft.desired, draft.observed)) {
      draft.note(std::string(moment == RunHooks::Moment::create ? "post_create" : "post_start") +
                 " is not run: " + draft.container_name() + " belongs to another project");
      return;
    }
    draft.obvious_step(RunHooks{moment, draft.target.ssh.user, draft.target.project.remote, std::move(mark), lines,
                                server_mount_of(draft, {k_marks_folder}) == nullptr, draft.target.env_probe},
                       cause);
  };
  run(RunHooks::Moment::create, draft.target.post_create, inside.post_create_done, container.id,
      "not run in this container yet");
  // In the quotes of JSON, as the look compares it.
  run(RunHooks::Moment::start, draft.target.post_start, inside.post_start_done, "\"" + container.started_at + "\"",
      "not run since the container was started");
}

}  // namespace helper::plan
