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
 * <p>The gradients on their way count ({@link Hold}) who of them lies in which memory, as long as
 * nothing but the engine refers to it: a gradient that has its memory alone is accumulated and
 * overwritten in place, and the last user of a memory gives it back to the backend.
 */
final class Engine {
  /** How many of the pass's gradients lie in memory that nothing else refers to. */
  private static final class Hold {
    int count = 1;

    /** Whether one gradient alone has the memory, which may then be overwritten. */
    static boolean isSole(@Nullable Hold hold) {
      return hold != null && hold.count == 1;
    }

    /** One gradient less; the last one gives the memory back. */
    static void release(Tensor gradient, @Nullable Hold hold) {
      if (hold != null && --hold.count == 0) {
        gradient.storage().giveBack("the backward pass");
      }
    }
  }

  /** One operation during a pass. */
  private static final class Visit {
    final Node node;
    int nextEdge;
    boolean useful;
    @Nullable Tensor gradient;
    @Nullable Hold hold; // null where others may refer to the gradient's memory

    Visit(Node node) {
      this.node = node;
    }

    /** What has arrived, where that can be added to in place. */
    @Nullable Tensor ownSum() {
      Tensor sum = gradient;
      return sum != null && Hold.isSole(hold) && sum.layout().isDense() ? sum : null;
    }

    void add(Tensor gradient, @Nullable Hold hold, boolean createGraph) {
      Tensor sum = this.gradient;
      if (sum == null) {
        this.gradient = gradient;
        this.hold = hold;
      } else if (createGraph) {
        this.gradient = sum.add(gradient);
      } else if (ownSum() != null) {
        sum.addInPlace(gradient);
        Hold.release(gradient, hold);
      } else if (Hold.isSole(hold) && gradient.layout().isDense()) {
        gradient.addInPlace(sum);
        Hold.release(sum, this.hold);
        this.gradient = gradient;
        this.hold = hold;
      } else {
        this.gradient = sum.add(gradient);
        Hold.release(sum, this.hold);
        Hold.release(gradient, hold);
        this.hold = new Hold();
      }
    }
  }

  private static final @Nullable Tensor[] NO_SUMS = {};

  private final boolean retainGraph;
  private final boolean createGraph;
  private final Map<Node, Visit> visits = new IdentityHashMap<>();
  private final List<Visit> order = new ArrayList<>();
  private final @Nullable Tensor @Nullable [] targets;
  private final @Nullable Tensor[] captured;
  private final Map<Tensor, Tensor> awaited = new IdentityHashMap<>(0); // by leaves with hooks

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
    Hold hold = owned && !createGraph ? new Hold() : null;
    try (var mode = Autograd.enabled(createGraph)) {
      if (start == null) {
        deliver(root, gradient, hold);
      } else {
        sort(start);
        visit(start).add(gradient, hold, createGraph);
        for (int i = order.size() - 1; i >= 0; i--) {
          step(order.get(i));
        }
      }
      awaited.forEach((leaf, sum) -> arrive(leaf, hooked(leaf.leafHooks(), sum), null));
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
        if (Autograd.isAnomalyDetected()) {
          Anomaly.checkForward(top.node);
        }
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
    Node node = visit.node;
    Hold hold = node.isTrusted() && node.hooks == null ? visit.hold : null;
    dy = hooked(node.hooks, dy);
    int target = targetIndex(node, null);
    if (target >= 0) {
      capture(target, dy);
      hold = null;
    }
    boolean adds = node.canAdd() && !createGraph && !Autograd.isAnomalyDetected();
    @Nullable Tensor[] gradients =
        node.run(dy, Hold.isSole(hold) && dy.ownsStorage(), adds ? sums(node) : NO_SUMS);
    if (Autograd.isAnomalyDetected()) {
      Anomaly.checkBackward(node, gradients);
    }
    if (!retainGraph) {
      node.free();
    }
    for (Tensor gradient : gradients) {
      if (hold != null && gradient != null && gradient.storage() == dy.storage()) {
        hold.count++;
      }
    }
    Hold.release(dy, hold);
    for (int i = 0; i < gradients.length; i++) {
      Node.Edge edge = node.edges[i];
      Tensor gradient = gradients[i];
      if (edge != null && gradient != null) {
        boolean fresh = node.isTrusted() && !createGraph && gradient.storage() != dy.storage();
        send(gradient, fresh ? new Hold() : hold, edge, node.name);
      }
    }
  }

  /** What has arrived where a node's edges lead, as far as the node may add to it. */
  private @Nullable Tensor[] sums(Node node) {
    @Nullable Tensor[] sums = new Tensor[node.edges.length];
    for (int i = 0; i < sums.length; i++) {
      Node.Edge edge = node.edges[i];
      Node to = edge == null ? null : edge.node();
      if (to != null) {
        sums[i] = visit(to).ownSum();
      }
    }
    return sums;
  }

  /** Takes a gradient to where its edge leads, in the input's shape. */
  private void send(Tensor gradient, @Nullable Hold hold, Node.Edge edge, String op) {
    Tensor summed = gradient.sumTo(edge.shape(), op);
    if (summed.storage() != gradient.storage()) {
      Hold.release(gradient, hold);
      hold = createGraph ? null : new Hold();
    }
    if (edge.node() != null) {
      visit(edge.node()).add(summed, hold, createGraph);
    } else if (edge.leaf() != null) {
      deliver(edge.leaf(), summed, hold);
    }
  }

  private static Tensor hooked(@Nullable Hooks hooks, Tensor gradient) {
    return hooks == null ? gradient : hooks.run(gradient);
  }

  private void deliver(Tensor leaf, Tensor gradient, @Nullable Hold hold) {
    if (leaf.leafHooks() == null) {
      arrive(leaf, gradient, hold);
    } else { // the hooks see the sum of all that arrives
      awaited.merge(leaf, gradient, Tensor::add);
    }
  }

  private void arrive(Tensor leaf, Tensor gradient, @Nullable Hold hold) {
    int target = targetIndex(null, leaf);
    if (target >= 0) {
      capture(target, gradient);
    } else if (targets != null || !leaf.accumulateGrad(gradient, Hold.isSole(hold), createGraph)) {
      Hold.release(gradient, hold);
    }
  }

  private void capture(int target, Tensor gradient) {
    Tensor before = captured[target];
    captured[target] = before == null ? gradient : before.add(gradient);
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
    return root.filled(root.shape(), 1);
  }
}
