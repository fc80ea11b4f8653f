package dev.helper.ide.wire;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertThrows;
import static org.junit.Assert.assertTrue;

import com.google.gson.JsonObject;
import dev.helper.ide.support.TestServer;
import dev.helper.ide.support.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.After;
import org.junit.Before;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;

public class RpcClientTest {
  private static final Limits SHORT =
      new Limits(Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(2));

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  private TestServer server;

  @Before
  public void start() throws Exception {
    server = new TestServer(TestServer.result("7"));
  }

  @After
  public void stop() throws Exception {
    server.close();
  }

  private RpcClient client() throws Exception {
    return new RpcClient(Endpoint.read(server.writeEndpoint(folder.getRoot().toPath().resolve("e.json"))).get(), SHORT);
  }

  private HelperException trouble() throws Exception {
    RpcClient client = client();
    return assertThrows(HelperException.class, () -> client.call("status", new JsonObject(), e -> {}, () -> false));
  }

  @Test
  public void givesTheEventsAsTheyComeAndThenTheResult() throws Exception {
    server.will((body, out) -> out.head()
        .line("").line("{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"kind\":\"started\",\"text\":\"é\"}}")
        .line("{\"jsonrpc\":\"2.0\",\"method\":\"of a newer version\"}")
        .line("{\"jsonrpc\":\"2.0\",\"id\":" + TestServer.id(body) + ",\"result\":{\"state\":\"ready\"}}").end());
    List<String> texts = new ArrayList<>();
    JsonObject params = new JsonObject();
    params.addProperty("target", "centernet");
    JsonObject result =
        client().call("ensure", params, e -> texts.add(Json.text(e, "text")), () -> false).getAsJsonObject();
    assertEquals("ready", Json.text(result, "state"));
    assertEquals(List.of("é"), texts);
    assertTrue(server.bodies().get(0), server.bodies().get(0).contains("\"params\":{\"target\":\"centernet\"}"));
  }

  @Test
  public void readsAnAnswerOfOnePieceAndOneThatEndsWithTheConnection() throws Exception {
    for (String head : List.of("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n", "HTTP/1.0 200 OK\r\n\r\n")) {
      server.will((body, out) -> {
        String json = "{\"jsonrpc\":\"2.0\",\"id\":" + TestServer.id(body) + ",\"result\":1}";
        out.raw(String.format(head, json.length()) + json);
      });
      assertEquals(1, client().call("version", new JsonObject(), e -> {}, () -> false).getAsInt());
    }
  }

  @Test
  public void givesTheDaemonsErrorWithItsNameAndItsFix() throws Exception {
    server.will((body, out) -> out.head().line("{\"jsonrpc\":\"2.0\",\"id\":" + TestServer.id(body)
        + ",\"error\":{\"code\":501,\"message\":\"m\",\"data\":{\"name\":\"engine.permission\",\"thing\":\"the engine\","
        + "\"cause\":\"no\",\"fix\":\"sudo usermod\"}}}").end());
    HelperException trouble = trouble();
    assertEquals("engine.permission", trouble.name());
    assertEquals("the engine: no", trouble.getMessage());
    assertEquals("sudo usermod", trouble.fix());
  }

  @Test
  public void saysOfGarbageThatItIsNone() throws Exception {
    List<TestServer.Script> garbage = List.of(
        (body, out) -> out.raw("SSH-2.0-OpenSSH_9.2\r\n"),
        (body, out) -> out.raw("\0\1\2\3"),
        (body, out) -> { },
        (body, out) -> out.head().line("<html>"),
        (body, out) -> out.head().line("[".repeat(100_000)),
        (body, out) -> out.head().line("{\"jsonrpc\":\"2.0\",\"id\":\"another\",\"result\":1}"),
        (body, out) -> out.head().line("{\"jsonrpc\":\"2.0\",\"id\":" + TestServer.id(body) + "}"),
        (body, out) -> out.head().end(),
        (body, out) -> out.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        (body, out) -> out.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"jsonrpc\""),
        (body, out) -> out.raw("HTTP/1.1 200 OK\r\n" + "a: b\r\n".repeat(1000) + "\r\n"),
        (body, out) -> out.raw("HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"));
    for (int i = 0; i < garbage.size(); ++i) {
      server.will(garbage.get(i));
      assertEquals("garbage " + i, "daemon.unreachable", trouble().name());
    }
  }

  @Test
  public void doesNotWaitForeverForSilence() throws Exception {
    server.will(TestServer.never());
    long begin = System.nanoTime();
    HelperException trouble = trouble();
    assertTrue(trouble.why(), trouble.why().contains("silent for 1 s"));
    assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(4));
  }

  @Test
  public void waitsAsLongAsThereAreSignsOfLife() throws Exception {
    server.will((body, out) -> {
      out.head();
      for (int i = 0; i < 8; ++i) {
        Thread.sleep(250);
        out.line("");
      }
      out.line("{\"jsonrpc\":\"2.0\",\"id\":" + TestServer.id(body) + ",\"result\":1}").end();
    });
    assertEquals(1, client().call("ensure", new JsonObject(), e -> {}, () -> false).getAsInt());
  }

  @Test
  public void tellsTheDaemonToCancelAndGivesUpOnOneThatDoesNot() throws Exception {
    server.will((body, out) -> {
      if (body.contains("\"method\":\"cancel\"")) out.result(body, "{\"cancelled\":1}");
      else TimeUnit.HOURS.sleep(1);
    });
    AtomicBoolean cancelled = new AtomicBoolean();
    RpcClient client = client();
    Thread presses = new Thread(() -> {
      try {
        Wait.until("the request is there", 5, () -> server.bodies().size() == 1);
      } catch (Exception e) {
        throw new AssertionError(e);
      }
      cancelled.set(true);
    });
    presses.start();
    long begin = System.nanoTime();
    HelperException trouble =
        assertThrows(HelperException.class, () -> client.call("ensure", new JsonObject(), e -> {}, cancelled::get));
    assertTrue(trouble.isCancelled());
    assertTrue(System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(5));
    assertEquals(2, server.bodies().size());
    String asked = TestServer.id(server.bodies().get(0));
    assertTrue(server.bodies().get(1), server.bodies().get(1).contains("\"params\":{\"request\":" + asked + "}"));
  }

  @Test
  public void asksNothingOfAnybodyOnceItIsCancelled() throws Exception {
    RpcClient client = client();
    assertTrue(assertThrows(HelperException.class, () -> client.call("ensure", new JsonObject(), e -> {}, () -> true))
                   .isCancelled());
    assertEquals(0, server.bodies().size());
  }

  @Test
  public void saysThatNobodyListens() throws Exception {
    server.close();
    assertEquals("daemon.unreachable", trouble().name());
  }
}
