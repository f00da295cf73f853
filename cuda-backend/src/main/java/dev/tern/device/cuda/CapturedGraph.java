package dev.tern.device.cuda;

import dev.tern.device.CudaGraph;
import java.util.Collections;
import java.util.IdentityHashMap;
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
  private final CudaDevice device;
  private final Thread thread = Thread.currentThread();
  private final DeviceStream stream;
  private final CUgraphExec exec = new CUgraphExec();
  private final CachingAllocator.Pool pool = new CachingAllocator.Pool();
  private final Set<CudaStorage> outside = Collections.newSetFromMap(new IdentityHashMap<>());
  private boolean open;

  CapturedGraph(CudaDevice device) {
    this.device = device;
    stream = DeviceStream.create(device);
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
    device.launched("a graph");
    device.check(JCudaDriver.cuGraphLaunch(exec, device.stream()), "replaying a graph");
    device.replayed();
    device.syncIfAsked("a graph");
  }

  @Override
  public synchronized void close() {
    if (open) {
      open = false;
      device.synchronize();
      device.check(JCudaDriver.cuGraphExecDestroy(exec), "destroying a graph");
      outside.clear();
      device.memory().close(pool);
    }
  }
}
