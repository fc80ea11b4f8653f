#include "cli/pump.hpp"

#include "base/process/pipe.hpp"

#include <gtest/gtest.h>

#include <string>
#include <sys/socket.h>
#include <thread>

namespace helper::cli {
namespace {

std::string read_all(const Fd& fd) {
  std::string text;
  char buffer[65536];
  for (ssize_t n = 0; (n = ::read(fd.get(), buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<std::size_t>(n));
  return text;
}

void write_all(const Fd& fd, const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t n = ::write(fd.get(), text.data() + at, text.size() - at);
    if (n <= 0) return;
    at += static_cast<std::size_t>(n);
  }
}

struct Joined {
  PipeEnds in = make_pipe().value();
  PipeEnds out = make_pipe().value();
  SocketPair pair = make_socket_pair().value();  // ours: what is pumped; theirs: the far side
  std::stop_source stop;
  Result<void> result;
  std::thread pumping{[this] {
    result = pump(pair.ours, in.read.get(), out.write.get(), stop.get_token());
    out.write.reset();
  }};
};

TEST(Pump, PassesBothWaysUntilTheFarSideEnds) {
  Joined joined;
  const std::string much(3'000'000, 'x');
  std::thread far(
      [&] { write_all(joined.pair.theirs, much + read_all(joined.pair.theirs)), joined.pair.theirs.reset(); });
  write_all(joined.in.write, "hello");
  joined.in.write.reset();
  EXPECT_EQ(read_all(joined.out.read), much + "hello");
  far.join();
  joined.pumping.join();
  EXPECT_TRUE(joined.result);
}

TEST(Pump, EndsWithTheFarSideThoughItsInputStaysOpen) {
  Joined joined;
  joined.pair.theirs.reset();
  joined.pumping.join();
  EXPECT_TRUE(joined.result);
}

TEST(Pump, EndsWhenItIsStopped) {
  Joined joined;
  joined.stop.request_stop();
  joined.pumping.join();
  EXPECT_TRUE(joined.result);
}

TEST(Pump, EndsWhenNobodyReadsItsOutput) {
  Joined joined;
  joined.out.read.reset();
  write_all(joined.pair.theirs, "x");
  joined.pumping.join();
  EXPECT_TRUE(joined.result);
}

}  // namespace
}  // namespace helper::cli
