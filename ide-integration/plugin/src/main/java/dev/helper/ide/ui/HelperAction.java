package dev.helper.ide.ui;

import com.intellij.openapi.actionSystem.ActionUpdateThread;
import com.intellij.openapi.actionSystem.AnAction;
import com.intellij.openapi.actionSystem.AnActionEvent;
import com.intellij.openapi.project.DumbAware;
import com.intellij.openapi.project.Project;
import org.jetbrains.annotations.NotNull;

/** A HelperAction is something that can be done with the project's target at any time, also while the IDE indexes. */
abstract class HelperAction extends AnAction implements DumbAware {
  abstract void start(@NotNull Project project);

  @Override
  public void actionPerformed(@NotNull AnActionEvent event) {
    Project project = event.getProject();
    if (project != null) start(project);
  }

  @Override
  public void update(@NotNull AnActionEvent event) {
    Project project = event.getProject();
    event.getPresentation().setEnabled(project != null && project.getBasePath() != null);
  }

  // No @Override: the platform of 2018.3, against which it is compiled here, does not ask for it.
  @SuppressWarnings("MissingOverride")
  public @NotNull ActionUpdateThread getActionUpdateThread() {
    return ActionUpdateThread.BGT;
  }
}
