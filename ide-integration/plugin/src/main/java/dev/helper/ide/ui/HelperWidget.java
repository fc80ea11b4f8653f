package dev.helper.ide.ui;

import com.intellij.openapi.project.Project;
import com.intellij.openapi.wm.StatusBar;
import com.intellij.openapi.wm.StatusBarWidget;
import com.intellij.util.Consumer;
import java.awt.Component;
import java.awt.event.MouseEvent;
import javax.swing.SwingUtilities;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** HelperWidget shows target, GPU and tunnel in the status bar; a click looks again. */
final class HelperWidget implements StatusBarWidget, StatusBarWidget.TextPresentation {
  private final Project project;
  private final ProjectBackend backend;
  private final Runnable update = this::update;
  private volatile StatusBar bar;

  HelperWidget(@NotNull Project project) {
    this.project = project;
    backend = ProjectBackend.get(project);
  }

  @Override
  public @NotNull String ID() {
    return HelperWidgetFactory.ID;
  }

  @Override
  public @NotNull WidgetPresentation getPresentation() {
    return this;
  }

  @Override
  public void install(@NotNull StatusBar statusBar) {
    bar = statusBar;
    backend.addListener(update);
  }

  @Override
  public void dispose() {
    backend.removeListener(update);
    bar = null;
  }

  @Override
  public @NotNull String getText() {
    return backend.state().shortText();
  }

  @Override
  public float getAlignment() {
    return Component.CENTER_ALIGNMENT;
  }

  @Override
  public @Nullable String getTooltipText() {
    return "<html>" + Html.lines(backend.state().lines());
  }

  @Override
  public @Nullable Consumer<MouseEvent> getClickConsumer() {
    return event -> StatusAction.show(project);
  }

  private void update() {
    SwingUtilities.invokeLater(() -> {
      StatusBar shown = bar;
      if (shown != null) shown.updateWidget(ID());
    });
  }
}
