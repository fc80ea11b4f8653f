package dev.helper.ide.ui;

import java.awt.GridBagConstraints;
import java.awt.GridBagLayout;
import java.awt.Insets;
import javax.swing.JComponent;
import javax.swing.JLabel;
import javax.swing.JPanel;
import org.jetbrains.annotations.NotNull;

/** A Form is rows of a label and what belongs to it, from the top. */
final class Form extends JPanel {
  private static final long serialVersionUID = 1;
  private int rows;

  Form() {
    super(new GridBagLayout());
  }

  @NotNull Form row(@NotNull String label, @NotNull JComponent component) {
    JLabel before = new JLabel(label);
    before.setLabelFor(component);
    add(before, at(0, 0, GridBagConstraints.NONE));
    add(component, at(1, 1, GridBagConstraints.HORIZONTAL));
    ++rows;
    return this;
  }

  /** What remains below stays empty. */
  @NotNull Form end() {
    GridBagConstraints rest = at(0, 0, GridBagConstraints.NONE);
    rest.weighty = 1;
    add(new JPanel(), rest);
    return this;
  }

  private GridBagConstraints at(int column, double weight, int fill) {
    return new GridBagConstraints(
        column, rows, 1, 1, weight, 0, GridBagConstraints.LINE_START, fill, new Insets(4, 4, 4, 8), 0, 0);
  }
}
