package dev.tern;

import dev.tern.shape.AutogradException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The backward pass: visits the recorded operations, each after all that read its output, on an
 * explicit stack (a network of 100 blocks is deep).
 *
 * <p>A gradient on its way is <em>owned</em> while nothing but the engine holds its memory: then it
 * is accumulated and overwritten in place, and given back to the backend when it has been used.
 */
final class Engine {
  /** One operation during a pass. */
  private static final class Visit {
    final Node node;
    int nextEdge;
    boolean useful;
    @Nullable Tensor gradient;
    boolean owned;

    Visit(Node node) {
      this.node = node;
    }

    void add(Tensor gradient, boolean owned, boolean createGraph) {
      Tensor sum = this.gradient;
      if (sum == null) {
        this.gradient = gradient;
        this.owned = owned;
      } else if (createGraph) {
        this.gradient = sum.add(gradient);
      } else if (this.owned && sum.layout().isDense()) {
        sum.addInPlace(gradient);
        recycle(gradient, owned);
      } else if (owned && gradient.layout().isDense()) {
        gradient.addInPlace(sum);
        this.gradient = gradient;
        this.owned = true;
      } else {
        this.gradient = sum.add(gradient);
        this.owned = true;
      }
    }
  }

  private final boolean retainGraph;
  private final boolean createGraph;
  private final Map<Node, Visit> visits = new IdentityHashMap<>();
  private final List<Visit> order = new ArrayList<>();
  private final @Nullable Tensor @Nullable [] targets;
  private final @Nullable Tensor[] captured;

  /**
   * Prepares a pass.
   *
   * @param targets the tensors whose gradients are wanted, null to accumulate into all leaves
   */
  Engine(boolean retainGraph, boolean createGraph, Tensor @Nullable [] targets) {
    this.retainGraph = retainGraph || createGraph;
    this.createGraph = createGraph;
    this.targets = targets;
    this.captured = new Tensor[targets == null ? 0 : targets.length];
  }

  /** Runs the pass from one tensor; gives the gradients of the targets, null where none arrived. */
  @Nullable Tensor[] run(Tensor root, Tensor gradient, boolean owned) {
    Node start = root.node();
    if (start == null) {
      deliver(root, gradient, owned);
      return captured;
    }
    sort(start);
    visit(start).add(gradient, owned, createGraph);
    try (var mode = Autograd.enabled(createGraph)) {
      for (int i = order.size() - 1; i >= 0; i--) {
        step(order.get(i));
      }
    }
    return captured;
  }

  private Visit visit(Node node) {
    return visits.computeIfAbsent(node, Visit::new);
  }

  /**
   * Puts what can be reached into {@link #order}, each operation after those that made its inputs.
   */
  private void sort(Node start) {
    ArrayDeque<Visit> stack = new ArrayDeque<>();
    stack.push(visit(start));
    while (!stack.isEmpty()) {
      Visit top = stack.element();
      if (top.nextEdge < top.node.edges.length) {
        Node.Edge edge = top.node.edges[top.nextEdge++];
        if (edge != null && edge.node() != null && !visits.containsKey(edge.node())) {
          stack.push(visit(edge.node()));
        }
      } else {
        stack.pop();
        top.useful = leadsToTarget(top.node);
        order.add(top);
      }
    }
  }

  private boolean leadsToTarget(Node node) {
    if (targets == null || targetIndex(node, null) >= 0) {
      return true;
    }
    for (Node.Edge edge : node.edges) {
      if (edge != null
          && (edge.node() == null
              ? targetIndex(null, edge.leaf()) >= 0
              : visit(edge.node()).useful)) {
        return true;
      }
    }
    return false;
  }

  private int targetIndex(@Nullable Node node, @Nullable Tensor leaf) {
    for (int i = 0; i < captured.length; i++) {
      Tensor target = targets == null ? null : targets[i];
      if (target != null && (node == null ? target == leaf : target.node() == node)) {
        return i;
      }
    }
    return -1;
  }

  private void step(Visit visit) {
    Tensor dy = visit.gradient;
    visit.gradient = null;
    if (dy == null || !visit.useful) {
      return;
    }
    boolean owned = visit.owned && !createGraph;
    int target = targetIndex(visit.node, null);
    if (target >= 0) {
      capture(target, dy);
      owned = false;
    }
    Node node = visit.node;
    @Nullable Tensor[] gradients = node.run(dy, owned && dy.ownsStorage());
    if (!retainGraph) {
      node.free();
    }
    int aliases = 0;
    for (Tensor gradient : gradients) {
      if (gradient != null && gradient.storage() == dy.storage()) {
        aliases++;
      }
    }
    for (int i = 0; i < gradients.length; i++) {
      Node.Edge edge = node.edges[i];
      Tensor gradient = gradients[i];
      if (edge == null || gradient == null) {
        continue;
      }
      boolean fresh =
          node.isTrusted()
              && !createGraph
              && (gradient.storage() != dy.storage() || owned && aliases == 1);
      Tensor summed = gradient.sumTo(edge.shape(), node.name);
      if (edge.node() != null) {
        visit(edge.node()).add(summed, fresh, createGraph);
      } else if (edge.leaf() != null) {
        deliver(edge.leaf(), summed, fresh);
      }
    }
    if (aliases == 0) {
      recycle(dy, owned);
    }
  }

  private void deliver(Tensor leaf, Tensor gradient, boolean owned) {
    int target = targetIndex(null, leaf);
    if (target >= 0) {
      capture(target, gradient);
    } else if (targets == null) {
      leaf.accumulateGrad(gradient, owned, createGraph);
    }
  }

  private void capture(int target, Tensor gradient) {
    Tensor before = captured[target];
    captured[target] = before == null ? gradient : before.add(gradient);
  }

  private static void recycle(Tensor gradient, boolean owned) {
    if (owned) {
      gradient.backend().recycle(gradient.storage());
    }
  }

  /** The gradient that a backward pass starts from where the caller gave none. */
  static Tensor one(Tensor root) {
    if (!root.requiresGrad()) {
      throw new AutogradException(
          "backward: nothing that made this tensor requires a gradient; call requiresGrad_(true) on a leaf, and mind noGrad()");
    }
    if (root.numel() != 1) {
      throw new AutogradException(
          "backward: only a single number has an implicit gradient of 1, this is "
              + root.shape()
              + "; pass its gradient, or reduce it, for example by sum()");
    }
    return Tensor.ones(root.dtype(), root.shape()).to(root.device());
  }
}
