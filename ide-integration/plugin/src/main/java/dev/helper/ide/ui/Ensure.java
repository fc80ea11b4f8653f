package dev.helper.ide.ui;

import com.google.gson.JsonObject;
import com.intellij.openapi.project.Project;
import dev.helper.ide.wire.Json;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.annotations.NotNull;

/** Ensure makes the project's target ready and shows its state. */
final class Ensure {
  private Ensure() {}

  static void start(@NotNull Project project) {
    ProjectBackend backend = ProjectBackend.get(project);
    Tasks.start(project, "Ensure backend", () -> start(project), progress -> {
      backend.watch();
      Desk.get().tell(project, told(backend.backend().ensure(progress)));
    });
  }

  /** What a report says to a person. */
  static @NotNull Message told(@NotNull JsonObject report) {
    List<String> lines = new ArrayList<>();
    List<JsonObject> problems = Json.objects(report, "problems");
    for (JsonObject problem : problems) {
      lines.add(Json.text(problem, "thing") + ": " + Json.text(problem, "cause"));
      if (!Json.text(problem, "fix").isEmpty()) lines.add("Fix: " + Json.text(problem, "fix"));
    }
    lines.addAll(Json.texts(report, "notes"));
    int steps = Json.objects(report, "steps").size();
    lines.add(steps == 0 ? "Nothing had to be done." : steps == 1 ? "1 step." : steps + " steps.");
    Message message = new Message(problems.isEmpty() ? Message.Kind.INFO : Message.Kind.WARNING,
        Json.text(report, "target") + ": " + Json.text(report, "state"), lines);
    String jupyter = Json.text(Json.object(report, "settings"), "jupyter_url");
    if (!jupyter.isEmpty()) message.choice("Open Jupyter", () -> Desk.get().browse(jupyter));
    return message;
  }
}
