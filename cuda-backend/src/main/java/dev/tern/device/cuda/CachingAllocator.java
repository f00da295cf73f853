package dev.tern.device.cuda;

import dev.tern.shape.DeviceException;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Device memory that is kept to be handed out again: asking the driver is slow, and giving back
 * waits for the GPU. All work of a device runs in the order of one stream, so a block whose tensor
 * is gone may be handed out while kernels that read it are still under way: whoever gets it comes
 * after them.
 *
 * <p>Sizes are rounded up to four classes an octave, 512 bytes at least. The garbage collector does
 * not feel device memory, so it is asked to run where the driver would have to be asked for more
 * than twice of what was alive after it ran last, and once more on exhaustion.
 */
final class CachingAllocator {
  /** Where memory comes from. */
  interface Source {
    /** The address, or 0 where there is not that much. */
    long allocate(long bytes);

    /** Gives back; waits for work under way. */
    void free(long address);

    /** Bytes that other programs and this one leave free. */
    long free();

    /** All bytes of the device. */
    long total();
  }

  private static final int SMALLEST = 512;
  private static final long PATIENCE_MS = 200;

  private final Source source;
  private final String device;
  private final boolean caching;
  private final Set<Lease> leases = new HashSet<>();
  private final ReferenceQueue<Object> gone = new ReferenceQueue<>();
  private final Pool shared = new Pool();
  private long live;
  private long cached;
  private long peak;
  private long collectAt;

  /**
   * Creates an allocator.
   *
   * @param caching false: each request goes to the driver, in its exact size, and so does what is
   *     given back; slow, but an access out of bounds or after the end is seen by a memory checker
   */
  CachingAllocator(Source source, String device, boolean caching) {
    this.source = source;
    this.device = device;
    this.caching = caching;
    this.collectAt = source.total() / 8;
  }

  /** Blocks that wait to be handed out again, by size. A captured graph has one of its own. */
  static final class Pool {
    private final Map<Long, ArrayDeque<Long>> shelves = new TreeMap<>();
    private boolean closed;
  }

  /** A block lent to an owner, until that is gone or gives it back. */
  final class Lease extends PhantomReference<Object> {
    private final long bytes;
    private final Pool pool;
    private volatile long address;

    private Lease(Object owner, long address, long bytes, Pool pool) {
      super(owner, gone);
      this.address = address;
      this.bytes = bytes;
      this.pool = pool;
    }

    /** Where it is; 0 once it was given back. */
    long address() {
      return address;
    }

    /** Where its memory comes from and returns to. */
    Pool pool() {
      return pool;
    }

    void giveBack() {
      takeBack(this);
    }
  }

  /** The pool of whatever is not part of a graph. */
  Pool shared() {
    return shared;
  }

  /**
   * Memory from a pool for as long as the owner lives.
   *
   * @throws DeviceException if there is not that much, and no garbage to make room
   */
  Lease lease(Object owner, long bytes, Pool pool) {
    if (bytes == 0) {
      return new Lease(owner, 0, 0, pool);
    }
    long size = caches(pool) ? sizeClass(bytes) : bytes;
    drain();
    long address = reuse(size, pool);
    if (address == 0) {
      address = allocate(size, pool);
    }
    if (address == 0) {
      collect();
      address = reuse(size, pool);
    }
    if (address == 0) {
      address = allocate(size, pool);
    }
    if (address == 0 && pool == shared) { // freeing is not allowed while a graph is captured
      trim();
      address = allocate(size, pool);
    }
    if (address == 0) {
      throw outOfMemory(bytes);
    }
    Lease lease = new Lease(owner, address, size, pool);
    synchronized (this) {
      leases.add(lease);
      live += size;
      peak = Math.max(peak, live);
    }
    Reference.reachabilityFence(owner);
    return lease;
  }

  private boolean caches(Pool pool) {
    return caching || pool != shared;
  }

  /** Four classes an octave: 512, 640, 768, 896, 1024, 1280 ... */
  static long sizeClass(long bytes) {
    if (bytes <= SMALLEST) {
      return SMALLEST;
    }
    long step = Long.highestOneBit(bytes - 1) / 4;
    return (bytes + step - 1) / step * step;
  }

  private synchronized long reuse(long size, Pool pool) {
    ArrayDeque<Long> shelf = pool.shelves.get(size);
    Long address = shelf == null ? null : shelf.pollLast(); // the last one given back
    if (address == null) {
      return 0;
    }
    cached -= size;
    return address;
  }

  private long allocate(long size, Pool pool) {
    if (caching && live() + size > collectAt) {
      collect();
      long address = reuse(size, pool);
      if (address != 0) {
        return address;
      }
    }
    return source.allocate(size);
  }

  private void takeBack(Lease lease) {
    long address;
    synchronized (this) {
      if (!leases.remove(lease)) {
        return;
      }
      address = lease.address;
      lease.address = 0;
      lease.clear();
      live -= lease.bytes;
      Pool to = lease.pool.closed ? shared : lease.pool;
      if (caches(to)) {
        to.shelves.computeIfAbsent(lease.bytes, size -> new ArrayDeque<>()).add(address);
        cached += lease.bytes;
        return;
      }
    }
    source.free(address);
  }

  /** Takes back what the collector found to be garbage. */
  private void drain() {
    for (Reference<?> lease = gone.poll(); lease != null; lease = gone.poll()) {
      takeBack((Lease) lease);
    }
  }

  private void collect() {
    System.gc();
    try {
      Reference<?> lease = gone.remove(PATIENCE_MS); // the collector hands over what it found
      while (lease != null) {
        takeBack((Lease) lease);
        lease = gone.remove(10);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    synchronized (this) {
      collectAt = Math.max(source.total() / 8, 2 * live);
    }
  }

  /** Gives the driver back what is cached. */
  void trim() {
    drain();
    trim(shared);
  }

  /** Gives the driver back what a pool holds; what returns to it later is everybody's. */
  void close(Pool pool) {
    synchronized (this) {
      pool.closed = true;
    }
    trim(pool);
  }

  private void trim(Pool pool) {
    Map<Long, ArrayDeque<Long>> shelves;
    synchronized (this) {
      shelves = new TreeMap<>(pool.shelves);
      pool.shelves.clear();
      shelves.forEach((size, addresses) -> cached -= size * addresses.size());
    }
    shelves.values().forEach(addresses -> addresses.forEach(source::free));
  }

  private synchronized long live() {
    return live;
  }

  private DeviceException outOfMemory(long bytes) {
    return new DeviceException(
        ("%s is out of memory: asked for %s, free %s of %s; live tensors hold %s, the cache %s. "
                + "Use a smaller batch, or close what is not needed any more (Tern.scope())")
            .formatted(
                device,
                size(bytes),
                size(source.free()),
                size(source.total()),
                size(live()),
                size(cached())));
  }

  private synchronized long cached() {
    return cached;
  }

  /** One line: what is live, cached, free. */
  String summary() {
    drain();
    synchronized (this) {
      return "%s: %s in %d live tensors (at most %s so far), %s cached, %s free of %s"
          .formatted(
              device,
              size(live),
              leases.size(),
              size(peak),
              size(cached),
              size(source.free()),
              size(source.total()));
    }
  }

  private static String size(long bytes) {
    return bytes < 1 << 20
        ? "%.1f KiB".formatted(bytes / 1024.0)
        : "%.1f MiB".formatted(bytes / 1048576.0);
  }
}
