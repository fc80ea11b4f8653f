// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.wm;

import com.intellij.openapi.Disposable;
import com.intellij.util.Consumer;
import java.awt.event.MouseEvent;

public interface StatusBarWidget extends Disposable {
  String ID();

  default WidgetPresentation getPresentation() {
    return null;
  }

  default void install(StatusBar statusBar) {}

  @Override
  default void dispose() {}

  interface WidgetPresentation {
    String getTooltipText();

    default Consumer<MouseEvent> getClickConsumer() {
      return null;
    }
  }

  interface TextPresentation extends WidgetPresentation {
    String getText();

    float getAlignment();
  }
}
