// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.notification;

public enum NotificationType { IDE_UPDATE, INFORMATION, WARNING, ERROR }
