package dev.tern.benchmarks.compare;

import dev.tern.benchmarks.compare.Workload.Training;

/**
 * What is compared, written once for each library. An implementation has a public constructor that
 * takes the number of threads. Inputs are FLOAT32 and random, unless said otherwise.
 */
public interface Library {
  /**
   * Training steps of one of the example networks, by name, on one random batch until {@linkplain
   * Training#feed fed}.
   */
  Training training(String network, int batch);

  /** The logits of a random batch, in evaluation mode and without gradients. */
  Workload inference(String network, int batch);

  /** The product of two {@code [n, n]}. */
  Workload matmul(int n);

  /**
   * A 3 x 3 convolution with padding 1 and a bias, {@code [n, c, side, side]} to {@code [n, k,
   * side, side]}; with gradients: of the input, the weight and the bias, after the forward.
   */
  Workload conv2d(int n, int c, int side, int k, boolean gradients);

  /** The largest of each 2 x 2 window of {@code [n, c, side, side]}. */
  Workload maxPool2d(int n, int c, int side);

  /** tanh of n numbers. */
  Workload tanh(int n);

  /**
   * Batch norm in training, with running estimates, of {@code [n, c, side, side]}; with gradients:
   * of the input, the weight and the bias, after the forward.
   */
  Workload batchNorm(int n, int c, int side, boolean gradients);

  /**
   * The workload that a line of words names, the sizes in the order of the method's parameters:
   * {@code training Net 64}, {@code conv2d 32 64 56 64 gradients}.
   */
  default Workload workload(String words) {
    String[] word = words.split(" ");
    boolean gradients = word[word.length - 1].equals("gradients");
    return switch (word[0]) {
      case "training" -> training(word[1], size(word, 2));
      case "inference" -> inference(word[1], size(word, 2));
      case "matmul" -> matmul(size(word, 1));
      case "conv2d" ->
          conv2d(size(word, 1), size(word, 2), size(word, 3), size(word, 4), gradients);
      case "max_pool2d" -> maxPool2d(size(word, 1), size(word, 2), size(word, 3));
      case "tanh" -> tanh(size(word, 1));
      case "batch_norm" -> batchNorm(size(word, 1), size(word, 2), size(word, 3), gradients);
      default -> throw new IllegalArgumentException("no workload " + words);
    };
  }

  private static int size(String[] words, int i) {
    return Integer.parseInt(words[i]);
  }
}
