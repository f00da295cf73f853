package dev.tern.data;

import dev.tern.device.Generator;
import dev.tern.shape.StateDictException;
import java.util.Map;
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
  final Dataset dataset;
  final int prefetch;
  final int workers;
  final @Nullable Collate collate;
  final @Nullable Generator generator;
  private final int batchSize;
  private final boolean dropLast;
  private final Sampler sampler;
  private final @Nullable BatchSampler ownBatches;

  /** The settings while one of them changes. */
  private static final class Draft {
    final Dataset dataset;
    int batchSize = 1;
    boolean dropLast;
    Sampler sampler;
    @Nullable BatchSampler ownBatches;
    int prefetch;
    int workers = 1;
    @Nullable Collate collate;
    @Nullable Generator generator;

    Draft(Dataset dataset) {
      this.dataset = dataset;
      this.sampler = Sampler.sequential(dataset.size());
    }

    Draft(DataLoader from) {
      dataset = from.dataset;
      batchSize = from.batchSize;
      dropLast = from.dropLast;
      sampler = from.sampler;
      ownBatches = from.ownBatches;
      prefetch = from.prefetch;
      workers = from.workers;
      collate = from.collate;
      generator = from.generator;
    }
  }

  private DataLoader(Draft draft) {
    dataset = draft.dataset;
    batchSize = draft.batchSize;
    dropLast = draft.dropLast;
    sampler = draft.sampler;
    ownBatches = draft.ownBatches;
    prefetch = draft.prefetch;
    workers = draft.workers;
    collate = draft.collate;
    generator = draft.generator;
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
    return new DataLoader(new Draft(dataset));
  }

  private static void check(String what, int count, int least) {
    if (count < least) {
      throw new IllegalArgumentException(
          "DataLoader: %s %d; expected %d or more".formatted(what, count, least));
    }
  }

  /**
   * How many examples a batch has; the last one of an epoch may have fewer.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public DataLoader batchSize(int size) {
    check("batchSize", size, 1);
    Draft draft = new Draft(this);
    draft.batchSize = size;
    return new DataLoader(draft);
  }

  /** Whether every epoch visits the examples in a new random order. */
  public DataLoader shuffle(boolean on) {
    return sampler(on ? Sampler.random(dataset.size()) : Sampler.sequential(dataset.size()));
  }

  /** Visits the examples that the sampler chooses, in its order. */
  public DataLoader sampler(Sampler chooses) {
    Draft draft = new Draft(this);
    draft.sampler = chooses;
    return new DataLoader(draft);
  }

  /** Yields the batches that the sampler chooses; batch size, order and last batch are its own. */
  public DataLoader batchSampler(BatchSampler chooses) {
    Draft draft = new Draft(this);
    draft.ownBatches = chooses;
    return new DataLoader(draft);
  }

  /** Whether a last batch with fewer examples than the others is left out. */
  public DataLoader dropLast(boolean on) {
    Draft draft = new Draft(this);
    draft.dropLast = on;
    return new DataLoader(draft);
  }

  /** Makes batches of examples in its own way, {@code collate_fn}. */
  public DataLoader collate(Collate makes) {
    Draft draft = new Draft(this);
    draft.collate = makes;
    return new DataLoader(draft);
  }

  /**
   * How many batches are fetched ahead on background threads; 0, the default, fetches each when it
   * is asked for, on the iterating thread. The order is the same either way, and with one
   * {@linkplain #workers worker} the dataset sees one call at a time. On a background thread the
   * default generator starts, for every batch, from a seed that depends on the iteration's first
   * draw and the batch's number, so augmentations that draw from it are repeatable, whatever the
   * number of workers.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public DataLoader prefetch(int batches) {
    check("prefetch", batches, 0);
    Draft draft = new Draft(this);
    draft.prefetch = batches;
    return new DataLoader(draft);
  }

  /**
   * How many batches are fetched at the same time, {@code num_workers}, in threads: a dataset that
   * more than one uses must allow that. Two a worker are fetched ahead, or as many as {@link
   * #prefetch} says if that is more.
   *
   * @throws IllegalArgumentException if it is below 1
   */
  public DataLoader workers(int threads) {
    check("workers", threads, 1);
    Draft draft = new Draft(this);
    draft.workers = threads;
    draft.prefetch = Math.max(prefetch, 2 * threads);
    return new DataLoader(draft);
  }

  /** Draws from this generator instead of the iterating thread's default one. */
  public DataLoader generator(Generator own) {
    Draft draft = new Draft(this);
    draft.generator = own;
    return new DataLoader(draft);
  }

  /** The dataset it runs over. */
  public Dataset dataset() {
    return dataset;
  }

  /** The number of batches in an epoch, {@code len(loader)}. */
  public int size() {
    return batches().size();
  }

  BatchSampler batches() {
    return ownBatches != null ? ownBatches : BatchSampler.of(sampler, batchSize, dropLast);
  }

  /**
   * Starts an epoch. The order is settled here; {@code next()} throws what the dataset threw,
   * {@link SampleException} where a single example is at fault, and the iteration may go on with
   * the batch after it. An iterator may be left at any point: it holds no thread.
   */
  @Override
  public Epoch iterator() {
    return new Epoch(this, generator != null ? generator : Generator.current(), 0);
  }

  /**
   * Goes on with an epoch that {@link Epoch#stateDict()} was taken of: gives the batches that it
   * had not given. The default generator is left alone, for its state is saved beside the loader's;
   * one of the loader's own goes on where it was.
   *
   * @throws StateDictException if the state is none, or of an epoch with another number of batches;
   *     names every fault
   */
  public Epoch resume(Map<?, ?> state) {
    return EpochState.resume(this, state);
  }
}
