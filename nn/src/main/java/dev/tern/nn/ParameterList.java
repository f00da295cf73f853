package dev.tern.nn;

import dev.tern.Parameter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/** Parameters under the names {@code 0}, {@code 1}, ..., {@code torch.nn.ParameterList}. */
public class ParameterList extends Module implements Iterable<Parameter> {
  private final transient List<Parameter> parameters = new ArrayList<>();

  /** The parameters in order. */
  public ParameterList(Parameter... parameters) {
    for (Parameter parameter : parameters) {
      append(parameter);
    }
  }

  /** Adds a parameter at the end; returns this list. */
  public final ParameterList append(Parameter parameter) {
    parameters.add(register(Integer.toString(parameters.size()), parameter));
    return this;
  }

  /** The number of parameters. */
  public final int size() {
    return parameters.size();
  }

  /** The parameter at a position, counted from 0. */
  public final Parameter get(int index) {
    return parameters.get(index);
  }

  /** In order; nothing can be removed. */
  @Override
  public final Iterator<Parameter> iterator() {
    return Collections.unmodifiableList(parameters).iterator();
  }

  @Override
  protected final String extraRepr() {
    return PythonText.parameters(namedParameters(), type -> type.name().toLowerCase(Locale.ROOT));
  }
}
