package dev.helper.ide.wire;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.intellij.openapi.diagnostic.Logger;
import java.io.IOException;
import java.net.ConnectException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jetbrains.annotations.NotNull;

/** RpcClient calls the daemon's methods: JSON-RPC over HTTP, one connection a call, on the thread that calls. */
public final class RpcClient {
  private static final Logger LOG = Logger.getInstance(RpcClient.class);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Endpoint endpoint;
  private final Limits limits;

  public RpcClient(@NotNull Endpoint endpoint, @NotNull Limits limits) {
    this.endpoint = endpoint;
    this.limits = limits;
  }

  /**
   * The method's result, or its error as the daemon gave it. {@code onEvent} gets the params of each event, on this
   * thread. When {@code cancelled} says so, the daemon is told, and the call ends within {@link Limits}.
   */
  public @NotNull JsonElement call(@NotNull String method, @NotNull JsonObject params,
      @NotNull Consumer<JsonObject> onEvent, @NotNull BooleanSupplier cancelled) throws HelperException {
    if (cancelled.getAsBoolean()) throw HelperException.cancelled(method);
    // Random, so that no two callers cancel each other.
    String id = method + "-" + Long.toHexString(RANDOM.nextLong());
    Wait wait = new Wait(id, cancelled);
    try (HttpExchange exchange = new HttpExchange(wait)) {
      wait.exchange = exchange;
      exchange.send(endpoint, request(id, method, params), millis(limits.connect()));
      int status = exchange.readHead();
      if (status == 401) throw HelperException.unreachable("it does not accept the token of its endpoint file");
      for (String line; (line = exchange.readLine()) != null; ) {
        if (line.isBlank()) continue;
        JsonElement result = read(line, id, onEvent);
        if (result != null) return result;
      }
      throw HelperException.unreachable("it closed the connection before it answered");
    } catch (ConnectException e) {
      LOG.info(method, e);
      throw HelperException.unreachable("it cannot be reached (" + e.getMessage() + ")");
    } catch (IOException e) {
      LOG.info(method, e);
      if (wait.told) throw HelperException.cancelled(method);
      throw HelperException.unreachable("it gave no answer that can be read (" + e.getMessage() + ")");
    }
  }

  private static String request(String id, String method, JsonObject params) {
    JsonObject call = new JsonObject();
    call.addProperty("jsonrpc", "2.0");
    call.addProperty("id", id);
    call.addProperty("method", method);
    call.add("params", params);
    return call.toString();
  }

  /** The result when the line is the answer; null when it was an event. */
  private static JsonElement read(String line, String id, Consumer<JsonObject> onEvent) throws HelperException {
    JsonObject message = Json.object(line);
    if (message == null || !Json.text(message, "jsonrpc").equals("2.0")) {
      throw HelperException.unreachable("it answered with something that is not JSON-RPC 2.0");
    }
    if (message.has("method")) {
      if (Json.text(message, "method").equals("event")) onEvent.accept(Json.object(message, "params"));
      return null;
    }
    JsonElement to = message.get("id");
    if (to != null && !to.isJsonNull() && !to.toString().equals('"' + id + '"')) {
      throw HelperException.unreachable("it answered another request");
    }
    if (message.has("error")) throw trouble(Json.object(message, "error"));
    if (!message.has("result")) throw HelperException.unreachable("it answered with neither a result nor an error");
    return message.get("result");
  }

  private static HelperException trouble(JsonObject error) {
    JsonObject data = Json.object(error, "data");
    if (Json.text(data, "name").isEmpty()) return new HelperException("internal", "helperd", Json.text(error, "message"), "");
    return new HelperException(
        Json.text(data, "name"), Json.text(data, "thing"), Json.text(data, "cause"), Json.text(data, "fix"));
  }

  private static int millis(Duration duration) {
    return (int) duration.toMillis();
  }

  /** Decides, while nothing comes, whether to go on waiting; tells the daemon once when the call is cancelled. */
  private final class Wait implements HttpExchange.Patience {
    private final String id;
    private final BooleanSupplier cancelled;
    private HttpExchange exchange;
    private boolean told;
    private long giveUp;

    Wait(String id, BooleanSupplier cancelled) {
      this.id = id;
      this.cancelled = cancelled;
    }

    @Override
    public void check() throws IOException {
      if (!told && cancelled.getAsBoolean()) {
        told = true;
        giveUp = System.nanoTime() + limits.cancel().toNanos();
        tellDaemon();
      }
      long now = System.nanoTime();
      if (told && now > giveUp) throw new IOException("it did not end when it was told to");
      if (now - exchange.lastHeard() > limits.silence().toNanos()) {
        throw new IOException("it has been silent for " + limits.silence().toSeconds() + " s");
      }
    }

    private void tellDaemon() {
      JsonObject params = new JsonObject();
      params.addProperty("request", id);
      long end = System.nanoTime() + limits.cancel().toNanos() / 2;
      HttpExchange.Patience briefly = () -> {
        if (System.nanoTime() > end) throw new IOException("too late");
      };
      try (HttpExchange other = new HttpExchange(briefly)) {
        other.send(endpoint, request("cancel-" + id, "cancel", params), millis(limits.cancel()) / 2);
        other.readHead();
      } catch (IOException untold) {
        LOG.info("a daemon that cannot be told is not waited for either", untold);
      }
    }
  }
}
