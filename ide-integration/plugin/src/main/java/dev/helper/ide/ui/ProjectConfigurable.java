package dev.helper.ide.ui;

import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.application.ModalityState;
import com.intellij.openapi.diagnostic.Logger;
import com.intellij.openapi.options.Configurable;
import com.intellij.openapi.project.Project;
import dev.helper.ide.service.Backend;
import dev.helper.ide.service.OnOpen;
import dev.helper.ide.service.Progress;
import dev.helper.ide.wire.HelperException;
import java.util.List;
import javax.swing.JComboBox;
import javax.swing.JComponent;
import javax.swing.JLabel;
import org.jetbrains.annotations.NotNull;

/** Settings > Tools > Helper > This Project: which target, and what happens when the project opens. */
public final class ProjectConfigurable implements Configurable {
  private static final Logger LOG = Logger.getInstance(ProjectConfigurable.class);
  private final Project project;
  private JComboBox<String> target;
  private JComboBox<OnOpen> onOpen;
  private JLabel config;
  private volatile boolean shown;

  public ProjectConfigurable(@NotNull Project project) {
    this.project = project;
  }

  @Override
  public @NotNull String getDisplayName() {
    return "This Project";
  }

  @Override
  public @NotNull JComponent createComponent() {
    target = new JComboBox<>();
    target.setEditable(true);
    target.setToolTipText("Empty: the config's only one");
    onOpen = new JComboBox<>(OnOpen.values());
    config = new JLabel("looking…");
    config.putClientProperty("html.disable", Boolean.TRUE);
    shown = true;
    JComponent form =
        new Form().row("Config:", config).row("Target:", target).row("When the project opens:", onOpen).end();
    look(ModalityState.stateForComponent(form));
    return form;
  }

  @Override
  public boolean isModified() {
    return !chosen().equals(HelperSettings.get().target(folder()))
        || onOpen.getSelectedItem() != HelperSettings.get().onOpen(folder());
  }

  @Override
  public void apply() {
    HelperSettings.get().setTarget(folder(), chosen());
    HelperSettings.get().setOnOpen(folder(), (OnOpen) onOpen.getSelectedItem());
  }

  @Override
  public void reset() {
    target.setSelectedItem(HelperSettings.get().target(folder()));
    onOpen.setSelectedItem(HelperSettings.get().onOpen(folder()));
  }

  @Override
  public void disposeUIResources() {
    shown = false;
  }

  private String folder() {
    return ProjectBackend.get(project).folder();
  }

  private String chosen() {
    Object item = target.getSelectedItem();
    return item == null ? "" : item.toString().strip();
  }

  /** Fills in what the config names, when the service has said it. */
  private void look(ModalityState modality) {
    ApplicationManager.getApplication().executeOnPooledThread(() -> {
      List<String> names = List.of();
      String text;
      try {
        Backend.Targets targets = ProjectBackend.get(project).backend().targets(untilHidden());
        names = targets.names();
        text = targets.config().toString();
      } catch (HelperException trouble) {
        LOG.info("the targets of " + folder(), trouble);
        text = trouble.getMessage();
      }
      List<String> choices = names;
      String said = text;
      ApplicationManager.getApplication().invokeLater(() -> show(choices, said), modality);
    });
  }

  private void show(List<String> names, String text) {
    if (!shown) return;
    String kept = chosen();
    target.removeAllItems();
    target.addItem("");
    names.forEach(target::addItem);
    target.setSelectedItem(kept);
    config.setText(text);
  }

  private Progress untilHidden() {
    return new Progress() {
      @Override
      public void show(@NotNull String step, @NotNull String detail) {}

      @Override
      public boolean isCancelled() {
        return !shown;
      }
    };
  }
}
