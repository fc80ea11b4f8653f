#include "engine/framework_check.hpp"

#include "base/shell.hpp"
#include "engine/act_run.hpp"
#include "engine/cli.hpp"
#include "engine/look.hpp"
#include "engine/sections.hpp"

#include <algorithm>
#include <charconv>

namespace helper::engine {
namespace {

constexpr std::size_t k_most_words = 300;

// Before each: how an answer is given. JAX and TensorFlow would otherwise take nearly all memory of a GPU at once.
constexpr const char* k_begin = R"py(
import os, sys
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
N = 64
def answer(gpus, detail):
    sys.stdout.write("\n%s %d %s\n" % (sys.argv[1], gpus, " ".join(str(detail).split())[:300]))
    sys.stdout.flush()
    sys.exit(0)
def right(value):
    if abs(float(value) - N ** 3) > N:
        answer(0, "it computes wrongly: %s instead of %s" % (value, N ** 3))
)py";

constexpr const char* k_torch = R"py(
import torch
if not torch.cuda.is_available():
    if getattr(torch.version, "cuda", None) is None and getattr(torch.version, "hip", None) is None:
        answer(0, "this build has no CUDA")
    try:
        torch.cuda.init()
    except Exception as error:
        answer(0, error)
    answer(0, "torch.cuda.is_available() is False; it is built for CUDA %s" % torch.version.cuda)
count = torch.cuda.device_count()
for number in range(count):
    ones = torch.ones(N, N, device="cuda:%d" % number)
    right((ones @ ones).sum().item())
answer(count, torch.cuda.get_device_name(0))
)py";

constexpr const char* k_tensorflow = R"py(
import tensorflow as tf
devices = tf.config.list_physical_devices("GPU")
if not devices:
    answer(0, "list_physical_devices lists no GPU" if tf.test.is_built_with_cuda() else "this build has no CUDA")
for number in range(len(devices)):
    with tf.device("/GPU:%d" % number):
        ones = tf.ones((N, N))
        right(tf.reduce_sum(tf.matmul(ones, ones)).numpy())
answer(len(devices), tf.config.experimental.get_device_details(devices[0]).get("device_name", devices[0].name))
)py";

constexpr const char* k_jax = R"py(
import jax
import jax.numpy as jnp
devices = [device for device in jax.devices() if device.platform in ("gpu", "cuda", "rocm")]
if not devices:
    try:
        jax.devices("gpu")
    except Exception as error:
        answer(0, error)
    answer(0, "jax.devices() lists no GPU")
for device in devices:
    ones = jax.device_put(jnp.ones((N, N)), device)
    right(jnp.matmul(ones, ones).sum())
answer(len(devices), devices[0].device_kind)
)py";

// MindSpore takes one device a process; "Ascend" is Huawei's, whose files are /dev/davinciN.
constexpr const char* k_mindspore = R"py(
import mindspore
import numpy
target = "Ascend" if os.path.exists("/dev/davinci0") else "GPU"
try:
    mindspore.set_context(device_target=target)
    ones = mindspore.Tensor(numpy.ones((N, N), dtype=numpy.float32))
    right(mindspore.ops.matmul(ones, ones).asnumpy().sum())
except Exception as error:
    answer(0, error)
answer(1, "device_target %s" % target)
)py";

std::string last_line(std::string_view text) {
  std::string last;
  for (const auto& line : split(text, '\n')) {
    if (!trimmed(line).empty() && is_printable(line)) last = trimmed(line);
  }
  return last.substr(0, k_most_words);
}

}  // namespace

std::string_view framework_program(const std::string& framework) {
  if (framework == "torch") return k_torch;
  if (framework == "tensorflow") return k_tensorflow;
  if (framework == "jax") return k_jax;
  if (framework == "mindspore") return k_mindspore;
  return {};
}

FrameworkCheck read_framework_check(const plan::Framework& framework, const std::string& nonce, std::string_view out,
                                    std::string_view err, int exit_status) {
  FrameworkCheck check{framework, false, 0, {}};
  for (const auto& line : split(out, '\n')) {
    if (!line.starts_with(nonce + " ") || !is_printable(line)) continue;
    const std::string_view rest = std::string_view(line).substr(nonce.size() + 1);
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), check.gpus);
    if (error != std::errc()) continue;
    const auto length = static_cast<std::size_t>(end - rest.data());
    check.detail = trimmed(std::string(rest.substr(std::min(rest.size(), length + 1))));
    check.sees_gpus = check.gpus > 0;
    return check;
  }
  const std::string words = last_line(err);
  check.detail =
      words.empty() ? "the check ended with status " + std::to_string(exit_status) + " and said nothing" : words;
  return check;
}

Result<FrameworkCheck> check_framework(CommandRunner& server, const EngineCli& cli, const std::string& container,
                                       const std::string& user, const std::string& python,
                                       const plan::Framework& framework, const std::stop_token& stop) {
  const std::string nonce = make_nonce();
  const std::string program = k_begin + std::string(framework_program(framework.name));
  const Argv argv = cli.argv({"exec", "--user", user, "--", container, python, "-B", "-c", program, nonce});
  auto output = server.run({k_engine_path + shell::quote(argv), {}, k_framework_limit}, stop);
  if (!output && output.error().code == ErrorCode::timed_out) {
    return FrameworkCheck{framework, false, 0,
                          "it gave no answer within " + std::to_string(k_framework_limit.count() / 1000) + " s"};
  }
  if (!output) return fail(std::move(output).error());
  return read_framework_check(framework, nonce, output->out, output->err, output->exit_status);
}

}  // namespace helper::engine
