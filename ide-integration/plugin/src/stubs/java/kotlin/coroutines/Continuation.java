// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/kotlin.
package kotlin.coroutines;

public interface Continuation<T> {}
