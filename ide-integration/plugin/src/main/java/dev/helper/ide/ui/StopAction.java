package dev.helper.ide.ui;

import com.google.gson.JsonObject;
import com.intellij.openapi.project.Project;
import dev.helper.ide.wire.Json;
import java.util.List;
import org.jetbrains.annotations.NotNull;

/**
 * Tools > Helper > Stop: the container stops and its tunnels close. When kernels of Jupyter are
 * busy, the service asks first.
 */
public final class StopAction extends HelperAction {
  @Override
  void start(@NotNull Project project) {
    Tasks.start(project, "Stop backend", () -> start(project), progress -> {
      JsonObject report = ProjectBackend.get(project).backend().stop(progress);
      Desk.get().tell(project,
          new Message(Message.Kind.INFO, Json.text(report, "target") + ": " + Json.text(report, "state"),
              List.of("Ensure starts it again.")));
    });
  }
}
