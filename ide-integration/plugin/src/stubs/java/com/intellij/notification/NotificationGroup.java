// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.notification;

public final class NotificationGroup {
  private NotificationGroup() {}

  public Notification createNotification(String title, String content, NotificationType type) {
    throw new UnsupportedOperationException("signature only");
  }
}
