package dev.tern.optim;

import dev.tern.Tensor;
import java.util.List;

/**
 * Looks along a direction for a step that lowers the loss enough and flattens it enough, the strong
 * Wolfe conditions: Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6, with cubic
 * interpolation (3.59).
 */
final class WolfeSearch {
  private static final double DECREASE = 1e-4; // c1
  private static final double CURVATURE = 0.9; // c2
  private static final double SMALLEST_CHANGE = 1e-9;
  private static final int MOST_STEPS = 25;

  /** A place on the line: the step's length, the loss there, its gradient and its slope. */
  private record Point(double length, double loss, Tensor gradient, double slope) {}

  private final LBFGS.FlatProblem problem;
  private final List<Tensor> place;
  private final Tensor direction;
  private final Point start;
  private Point best;
  private int evaluations;

  WolfeSearch(
      LBFGS.FlatProblem problem, Tensor direction, double loss, Tensor gradient, double slope) {
    this.problem = problem;
    this.place = problem.place();
    this.direction = direction;
    this.start = new Point(0, loss, gradient, slope);
    this.best = start;
  }

  Tensor direction() {
    return direction;
  }

  double length() {
    return best.length;
  }

  double loss() {
    return best.loss;
  }

  Tensor gradient() {
    return best.gradient;
  }

  int evaluations() {
    return evaluations;
  }

  private Point at(double length) {
    double loss = problem.evaluate(place, direction, length);
    evaluations++;
    Tensor gradient = problem.gradient();
    return new Point(length, loss, gradient, LbfgsMemory.dot(gradient, direction));
  }

  private boolean isTooHigh(Point p) {
    return p.loss > start.loss + DECREASE * p.length * start.slope;
  }

  private boolean isFlat(Point p) {
    return Math.abs(p.slope) <= -CURVATURE * start.slope;
  }

  /** Searches from a first guess: wider steps until they enclose a place that fits. */
  void from(double guess) {
    Point before = start;
    Point now = at(guess);
    for (int steps = 0; ; steps++) {
      if (steps == MOST_STEPS) {
        best = start.loss <= now.loss ? start : now;
        return;
      }
      if (isTooHigh(now) || steps > 1 && now.loss >= before.loss) {
        zoom(before, now, steps);
        return;
      }
      if (isFlat(now)) {
        best = now;
        return;
      }
      if (now.slope >= 0) {
        zoom(before, now, steps);
        return;
      }
      double least = now.length + 0.01 * (now.length - before.length);
      double next = cubicMinimum(before, now, least, 10 * now.length);
      before = now;
      now = at(next);
    }
  }

  /** Narrows an interval that encloses a place that fits. */
  private void zoom(Point left, Point right, int stepsSoFar) {
    double largest = direction.abs().max().item();
    boolean leftIsLow = left.loss <= right.loss;
    Point low = leftIsLow ? left : right;
    Point high = leftIsLow ? right : left;
    boolean closeBefore = false;
    for (int steps = stepsSoFar; steps < MOST_STEPS; steps++) {
      double from = Math.min(low.length, high.length);
      double to = Math.max(low.length, high.length);
      if ((to - from) * largest < SMALLEST_CHANGE) {
        break;
      }
      double next =
          low.length <= high.length
              ? cubicMinimum(low, high, from, to)
              : cubicMinimum(high, low, from, to);
      double margin = 0.1 * (to - from);
      boolean close = Math.min(to - next, next - from) < margin;
      if (close && (closeBefore || next >= to || next <= from)) {
        next = Math.abs(next - to) < Math.abs(next - from) ? to - margin : from + margin;
        close = false;
      }
      closeBefore = close;
      Point now = at(next);
      if (isTooHigh(now) || now.loss >= low.loss) {
        high = now;
        if (high.loss < low.loss) {
          high = low;
          low = now;
        }
      } else if (isFlat(now)) {
        best = now;
        return;
      } else {
        if (now.slope * (high.length - low.length) >= 0) {
          high = low;
        }
        low = now;
      }
    }
    best = low;
  }

  /** Where the cubic through two points with their slopes is least, within bounds. */
  private static double cubicMinimum(Point a, Point b, double least, double most) {
    double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.length - b.length);
    double square = d1 * d1 - a.slope * b.slope;
    if (!(square >= 0)) {
      return (least + most) / 2;
    }
    double d2 = Math.sqrt(square);
    double at =
        b.length - (b.length - a.length) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
    return Math.min(Math.max(at, least), most);
  }
}
