# frameworks.py MARK FRAMEWORK: asks the framework for GPUs, and has it multiply two matrices of ones on each. The answer is
# one line that begins with the mark. JAX and TensorFlow would otherwise take nearly all memory of a GPU at once.
import os
import sys

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


def torch():
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


def tensorflow():
    import tensorflow as tf
    devices = tf.config.list_physical_devices("GPU")
    if not devices:
        answer(0, "list_physical_devices lists no GPU" if tf.test.is_built_with_cuda() else "this build has no CUDA")
    for number in range(len(devices)):
        with tf.device("/GPU:%d" % number):
            ones = tf.ones((N, N))
            right(tf.reduce_sum(tf.matmul(ones, ones)).numpy())
    answer(len(devices), tf.config.experimental.get_device_details(devices[0]).get("device_name", devices[0].name))


def jax():
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


def mindspore():
    # It takes one device a process; "Ascend" is Huawei's, whose files are /dev/davinciN.
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


{"torch": torch, "tensorflow": tensorflow, "jax": jax, "mindspore": mindspore}[sys.argv[2]]()
