#include "keeper/engine_api.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <thread>

namespace helper::keeper {
namespace {

using Json = nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t k_body_limit = 4 * 1024 * 1024;
constexpr std::size_t k_event_limit = 1024 * 1024;  // it holds all labels of its container
constexpr auto k_question = seconds(10);
constexpr auto k_exit_code = seconds(5);  // from the end of the output to the end of the process

tl::unexpected<Error> wrong(std::string cause) {
  return fail(ErrorCode::server_command, "the engine", std::move(cause));
}

Json parse(std::string_view text) { return Json::parse(text, nullptr, false); }

std::string dump(const Json& json) {
  try {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
  } catch (const Json::exception&) {
    return "{}";
  }
}

std::string text_at(const Json& json, const char* name) {
  if (!json.is_object()) return {};
  const auto found = json.find(name);
  if (found == json.end() || !found->is_string()) return {};
  return *found->get_ptr<const std::string*>();
}

bool is_true(const Json& json, const char* name) {
  if (!json.is_object()) return false;
  const auto found = json.find(name);
  return found != json.end() && found->is_boolean() && *found->get_ptr<const bool*>();
}

Json member(const Json& json, const char* name) {
  if (!json.is_object()) return {};
  const auto found = json.find(name);
  return found == json.end() ? Json() : *found;
}

// What an engine says of an error: {"message": "..."}, or a text.
std::string complaint(const Answer& answer) {
  const auto message = text_at(parse(answer.body), "message");
  return "it answers " + std::to_string(answer.status) + ": " + last_line(message.empty() ? answer.body : message);
}

}  // namespace

std::optional<Event> parse_event(std::string_view line) {
  const auto json = parse(line);
  if (!json.is_object() || text_at(json, "Type") != "container") return std::nullopt;
  Event event;
  event.container = text_at(member(json, "Actor"), "ID");
  if (event.container.empty()) event.container = text_at(json, "id");
  if (event.container.size() != 64 || !is_hex(event.container)) return std::nullopt;
  auto action = text_at(json, "Action");
  if (action.empty()) action = text_at(json, "status");
  if (action == "start" || action == "unpause") event.is = Event::Is::start;
  if (action == "die" || action == "died") event.is = Event::Is::end;
  if (action == "destroy" || action == "remove") event.is = Event::Is::removed;
  return event;
}

Result<Looked> parse_look(const Answer& answer) {
  if (answer.status == 404) {
    // Only an engine that speaks of the container: a path that it does not know is answered 404 as well.
    auto message = text_at(parse(answer.body), "message");
    std::transform(message.begin(), message.end(), message.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (message.find("no such container") != std::string::npos) return Looked{};
  }
  if (answer.status != 200) return wrong(complaint(answer));
  const auto json = parse(answer.body);
  const auto state = member(json, "State");
  Looked found;
  found.name = one_line(text_at(json, "Name"), 80);
  if (found.name.starts_with("/")) found.name.erase(0, 1);
  found.run = text_at(state, "StartedAt");
  const bool runs = is_true(state, "Running") && !is_true(state, "Paused") && !is_true(state, "Restarting");
  found.is = runs ? Looked::Is::running : Looked::Is::stopped;
  if (!state.is_object() || found.name.empty()) return wrong("it does not tell the container's state");
  if (runs && (found.run.empty() || found.run.size() > 64 || one_line(found.run) != found.run)) {
    return wrong("it does not tell when the container started");
  }
  return found;
}

EventStream::EventStream(Stream stream, std::string received, bool chunked)
    : stream_(std::move(stream)), received_(std::move(received)), chunked_(chunked), lines_(k_event_limit) {}

Result<std::vector<Event>> EventStream::understand(std::string_view bytes) {
  std::string body;
  if (chunked_) {
    HELPER_TRY(chunks_.feed(bytes, body));
  } else {
    body = bytes;
  }
  std::vector<Event> events;
  for (const auto& line : lines_.feed(body)) {
    auto event = parse_event(line);
    if (!event) {
      lost_ = true;
    } else if (event->is != Event::Is::other) {
      events.push_back(std::move(*event));
    }
  }
  lost_ = lines_.lost_a_line() || lost_;
  return events;
}

Result<std::vector<Event>> EventStream::take_received() { return understand(std::exchange(received_, {})); }

Result<std::vector<Event>> EventStream::take() {
  HELPER_TRY_ASSIGN(const auto bytes, stream_.receive(SteadyClock::now() + k_question));
  if (bytes.empty() || chunks_.is_done()) return fail(ErrorCode::engine_down, "the engine", "its events have ended");
  return understand(bytes);
}

bool EventStream::lost_something() { return std::exchange(lost_, false); }

Result<Engine::Begun> Engine::begin(std::string_view request, Deadline deadline) const {
  HELPER_TRY_ASSIGN(auto stream, Stream::open(socket_, stop_, deadline));
  HELPER_TRY(stream.send(request, deadline));
  std::string received;
  while (true) {
    HELPER_TRY_ASSIGN(const auto size, head_size(received));
    if (size) {
      HELPER_TRY_ASSIGN(auto head, parse_head(std::string_view(received).substr(0, *size)));
      received.erase(0, *size);
      return Begun{std::move(stream), head, std::move(received)};
    }
    HELPER_TRY_ASSIGN(const auto bytes, stream.receive(deadline));
    if (bytes.empty()) return wrong("it ends the connection before it answers");
    received += bytes;
  }
}

Result<std::string> Engine::rest_of(Begun& begun, Deadline deadline) const {
  const auto& head = begun.head;
  std::string body;
  ChunkReader chunks;
  std::string bytes = std::move(begun.received);
  if (head.status == 204 || head.status == 304) return body;
  if (head.length && *head.length > k_body_limit) return wrong("its answer is too long");
  while (true) {
    if (head.chunked) {
      HELPER_TRY(chunks.feed(bytes, body));
    } else {
      body += bytes;
    }
    if (body.size() > k_body_limit) return wrong("its answer is too long");
    if (chunks.is_done()) return body;
    if (head.length && body.size() >= *head.length) return body.substr(0, *head.length);
    HELPER_TRY_ASSIGN(bytes, begun.stream.receive(deadline));
    if (!bytes.empty()) continue;
    if (head.chunked || head.length) return wrong("it ends the connection within its answer");
    return body;
  }
}

Result<Answer> Engine::ask(std::string_view method, std::string_view path, std::string_view body,
                           Deadline deadline) const {
  HELPER_TRY_ASSIGN(auto begun, begin(request(method, path, body, false), deadline));
  HELPER_TRY_ASSIGN(auto rest, rest_of(begun, deadline));
  return Answer{begun.head.status, std::move(rest)};
}

Result<EventStream> Engine::events(Deadline deadline) const {
  // type=container
  HELPER_TRY_ASSIGN(
      auto begun,
      begin(request("GET", "/events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D", "", false), deadline));
  if (begun.head.status != 200) {
    HELPER_TRY_ASSIGN(auto body, rest_of(begun, deadline));
    return wrong(complaint({begun.head.status, std::move(body)}));
  }
  return EventStream(std::move(begun.stream), std::move(begun.received), begun.head.chunked);
}

Result<Looked> Engine::look(const std::string& container) const {
  HELPER_TRY_ASSIGN(const auto answer,
                    ask("GET", "/containers/" + container + "/json", "", SteadyClock::now() + k_question));
  return parse_look(answer);
}

Result<std::string> Engine::make_exec(const std::string& container, const Service& service, Deadline deadline) const {
  const Json what{{"AttachStdin", !service.detach},
                  {"AttachStdout", !service.detach},
                  {"AttachStderr", !service.detach},
                  {"Tty", false},
                  {"Privileged", service.privileged},
                  {"User", service.user},
                  {"Cmd", service.words}};
  HELPER_TRY_ASSIGN(const auto answer, ask("POST", "/containers/" + container + "/exec", dump(what), deadline));
  if (answer.status != 201) return wrong(complaint(answer));
  auto id = text_at(parse(answer.body), "Id");
  if (!is_hex(id) || id.size() > 128) return wrong("it does not tell the command's id");
  return id;
}

Result<int> Engine::exit_code(const std::string& exec, Deadline deadline) const {
  while (true) {
    HELPER_TRY_ASSIGN(const auto answer, ask("GET", "/exec/" + exec + "/json", "", deadline));
    if (answer.status != 200) return wrong(complaint(answer));
    const auto json = parse(answer.body);
    const auto code = member(json, "ExitCode");
    if (!member(json, "Running").is_boolean()) return wrong("it does not tell whether the command runs");
    if (!is_true(json, "Running") && code.is_number_integer()) {
      const auto value = code.get<std::int64_t>();
      return static_cast<int>(std::clamp<std::int64_t>(value, -1, 255));
    }
    if (SteadyClock::now() > deadline) return fail(ErrorCode::timed_out, "the engine", "the command does not end");
    std::this_thread::sleep_for(milliseconds(20));
  }
}

Result<Ran> Engine::run(const std::string& container, const Service& service) const {
  const Deadline deadline = SteadyClock::now() + seconds(service.limit_s);
  HELPER_TRY_ASSIGN(const auto exec,
                    make_exec(container, service, std::min(deadline, SteadyClock::now() + k_question)));
  const auto path = "/exec/" + exec + "/start";
  const std::string body = service.detach ? R"({"Detach":true,"Tty":false})" : R"({"Detach":false,"Tty":false})";
  HELPER_TRY_ASSIGN(auto begun, begin(request("POST", path, body, !service.detach), deadline));
  const bool sound = begun.head.status == 200 || begun.head.status == (service.detach ? 204 : 101);
  if (!sound) {
    HELPER_TRY_ASSIGN(auto rest, rest_of(begun, deadline));
    return wrong(complaint({begun.head.status, std::move(rest)}));
  }
  if (service.detach) return Ran{};
  const auto input = from_base64(service.input);
  if (!input) return wrong("the record's input is not base64");
  FrameReader output;
  if (const auto done = begun.stream.exchange(*input, output, begun.received, deadline); !done) {
    if (done.error().code == ErrorCode::timed_out) {
      const auto line = last_line(output.tail());
      return fail(ErrorCode::timed_out, "the command",
                  "it did not end in " + std::to_string(service.limit_s) + " s" + (line.empty() ? "" : ": " + line));
    }
    return tl::unexpected<Error>(done.error());
  }
  HELPER_TRY_ASSIGN(const auto code, exit_code(exec, SteadyClock::now() + k_exit_code));
  return Ran{code, last_line(output.tail())};
}

}  // namespace helper::keeper
