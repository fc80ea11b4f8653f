package dev.helper.ide.ui;

import dev.helper.ide.service.Person;
import dev.helper.ide.service.Question;
import java.awt.BorderLayout;
import java.awt.Dimension;
import java.awt.FlowLayout;
import java.awt.Font;
import javax.swing.BorderFactory;
import javax.swing.Box;
import javax.swing.BoxLayout;
import javax.swing.JButton;
import javax.swing.JComponent;
import javax.swing.JLabel;
import javax.swing.JPanel;
import javax.swing.JPasswordField;
import javax.swing.JScrollPane;
import javax.swing.JTextArea;
import javax.swing.JTextField;
import org.jetbrains.annotations.NotNull;

/** A QuestionPanel shows one question and takes its answer: a field to type in, or a button for each choice. */
public final class QuestionPanel extends JPanel {
  private static final long serialVersionUID = 1;
  private static final int COLUMNS = 36;
  private static final int MOST_ROWS = 14;

  private final transient Person.Reply reply;
  private final transient Runnable done;
  private final JTextField field;
  private final JButton preferred;

  /** {@code done} is run when the person has answered or refused. */
  public QuestionPanel(@NotNull Question question, @NotNull Person.Reply reply, @NotNull Runnable done) {
    super(new BorderLayout(0, 10));
    this.reply = reply;
    this.done = done;
    setBorder(BorderFactory.createEmptyBorder(12, 14, 10, 14));
    if (!question.details().isEmpty()) add(details(question), BorderLayout.CENTER);
    field = question.kind() == Question.Kind.CHOICE ? null
        : question.kind() == Question.Kind.SECRET   ? new JPasswordField(COLUMNS)
                                                  : new JTextField(COLUMNS);
    JPanel below = new JPanel();
    below.setLayout(new BoxLayout(below, BoxLayout.Y_AXIS));
    below.add(atLeft(label(question)));
    if (question.limit().toMinutes() > 0) {
      below.add(atLeft(new JLabel("It is open for " + question.limit().toMinutes() + " minutes.")));
    }
    JPanel buttons = new JPanel(new FlowLayout(FlowLayout.RIGHT, 6, 0));
    if (field == null) {
      for (String choice : question.choices()) buttons.add(button(choice, () -> answer(choice)));
    } else {
      below.add(Box.createVerticalStrut(4));
      below.add(atLeft(field));
      buttons.add(button("OK", () -> answer(typed())));
      field.addActionListener(event -> answer(typed()));
    }
    buttons.add(button("Cancel", this::refuse));
    preferred = (JButton) buttons.getComponent(buttons.getComponentCount() - 1);
    below.add(Box.createVerticalStrut(8));
    below.add(atLeft(buttons));
    add(below, BorderLayout.SOUTH);
  }

  /** What should have the focus: the field, or the button that changes nothing. */
  public @NotNull JComponent preferred() {
    return field == null ? preferred : field;
  }

  /** The person has closed it without an answer. */
  public void refuse() {
    done.run();
    reply.refuse();
  }

  private void answer(String value) {
    done.run();
    reply.answer(value);
  }

  private String typed() {
    return field instanceof JPasswordField ? new String(((JPasswordField) field).getPassword()) : field.getText();
  }

  private JLabel label(Question question) {
    // Text from a server: never read as HTML, which a JLabel would do.
    JLabel label = new JLabel();
    label.putClientProperty("html.disable", Boolean.TRUE);
    label.setText(question.prompt());
    label.setLabelFor(field);
    return label;
  }

  private static JComponent details(Question question) {
    JTextArea text = new JTextArea(String.join("\n", question.details()));
    text.setEditable(false);
    text.setLineWrap(true);
    text.setWrapStyleWord(true);
    text.setColumns(2 * COLUMNS);
    text.setRows(Math.min(MOST_ROWS, question.details().size() + 1));
    text.setFont(new Font(Font.MONOSPACED, Font.PLAIN, text.getFont().getSize()));
    return new JScrollPane(text);
  }

  private static JButton button(String label, Runnable action) {
    JButton button = new JButton(label);
    button.setName(label);
    button.addActionListener(event -> action.run());
    return button;
  }

  private static JComponent atLeft(JComponent component) {
    component.setAlignmentX(LEFT_ALIGNMENT);
    component.setMaximumSize(new Dimension(Integer.MAX_VALUE, component.getPreferredSize().height));
    return component;
  }
}
