package dev.helper.ide.ui;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonObject;
import com.intellij.openapi.project.Project;
import dev.helper.ide.service.Question;
import dev.helper.ide.support.Ide;
import dev.helper.ide.support.RecordingDesk;
import dev.helper.ide.support.Wait;
import dev.helper.ide.wire.Endpoint;
import dev.helper.ide.wire.Json;
import dev.helper.ide.wire.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.After;
import org.junit.Before;
import org.junit.FixMethodOrder;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TestName;
import org.junit.runners.MethodSorters;

/** The plugin on the real platform, with the real helper and helperd, against a sandbox. tests/e2e/test_plugin.py runs it. */
@FixMethodOrder(MethodSorters.NAME_ASCENDING)
public class SandboxTest {
  private static final Path CLIENT = Path.of(System.getProperty("sandbox.client"));
  private static final Path HELPER = Path.of(System.getProperty("helper.program"));
  private static final int READY = 90;

  @Rule public final TestName test = new TestName();
  private Ide ide;
  private Project project;

  @Before
  public void open() {
    ide = new Ide(HELPER, Limits.STANDARD);
    project = ide.open(CLIENT);
  }

  @After
  public void close() {
    ide.close();
  }

  private Message ensured() throws Exception {
    ide.desk.messages.clear();
    ide.choose(new EnsureAction(), project);
    return ide.desk.await("ensured", READY, message -> message.title.startsWith("centernet: ready"));
  }

  private void run(String... argv) throws Exception {
    Process process = new ProcessBuilder(argv).redirectErrorStream(true).redirectInput(Path.of("/dev/null").toFile()).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertTrue(said, process.waitFor(60, TimeUnit.SECONDS));
    assertEquals(String.join(" ", argv) + "\n" + said, 0, process.exitValue());
  }

  private void sandbox(String verb) throws Exception {
    run(System.getProperty("sandbox.program"), "--name", System.getProperty("sandbox.name"), verb);
  }

  private void shutDown() throws Exception {
    run(HELPER.toString(), "rpc", "shutdown");
    Wait.until("the daemon has ended", 10, () -> {
      Endpoint endpoint = endpoint();
      return endpoint == null || !endpoint.isAlive();
    });
  }

  private static Endpoint endpoint() {
    return Endpoint.read(CLIENT.resolve("runtime/helper/endpoint.json")).orElse(null);
  }

  /** A folder whose helper.json is the sandbox's with a change. */
  private Path changed(String from, String to) throws IOException {
    String config = Files.readString(CLIENT.resolve("helper.json"));
    assertTrue(config, config.contains(from));
    Path folder = Files.createDirectories(CLIENT.resolve("changed-" + test.getMethodName()));
    Files.writeString(folder.resolve("helper.json"), config.replace(from, to));
    return folder;
  }

  @Test
  public void a_ensureShowsEachStepAndThenWhatIsReady() throws Exception {
    Message ready = ensured();
    List<String> texts = ide.last().texts;
    assertTrue(texts.toString(), texts.contains("create container centernet from centernet:1.2 with --gpus")
        || texts.stream().anyMatch(text -> text.startsWith("create container centernet")));
    assertTrue(texts.toString(), texts.contains("start container centernet"));
    assertTrue(ready.lines.toString(), ready.lines.stream().anyMatch(line -> line.endsWith(" steps.")));
    ready = ensured();
    assertTrue(ready.lines.toString(), ready.lines.contains("Nothing had to be done."));
  }

  @Test
  public void b_theWidgetShowsTargetGpusAndTunnelAsTheyAre() throws Exception {
    ensured();
    HelperWidget widget = new HelperWidget(project);
    Wait.until("it shows that all is there: " + widget.getText(), 20,
        () -> widget.getText().matches("centernet: ready, \\d GPUs?, tunnel up"));
    assertTrue(widget.getTooltipText(), widget.getTooltipText().contains("container centernet on "));
    ide.choose(new StopAction(), project);
    ide.desk.await("stopped", READY, message -> message.title.equals("centernet: stopped"));
    Wait.until("it shows that it is stopped", 20, () -> widget.getText().startsWith("centernet: stopped"));
    run(HELPER.toString(), "ensure", "--config", CLIENT.resolve("helper.json").toString());
    Wait.until("it shows what a shell did", 20, () -> widget.getText().startsWith("centernet: ready"));
  }

