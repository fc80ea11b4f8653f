package dev.helper.ide.ui;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import com.intellij.openapi.actionSystem.AnAction;
import com.intellij.openapi.actionSystem.AnActionEvent;
import com.intellij.openapi.project.Project;
import dev.helper.ide.service.OnOpen;
import dev.helper.ide.support.FakeHelper;
import dev.helper.ide.support.Ide;
import dev.helper.ide.support.TestServer;
import dev.helper.ide.support.Wait;
import dev.helper.ide.wire.Limits;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import javax.swing.SwingUtilities;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

/** The actions on the real platform, with a service that misbehaves. */
public class ActionsTest {
  private static final Limits SHORT =
      new Limits(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(5));
  private static final String REPORT = "{\"target\":\"centernet\",\"state\":\"ready\",\"changed\":true,"
      + "\"steps\":[{\"text\":\"a\"},{\"text\":\"b\"}],\"settings\":{\"jupyter_url\":\"http://127.0.0.1:8888/?token=t\","
      + "\"gateway_link\":\"jetbrains-gateway://connect#type=ssh\"}}";
  private static final String STATUS = "{\"target\":\"centernet\",\"state\":\"ready\",\"container\":\"box\","
      + "\"server\":\"gpu1\",\"container_state\":\"running\",\"gpus\":[\"0: <b>H100</b>\",\"1: H100\"],"
      + "\"tunnels\":[{\"name\":\"ssh\",\"local_port\":2222,\"up\":true,\"leads_to\":\"x\"}]}";
  /** The UI thread may be late by this much on a busy machine; the service is late by seconds. */
  private static final long SOON_MS = 700;

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private TestServer server;
  private Ide ide;
  private Project project;

  @Before
  public void open() throws Exception {
    server = new TestServer(TestServer.result(REPORT));
    ide = ideWith(SHORT);
    project = ide.open(folder.newFolder("project").toPath());
  }

  @After
  public void close() throws Exception {
    ide.close();
    server.close();
  }

  private Ide ideWith(Limits limits) throws Exception {
    Path endpoint = server.writeEndpoint(root().resolve("endpoint.json"));
    return new Ide(FakeHelper.of(root(), endpoint), limits);
  }

  private Path root() {
    return folder.getRoot().toPath();
  }

  private long requests(String method) {
    return server.bodies().stream().filter(body -> body.contains("\"method\":\"" + method + "\"")).count();
  }

  private Message awaitError() throws Exception {
    return ide.desk.await("an error", 15, message -> message.kind == Message.Kind.ERROR);
  }

  private Message awaitReady() throws Exception {
    return ide.desk.await("it is ready", 30, message -> message.title.equals("centernet: ready"));
  }

  @Test
  public void areOnlyThereForAProject() {
    for (AnAction action : List.of(new EnsureAction(), new StopAction(), new StatusAction(), new JupyterAction(), new LogAction())) {
      AnActionEvent without = Ide.event(null);
      action.update(without);
      assertFalse(without.getPresentation().isEnabled());
      action.actionPerformed(without);
      AnActionEvent with = Ide.event(project);
      action.update(with);
      assertTrue(with.getPresentation().isEnabled());
    }
    assertEquals(0, ide.progress.size());
  }

  @Test
  public void ensureTellsWhatIsReadyAndOffersJupyter() throws Exception {
    ide.choose(new EnsureAction(), project);
    Message ready = awaitReady();
    assertEquals(List.of("2 steps."), ready.lines);
    ready.choices.get("Open Jupyter").run();
    assertEquals(List.of("http://127.0.0.1:8888/?token=t"), ide.desk.links);
    String body = server.bodies().stream().filter(b -> b.contains("\"ensure\"")).findFirst().get();
    assertTrue(body, body.contains("\"folder\":\"" + project.getBasePath() + "\""));
  }

  @Test
  public void ensureIsNotBegunTwiceAtATime() throws Exception {
    server.will(TestServer.never());
    ide.choose(new EnsureAction(), project);
    ide.choose(new EnsureAction(), project);
    awaitError();
    assertEquals(1, ide.progress.size());
    server.will(TestServer.result(REPORT));
    ide.choose(new EnsureAction(), project);
    awaitReady();
  }

