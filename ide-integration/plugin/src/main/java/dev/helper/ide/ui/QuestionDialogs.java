package dev.helper.ide.ui;

import dev.helper.ide.service.Person;
import dev.helper.ide.service.Question;
import java.awt.Frame;
import java.awt.event.WindowAdapter;
import java.awt.event.WindowEvent;
import java.util.HashMap;
import java.util.Map;
import javax.swing.JDialog;
import javax.swing.SwingUtilities;
import javax.swing.WindowConstants;
import org.jetbrains.annotations.NotNull;
import org.jetbrains.annotations.Nullable;

/** QuestionDialogs shows each open question in its own window, which blocks nothing else and is closed when the question is over. */
final class QuestionDialogs {
  private final Map<String, JDialog> shown = new HashMap<>(); // only the UI thread touches it

  void ask(@Nullable Frame owner, @NotNull Question question, @NotNull Person.Reply reply) {
    SwingUtilities.invokeLater(() -> {
      JDialog dialog = new JDialog(owner, "Helper", false);
      QuestionPanel panel = new QuestionPanel(question, reply, () -> close(question));
      dialog.setDefaultCloseOperation(WindowConstants.DO_NOTHING_ON_CLOSE);
      dialog.addWindowListener(new WindowAdapter() {
        @Override
        public void windowClosing(WindowEvent event) {
          panel.refuse();
        }

        @Override
        public void windowOpened(WindowEvent event) {
          panel.preferred().requestFocusInWindow();
        }
      });
      dialog.setContentPane(panel);
      dialog.pack();
      dialog.setLocationRelativeTo(owner);
      shown.put(question.id, dialog);
      dialog.setVisible(true);
    });
  }

  void withdraw(@NotNull Question question) {
    SwingUtilities.invokeLater(() -> close(question));
  }

  private void close(Question question) {
    JDialog dialog = shown.remove(question.id);
    if (dialog != null) dialog.dispose();
  }
}
