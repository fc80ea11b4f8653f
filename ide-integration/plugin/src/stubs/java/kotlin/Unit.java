// Signature only, for compiling and testing where the real class is not at hand; never shipped. Read from: JetBrains/kotlin.
package kotlin;

public final class Unit {
  public static final Unit INSTANCE = new Unit();

  private Unit() {}
}
