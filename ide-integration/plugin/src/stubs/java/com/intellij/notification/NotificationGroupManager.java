// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.notification;

public interface NotificationGroupManager {
  static NotificationGroupManager getInstance() {
    throw new UnsupportedOperationException("signature only");
  }

  NotificationGroup getNotificationGroup(String groupId);
}
