package dev.tern.data;

import dev.tern.device.Generator;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * One run over a dataset, begun by {@link DataLoader#iterator()}. A loop over it gives the batches
 * that are left, once.
 */
public final class Epoch implements Iterator<Batch>, Iterable<Batch> {
  // Idle threads end by themselves after a minute, and none waits for anything but work.
  private static final Executor WORKERS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "tern-data");
            thread.setDaemon(true);
            return thread;
          });

  private final DataLoader loader;
  private final byte[] before;
  private final long baseSeed;
  private final List<int[]> batches;
  private final Deque<CompletableFuture<Batch>> ahead = new ArrayDeque<>();

  /** The batch that each worker was given last. */
  private final List<CompletableFuture<?>> last = new ArrayList<>();

  private int asked;
  private int given;
  private boolean ended;

  /**
   * Settles the order.
   *
   * @param draws where the loader's draws come from
   * @param skipped how many batches were given before
   */
  Epoch(DataLoader loader, Generator draws, int skipped) {
    this.loader = loader;
    before = draws.getState();
    baseSeed = draws.random63();
    batches = batches(loader, draws);
    asked = skipped;
    given = skipped;
    for (int i = 0; i < loader.workers; i++) {
      last.add(CompletableFuture.completedFuture(null));
    }
    while (ahead.size() < loader.prefetch && asked < batches.size()) {
      ask();
    }
  }

  /** Samplers of a loader without a generator of its own draw from the thread's default one. */
  private static List<int[]> batches(DataLoader loader, Generator draws) {
    if (loader.generator != null || draws == Generator.current()) {
      return loader.batches().batches(loader.generator == null ? null : draws);
    }
    Generator current = Generator.current();
    byte[] untouched = current.getState();
    try {
      current.setState(draws.getState());
      return loader.batches().batches(null);
    } finally {
      current.setState(untouched);
    }
  }

  /** This epoch itself, from where it is. */
  @Override
  public Iterator<Batch> iterator() {
    return this;
  }

  @Override
  public boolean hasNext() {
    if (given < batches.size()) {
      return true;
    }
    if (!ended) {
      loader.batches().ended(loader.generator);
    }
    ended = true;
    return false;
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("DataLoader: all " + batches.size() + " batches were given");
    }
    given++;
    if (loader.prefetch == 0) {
      return fetch(asked++);
    }
    CompletableFuture<Batch> head = ahead.remove();
    if (asked < batches.size()) {
      ask();
    }
    try {
      return head.join();
    } catch (CompletionException e) {
      throw rethrown(e.getCause());
    }
  }

  /** The number of batches it has given, also those that a resumed epoch gave before. */
  public int given() {
    return given;
  }

  /** How far it is, for {@link DataLoader#resume}: take it between two batches. */
  public Map<String, Object> stateDict() {
    return EpochState.save(loader, before, batches.size(), given);
  }

  /**
   * Queues the next batch behind the last one of a worker, so that no more are fetched at the same
   * time than there are workers.
   */
  private void ask() {
    int batch = asked++;
    int worker = batch % loader.workers;
    CompletableFuture<Batch> future =
        last.get(worker)
            .handleAsync(
                (done, failure) -> {
                  Generator.manualSeed(baseSeed + batch);
                  return fetch(batch);
                },
                WORKERS);
    last.set(worker, future);
    ahead.add(future);
  }

  private Batch fetch(int batch) {
    int[] indices = batches.get(batch);
    Collate collate = loader.collate;
    if (collate == null) {
      return loader.dataset.batch(indices);
    }
    List<Sample> samples = new ArrayList<>(indices.length);
    for (int index : indices) {
      samples.add(SampleException.naming(index, loader.dataset));
    }
    return collate.collate(samples);
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