  @Test
  public void keepTheUiThreadFreeWhileAServiceAnswersAfterTenSeconds() throws Exception {
    ide.close();
    ide = ideWith(Limits.STANDARD);
    project = ide.open(root().resolve("project"));
    server.will((body, out) -> {
      TimeUnit.SECONDS.sleep(10);
      out.result(body, REPORT);
    });
    try (UiPulse pulse = new UiPulse()) {
      assertTrue(ide.choose(new EnsureAction(), project) < SOON_MS);
      awaitReady();
      assertTrue("the UI thread was held up for " + pulse.worst() + " ms", pulse.worst() < SOON_MS);
    }
  }

  @Test
  public void keepTheUiThreadFreeWhileAServiceNeverAnswersAndSaySoAndRecover() throws Exception {
    server.will(TestServer.never());
    try (UiPulse pulse = new UiPulse()) {
      for (AnAction action : List.of(new EnsureAction(), new StopAction(), new StatusAction(), new JupyterAction())) {
        assertTrue(ide.choose(action, project) < SOON_MS);
      }
      Wait.until("each has said so", 15, () -> ide.desk.messages.size() == 4);
      assertTrue("the UI thread was held up for " + pulse.worst() + " ms", pulse.worst() < SOON_MS);
    }
    for (Message message : ide.desk.messages) {
      assertTrue(message.lines.toString(), message.lines.get(0).contains("silent for 2 s"));
      assertTrue(message.lines.get(1), message.lines.get(1).startsWith("Fix: "));
    }
    server.will(TestServer.result(REPORT));
    Message first = ide.desk.messages.stream().filter(m -> m.title.equals("helperd")).findFirst().get();
    int before = ide.progress.size();
    first.choices.get("Try again").run();
    Wait.until("it is tried again", 10, () -> ide.progress.size() > before);
  }

  @Test
  public void sayOfGarbageThatItIsNoneAndRecover() throws Exception {
    server.will((body, out) -> out.raw("\0\1\2 garbage \n\n"));
    assertTrue(ide.choose(new EnsureAction(), project) < SOON_MS);
    assertTrue(awaitError().choices.containsKey("Copy the fix"));
    server.will(TestServer.result("[1,2]"));
    ide.choose(new EnsureAction(), project);
    Wait.until("a second error", 10, () -> ide.desk.messages.size() == 2);
    server.will(TestServer.result(REPORT));
    ide.choose(new EnsureAction(), project);
    awaitReady();
  }

  @Test
  public void areCancelledByTheirProgressAndSayNothingMore() throws Exception {
    server.will((body, out) -> {
      if (body.contains("\"method\":\"cancel\"")) out.result(body, "{\"cancelled\":1}");
      else if (body.contains("\"method\":\"ensure\"")) {
        out.head().line("{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"kind\":\"started\",\"text\":\"pull image\"}}");
        TimeUnit.HOURS.sleep(1);
      } else TimeUnit.HOURS.sleep(1);
    });
    ide.choose(new EnsureAction(), project);
    Ide.Shown shown = ide.last();
    Wait.until("its step is shown", 10, () -> shown.texts.contains("pull image"));
    shown.cancel();
    Wait.until("the daemon is told", 5, () -> requests("cancel") == 1);
    Wait.until("the task ends", 5, () -> shown.task.isDone());
    assertEquals(List.of(), ide.desk.messages);
  }