  @Test
  public void c_statusAndLogAndJupyterAreShown() throws Exception {
    Message ready = ensured();
    ide.choose(new StatusAction(), project);
    Message status = ide.desk.await("the status", READY, message -> message.choices.containsKey("Ensure"));
    assertTrue(status.title, status.title.startsWith("centernet: ready"));
    ide.choose(new LogAction(), project);
    Wait.until("the log is opened", 10, () -> !ide.desk.files.isEmpty());
    assertTrue(Files.readString(ide.desk.files.get(0)).contains("listens at"));
    ide.choose(new JupyterAction(), project);
    Wait.until("Jupyter is opened, or said not to be there", READY,
        () -> !ide.desk.links.isEmpty() || ide.desk.messages.stream().anyMatch(m -> m.lines.contains("no Jupyter answers there")));
    if (ready.choices.containsKey("Open Jupyter")) {
      assertTrue(ide.desk.links.toString(), ide.desk.links.get(0).matches("http://127\\.0\\.0\\.1:\\d+/\\?token=\\w+"));
    }
  }

  @Test
  public void d_anErrorIsToldWithItsFix() throws Exception {
    Project other = ide.open(changed("centernet:1.2", "nosuch:9"));
    HelperSettings.get().setTarget(other.getBasePath(), "centernet");
    Files.writeString(Path.of(other.getBasePath(), "helper.json"),
        Files.readString(Path.of(other.getBasePath(), "helper.json")).replace("\"name\": \"centernet\"", "\"name\": \"nosuch\"")
            .replaceAll("\"local_port\": \\d(\\d+)", "\"local_port\": 3$1"));
    run(HELPER.toString(), "trust", other.getBasePath());
    ide.choose(new EnsureAction(), other);
    Message error = ide.desk.await("the error", READY, message -> message.kind == Message.Kind.ERROR);
    assertTrue(error.title + error.lines, (error.title + error.lines).contains("nosuch:9"));
    assertTrue(error.lines.toString(), error.lines.stream().anyMatch(line -> line.startsWith("Fix: ") && line.contains("docker build")));
    assertTrue(error.choices.containsKey("Try again"));
  }

  @Test
  public void e_ensureIsCancelledWhileTheServerIsAway() throws Exception {
    ensured();
    shutDown();
    sandbox("cut");
    try {
      ide.desk.messages.clear();
      ide.choose(new EnsureAction(), project);
      Ide.Shown shown = ide.last();
      Wait.until("it is under way", 10, () -> shown.texts.stream().anyMatch(text -> text.startsWith("connect")));
      shown.cancel();
      Wait.until("it has ended", 8, () -> shown.task.isDone());
      assertEquals(List.of(), ide.desk.messages);
    } finally {
      sandbox("heal");
    }
    ensured();
  }

  @Test
  public void f_anUnknownHostKeyIsShownAndTrustedByItsFingerprint() throws Exception {
    ensured();
    shutDown();
    Path hosts = CLIENT.resolve("home/.ssh/known_hosts");
    String known = Files.readString(hosts);
    Files.writeString(hosts, "");
    try {
      ide.desk.messages.clear();
      ide.choose(new EnsureAction(), project);
      RecordingDesk.Asked asked = ide.desk.awaitQuestion(1, 30);
      assertEquals(Question.Kind.CHOICE, asked.question.kind());
      assertTrue(asked.question.details().toString(), asked.question.details().toString().contains("SHA256:"));
      assertEquals(300, asked.question.limit().toSeconds());
      asked.reply.answer("yes");
      ide.desk.await("ensured", READY, message -> message.title.startsWith("centernet: ready"));
      assertTrue(Files.readString(hosts).contains("ssh-ed25519"));
    } finally {
      Files.writeString(hosts, known);
    }
  }

  @Test
  public void g_aPassphraseIsAskedForAndTheWrongOneAgain() throws Exception {
    shutDown();
    String key = CLIENT + "/home/.ssh/id_ed25519";
    run("ssh-keygen", "-q", "-p", "-P", "", "-N", "correct horse", "-f", key);
    try {
      ide.desk.messages.clear();
      ide.choose(new EnsureAction(), project);
      RecordingDesk.Asked first = ide.desk.awaitQuestion(1, 30);
      assertEquals(Question.Kind.SECRET, first.question.kind());
      assertTrue(first.question.prompt(), first.question.prompt().contains("Passphrase for "));
      first.reply.answer("wrong");
      ide.desk.awaitQuestion(2, 30).reply.answer("correct horse");
      ide.desk.await("ensured", READY, message -> message.title.startsWith("centernet: ready"));
    } finally {
      run("ssh-keygen", "-q", "-p", "-P", "correct horse", "-N", "", "-f", key);
    }
  }

