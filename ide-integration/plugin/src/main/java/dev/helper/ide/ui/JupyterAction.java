package dev.helper.ide.ui;

import com.intellij.openapi.project.Project;
import org.jetbrains.annotations.NotNull;

/** Tools > Helper > Open Jupyter: in the browser, with its token. */
public final class JupyterAction extends HelperAction {
  @Override
  void start(@NotNull Project project) {
    Tasks.start(project, "Look for Jupyter", () -> start(project),
        progress -> Desk.get().browse(ProjectBackend.get(project).backend().jupyterUrl(progress)));
  }
}
