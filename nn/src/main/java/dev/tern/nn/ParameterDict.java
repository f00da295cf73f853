package dev.tern.nn;

import dev.tern.Parameter;
import dev.tern.shape.DType;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Parameters under names of their own, {@code torch.nn.ParameterDict}. */
public class ParameterDict extends Module {
  private final transient Map<String, Parameter> parameters = new LinkedHashMap<>();

  /** The parameters in the map's order, under its keys. */
  public ParameterDict(Map<String, Parameter> parameters) {
    parameters.forEach(this::put);
  }

  /**
   * Adds a parameter.
   *
   * @throws IllegalArgumentException if the name is empty, has a dot or is taken
   */
  public final void put(String name, Parameter parameter) {
    parameters.put(name, register(name, parameter));
  }

  /**
   * The parameter of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public final Parameter get(String name) {
    Parameter parameter = parameters.get(name);
    if (parameter == null) {
      throw new IllegalArgumentException(
          "no parameter '" + name + "' among " + parameters.keySet());
    }
    return parameter;
  }

  /** All of them, in order, unmodifiable. */
  public final Map<String, Parameter> entries() {
    return Collections.unmodifiableMap(parameters);
  }

  @Override
  protected final String extraRepr() {
    return PythonText.parameters(namedParameters(), ParameterDict::tensorClass);
  }

  /** PyTorch's older names, which it uses here and not in a list. */
  private static String tensorClass(DType type) {
    return switch (type) {
      case FLOAT32 -> "FloatTensor";
      case FLOAT64 -> "DoubleTensor";
      case FLOAT16 -> "HalfTensor";
      default -> "BFloat16Tensor";
    };
  }
}
