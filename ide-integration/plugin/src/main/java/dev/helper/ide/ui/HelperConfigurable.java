package dev.helper.ide.ui;

import com.intellij.openapi.application.ApplicationManager;
import com.intellij.openapi.application.ModalityState;
import com.intellij.openapi.diagnostic.Logger;
import com.intellij.openapi.options.Configurable;
import dev.helper.ide.service.HelperLocator;
import dev.helper.ide.wire.HelperProgram;
import dev.helper.ide.wire.Limits;
import dev.helper.ide.wire.HelperException;
import java.awt.FlowLayout;
import java.nio.file.Path;
import javax.swing.JButton;
import javax.swing.JComponent;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JTextField;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** Settings > Tools > Helper: which `helper` is used. */
public final class HelperConfigurable implements Configurable {
  private static final Logger LOG = Logger.getInstance(HelperConfigurable.class);
  private JTextField path;
  private JLabel found;

  @Override
  public @NotNull String getDisplayName() {
    return "Helper";
  }

  @Override
  public @NotNull JComponent createComponent() {
    path = new JTextField(36);
    path.setToolTipText("Empty: the one on PATH, else the one beside the plugin");
    found = new JLabel(" ");
    found.putClientProperty("html.disable", Boolean.TRUE);
    JButton test = new JButton("Look");
    test.addActionListener(event -> look());
    JPanel atLeft = new JPanel(new FlowLayout(FlowLayout.LEADING, 0, 0));
    atLeft.add(test);
    return new Form().row("Path of helper:", path).row("", atLeft).row("", found).end();
  }

  @Override
  public boolean isModified() {
    return path != null && !path.getText().strip().equals(HelperSettings.get().helperPath());
  }

  @Override
  public void apply() {
    HelperSettings.get().setHelperPath(path.getText());
  }

  @Override
  public void reset() {
    path.setText(HelperSettings.get().helperPath());
  }

  @Override
  public void disposeUIResources() {
    path = null;
    found = null;
  }

  /** Says which program that is, and its version; the UI thread waits for neither. */
  private void look() {
    String named = path.getText();
    found.setText("looking…");
    ModalityState modality = ModalityState.stateForComponent(path);
    ApplicationManager.getApplication().executeOnPooledThread(() -> {
      String text = said(named);
      ApplicationManager.getApplication().invokeLater(() -> show(text), modality);
    });
  }

  private void show(@Nullable String text) {
    if (found != null) found.setText(text);
  }

  private static String said(String named) {
    try {
      Path program = HelperLocator.find(named, System.getenv("PATH"), null);
      HelperProgram.Facts facts = new HelperProgram(program, Limits.STANDARD).facts(() -> false);
      return program + ", version " + facts.version();
    } catch (HelperException trouble) {
      LOG.info("the program helper", trouble);
      return trouble.getMessage();
    }
  }
}
