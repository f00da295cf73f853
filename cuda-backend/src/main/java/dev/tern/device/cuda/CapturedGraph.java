package dev.tern.device.cuda;

import dev.tern.device.CudaGraph;
import dev.tern.device.Data;
import dev.tern.device.Generator;
import dev.tern.shape.DType;
import dev.tern.shape.DeviceException;
import dev.tern.shape.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * Work captured on a stream of its own, which no other thread's work gets into, and replayed on the
 * device's.
 */
final class CapturedGraph implements CudaGraph {
  private static final int MOST_DRAWS = 4096;

  private final CudaDevice device;
  private final Thread thread = Thread.currentThread();
  private final DeviceStream stream;
  private final CUgraphExec exec = new CUgraphExec();
  private final CachingAllocator.Pool pool = new CachingAllocator.Pool();
  private final Set<CudaStorage> outside = Collections.newSetFromMap(new IdentityHashMap<>());
  private @Nullable Data keys; // of the draws of random numbers, anew for each replay
  private final List<Generator> draws = new ArrayList<>();
  private boolean open;

  /** Captures on this thread; nothing is captured yet. */
  CapturedGraph(CudaDevice device) {
    this.device = device;
    stream = DeviceStream.create(device);
  }

  /** Where a draw finds its key, which each replay takes from the generator. */
  Data keyOf(Generator generator) {
    if (draws.size() == MOST_DRAWS) {
      throw new DeviceException(
          "more than %d draws of random numbers cannot be part of a CUDA graph (%s)"
              .formatted(MOST_DRAWS, device));
    }
    if (keys == null) {
      keys = Elements.temporary(device, DType.INT64, MOST_DRAWS);
    }
    draws.add(generator);
    return Elements.shifted(keys, draws.size() - 1);
  }

  DeviceStream stream() {
    return stream;
  }

  CachingAllocator.Pool pool() {
    return pool;
  }

  boolean isOfThisThread() {
    return Thread.currentThread() == thread;
  }

  /** Keeps what a kernel uses, where it is not the graph's own memory, which may be used again. */
  void keep(@Nullable Object[] storages) {
    for (Object used : storages) {
      if (used instanceof CudaStorage storage && !storage.isOf(pool)) {
        outside.add(storage);
      }
    }
  }

  void capture(Runnable work) {
    CUgraph graph = new CUgraph();
    try {
      device.check(
          JCudaDriver.cuStreamBeginCapture(
              stream, CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_RELAXED),
          "beginning a capture");
      int ended;
      try {
        work.run();
      } finally {
        ended = JCudaDriver.cuStreamEndCapture(stream, graph);
      }
      device.check(ended, "capturing a graph");
      device.check(JCudaDriver.cuGraphInstantiate(exec, graph, 0), "making a graph ready");
      open = true;
    } finally {
      JCudaDriver.cuGraphDestroy(graph);
      JCudaDriver.cuStreamDestroy(stream);
    }
  }

  @Override
  public synchronized void replay() {
    if (!open) {
      throw new IllegalStateException("this graph was closed");
    }
    outside.forEach(CudaStorage::address); // refuses what was given back
    device.enter();
    device.expectNoCapture("the replay of another graph");
    drawKeys();
    device.launched("a graph");
    device.check(JCudaDriver.cuGraphLaunch(exec, device.stream()), "replaying a graph");
    device.replayed();
    device.syncIfAsked("a graph");
  }

  private void drawKeys() {
    if (keys != null) {
      long[] drawn = draws.stream().mapToLong(Generator::random64).toArray();
      device.upload(drawn, 0, new Data(keys.storage(), 0, Shape.of(drawn.length)));
    }
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      device.synchronize();
      device.check(JCudaDriver.cuGraphExecDestroy(exec), "destroying a graph");
      outside.clear();
      if (keys != null) {
        Elements.recycle(keys);
      }
      device.memory().close(pool);
    }
  }
}
