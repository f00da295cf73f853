package dev.tern.nn;

import dev.tern.shape.ConvOptions;

/** The settings of folding as PyTorch prints them. */
final class FoldText {
  private FoldText() {}

  static String of(ConvOptions.Values options) {
    return "kernel_size=%s, dilation=%s, padding=%s, stride=%s"
        .formatted(
            PythonText.plain(options.kernelSize()),
            PythonText.one(options.dilationOf(2)),
            PythonText.one(options.paddingOf(2)),
            PythonText.one(options.strideOf(2)));
  }
}
