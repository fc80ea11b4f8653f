package dev.helper.ide.ui;

import com.intellij.openapi.project.Project;
import com.intellij.openapi.ui.DialogWrapper;
import dev.helper.ide.service.Person;
import dev.helper.ide.service.Question;
import java.util.HashMap;
import java.util.Map;
import javax.swing.Action;
import javax.swing.JComponent;
import javax.swing.SwingUtilities;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** QuestionDialogs shows each open question in its own window, which blocks nothing else and is closed when the question is over. */
final class QuestionDialogs {
  private final Map<String, Window> shown = new HashMap<>(); // only the UI thread touches it

  /** On the UI thread. */
  void ask(@Nullable Project project, @NotNull Question question, @NotNull Person.Reply reply) {
    Window window = new Window(project, question, reply, () -> close(question));
    shown.put(question.id(), window);
    window.show();
  }

  void withdraw(@NotNull Question question) {
    SwingUtilities.invokeLater(() -> close(question));
  }

  private void close(Question question) {
    Window window = shown.remove(question.id());
    if (window != null && !window.isDisposed()) window.close(DialogWrapper.OK_EXIT_CODE);
  }

  private static final class Window extends DialogWrapper {
    private final QuestionPanel panel;

    Window(Project project, Question question, Person.Reply reply, Runnable done) {
      super(project, false);
      panel = new QuestionPanel(question, reply, done);
      setTitle("Helper");
      setModal(false);
      init();
    }

    @Override
    protected @NotNull JComponent createCenterPanel() {
      return panel;
    }

    /** The panel has a button for each answer. */
    @Override
    protected Action[] createActions() {
      return new Action[0];
    }

    @Override
    public @Nullable JComponent getPreferredFocusedComponent() {
      return panel.preferred();
    }

    /** Escape, or the window's own button. */
    @Override
    public void doCancelAction() {
      panel.refuse();
    }
  }
}
