// The internals of ForwardSession and ForwardChannel: only their two sources may touch them.
#pragma once

#include "base/process/pipe_outcome.hpp"
#include "ssh/exchange.hpp"
#include "ssh/forward_session.hpp"
#include "ssh/native.hpp"

#include <libssh/callbacks.h>
#include <libssh/libssh.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <vector>

namespace helper::ssh {

// libssh 0.10 grants the server 64 kB and then at most 1.28 MB, topped up late: a third of what a link of 50 ms
// carries. Asking to read more than is buffered makes it grant that much; 4 MB measured best, and more is no better.
inline constexpr std::uint32_t k_window = 4u << 20;

// 4 MB of address space that the window trick may name as its buffer; untouched pages cost nothing.
class Scratch {
 public:
  Scratch() : memory_(::mmap(nullptr, k_window, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {}
  ~Scratch() {
    if (usable()) ::munmap(memory_, k_window);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] bool usable() const { return memory_ != MAP_FAILED; }
  [[nodiscard]] char* data() const { return static_cast<char*>(memory_); }

 private:
  void* memory_;
};

struct FreeEvent {
  void operator()(ssh_event event) const { ssh_event_free(event); }
};

// What a channel that runs a command has beside one that is a TCP connection.
struct CommandSide {
  enum class Stage { channel, exec, marker, runs };
  Stage stage = Stage::channel;
  std::string name;
  Starter starter;
  std::string_view unsent;  // of starter.line
  MarkerSplitter out;       // finds where the command's own output begins
  MarkerSplitter err;
  LastWords last_words;
  std::optional<int> exit_status;
  std::optional<SteadyTime> silent_end_at;  // it ended its output, and had said nothing
  bool spoke = false;
  bool no_room = false;
};

struct ForwardChannel::Native {
  ForwardSession::Native* session = nullptr;  // null once it is gone
  ssh_channel channel = nullptr;              // null once freed
  ssh_channel_callbacks_struct callbacks{};
  ChannelEvents events;
  Endpoint remote;  // of a TCP connection
  Endpoint from;
  std::unique_ptr<CommandSide> command;  // null for a TCP connection
  State state = State::opening;
  std::string why;
  std::string backlog;         // taken from libssh, not by the sink yet; libssh is not read while it holds something
  std::size_t backlog_at = 0;  // what was delivered of it
  std::size_t since_top_up = 0;
  bool wide = false;
  bool stalled = false;    // the sink took less than all: libssh keeps what comes, up to its window
  bool abandoned = false;  // its ForwardChannel is gone; freed as soon as the server has answered the opening
  bool opened = false;     // the server knows it
  bool remote_closed = false;
  bool eof_sent = false;
  bool ended = false;
  bool wants_room = false;
  bool changed = false;

  [[nodiscard]] std::size_t room() const;
  void deliver_backlog();
  void take_all();
  void top_up();
  void resume();
  void look();
  void look_at_opening();
  void refuse(std::string reason);
  [[nodiscard]] std::size_t take(std::span<const char> bytes);
  [[nodiscard]] bool is_connected();
  // Of a command, in forward_command.cpp.
  void prepare(const Pipe& pipe);
  void start_up(std::string_view bytes);
  [[nodiscard]] bool command_runs();
  void send_line();
  [[nodiscard]] bool may_tell_its_end();
  void judge_command();
  void close();
};

struct ForwardSession::Native {
  std::unique_ptr<Session> session;
  ssh_counter_struct counter{};  // of the socket's bytes; libssh writes it
  std::unique_ptr<ssh_event_struct, FreeEvent> event;
  Scratch scratch;
  std::vector<std::shared_ptr<ForwardChannel::Native>> channels;
  int wide = 0;
  bool over = false;
  bool settling = false;
  std::string why;
  std::uint64_t heard_bytes = 0;
  SteadyTime heard_at = std::chrono::steady_clock::now();
  std::optional<SteadyTime> asked_at;
  std::optional<SteadyTime> unacked_at;

  [[nodiscard]] ssh_session raw() const { return session->native().session.get(); }
  [[nodiscard]] bool writing() const { return (ssh_get_status(raw()) & SSH_WRITE_PENDING) != 0; }
  void listen() {
    if (counter.in_bytes == heard_bytes) return;
    heard_bytes = counter.in_bytes;
    heard_at = std::chrono::steady_clock::now();
    asked_at.reset();
  }
  void check_over(bool failed);
};

// Registers the callbacks by which libssh hands over a channel's bytes and its end.
void listen_to(ForwardChannel::Native& channel);

}  // namespace helper::ssh
