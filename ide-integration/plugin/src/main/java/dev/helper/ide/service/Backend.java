package dev.helper.ide.service;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.helper.ide.wire.Json;
import dev.helper.ide.wire.HelperException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jetbrains.annotations.NotNull;

/** A Backend is one target as the plugin works with it. Every method blocks until the service has answered, or the progress says that nobody waits any more: none is for the UI thread. */
public final class Backend {
  /** Which target: folder or config (absolute), and its name; "" lets the service choose. */
  public record Where(@NotNull String folder, @NotNull String config, @NotNull String target) {}

  /** What a config names. {@code own}: it is the person's own config, and not the folder's; {@code texts}: "centernet on gpu1". */
  public record Targets(
      @NotNull Path config, boolean own, @NotNull List<String> names, @NotNull List<String> texts) {}

  private final Daemon daemon;
  private final Person person;
  private final Executor executor;
  private final Supplier<Where> where;

  /** {@code where} is asked at each call; answers to questions are sent by {@code executor}. */
  public Backend(
      @NotNull Daemon daemon, @NotNull Person person, @NotNull Executor executor, @NotNull Supplier<Where> where) {
    this.daemon = daemon;
    this.person = person;
    this.executor = executor;
    this.where = where;
  }

  /** The report of `ensure`: {target, state, changed, steps, notes, problems, settings}. */
  public @NotNull JsonObject ensure(@NotNull Progress progress) throws HelperException {
    return change("ensure", progress);
  }

  public @NotNull JsonObject stop(@NotNull Progress progress) throws HelperException {
    return change("stop", progress);
  }

  /** The status of the target; of each, when the config has several and none is chosen. */
  public @NotNull List<JsonObject> status(@NotNull Progress progress) throws HelperException {
    return Json.objects(request("status", progress));
  }

  /** Where Jupyter answers on this machine, with its token. */
  public @NotNull String jupyterUrl(@NotNull Progress progress) throws HelperException {
    JsonObject settings = asObject(request("settings", progress));
    String url = Json.text(settings, "jupyter_url");
    if (!url.isEmpty()) return url;
    throw new HelperException("not_ready", Json.text(settings, "target"), "no Jupyter answers there", "Tools > Helper > Ensure");
  }

  public @NotNull Targets targets(@NotNull Progress progress) throws HelperException {
    JsonObject json = asObject(request("targets", progress));
    List<String> names = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    for (JsonObject target : Json.objects(json, "targets")) {
      names.add(Json.text(target, "name"));
      texts.add(Json.text(target, "name") + " on " + Json.text(target, "server"));
    }
    return new Targets(Path.of(Json.text(json, "config_file")), Json.isTrue(json, "own"), names, texts);
  }

  /** Names what the config can do: another text when that changes. No server is asked, and no person. */
  public @NotNull String digest(@NotNull Progress progress) throws HelperException {
    return Json.text(asObject(request("trusted", progress)), "digest");
  }

  public @NotNull Path logFile(@NotNull Progress progress) throws HelperException {
    return daemon.logFile(progress::isCancelled);
  }

  JsonObject params() {
    Where here = where.get();
    JsonObject params = new JsonObject();
    if (!here.config().isEmpty()) params.addProperty("config", here.config());
    if (!here.folder().isEmpty()) params.addProperty("folder", here.folder());
    if (!here.target().isEmpty()) params.addProperty("target", here.target());
    String agent = System.getenv("SSH_AUTH_SOCK");
    if (agent != null && !agent.isEmpty()) params.addProperty("agent_socket", agent);
    params.addProperty("can_answer", true);
    return params;
  }

  Daemon daemon() {
    return daemon;
  }

  Executor executor() {
    return executor;
  }

  private JsonObject change(String method, Progress progress) throws HelperException {
    return asObject(request(method, progress));
  }

  private JsonElement request(String method, Progress progress) throws HelperException {
    AtomicBoolean refused = new AtomicBoolean();
    BooleanSupplier cancelled = () -> refused.get() || progress.isCancelled();
    OpenQuestions questions = new OpenQuestions(daemon, person, executor, () -> refused.set(true));
    try {
      return daemon.call(method, params(), event -> {
        tell(progress, event);
        questions.onEvent(event);
      }, cancelled);
    } finally {
      questions.withdrawAll();
    }
  }

  private static void tell(Progress progress, JsonObject event) {
    String text = Json.text(event, "text");
    switch (Json.text(event, "kind")) {
      case "connecting":
        progress.show("connect to " + text, "");
        break;
      case "started":
        progress.show(text, Json.text(event, "cause"));
        break;
      case "progress":
        progress.show("", text);
        break;
      default:
    }
  }

  private static JsonObject asObject(JsonElement result) throws HelperException {
    if (result.isJsonObject()) return result.getAsJsonObject();
    throw HelperException.unreachable("it answered with something that is not a result of that method");
  }
}
