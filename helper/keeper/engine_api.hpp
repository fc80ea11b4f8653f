// The engine's API over its unix socket, as far as the keeper needs it: Docker's, and Podman's that is compatible.
// Each question has a connection of its own. Every wait has an end, and ends at once when the keeper is told to end.
#pragma once

#include "base/fd.hpp"
#include "base/result.hpp"
#include "keeper/http.hpp"
#include "keeper/records.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace helper::keeper {

using SteadyClock = std::chrono::steady_clock;
using Deadline = SteadyClock::time_point;

// A connected socket that never blocks longer than a deadline.
class Stream {
 public:
  // Error engine_down: nobody listens there; timed_out; cancelled: `stop` is readable.
  [[nodiscard]] static Result<Stream> open(const std::string& path, int stop, Deadline deadline);

  [[nodiscard]] Result<void> send(std::string_view bytes, Deadline deadline);
  // Some bytes; none at the end of the stream.
  [[nodiscard]] Result<std::string> receive(Deadline deadline);
  // Sends all of `input` and then ends that direction; receives meanwhile, and gives each piece to the reader.
  [[nodiscard]] Result<void> exchange(std::string_view input, FrameReader& reader, std::string_view received,
                                      Deadline deadline);
  [[nodiscard]] int fd() const { return fd_.get(); }

 private:
  Stream(Fd fd, int stop) : fd_(std::move(fd)), stop_(stop) {}
  // What poll says of the socket.
  [[nodiscard]] Result<short> wait(short events, Deadline deadline) const;
  [[nodiscard]] Result<std::size_t> send_some(std::string_view bytes);
  // Nothing when there are none yet.
  [[nodiscard]] Result<std::optional<std::string>> receive_some();

  Fd fd_;
  int stop_;
};

struct Answer {
  int status = 0;
  std::string body;
};

struct Looked {
  enum class Is { gone, stopped, running };
  Is is = Is::gone;
  std::string name;
  std::string run;  // State.StartedAt
};

// How a command in a container ended.
struct Ran {
  std::optional<int> exit_code;  // none for a detached one
  std::string last_line;
};

struct Event {
  enum class Is { start, end, removed, other };
  Is is = Is::other;
  std::string container;
};

// Pure. Nothing when it is no event that a keeper could use.
[[nodiscard]] std::optional<Event> parse_event(std::string_view line);
// Pure, of the answer to GET /containers/ID/json. Error server_command: it tells neither.
[[nodiscard]] Result<Looked> parse_look(const Answer& answer);

// The engine's events, one after another, for as long as the engine runs.
class EventStream {
 public:
  EventStream(Stream stream, std::string received, bool chunked);
  [[nodiscard]] int fd() const { return stream_.fd(); }
  // Those that came with the head of the answer, which do not make the socket readable.
  [[nodiscard]] Result<std::vector<Event>> take_received();
  // Those that are there. Error engine_down: the stream has ended.
  [[nodiscard]] Result<std::vector<Event>> take();
  // Whether something was left out since this was asked the last time: then look at everything.
  [[nodiscard]] bool lost_something();

 private:
  [[nodiscard]] Result<std::vector<Event>> understand(std::string_view bytes);

  Stream stream_;
  std::string received_;
  bool chunked_;
  ChunkReader chunks_;
  LineReader lines_;
  bool lost_ = false;
};

class Engine {
 public:
  // `stop` is a descriptor that becomes readable when all waits must end.
  Engine(std::string socket, int stop) : socket_(std::move(socket)), stop_(stop) {}

  // Error: engine_down, timed_out, cancelled, server_command.
  [[nodiscard]] Result<Answer> ask(std::string_view method, std::string_view path, std::string_view body,
                                   Deadline deadline) const;
  [[nodiscard]] Result<EventStream> events(Deadline deadline) const;
  [[nodiscard]] Result<Looked> look(const std::string& container) const;
  // Runs the service's words in the container, and waits for their end (a detached service: for their start).
  [[nodiscard]] Result<Ran> run(const std::string& container, const Service& service) const;

 private:
  struct Begun {
    Stream stream;
    Head head;
    std::string received;  // behind the head
  };
  [[nodiscard]] Result<Begun> begin(std::string_view request, Deadline deadline) const;
  [[nodiscard]] Result<std::string> rest_of(Begun& begun, Deadline deadline) const;
  [[nodiscard]] Result<std::string> make_exec(const std::string& container, const Service& service,
                                              Deadline deadline) const;
  [[nodiscard]] Result<int> exit_code(const std::string& exec, Deadline deadline) const;

  std::string socket_;
  int stop_;
};

}  // namespace helper::keeper