  @Test
  public void startADaemonThatDoesNotRun() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    server.writeEndpoint(root().resolve("endpoint.json"), gone.pid());
    ide.choose(new EnsureAction(), project);
    Message error = awaitError();
    assertTrue(error.lines.toString(), error.lines.get(0).contains("left no endpoint file"));
    assertEquals("started\n", Files.readString(root().resolve("starts")));
    assertEquals("a port of a process that has gone is not spoken to", 0, server.bodies().size());
  }

  @Test
  public void noticeThatTheHelperWasReplaced() throws Exception {
    ide.choose(new EnsureAction(), project);
    awaitReady();
    Path helper = FakeHelper.script(root(), "echo '{\"helper\":\"9.0.0\",\"api\":99,\"endpoint_file\":\"/e\"}'");
    Files.setLastModifiedTime(helper, FileTime.from(Instant.now().plusSeconds(5)));
    ide.choose(new EnsureAction(), project);
    assertTrue(awaitError().lines.get(0).contains("helper 9.0.0 is too new"));
  }

  @Test
  public void nameTheSettingsWhenThereIsNoHelper() throws Exception {
    HelperSettings.get().setHelperPath("/nonexistent/helper");
    ide.choose(new StatusAction(), project);
    Message error = awaitError();
    assertEquals("/nonexistent/helper", error.title);
    error.choices.get("Settings").run();
    assertEquals(List.of("settings"), ide.desk.links);
  }

  @Test
  public void statusFollowsEveryTargetAndItsTextIsNeverHtml() throws Exception {
    server.will((body, out) -> {
      if (body.contains("\"method\":\"watch\"") && body.contains("\"revision\"")) TimeUnit.HOURS.sleep(1);
      out.result(body, body.contains("\"method\":\"watch\"") ? "{\"revision\":7,\"status\":" + STATUS + "}" : "[" + STATUS + "]");
    });
    ide.choose(new StatusAction(), project);
    Message told = ide.desk.await("the status", 10, m -> m.title.startsWith("centernet"));
    assertEquals("centernet: ready, 2 GPUs, tunnel up", told.title);
    HelperWidget widget = new HelperWidget(project);
    Wait.until("the widget has it", 10, () -> widget.getText().equals("centernet: ready, 2 GPUs, tunnel up"));
    assertTrue(widget.getTooltipText(), widget.getTooltipText().contains("&lt;b&gt;H100"));
    Wait.until("it is watched from what is known", 10,
        () -> server.bodies().stream().anyMatch(body -> body.contains("\"revision\":7")));
  }

  @Test
  public void questionsAreAnsweredRefusedAndWithdrawn() throws Exception {
    String question = "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"kind\":\"question\",\"question_id\":\"q%d\","
        + "\"question\":{\"kind\":\"%s\",\"prompt\":\"Code\",\"details\":[\"d\"],\"choices\":%s,\"limit_ms\":300000}}}";
    server.will((body, out) -> {
      if (body.contains("\"method\":\"answer\"") || body.contains("\"method\":\"cancel\"")) {
        out.result(body, "{\"accepted\":true}");
      } else if (body.contains("\"method\":\"ensure\"")) {
        out.head().line(String.format(question, 1, "text", "[]"));
        out.line(String.format(question, 2, "confirm", "[\"yes\",\"snapshot\",\"no\"]"));
        out.line(String.format(question, 3, "confirm", "[]")).line(String.format(question, 4, "secret", "[]"));
        out.line("{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"kind\":\"answered\",\"question_id\":\"q3\"}}");
        TimeUnit.HOURS.sleep(1);
      } else TimeUnit.HOURS.sleep(1);
    });
    ide.choose(new EnsureAction(), project);
    ide.desk.awaitQuestion(4, 10);
    assertEquals(300, ide.desk.asked.get(0).question.limit().toSeconds());
    assertEquals(List.of("yes", "snapshot", "no"), ide.desk.asked.get(1).question.choices());
    assertEquals(List.of("yes", "no"), ide.desk.asked.get(2).question.choices());
    Wait.until("the one that was answered elsewhere goes away", 10, () -> ide.desk.withdrawn.contains("q3"));
    ide.desk.asked.get(2).reply.answer("yes"); // too late: it reaches nobody
    ide.desk.asked.get(0).reply.answer("123456");
    Wait.until("the answer is sent", 10, () -> requests("answer") == 1);
    assertTrue(server.bodies().stream().anyMatch(b -> b.contains("\"question\":\"q1\",\"value\":\"123456\"")));
    ide.desk.asked.get(3).reply.refuse();
    Wait.until("a refusal gives the request up", 10, () -> requests("cancel") == 1);
    Wait.until("what is open goes away", 10, () -> ide.desk.withdrawn.contains("q2"));
    assertEquals(1, requests("answer"));
  }

  @Test
  public void aProjectIsAskedForOnceAndThenAsWasChosenUntilItsConfigDoesSomethingElse() throws Exception {
    String targets = "{\"config_file\":\"/p/helper.json\",\"own\":%s,\"targets\":[{\"name\":\"centernet\",\"server\":\"gpu1\"}]}";
    AtomicReference<String> digest = new AtomicReference<>("d1");
    server.will((body, out) -> {
      if (body.contains("\"method\":\"watch\"")) TimeUnit.HOURS.sleep(1);
      if (body.contains("\"method\":\"trusted\"")) out.result(body, "{\"digest\":\"" + digest.get() + "\"}");
      else out.result(body, body.contains("\"method\":\"targets\"") ? String.format(targets, "false") : REPORT);
    });
    String base = project.getBasePath();
    new EnsureOnOpen().execute(project, null);
    Message asked = ide.desk.await("it is asked", 10, m -> m.choices.containsKey("Always"));
    assertTrue(asked.lines.get(0), asked.lines.get(0).contains("centernet on gpu1"));
    assertEquals(0, requests("ensure"));
    asked.choices.get("Always").run();
    awaitReady();
    assertEquals(OnOpen.ALWAYS, HelperSettings.get().onOpen(base));
    new EnsureOnOpen().execute(project, null);
    Wait.until("the second time it is not asked", 10, () -> requests("ensure") == 2);
    assertEquals(1, ide.desk.messages.stream().filter(m -> m.choices.containsKey("Always")).count());
    digest.set("d2");
    ide.desk.messages.clear();
    new EnsureOnOpen().execute(project, null);
    Message again = ide.desk.await("it is asked again", 10, m -> m.choices.containsKey("Always"));
    assertTrue(again.title, again.title.contains("has changed"));
    assertEquals(2, requests("ensure"));
    again.choices.get("Never").run();
    assertEquals(OnOpen.NEVER, HelperSettings.get().onOpen(base));
  }

  @Test
  public void aFaultInAListenerDoesNotEndTheWatch() throws Exception {
    AtomicLong revision = new AtomicLong();
    server.will((body, out) -> {
      TimeUnit.MILLISECONDS.sleep(50);
      out.result(body, "{\"revision\":" + revision.incrementAndGet() + ",\"status\":" + STATUS + "}");
    });
    ProjectBackend backend = ProjectBackend.get(project);
    AtomicLong told = new AtomicLong();
    backend.addListener(() -> {
      if (told.incrementAndGet() == 1) throw new IllegalStateException("a fault of the test");
    });
    backend.watch();
    Wait.until("it goes on", 15, () -> told.get() > 2);
  }

  @Test
  public void aProjectWithoutAConfigOfItsOwnIsLeftAlone() throws Exception {
    server.will(TestServer.result("{\"config_file\":\"/home/me/.config/helper/config.json\",\"own\":true,\"targets\":[]}"));
    new EnsureOnOpen().execute(project, null);
    Wait.until("the config is looked for", 10, () -> requests("targets") == 1);
    Thread.sleep(300);
    assertEquals(List.of(), ide.desk.messages);
    assertEquals(1, server.bodies().size());
  }

  @Test
  public void closingAProjectGivesBackItsThreadsAndItsMemory() throws Exception {
    server.will(TestServer.never());
    List<WeakReference<Object>> left = new ArrayList<>();
    for (int i = 0; i < 10; ++i) {
      Project each = ide.open(folder.newFolder("p" + i).toPath());
      ProjectBackend backend = ProjectBackend.get(each);
      backend.watch();
      ide.choose(new EnsureAction(), each);
      left.add(new WeakReference<>(each));
      left.add(new WeakReference<>(backend));
    }
    Wait.until("all are being served", 10, () -> requests("ensure") == 10 && requests("watch") >= 10);
    assertTrue(helperThreads() >= 10);
    for (WeakReference<Object> each : left) {
      Object object = each.get();
      if (object instanceof Project) ide.close((Project) object);
    }
    Wait.until("the threads have ended", 10, () -> helperThreads() == 0 && ide.progress.stream().allMatch(p -> p.task.isDone()));
    assertEquals("nothing is told to a project that is closed", List.of(), ide.desk.messages);
    ide.progress.clear();
    Wait.until("the memory is given back", 20, () -> {
      System.gc();
      return left.stream().allMatch(each -> each.get() == null);
    });
  }

  private static long helperThreads() {
    return Thread.getAllStackTraces().keySet().stream().filter(thread -> thread.getName().startsWith("helper ")).count();
  }

  @Test
  public void gatewayAsksAgainWhenTheConfigOfALinkDoesSomethingElse() throws Exception {
    AtomicReference<String> digest = new AtomicReference<>("d1");
    server.will((body, out) -> out.result(
        body, body.contains("\"method\":\"trusted\"") ? "{\"digest\":\"" + digest.get() + "\"}" : REPORT));
    HelperConnectionProvider provider = new HelperConnectionProvider();
    Map<String, String> link = Map.of("type", "helper", "config", root() + "/helper.json");
    provider.open(link);
    ide.desk.await("it is asked", 10, m -> m.choices.containsKey("Ensure")).choices.get("Ensure").run();
    Wait.until("the link is opened", 10, () -> ide.desk.links.size() == 1);
    ide.desk.messages.clear();
    digest.set("d2");
    provider.open(link);
    ide.desk.await("it is asked again", 10, m -> m.choices.containsKey("Ensure"));
    assertEquals(1, requests("ensure"));
  }

  @Test
  public void gatewayIsHandedTheSshLinkOfATargetThatIsReady() throws Exception {
    server.will((body, out) -> out.result(
        body, body.contains("\"method\":\"trusted\"") ? "{\"digest\":\"d1\"}" : REPORT));
    HelperConnectionProvider provider = new HelperConnectionProvider();
    assertTrue(provider.isApplicable(Map.of("type", "helper")));
    assertFalse(provider.isApplicable(Map.of("type", "ssh")));
    assertFalse(provider.isApplicable(Map.of()));
    String config = root() + "/helper.json";
    assertNull(provider.connect(Map.of("type", "helper", "config", config, "target", "centernet"), null, null));
    Message asked = ide.desk.await("a config that is new is shown first", 10, m -> m.choices.containsKey("Ensure"));
    assertTrue(asked.lines.get(0), asked.lines.get(0).contains(config));
    assertEquals(0, requests("ensure"));
    asked.choices.get("Ensure").run();
    Wait.until("the link is opened", 10, () -> ide.desk.links.equals(List.of("jetbrains-gateway://connect#type=ssh")));
    assertTrue(server.bodies().get(0), server.bodies().get(0).contains("\"config\":\"" + config + "\",\"target\":\"centernet\""));
    provider.connect(Map.of("type", "helper", "config", config), null, null);
    Wait.until("it is asked about once", 10, () -> ide.desk.links.size() == 2);
    ide.desk.messages.clear();
    provider.connect(Map.of("type", "helper", "target", "centernet"), null, null);
    Message own = ide.desk.await("the person's own config is asked about", 10, m -> m.choices.containsKey("Ensure"));
    assertTrue(own.lines.get(0), own.lines.get(0).contains("your own config"));
    assertEquals(2, ide.desk.links.size());
    provider.connect(Map.of("type", "helper", "config", "helper.json"), null, null);
    assertEquals("helper.json", awaitError().title);
  }

  /** How late the UI thread is at worst. */
  private static final class UiPulse implements AutoCloseable {
    private final AtomicLong worst = new AtomicLong();
    private final Thread thread = new Thread(this::run, "ui pulse");
    private volatile boolean over;

    UiPulse() {
      thread.start();
    }

    long worst() {
      return worst.get();
    }

    @Override
    public void close() {
      over = true;
    }

    private void run() {
      while (!over) {
        long begin = System.nanoTime();
        try {
          SwingUtilities.invokeAndWait(() -> {});
          worst.accumulateAndGet((System.nanoTime() - begin) / 1_000_000, Math::max);
          Thread.sleep(20);
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }
    }
  }
}
