package dev.tern.benchmarks.compare;

import java.util.List;
import java.util.Locale;

/**
 * A line chart with logarithmic axes, as SVG.
 *
 * @param ticks the numbers named on the x axis, ascending; the first and the last bound it
 */
record Chart(String title, String xTitle, String yTitle, int[] ticks, List<Line> lines) {
  static final int WIDTH = 520;
  static final int HEIGHT = 360;

  private static final int LEFT = 62;
  private static final int RIGHT = 14;
  private static final int TOP = 34;
  private static final int BOTTOM = 50;
  private static final int LEGEND_LINE = 15;
  // Told apart by the colour-blind too (Okabe and Ito).
  private static final String[] COLORS = {"#0072b2", "#d55e00", "#009e73", "#cc79a7"};
  private static final String[] DASHES = {"none", "5 3", "1 3", "8 3 1 3"};

  /**
   * A line.
   *
   * @param color from 0
   * @param dash from 0, which is a solid line
   */
  record Line(String label, int color, int dash, double[] x, double[] y) {}

  /** A file with charts beside and below each other. */
  static String page(List<Chart> charts, int columns) {
    int rows = (charts.size() + columns - 1) / columns;
    StringBuilder svg = new StringBuilder();
    append(
        svg,
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">
        <rect width="100%%" height="100%%" fill="white"/>
        """,
        columns * WIDTH,
        rows * HEIGHT);
    for (int i = 0; i < charts.size(); i++) {
      append(
          svg, "<g transform=\"translate(%d %d)\">%n", i % columns * WIDTH, i / columns * HEIGHT);
      charts.get(i).draw(svg);
      append(svg, "</g>%n");
    }
    return svg.append("</svg>\n").toString();
  }

  private void draw(StringBuilder svg) {
    text(svg, WIDTH / 2.0, 20, "middle\" font-weight=\"bold", title);
    text(svg, (LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 12, "middle", xTitle);
    append(
        svg,
        "<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>%n",
        (TOP + HEIGHT - BOTTOM) / 2,
        yTitle);
    for (int tick : ticks) {
      grid(svg, x(tick), HEIGHT - BOTTOM, x(tick), TOP);
      text(svg, x(tick), HEIGHT - BOTTOM + 16, "middle", "" + tick);
    }
    for (double decade = yMin(); decade <= yMax() * 1.001; decade *= 10) {
      grid(svg, LEFT, y(decade), WIDTH - RIGHT, y(decade));
      text(
          svg,
          LEFT - 6,
          y(decade) + 4,
          "end",
          decade < 1 ? "" + (float) decade : "" + (long) decade);
    }
    for (int i = 0; i < lines.size(); i++) {
      draw(svg, lines.get(i), HEIGHT - BOTTOM - 10 - (lines.size() - 1 - i) * LEGEND_LINE);
    }
  }

  private void draw(StringBuilder svg, Line line, int legend) {
    String color = COLORS[line.color % COLORS.length];
    String stroke =
        "fill=\"none\" stroke-width=\"1.6\" stroke=\"%s\" stroke-dasharray=\"%s\""
            .formatted(color, DASHES[line.dash % DASHES.length]);
    append(svg, "<polyline %s points=\"", stroke);
    for (int i = 0; i < line.x.length; i++) {
      append(svg, "%.1f,%.1f ", x(line.x[i]), y(line.y[i]));
    }
    append(svg, "\"/>%n");
    for (int i = 0; i < line.x.length; i++) {
      append(
          svg,
          "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2\" fill=\"%s\"/>%n",
          x(line.x[i]),
          y(line.y[i]),
          color);
    }
    append(svg, "<path %s d=\"M%d %dh30\"/>%n", stroke, WIDTH - RIGHT - 40, legend - 4);
    text(svg, WIDTH - RIGHT - 46, legend, "end", line.label);
  }

  private static void grid(StringBuilder svg, double x1, double y1, double x2, double y2) {
    append(svg, "<path stroke=\"#ddd\" d=\"M%.1f %.1fL%.1f %.1f\"/>%n", x1, y1, x2, y2);
  }

  private static void text(StringBuilder svg, double x, double y, String anchor, String text) {
    append(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, text);
  }

  private static void append(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values));
  }

  private double x(double value) {
    double share =
        Math.log(value / ticks[0]) / Math.log((double) ticks[ticks.length - 1] / ticks[0]);
    return LEFT + share * (WIDTH - RIGHT - LEFT);
  }

  private double y(double value) {
    double share = Math.log(value / yMin()) / Math.log(yMax() / yMin());
    return HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP);
  }

  /** The power of ten below everything. */
  private double yMin() {
    return Math.pow(10, Math.floor(Math.log10(ys().min().orElseThrow())));
  }

  /** The power of ten above everything. */
  private double yMax() {
    return Math.pow(10, Math.ceil(Math.log10(ys().max().orElseThrow()) + 1e-9));
  }

  private java.util.stream.DoubleStream ys() {
    return lines.stream().flatMapToDouble(line -> java.util.Arrays.stream(line.y));
  }
}
