package dev.tern.examples;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * CIFAR records (a label, then 32 x 32 red, green and blue bytes), packed without loss to about
 * three fifths of what gzip makes of them.
 *
 * <p>Of every image green, red minus green and blue minus green are coded, each pixel as the
 * difference to what its neighbours above and to the left predict. How large a difference to expect
 * shows in those neighbours too, so the differences are sorted by that into {@value #CONTEXTS}
 * streams a channel, each with Huffman codes of its own.
 *
 * <p>Layout, big-endian: the number of images (4 bytes), then a stream of labels and {@value
 * #CONTEXTS} streams each for green, red and blue; a stream is its unpacked length (4 bytes), its
 * packed length (4 bytes) and raw Deflate data.
 */
final class PackedImages {
  static final int SIDE = 32;
  static final int PIXELS = SIDE * SIDE;
  static final int RECORD = 1 + 3 * PIXELS;
  static final int CONTEXTS = 16;

  /** Where red, green and blue start in a record, in the order they are coded: green first. */
  static final int[] CHANNEL_STARTS = {1 + PIXELS, 1, 1 + 2 * PIXELS};

  // The activities from which the next context begins.
  private static final int[] BOUNDS = {3, 5, 8, 11, 14, 18, 22, 27, 33, 40, 48, 58, 72, 92, 125};
  private static final byte[] CONTEXT_OF = new byte[BOUNDS[BOUNDS.length - 1] + 1];

  static {
    for (int activity = 0; activity < CONTEXT_OF.length; activity++) {
      int at = Arrays.binarySearch(BOUNDS, activity);
      CONTEXT_OF[activity] = (byte) (at >= 0 ? at + 1 : -at - 1);
    }
  }

  private PackedImages() {}

  /**
   * A channel of one image in a frame: a row above, a column to the left and one to the right stand
   * for the neighbours that an edge lacks.
   */
  static final class Plane {
    static final int STRIDE = SIDE + 2;
    static final int FIRST = STRIDE + 1;

    private final int[] values = new int[(SIDE + 1) * STRIDE];

    void start(int value) {
      Arrays.fill(values, 0, STRIDE, value);
    }

    /** Lets the frame beside a row take after the row above it. */
    void startRow(int at) {
      values[at - 1] = values[at - STRIDE];
      values[at - STRIDE + SIDE] = values[at - STRIDE + SIDE - 1];
    }

    int get(int at) {
      return values[at];
    }

    void set(int at, int value) {
      values[at] = value;
    }

    /**
     * The median of west, north and west + north - northwest: an edge is followed, a slope is
     * continued.
     */
    int predict(int at) {
      int west = values[at - 1];
      int north = values[at - STRIDE];
      int corner = values[at - STRIDE - 1];
      int low = Math.min(west, north);
      int high = Math.max(west, north);
      return Math.max(low, Math.min(high, west + north - corner));
    }

    /** How much the values change around a pixel that is not known yet. */
    int activity(int at) {
      int north = values[at - STRIDE];
      int corner = values[at - STRIDE - 1];
      return Math.abs(values[at - 1] - corner)
          + Math.abs(north - corner)
          + Math.abs(north - values[at - STRIDE + 1]);
    }
  }

  /**
   * The context of a pixel: for green the activity around it; for the others also how far off the
   * channels before it were at this very pixel, which says more.
   */
  static int context(int channel, int activity, int missed) {
    int expected = channel == 0 ? activity : activity / 2 + 2 * missed;
    return CONTEXT_OF[Math.min(expected, CONTEXT_OF.length - 1)];
  }

  /**
   * Unpacks records.
   *
   * @throws IOException if the data is truncated or damaged
   */
  static byte[] unpack(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    int images = data.readInt();
    if (images < 0 || images > Integer.MAX_VALUE / RECORD) {
      throw new IOException("packed images: " + images + " images");
    }
    byte[] labels = stream(data, images);
    if (labels.length != images) {
      throw new IOException(
          "packed images: %d labels for %d images".formatted(labels.length, images));
    }
    byte[][] streams = new byte[3 * CONTEXTS][];
    long differences = 0;
    for (int s = 0; s < streams.length; s++) {
      streams[s] = stream(data, images * PIXELS);
      differences += streams[s].length;
    }
    if (differences != 3L * images * PIXELS) {
      throw new IOException(
          "packed images: %d differences for %d images".formatted(differences, images));
    }
    byte[] records = new byte[images * RECORD];
    int[] positions = new int[streams.length];
    Plane plane = new Plane();
    int[] missed = new int[PIXELS];
    try {
      for (int image = 0; image < images; image++) {
        int start = image * RECORD;
        records[start] = labels[image];
        Arrays.fill(missed, 0);
        for (int channel = 0; channel < 3; channel++) {
          unpackChannel(channel, streams, positions, plane, missed, records, start);
        }
      }
    } catch (ArrayIndexOutOfBoundsException e) {
      throw new IOException("packed images: a stream ends early", e);
    }
    return records;
  }

  private static void unpackChannel(
      int channel,
      byte[][] streams,
      int[] positions,
      Plane plane,
      int[] missed,
      byte[] records,
      int start) {
    int green = start + CHANNEL_STARTS[0];
    int to = start + CHANNEL_STARTS[channel];
    plane.start(channel == 0 ? 128 : 0);
    int pixel = 0;
    for (int y = 0; y < SIDE; y++) {
      int at = Plane.FIRST + y * Plane.STRIDE;
      plane.startRow(at);
      for (int x = 0; x < SIDE; x++, at++, pixel++) {
        int s = channel * CONTEXTS + context(channel, plane.activity(at), missed[pixel]);
        byte difference = streams[s][positions[s]++];
        missed[pixel] += Math.abs(difference);
        int base = channel == 0 ? 0 : records[green + pixel] & 0xff;
        int value = (base + plane.predict(at) + difference) & 0xff;
        records[to + pixel] = (byte) value;
        plane.set(at, value - base);
      }
    }
  }

  private static byte[] stream(DataInputStream data, int most) throws IOException {
    int length = data.readInt();
    int packed = data.readInt();
    if (length < 0 || length > most || packed < 0) {
      throw new IOException(
          "packed images: a stream of %d bytes from %d".formatted(length, packed));
    }
    byte[] deflated = data.readNBytes(packed);
    if (deflated.length != packed) {
      throw new EOFException(
          "packed images: %d bytes left of a stream of %d".formatted(deflated.length, packed));
    }
    byte[] out = new byte[length];
    Inflater inflater = new Inflater(true);
    try {
      inflater.setInput(deflated);
      int n = 0;
      while (n < length) {
        int more = inflater.inflate(out, n, length - n);
        if (more == 0) {
          throw new IOException(
              "packed images: a stream of %d bytes instead of %d".formatted(n, length));
        }
        n += more;
      }
    } catch (DataFormatException e) {
      throw new IOException("packed images: damaged: " + e.getMessage(), e);
    } finally {
      inflater.end();
    }
    return out;
  }
}
