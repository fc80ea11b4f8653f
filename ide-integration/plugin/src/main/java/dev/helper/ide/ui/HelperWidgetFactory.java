package dev.helper.ide.ui;

import com.intellij.openapi.project.Project;
import com.intellij.openapi.util.Disposer;
import com.intellij.openapi.wm.StatusBar;
import com.intellij.openapi.wm.StatusBarWidget;
import com.intellij.openapi.wm.StatusBarWidgetFactory;
import org.jetbrains.annotations.NotNull;

/** Makes the widget of each project window. */
public final class HelperWidgetFactory implements StatusBarWidgetFactory {
  static final String ID = "dev.helper.status"; // as in plugin.xml

  @Override
  public @NotNull String getId() {
    return ID;
  }

  @Override
  public @NotNull String getDisplayName() {
    return "Helper: Target, GPU and Tunnel";
  }

  @Override
  public boolean isAvailable(@NotNull Project project) {
    return project.getBasePath() != null;
  }

  @Override
  public @NotNull StatusBarWidget createWidget(@NotNull Project project) {
    return new HelperWidget(project);
  }

  @Override
  public void disposeWidget(@NotNull StatusBarWidget widget) {
    Disposer.dispose(widget);
  }

  @Override
  public boolean canBeEnabledOn(@NotNull StatusBar statusBar) {
    return true;
  }
}
