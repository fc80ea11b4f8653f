#include "config/docker_run/docker_run.hpp"

#include "config/inherit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace helper::config {
namespace {

using Texts = std::vector<std::string>;
using Env = std::map<std::string, std::string>;

DockerRunPlace place(const std::string& server = "local", std::map<std::string, std::string> values = {}) {
  return {"/home/me/proj", server,
          [](const std::string& name) -> std::optional<std::string> {
            if (name == "HOME") return "/home/me";
            if (name == "USER") return "me";
            return std::nullopt;
          },
          std::move(values)};
}

struct Read {
  Target target;
  Texts notes;
  Texts unknown;
};

Read read(const std::string& text, const DockerRunPlace& where = place()) {
  Read result;
  const auto run = read_docker_run(text, where);
  if (!run) {
    ADD_FAILURE() << to_text(run.error()) << "\nin\n" << text;
    return result;
  }
  result.unknown = run->unknown;
  if (!result.unknown.empty()) return result;
  for (const Mistake& mistake : inherit(result.target, run->settings))
    ADD_FAILURE() << to_text(mistake.error) << "\nin\n" << text;
  for (const auto& what : run->settings.unsupported) result.notes.push_back(to_text({}, what));
  return result;
}

bool has(const Texts& notes, std::string_view words) {
  return std::ranges::any_of(notes, [&](const auto& note) { return note.find(words) != std::string::npos; });
}

std::string refusal(const std::string& text) {
  const auto run = read_docker_run(text, place());
  if (run) {
    ADD_FAILURE() << "accepted: " << text.substr(0, 200);
    return {};
  }
  EXPECT_EQ(run.error().code, ErrorCode::usage);
  EXPECT_FALSE(run.error().fix.empty()) << run.error().cause;
  return run.error().cause;
}

TEST(DockerRun, TheReadmeOfPyTorch) {
  const Read r = read("docker run --gpus all --rm -ti --ipc=host pytorch/pytorch:latest");
  EXPECT_EQ(r.target.container.image, "pytorch/pytorch:latest");
  EXPECT_EQ(r.target.container.gpus, "all");
  EXPECT_EQ(r.target.container.extra_args, Texts{"--ipc=host"});
  EXPECT_EQ(r.notes, (Texts{"--rm: the container outlives its stop; helper remove removes it",
                            "-ti: helper runs the container in the background; a shell in it: helper exec"}));
}

TEST(DockerRun, TensorFlowWithJupyter) {
  const Read r = read("docker run -it -p 8888:8888 tensorflow/tensorflow:latest-gpu-jupyter");
  EXPECT_EQ(r.target.forwards, (std::vector<PortPair>{{8888, 8888}}));
  EXPECT_TRUE(has(r.notes, "the command asks for none, and helper gives all"));
  const Read mounted = read("docker run -it --rm -v $PWD:/tmp -w /tmp tensorflow/tensorflow python ./script.py");
  EXPECT_EQ(mounted.target.container.mounts, Texts{"/home/me/proj:/tmp"});
  EXPECT_EQ(mounted.target.project.remote, "/tmp");
  EXPECT_EQ(mounted.target.container.extra_args, Texts{"--workdir=/tmp"});
  EXPECT_TRUE(has(mounted.notes, R"("command": ["python", "./script.py"])"));
}

TEST(DockerRun, TensorFlowWithTheUserOfTheShell) {
  const Read r = read("docker run -u $(id -u):$(id -g) --gpus all -it tensorflow/tensorflow:latest-gpu bash");
  EXPECT_EQ(r.target.ssh.user, "root");
  EXPECT_TRUE(has(r.notes, "-u: helper gives the user of ssh.user the ids"));
  EXPECT_EQ(r.unknown, Texts{});
}

TEST(DockerRun, NgcOnSeveralLines) {
  const Read r = read(R"(docker run --gpus all -it --rm \
    --shm-size=1g --ulimit memlock=-1 --ulimit stack=67108864 \
    -v /raid/data:/data \
    nvcr.io/nvidia/pytorch:24.01-py3
)");
  EXPECT_EQ(r.target.container.shm_size, "1g");
  EXPECT_EQ(r.target.container.ulimits.at("memlock"), (Ulimit{-1, -1}));
  EXPECT_EQ(r.target.container.ulimits.at("stack"), (Ulimit{67108864, 67108864}));
  EXPECT_EQ(r.target.container.mounts, Texts{"/raid/data:/data"});
  EXPECT_EQ(r.target.project.remote, "/data");
}

TEST(DockerRun, Detectron2WithADisplay) {
  const Read r = read(R"(docker run --gpus all -it \
	--shm-size=8gb --env="DISPLAY" --volume="/tmp/.X11-unix:/tmp/.X11-unix:rw" \
	--name=detectron2 detectron2:v0)");
  EXPECT_EQ(r.target.container.name, "detectron2");
  EXPECT_EQ(r.target.container.shm_size, "8gb");
  EXPECT_EQ(r.target.container.mounts, Texts{"/tmp/.X11-unix:/tmp/.X11-unix:rw"});
  EXPECT_EQ(r.target.project.remote, "") << "a socket is no project";
  EXPECT_TRUE(has(r.notes, "--env DISPLAY: its value is that of the shell"));
}

TEST(DockerRun, VllmWithATokenOfTheShell) {
  const Read r = read(R"(docker run --runtime nvidia --gpus all \
    -v ~/.cache/huggingface:/root/.cache/huggingface \
    --env "HUGGING_FACE_HUB_TOKEN=$HF_TOKEN" \
    -p 8000:8000 --ipc=host \
    vllm/vllm-openai:latest --model mistralai/Mistral-7B-v0.1)");
  EXPECT_EQ(r.target.container.runtime, "nvidia");
  EXPECT_EQ(r.target.container.gpus, "all");
  EXPECT_EQ(r.target.container.mounts, Texts{"/home/me/.cache/huggingface:/root/.cache/huggingface"});
  EXPECT_EQ(r.target.project.remote, "");
  EXPECT_EQ(r.target.container.env, Env{});
  EXPECT_TRUE(
      has(r.notes, "HUGGING_FACE_HUB_TOKEN: a shell would put a value in place of $HF_TOKEN; put it in a file"));
  EXPECT_TRUE(has(r.notes, R"("command": ["--model", "mistralai/Mistral-7B-v0.1"])"));
  EXPECT_EQ(r.target.forwards, (std::vector<PortPair>{{8000, 8000}}));
}

TEST(DockerRun, DockerStacksOfJupyter) {
  const Read r = read(
      R"(docker run -it --rm -p 10000:8888 -v "${PWD}":/home/jovyan/work quay.io/jupyter/datascience-notebook:2024-03-14)");
  EXPECT_EQ(r.target.forwards, (std::vector<PortPair>{{10000, 8888}}));
  EXPECT_EQ(r.target.container.mounts, Texts{"/home/me/proj:/home/jovyan/work"});
  EXPECT_EQ(r.target.project.remote, "/home/jovyan/work");
  EXPECT_EQ(r.target.project.local, "/home/me/proj");
  const Read root = read(
      "docker run -d -it -p 8888:8888 --user root -e GRANT_SUDO=yes -e NB_UID=1010 "
      "jupyter/scipy-notebook start-notebook.sh --NotebookApp.password='sha1:74ba40f8a388'");
  EXPECT_EQ(root.target.ssh.user, "root");
  EXPECT_EQ(root.target.container.extra_args, Texts{});
  EXPECT_EQ(root.target.container.env, (Env{{"GRANT_SUDO", "yes"}, {"NB_UID", "1010"}}));
}

TEST(DockerRun, GpusInEveryFormThatPeopleWrite) {
  const std::map<std::string, std::string> forms{
      {"--gpus all", "all"},
      {"--gpus=2", "2"},
      {"--gpus 'all,capabilities=utility'", "all"},
      {"--gpus 'all,\"capabilities=compute,utility\"'", "all"},
      {"--gpus '\"device=0,2\"'", "device=0,2"},
      {"--gpus \"device=1\"", "device=1"},
      {"--gpus device=0,1", "device=0,1"},
      {"--gpus '\"device=GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a\"'",
       "device=GPU-3a23c669-1f69-c64e-cf85-44e9b07e7a2a"},
      {"--gpus count=3", "3"},
      {"--runtime=nvidia", "all"},
      {"--runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=0", "device=0"},
      {"-e NVIDIA_VISIBLE_DEVICES=0,1 --runtime nvidia", "0,1"},
      {"--runtime=nvidia -e NVIDIA_VISIBLE_DEVICES=void", "none"},
      {"--device nvidia.com/gpu=all", "all"},
      {"--device nvidia.com/gpu=0 --device=nvidia.com/gpu=1", "0,1"},
  };
  for (const auto& [form, which] : forms) {
    const Read r = read("docker run " + form + " nvidia/cuda:12.4.1-base-ubuntu22.04 nvidia-smi");
    EXPECT_EQ(r.target.container.gpus, which) << form;
    EXPECT_EQ(r.target.container.env, Env{}) << form;
  }
}

TEST(DockerRun, TheWaysBeforeDocker19) {
  EXPECT_EQ(read("nvidia-docker run --rm nvidia/cuda nvidia-smi").target.container.gpus, "all");
  EXPECT_EQ(read("NV_GPU=0,1 nvidia-docker run -it nvcr.io/nvidia/tensorflow:18.07-py3").target.container.gpus, "0,1");
  EXPECT_EQ(read("NV_GPU=1 nvidia-docker run -it nvidia/caffe").target.container.gpus, "device=1");
  const Read r = read("sudo nvidia-docker run -it --net=host --privileged -v /home/bob/code:/code bvlc/caffe:gpu bash");
  EXPECT_TRUE(r.target.container.privileged);
  EXPECT_EQ(r.target.container.extra_args, Texts{"--net=host"});
  EXPECT_EQ(r.target.project.remote, "/code");
}

TEST(DockerRun, ThePromptAndThePreambleOfABlogPost) {
  for (const std::string begin : {"$ ", "sudo ", "sudo -E ", "  $ sudo ", "# run it\n", "/usr/bin/", "time "})
    EXPECT_EQ(read(begin + "docker run --gpus all nvidia/cuda:11.0-base nvidia-smi").target.container.image,
              "nvidia/cuda:11.0-base")
        << begin;
  EXPECT_EQ(read("docker container run --gpus all a/b").target.container.image, "a/b");
  EXPECT_EQ(read("docker create --gpus all a/b;").target.container.image, "a/b");
  EXPECT_EQ(read("docker run --gpus all a/b &").target.container.image, "a/b");
  EXPECT_EQ(read("docker run --gpus all \\\r\n  --shm-size 2g \\\r\n  a/b\r\n").target.container.shm_size, "2g");
  EXPECT_EQ(read("docker run --gpus\u00a0all a/b").target.container.gpus, "all");
}

TEST(DockerRun, PodmanWithCdiAndSelinux) {
  const Read r = read(
      "podman run -d --name ollama --replace --device nvidia.com/gpu=all --security-opt=label=disable "
      "-v ollama:/root/.ollama -v /srv/models:/models:ro,Z -p 11434:11434 --stop-signal=SIGKILL "
      "docker.io/ollama/ollama");
  EXPECT_EQ(r.target.engine, "podman");
  EXPECT_EQ(r.target.container.runtime, "cdi");
  EXPECT_EQ(r.target.container.mounts, Texts{"ollama:/root/.ollama"});
  EXPECT_EQ(r.target.container.extra_args,
            (Texts{"--security-opt=label=disable", "--volume=/srv/models:/models:ro,Z", "--stop-signal=SIGKILL"}));
  EXPECT_EQ(r.target.project.remote, "/models");
  EXPECT_TRUE(has(r.notes, "--replace: "));
}

TEST(DockerRun, TextGenerationInference) {
  const Read r = read(R"(docker run --gpus all --shm-size 1g -p 8080:80 -v $volume:/data \
    ghcr.io/huggingface/text-generation-inference:2.0.4 --model-id $model)");
  EXPECT_EQ(r.unknown, Texts{"$volume"}) << "of what the container runs nobody must be asked";
  const Read again = read(R"(docker run --gpus all --shm-size 1g -p 8080:80 -v $volume:/data tgi:2 --model-id $model)",
                          place("local", {{"$volume", "/home/me/tgi"}}));
  EXPECT_EQ(again.unknown, Texts{});
  EXPECT_EQ(again.target.container.mounts, Texts{"/home/me/tgi:/data"});
  EXPECT_EQ(again.target.forwards, (std::vector<PortPair>{{8080, 80}}));
}

TEST(DockerRun, TritonAndItsPorts) {
  const Read r = read(
      "docker run --gpus=1 --rm --net=host -v ${PWD}/model_repository:/models "
      "nvcr.io/nvidia/tritonserver:24.05-py3 tritonserver --model-repository=/models");
  EXPECT_EQ(r.target.container.mounts, Texts{"/home/me/proj/model_repository:/models"});
  const Read ports = read(
      "docker run --gpus=1 -p8000:8000 -p8001:8001/tcp -p 127.0.0.1:8002:8002 -p 80:80 "
      "-p 0.0.0.0:9000:9000 -p 9100-9110:9100-9110 -p 53:53/udp triton:1");
  EXPECT_EQ(ports.target.forwards, (std::vector<PortPair>{{8000, 8000}, {8001, 8001}, {8002, 8002}, {8080, 80}}));
  EXPECT_EQ(ports.target.container.ports, (Texts{"0.0.0.0:9000:9000", "9100-9110:9100-9110", "53:53/udp"}));
  EXPECT_TRUE(has(ports.notes, "-p 80:80: the ports of this machine below 1024"));
}

TEST(DockerRun, ASshServerOfTheImage) {
  const Read r = read(
      "docker run -d --gpus all -p 2222:22 --restart unless-stopped --hostname box -h box my/dev:1 "
      "/usr/sbin/sshd -D");
  EXPECT_EQ(r.target.container.hostname, "box");
  EXPECT_EQ(r.target.container.restart, "unless-stopped");
  EXPECT_EQ(r.target.forwards, (std::vector<PortPair>{}));
  EXPECT_TRUE(has(r.notes, "-p 2222:22: helper brings an SSH server of its own"));
  EXPECT_TRUE(has(r.notes, R"("command": ["/usr/sbin/sshd", "-D"])"));
}

TEST(DockerRun, MountsInTheLongForm) {
  const Read r = read(R"x(docker run --gpus all --mount type=bind,source="$(pwd)",target=/app \
    --mount src=cache,dst=/cache --mount type=bind,src=./data,dst=/data,readonly --mount type=tmpfs,target=/scratch a/b)x");
  EXPECT_EQ(r.target.container.mounts, (Texts{"/home/me/proj:/app", "cache:/cache", "/home/me/proj/data:/data:ro"}));
  EXPECT_EQ(r.target.container.extra_args, Texts{"--mount=type=tmpfs,target=/scratch"});
  EXPECT_EQ(r.target.project.remote, "/app");
}

TEST(DockerRun, HabitatWithXAndDevices) {
  const Read r =
      read(R"(docker run -it --rm --gpus '"device=0"' -e DISPLAY=:0 -e QT_X11_NO_MITSHM=1 --device /dev/dri:/dev/dri \
 --group-add video --cap-add=SYS_PTRACE --security-opt seccomp=unconfined --memory 32g --cpus=8 --add-host db:10.0.0.2 \
 -l team=vision -w /home/user/habitat fairembodied/habitat-challenge:2022 /bin/bash -c ". activate habitat; python a.py && echo ok")");
  EXPECT_EQ(r.target.container.env, (Env{{"DISPLAY", ":0"}, {"QT_X11_NO_MITSHM", "1"}}));
  EXPECT_EQ(r.target.container.extra_args,
            (Texts{"--device=/dev/dri:/dev/dri", "--group-add=video", "--cap-add=SYS_PTRACE",
                   "--security-opt=seccomp=unconfined", "--memory=32g", "--cpus=8", "--add-host=db:10.0.0.2",
                   "--label=team=vision", "--workdir=/home/user/habitat"}));
  EXPECT_EQ(r.target.project.remote, "/home/user/habitat");
  EXPECT_TRUE(has(r.notes, R"("command": ["/bin/bash", "-c", ". activate habitat; python a.py && echo ok"])"));
}

TEST(DockerRun, AnEntryPointIsNotedAndAFileOfVariablesIsHandedOn) {
  const Read r =
      read("docker run --gpus all --entrypoint /bin/bash --env-file .env -u 1000:1000 my/img:1 -c 'sleep 9'");
  EXPECT_EQ(r.target.container.extra_args, (Texts{"--env-file=/home/me/proj/.env", "--user=1000:1000"}));
  EXPECT_TRUE(has(r.notes, "--entrypoint: helper keeps the container up by itself"));
  EXPECT_TRUE(has(r.notes, "-u: it names no user"));
  const Read there = read("docker run --gpus all --env-file .env --env-file /etc/x.env my/img:1", place("gpu1"));
  EXPECT_EQ(there.target.container.extra_args, Texts{"--env-file=/etc/x.env"});
  EXPECT_TRUE(has(there.notes, "--env-file: the file's folder on gpu1 is not known"));
  EXPECT_EQ(read("docker run --gpus all -u jovyan my/img:1").target.ssh.user, "jovyan");
}

TEST(DockerRun, ASecretIsNotWritten) {
  const Read r = read(
      "docker run --gpus all -e HF_TOKEN=hf_abcdef -e WANDB_API_KEY=0123abc -e TOKENIZERS_PARALLELISM=false "
      "-e DB_PASSWORD='p w' -e X=sk-abc -e KEY_FILE=/run/key -e ALLOW_EMPTY_PASSWORD=yes my/img:1");
  EXPECT_EQ(r.target.container.env,
            (Env{{"TOKENIZERS_PARALLELISM", "false"}, {"KEY_FILE", "/run/key"}, {"ALLOW_EMPTY_PASSWORD", "yes"}}));
  EXPECT_TRUE(has(r.notes, "-e HF_TOKEN: its value looks like a secret, and was not written"));
  for (const auto& note : r.notes) {
    EXPECT_EQ(note.find("hf_abcdef"), std::string::npos);
    EXPECT_EQ(note.find("p w"), std::string::npos);
  }
}

TEST(DockerRun, ASecretOfTheCommandIsNotShown) {
  const Read r = read(
      "docker run --gpus all i:1 serve --api-key abc123 --NotebookApp.token=qwe --hf hf_zzz --max-tokens 5 "
      "sh -c 'export MY_TOKEN=asd; run'");
  ASSERT_EQ(r.notes.size(), 1u);
  for (const char* secret : {"abc123", "qwe", "hf_zzz", "asd"}) EXPECT_FALSE(has(r.notes, secret)) << r.notes[0];
  EXPECT_TRUE(has(r.notes, "\"serve\", \"--api-key\", \"SECRET\", \"SECRET\", \"--hf\", \"SECRET\"")) << r.notes[0];
}

TEST(DockerRun, OnAnotherServerNothingOfTheShellIsGuessed) {
  const Read r = read(
      R"(docker run --gpus all -v $(pwd):/work -v ~/data:/data -v `pwd`/out:/out -v ./x:/x -v ~bob/y:/y a/b:${TAG:-1} "$@")",
      place("gpu1"));
  EXPECT_EQ(r.unknown, (Texts{"$(pwd)", "~", "`pwd`", "./x", "~bob", "${TAG:-1}"}));
  const auto known = place("gpu1", {{"$(pwd)", "/home/bob/p"}, {"~", "/home/bob"}, {"./x", "/home/bob/p/x"}});
  const Read again = read("docker run --gpus all -v $(pwd):/work -v ~/data:/data -v ./x:/x a/b", known);
  EXPECT_EQ(again.target.container.mounts, (Texts{"/home/bob/p:/work", "/home/bob/data:/data", "/home/bob/p/x:/x"}));
  EXPECT_EQ(again.target.project.remote, "/work");
}

TEST(DockerRun, WordsAreThoseOfAShell) {
  const Read r = read(R"(docker run --gpus all -e A="x \"y\" \$z \n" -e B='it'"'"'s $HOME' -e C=a\ b -e D= -e "E=\
1" i:1)");
  EXPECT_EQ(r.target.container.env,
            (Env{{"A", "x \"y\" $z \\n"}, {"B", "it's $HOME"}, {"C", "a b"}, {"D", ""}, {"E", "1"}}));
  EXPECT_EQ(read("docker run $NOTHING --gpus all i:1", place("local", {{"$NOTHING", ""}})).target.container.image,
            "i:1");
}

TEST(DockerRun, WhatIsNoOneCommandIsRefused) {
  EXPECT_NE(refusal("docker run 'a").find("is not closed"), std::string::npos);
  EXPECT_NE(refusal("docker run \"a\nb\nc").find("is not closed"), std::string::npos);
  EXPECT_NE(refusal("docker run `a").find("backtick"), std::string::npos);
  EXPECT_NE(refusal("docker run $(a").find("$( is not closed"), std::string::npos);
  EXPECT_NE(refusal("docker run ${a").find("${ is not closed"), std::string::npos);
  EXPECT_NE(refusal("docker pull a; docker run a").find("another command"), std::string::npos);
  EXPECT_NE(refusal("docker pull a && docker run a").find("more than one command (&&)"), std::string::npos);
  EXPECT_NE(refusal("docker run a | tee log").find("more than one command (|)"), std::string::npos);
  EXPECT_NE(refusal("docker run a > log").find("redirects (>)"), std::string::npos);
  EXPECT_NE(refusal("docker run --gpus all\n  a/b").find("lacks a backslash"), std::string::npos);
  EXPECT_NE(refusal("docker run \\ \n  a/b").find("a blank follows the backslash"), std::string::npos);
  EXPECT_NE(refusal("docker run \u2013gpus all a").find("typographic"), std::string::npos);
  EXPECT_NE(refusal("docker run -e A=\u201cb\u201d a").find("typographic"), std::string::npos);
  EXPECT_NE(refusal(std::string("docker run a\0b", 14)).find("NUL"), std::string::npos);
  EXPECT_NE(refusal("docker run \xff").find("UTF-8"), std::string::npos);
  EXPECT_NE(refusal("docker run " + std::string(1 << 20, 'a')).find("longer"), std::string::npos);
  EXPECT_NE(refusal("docker exec -it box bash").find("is there already"), std::string::npos);
  EXPECT_NE(refusal("docker compose run web").find("Compose"), std::string::npos);
  EXPECT_NE(refusal("docker run --gpu all a").find("is not an option"), std::string::npos);
  EXPECT_NE(refusal("docker run -itz a").find("-z"), std::string::npos);
  EXPECT_NE(refusal("docker run --gpus all").find("no image"), std::string::npos);
  EXPECT_NE(refusal("docker run -v").find("has no value"), std::string::npos);
  EXPECT_NE(refusal("docker").find("no `docker run`"), std::string::npos);
  EXPECT_NE(refusal("rm -rf / docker run").find("neither docker nor podman"), std::string::npos);
  EXPECT_NE(refusal("").find("neither docker nor podman"), std::string::npos);
}

TEST(DockerRun, NothingThatItIsGivenBreaksIt) {
  const std::string parts[] = {"docker ", "run ", "-it ", "-v ",  "$(pwd)", "'", "\"", "\\", "`", "\n",
                               "~",       "=",    "--",   ":/a ", "a ",     "$", "{",  "}",  "#"};
  unsigned random = 1;
  for (int i = 0; i < 20000; ++i) {
    std::string text = i % 2 == 0 ? "docker run " : "";
    for (int k = 0; k < 12; ++k) {
      random = random * 1664525u + 1013904223u;
      text += parts[(random >> 16) % std::size(parts)];
    }
    const auto run = read_docker_run(text, place(i % 3 == 0 ? "gpu1" : "local"));
    EXPECT_TRUE(run || !run.error().cause.empty()) << text;
  }
}

TEST(DockerRun, AFileIsToldFromACommand) {
  EXPECT_TRUE(looks_like_a_command("docker run a"));
  EXPECT_TRUE(looks_like_a_command("$ sudo /usr/bin/podman\trun \\\n a"));
  EXPECT_FALSE(looks_like_a_command("."));
  EXPECT_FALSE(looks_like_a_command("docker"));
  EXPECT_FALSE(looks_like_a_command("my project/devcontainer.json"));
}

TEST(DockerRun, TellsTheLocalPortsThatItTakes) {
  const auto run = read_docker_run("docker run --gpus all -p 2222:80 -p 0.0.0.0:2223:81 a", place());
  ASSERT_TRUE(run);
  EXPECT_EQ(taken_local_ports(run->settings, "gpu1"), std::vector<std::uint16_t>{2222});
  auto both = taken_local_ports(run->settings, "local");
  std::ranges::sort(both);
  EXPECT_EQ(both, (std::vector<std::uint16_t>{2222, 2223}));
}

TEST(Described, IsAsItIs) {
  const auto settings =
      read_described({"docker", "run", "--name=box", "--gpus=none", "--env=A=$HOME", "--env=NVIDIA_VISIBLE_DEVICES=all",
                      "--publish=0.0.0.0:2222:22/tcp", "--volume=/data:/data", "--ipc=host", "img:1", "sleep", "inf"},
                     "gpu1");
  ASSERT_TRUE(settings);
  Target target;
  ASSERT_TRUE(inherit(target, *settings).empty());
  EXPECT_EQ(target.container.name, "box");
  EXPECT_EQ(target.container.gpus, "none");
  EXPECT_EQ(target.container.env, (Env{{"A", "$HOME"}, {"NVIDIA_VISIBLE_DEVICES", "all"}}));
  EXPECT_EQ(target.container.ports, Texts{"0.0.0.0:2222:22/tcp"});
  EXPECT_EQ(target.container.command, (Texts{"sleep", "inf"}));
  EXPECT_EQ(settings->unsupported.size(), 0u);
}

}  // namespace
}  // namespace helper::config
