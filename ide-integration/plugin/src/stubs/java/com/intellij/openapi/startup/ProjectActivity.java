// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/intellij-community.
package com.intellij.openapi.startup;

import com.intellij.openapi.project.Project;
import kotlin.Unit;
import kotlin.coroutines.Continuation;

public interface ProjectActivity {
  Object execute(Project project, Continuation<? super Unit> continuation);
}