  @Test
  public void h_aContainerIsMadeAnewOnlyWithConsent() throws Exception {
    ensured();
    Path config = CLIENT.resolve("helper.json");
    String before = Files.readString(config);
    Files.writeString(config, before.replace("\"shm_size\": \"1g\"", "\"shm_size\": \"2g\""));
    try {
      ide.desk.messages.clear();
      ide.choose(new EnsureAction(), project);
      RecordingDesk.Asked asked = ide.desk.awaitQuestion(1, 30);
      assertEquals(List.of("yes", "snapshot", "no"), asked.question.choices());
      asked.reply.answer("no");
      ide.desk.await("it goes on as it is", READY, message -> message.title.startsWith("centernet: ready"));
      Ide.Shown asItIs = ide.last();
      Wait.until("the task has ended", 10, () -> asItIs.task.isDone());
      assertFalse(asItIs.texts.stream().anyMatch(text -> text.startsWith("create container")));

      ide.desk.messages.clear();
      ide.choose(new EnsureAction(), project);
      ide.desk.awaitQuestion(2, 30).reply.answer("yes");
      ide.desk.await("it is recreated", READY, message -> message.title.startsWith("centernet: ready"));
      assertTrue(ide.last().texts.stream().anyMatch(text -> text.startsWith("create container centernet")));
    } finally {
      Files.writeString(config, before);
    }
  }

  @Test
  public void i_whatOneWindowHasAnsweredGoesAwayInTheOther() throws Exception {
    Path config = CLIENT.resolve("helper.json");
    String before = Files.readString(config);
    ensureQuietly("yes");
    Project other = ide.open(CLIENT);
    Files.writeString(config, before.replace("\"shm_size\": \"1g\"", "\"shm_size\": \"3g\""));
    try {
      int asked = ide.desk.asked.size();
      ide.desk.messages.clear();
      ide.choose(new EnsureAction(), project);
      ide.choose(new EnsureAction(), other);
      Wait.until("one is asked, or both", 30, () -> ide.desk.asked.size() > asked);
      Thread.sleep(1000);
      ide.desk.asked.get(asked).reply.answer("no");
      Wait.until("both windows hear of the outcome", READY,
          () -> ide.desk.messages.stream().filter(m -> m.title.startsWith("centernet: ready")).count() == 2);
      for (RecordingDesk.Asked each : ide.desk.asked.subList(asked + 1, ide.desk.asked.size())) {
        if (each.question.id().equals(ide.desk.asked.get(asked).question.id())) {
          Wait.until("it is withdrawn", 5, () -> ide.desk.withdrawn.contains(each.question.id()));
        }
      }
    } finally {
      Files.writeString(config, before);
    }
  }

  /** Ensures, and answers every question like this. */
  private void ensureQuietly(String answer) throws Exception {
    ide.desk.messages.clear();
    int before = ide.desk.asked.size();
    ide.choose(new EnsureAction(), project);
    Wait.until("ensured, or asked", READY, () -> {
      if (ide.desk.asked.size() > before) ide.desk.asked.get(before).reply.answer(answer);
      return ide.desk.messages.stream().anyMatch(m -> m.title.startsWith("centernet: ready"));
    });
  }

  @Test
  public void j_aDaemonThatWasKilledIsStartedAgainAndFollowedAgain() throws Exception {
    ensureQuietly("yes");
    HelperWidget widget = new HelperWidget(project);
    Wait.until("it is followed", 20, () -> widget.getText().startsWith("centernet: ready"));
    long first = endpoint().pid();
    run("kill", "-9", Long.toString(first));
    Wait.until("it is seen to be gone", 20, () -> widget.getText().equals("helper: not running"));
    ensured();
    assertNotEquals(first, endpoint().pid());
    Wait.until("it is followed again", 20, () -> widget.getText().startsWith("centernet: ready"));
  }

  @Test
  public void k_gatewayGetsTheLinkOfTheTarget() throws Exception {
    String config = CLIENT.resolve("helper.json").toString();
    new HelperConnectionProvider().connect(Map.of("type", "helper", "config", config, "target", "centernet"), null, null);
    ide.desk.await("it is asked", 30, message -> message.choices.containsKey("Ensure")).choices.get("Ensure").run();
    Wait.until("the link is opened", READY, () -> !ide.desk.links.isEmpty());
    assertTrue(ide.desk.links.get(0), ide.desk.links.get(0).startsWith("jetbrains-gateway://connect#type=ssh&host=127.0.0.1&port="));
  }

  @Test
  public void l_aProjectWithAConfigIsAskedWhenItIsOpened() throws Exception {
    new EnsureOnOpen().execute(project, null);
    Message asked = ide.desk.await("it is asked", 30, message -> message.choices.containsKey("Always"));
    assertTrue(asked.lines.get(0), asked.lines.get(0).contains(CLIENT + "/helper.json names centernet on "));
    JsonObject version = Json.object(new String(
        new ProcessBuilder(HELPER.toString(), "version", "--json").start().getInputStream().readAllBytes()));
    assertEquals(1, Json.number(version, "api", 0));
  }
}
