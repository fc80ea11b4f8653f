package dev.helper.ide.ui;

import com.google.gson.JsonObject;
import com.intellij.openapi.project.Project;
import dev.helper.ide.service.TargetState;
import org.jetbrains.annotations.NotNull;

/** Tools > Helper > Status: looks now, and shows each target. */
public final class StatusAction extends HelperAction {
  @Override
  void start(@NotNull Project project) {
    show(project);
  }

  static void show(@NotNull Project project) {
    Tasks.start(project, "Look at backend", () -> show(project), progress -> {
      ProjectBackend backend = ProjectBackend.get(project);
      backend.watch();
      for (JsonObject status : backend.backend().status(progress)) {
        TargetState state = TargetState.of(status);
        Desk.get().tell(project,
            new Message(Message.Kind.INFO, state.shortText(), state.lines())
                .choice("Ensure", () -> Ensure.start(project)));
      }
    });
  }
}
