package dev.helper.ide.service;

import com.google.gson.JsonObject;
import dev.helper.ide.wire.Json;
import dev.helper.ide.wire.HelperException;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.annotations.NotNull;

/**
 * A TargetState is what the status bar shows of a target: its state, its GPUs, its tunnels. {@code lines} are for the
 * tooltip, and for the action Status.
 */
public record TargetState(@NotNull String shortText, @NotNull List<String> lines) {
  /** Before anything is known. */
  public static final TargetState NOTHING = new TargetState("helper", List.of());

  public TargetState {
    lines = List.copyOf(lines);
  }

  public static @NotNull TargetState notRunning() {
    return new TargetState("helper: not running", List.of("The daemon does not run; Ensure starts it."));
  }

  public static @NotNull TargetState of(@NotNull HelperException trouble) {
    return new TargetState("helper: trouble", List.of(trouble.getMessage(), trouble.fix()));
  }

  /** From an element of `status`, or the status of `watch`. */
  public static @NotNull TargetState of(@NotNull JsonObject status) {
    String state = Json.text(status, "state");
    int gpus = Json.texts(status, "gpus").size();
    List<JsonObject> tunnels = Json.objects(status, "tunnels");
    long up = tunnels.stream().filter(tunnel -> Json.isTrue(tunnel, "up")).count();
    StringBuilder text = new StringBuilder(Json.text(status, "target")).append(": ").append(state);
    if (gpus > 0) text.append(", ").append(gpus).append(gpus == 1 ? " GPU" : " GPUs");
    if (!tunnels.isEmpty()) text.append(up == tunnels.size() ? ", tunnel up" : ", tunnel down");
    return new TargetState(text.toString(), lines(status, tunnels));
  }

  private static List<String> lines(JsonObject status, List<JsonObject> tunnels) {
    List<String> lines = new ArrayList<>();
    lines.add("container " + Json.text(status, "container") + " on " + Json.text(status, "server") + " "
        + Json.text(status, "container_state"));
    for (String gpu : Json.texts(status, "gpus")) lines.add("GPU " + gpu);
    if (!Json.text(status, "python").isEmpty()) {
      lines.add("Python " + Json.text(status, "python_version") + " " + Json.text(status, "python"));
    }
    for (JsonObject tunnel : tunnels) {
      String where = Json.isTrue(tunnel, "up") ? "to " + Json.text(tunnel, "leads_to")
                                               : "is not connected " + Json.text(tunnel, "trouble");
      lines.add("port " + Json.number(tunnel, "local_port", 0) + " (" + Json.text(tunnel, "name") + ") " + where);
    }
    for (JsonObject problem : Json.objects(status, "problems")) {
      lines.add(Json.text(problem, "thing") + ": " + Json.text(problem, "cause"));
      if (!Json.text(problem, "fix").isEmpty()) lines.add("fix: " + Json.text(problem, "fix"));
    }
    for (String note : Json.texts(status, "notes")) lines.add(note);
    return lines;
  }
}
