package dev.helper.ide.ui;

import com.intellij.openapi.project.Project;
import dev.helper.ide.wire.HelperException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jetbrains.annotations.NotNull;

/** Tools > Helper > Show Log: what the daemon wrote. */
public final class LogAction extends HelperAction {
  @Override
  void start(@NotNull Project project) {
    Tasks.start(project, "Find the log", () -> start(project), progress -> {
      Path log = ProjectBackend.get(project).backend().logFile(progress);
      if (!Files.exists(log)) {
        throw new HelperException("file.failed", log.toString(), "it does not exist: the daemon has not run yet",
            "Tools > Helper > Ensure");
      }
      Desk.get().open(project, log);
    });
  }
}
