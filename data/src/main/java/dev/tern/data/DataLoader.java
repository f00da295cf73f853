package dev.tern.data;

import dev.tern.device.Generator;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * Runs over a dataset in batches, {@code torch.utils.data.DataLoader}. A loader is an immutable
 * value; every iteration over it is an epoch.
 *
 * <pre>{@code
 * DataLoader train = DataLoader.of(dataset).batchSize(64).shuffle(true);
 * for (Batch batch : train) { ... }
 * }</pre>
 *
 * <p>It draws from the iterating thread's default generator what PyTorch's loader draws, and so
 * visits the data in the same order for a seed: one INT64 number an iteration, shuffled or not, and
 * when shuffling a second one, which seeds the generator of the permutation. With a {@linkplain
 * #generator generator of its own} it draws the number and the permutation from that one; like
 * PyTorch's it draws one more permutation, unused, when an iteration ends.
 */
public final class DataLoader implements Iterable<Batch> {
  // Idle threads end by themselves after a minute, and none waits for anything but work.
  private static final Executor WORKERS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "tern-data");
            thread.setDaemon(true);
            return thread;
          });

  private final Dataset dataset;
  private final int batchSize;
  private final boolean shuffle;
  private final boolean dropLast;
  private final int prefetch;
  private final @Nullable Generator generator;

  private DataLoader(
      Dataset dataset,
      int batchSize,
      boolean shuffle,
      boolean dropLast,
      int prefetch,
      @Nullable Generator generator) {
    this.dataset = dataset;
    this.batchSize = batchSize;
    this.shuffle = shuffle;
    this.dropLast = dropLast;
    this.prefetch = prefetch;
    this.generator = generator;
  }

  /**
   * A loader that yields the examples one by one, in their order.
   *
   * @throws IllegalArgumentException if the dataset is empty
   */
  public static DataLoader of(Dataset dataset) {
    if (dataset.size() < 1) {
      throw new IllegalArgumentException(
          "DataLoader: the dataset is empty; expected 1 sample or more");
    }
    return new DataLoader(dataset, 1, false, false, 0, null);
  }

  /**
   * How many examples a batch has; the last one of an epoch may have fewer.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public DataLoader batchSize(int size) {
    if (size < 1) {
      throw new IllegalArgumentException(
          "DataLoader: batchSize %d; expected 1 or more".formatted(size));
    }
    return new DataLoader(dataset, size, shuffle, dropLast, prefetch, generator);
  }

  /** Whether every epoch visits the examples in a new random order. */
  public DataLoader shuffle(boolean on) {
    return new DataLoader(dataset, batchSize, on, dropLast, prefetch, generator);
  }

  /** Whether a last batch with fewer examples than the others is left out. */
  public DataLoader dropLast(boolean on) {
    return new DataLoader(dataset, batchSize, shuffle, on, prefetch, generator);
  }

  /**
   * How many batches a background thread fetches ahead; 0, the default, fetches each when it is
   * asked for, on the iterating thread. The order is the same either way, and the dataset sees one
   * call at a time. On a background thread the default generator starts, for every batch, from a
   * seed that depends on the iteration's first draw and the batch's number, so augmentations that
   * draw from it are repeatable.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public DataLoader prefetch(int batches) {
    if (batches < 0) {
      throw new IllegalArgumentException(
          "DataLoader: prefetch %d; expected 0 or more".formatted(batches));
    }
    return new DataLoader(dataset, batchSize, shuffle, dropLast, batches, generator);
  }

  /** Draws from this generator instead of the iterating thread's default one. */
  public DataLoader generator(Generator own) {
    return new DataLoader(dataset, batchSize, shuffle, dropLast, prefetch, own);
  }

  /** The dataset it runs over. */
  public Dataset dataset() {
    return dataset;
  }

  /** The number of batches in an epoch, {@code len(loader)}. */
  public int size() {
    int n = dataset.size();
    return n / batchSize + (n % batchSize == 0 || dropLast ? 0 : 1);
  }

  /**
   * Starts an epoch. The order is settled here; {@code next()} throws what the dataset threw,
   * {@link SampleException} where a single example is at fault, and the iteration may go on with
   * the batch after it. An iterator may be left at any point: it holds no thread.
   */
  @Override
  public Iterator<Batch> iterator() {
    Generator draws = generator != null ? generator : Generator.current();
    long baseSeed = draws.random63();
    int n = dataset.size();
    int[] order;
    if (!shuffle) {
      order = new int[n];
      Arrays.setAll(order, i -> i);
    } else if (generator != null) {
      order = generator.permutation(n);
    } else {
      order = Generator.of(draws.random63()).permutation(n);
    }
    return new Epoch(order, baseSeed);
  }

  private final class Epoch implements Iterator<Batch> {
    private final int[] order;
    private final long baseSeed;
    private final int batches = size();
    private final Deque<CompletableFuture<Batch>> ahead = new ArrayDeque<>();
    private CompletableFuture<?> lastAsked = CompletableFuture.completedFuture(null);
    private int asked;
    private int given;
    private boolean ended;

    Epoch(int[] order, long baseSeed) {
      this.order = order;
      this.baseSeed = baseSeed;
      while (ahead.size() < prefetch && asked < batches) {
        ask();
      }
    }

    @Override
    public boolean hasNext() {
      if (given < batches) {
        return true;
      }
      if (!ended && shuffle && generator != null) {
        generator.permutation(order.length); // what PyTorch's RandomSampler draws on its way out
      }
      ended = true;
      return false;
    }

    @Override
    public Batch next() {
      if (!hasNext()) {
        throw new NoSuchElementException("DataLoader: all " + batches + " batches were given");
      }
      given++;
      if (prefetch == 0) {
        return fetch(asked++);
      }
      CompletableFuture<Batch> head = ahead.remove();
      if (asked < batches) {
        ask();
      }
      try {
        return head.join();
      } catch (CompletionException e) {
        throw rethrown(e.getCause());
      }
    }

    /**
     * Queues the next batch behind the one before it, so the dataset is never called from two
     * threads at once.
     */
    private void ask() {
      int batch = asked++;
      CompletableFuture<Batch> future =
          lastAsked.handleAsync(
              (before, failure) -> {
                Generator.manualSeed(baseSeed + batch);
                return fetch(batch);
              },
              WORKERS);
      lastAsked = future;
      ahead.add(future);
    }

    private Batch fetch(int batch) {
      int start = batch * batchSize;
      int end = (int) Math.min((long) start + batchSize, order.length);
      return dataset.batch(Arrays.copyOfRange(order, start, end));
    }
  }

  /** The dataset's own exception, with the caller's stack beside the worker's. */
  private static RuntimeException rethrown(@Nullable Throwable cause) {
    if (cause instanceof RuntimeException e) {
      e.addSuppressed(new IllegalStateException("asked for by this thread"));
      return e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return new IllegalStateException("DataLoader: the background thread failed", cause);
  }
}
