package dev.tern.device.cuda;

import dev.tern.device.Backend;
import dev.tern.device.Data;
import dev.tern.device.Device;
import dev.tern.shape.DType;
import dev.tern.shape.DeviceException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * One GPU: its primary context, one stream in whose order all work runs, its memory and its
 * kernels. Any thread may use it; whatever calls the driver calls {@link #enter} first.
 */
final class CudaDevice {
  /** {@code cuGraphInstantiateWithFlags} came with CUDA 11.4. */
  private static final int OLDEST_FOR_GRAPHS = 11040;

  private final Device device;
  private final Options options;
  private final String gpu;
  private final int capability;
  private final CUcontext context = new CUcontext();
  private final DeviceStream stream;
  private final DeviceMemory driverMemory;
  private final CachingAllocator memory;
  private final Staging staging = new Staging(this);
  private final Map<String, Ptx> modules = new ConcurrentHashMap<>(); // by the name of a kernel
  private final Map<String, CUmodule> loaded = new ConcurrentHashMap<>();
  private final Map<String, Kernel> kernels = new ConcurrentHashMap<>();
  private final ConcurrentLinkedDeque<Launch> launches = new ConcurrentLinkedDeque<>();
  private final RecentLaunches recent = new RecentLaunches();
  private volatile @Nullable CapturedGraph capturing;
  private volatile @Nullable CudaBackend backend;
  private volatile @Nullable String lost;

  /**
   * How a device is run.
   *
   * @param sync whether each launch is waited for, so that an error names its kernel ({@code
   *     tern.cuda.sync})
   * @param cache whether memory is kept to be handed out again ({@code tern.cuda.cache}); without,
   *     a memory checker sees each access out of bounds
   * @param libraries whether cuBLAS and cuDNN are used where found, or the folders to look for them
   *     in ({@code tern.cuda.libraries})
   */
  record Options(boolean sync, boolean cache, String libraries) {
    /** Without libraries. */
    Options(boolean sync, boolean cache) {
      this(sync, cache, "false");
    }

    static Options ofProperties() {
      return new Options(
          Boolean.getBoolean("tern.cuda.sync"),
          Boolean.parseBoolean(System.getProperty("tern.cuda.cache", "true")),
          System.getProperty("tern.cuda.libraries", "false"));
    }
  }

  /** Opens a GPU; the driver has been started. */
  CudaDevice(int index, Options options) {
    device = Device.cuda(index);
    this.options = options;
    CUdevice handle = new CUdevice();
    check(JCudaDriver.cuDeviceGet(handle, index), "opening it");
    gpu = name(handle);
    capability = capability(handle);
    check(JCudaDriver.cuDevicePrimaryCtxRetain(context, handle), "retaining its primary context");
    enter();
    stream = DeviceStream.create(this);
    driverMemory = new DeviceMemory(this);
    memory = new CachingAllocator(driverMemory, device.toString(), options.cache());
    for (Ptx ptx : Ptx.all()) {
      if (ptx.target() <= capability) {
        use(ptx);
      }
    }
  }

  /** A GPU's name. */
  static String name(CUdevice handle) {
    byte[] name = new byte[256];
    JCudaDriver.cuDeviceGetName(name, name.length, handle);
    return new String(name, StandardCharsets.UTF_8).split("\0", 2)[0];
  }

  /** A GPU's compute capability, 80 for 8.0. */
  static int capability(CUdevice handle) {
    return 10 * attribute(handle, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
        + attribute(handle, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  }

  private static int attribute(CUdevice handle, int attribute) {
    int[] value = {0};
    JCudaDriver.cuDeviceGetAttribute(value, attribute, handle);
    return value[0];
  }

  Device device() {
    return device;
  }

  /** Its compute capability, 80 for 8.0. */
  int capability() {
    return capability;
  }

  /** NVIDIA's libraries, where its options ask for them. */
  Libraries openLibraries() {
    return Libraries.open(this, options.libraries());
  }

  /** Its backend, made when first asked for. */
  Backend backend() {
    CudaBackend made = backend;
    if (made == null) {
      synchronized (this) {
        made = backend;
        if (made == null) {
          made = new CudaBackend(this);
          backend = made;
        }
      }
    }
    return made;
  }

  /** Makes a module's kernels known; it is loaded when the first of them is asked for. */
  void use(Ptx ptx) {
    ptx.entries().keySet().forEach(kernel -> modules.put(kernel, ptx));
  }

  CachingAllocator memory() {
    return memory;
  }

  /**
   * The stream in whose order all work runs; while this thread captures a graph, that of the graph.
   */
  DeviceStream stream() {
    CapturedGraph graph = captured();
    return graph == null ? stream : graph.stream();
  }

  /** Where memory comes from: while this thread captures a graph, the graph's own. */
  CachingAllocator.Pool pool() {
    CapturedGraph graph = captured();
    return graph == null ? memory.shared() : graph.pool();
  }

  /** The graph that this thread captures, or null. */
  @Nullable CapturedGraph captured() {
    CapturedGraph graph = capturing;
    return graph != null && graph.isOfThisThread() ? graph : null;
  }

  /**
   * Captures what a piece of code does.
   *
   * @throws DeviceException if the driver is too old: a function that it lacks ends the process
   */
  CapturedGraph capture(Runnable work) {
    int[] version = {0};
    check(JCudaDriver.cuDriverGetVersion(version), "asking for the driver's version");
    if (version[0] < OLDEST_FOR_GRAPHS) {
      throw new DeviceException(
          "%s (%s): the NVIDIA driver is too old for CUDA graphs (it has CUDA %d.%d, 11.4 is the least); update it"
              .formatted(device, gpu, version[0] / 1000, version[0] % 1000 / 10));
    }
    modules.values().forEach(this::module); // loading is not allowed while a graph is captured
    memory.trim(); // nor is freeing, to make room for it
    enter();
    CapturedGraph graph = new CapturedGraph(this);
    synchronized (this) {
      if (capturing != null) {
        throw new DeviceException("another graph is being captured on " + device);
      }
      capturing = graph;
    }
    try {
      driverMemory.hold(true);
      graph.capture(work);
    } finally {
      capturing = null;
      driverMemory.hold(false);
    }
    return graph;
  }

  /**
   * Makes its context current on this thread.
   *
   * @throws DeviceException if the context was lost
   */
  void enter() {
    String message = lost;
    if (message != null) {
      throw new DeviceException(message);
    }
    check(JCudaDriver.cuCtxSetCurrent(context), "making its context current");
  }

  /** Allocates memory for elements of a type; what is in it is not defined. */
  CudaStorage allocate(DType dtype, int size) {
    enter();
    return new CudaStorage(this, dtype, size);
  }

  /** Copies from a Java array; under way when this returns. */
  void upload(Object array, int from, Data to) {
    expectHere(to);
    staging.upload(to.dtype(), array, from, to.numel(), CudaStorage.address(to));
    keep(to.storage());
  }

  /** Copies to a Java array, after all work before it. */
  void download(Data from, Object array, int to) {
    expectHere(from);
    staging.download(from.dtype(), CudaStorage.address(from), from.numel(), array, to);
    keep(from.storage());
  }

  /** Copies dense elements within the device, bytes as they are. */
  void copy(Data from, Data to) {
    expectHere(from);
    expectHere(to);
    enter();
    check(
        JCudaDriver.cuMemcpyDtoDAsync(
            new DevicePointer(CudaStorage.address(to)),
            new DevicePointer(CudaStorage.address(from)),
            (long) from.numel() * from.dtype().bytes(),
            stream()),
        "copying");
    keep(from.storage(), to.storage());
  }

  /** Sets elements of up to 4 bytes to one bit pattern; 8-byte ones to twice the same. */
  void fill(Data data, int bits) {
    expectHere(data);
    enter();
    DevicePointer to = new DevicePointer(CudaStorage.address(data));
    int n = data.numel();
    check(
        switch (data.dtype().bytes()) {
          case 1 -> JCudaDriver.cuMemsetD8Async(to, (byte) bits, n, stream());
          case 2 -> JCudaDriver.cuMemsetD16Async(to, (short) bits, n, stream());
          case 4 -> JCudaDriver.cuMemsetD32Async(to, bits, n, stream());
          default -> JCudaDriver.cuMemsetD32Async(to, bits, 2L * n, stream());
        },
        "filling");
    keep(data.storage());
  }

  /** Waits until all work given to it is done. */
  void synchronize() {
    enter();
    expectNoCapture("a synchronisation");
    check(JCudaDriver.cuStreamSynchronize(stream), "synchronizing");
  }

  /**
   * The kernel of this name.
   *
   * @throws DeviceException if the driver refuses the module
   */
  Kernel kernel(String name) {
    Kernel known = kernels.get(name);
    return known != null ? known : kernels.computeIfAbsent(name, this::find);
  }

  private Kernel find(String name) {
    Ptx ptx = modules.get(name);
    if (ptx == null) {
      throw new IllegalStateException(
          "there is no kernel %s for compute capability %d".formatted(name, capability));
    }
    CUmodule module = module(ptx);
    enter();
    CUfunction function = new CUfunction();
    check(JCudaDriver.cuModuleGetFunction(function, module, name), "finding kernel " + name);
    return new Kernel(this, name, function, ptx.parameters(name));
  }

  private CUmodule module(Ptx ptx) {
    return loaded.computeIfAbsent(ptx.name(), name -> load(ptx));
  }

  private CUmodule load(Ptx ptx) {
    enter();
    CUmodule module = new CUmodule();
    byte[] image = (ptx.text() + '\0').getBytes(StandardCharsets.US_ASCII);
    int status = JCudaDriver.cuModuleLoadData(module, image);
    if (status == CUresult.CUDA_ERROR_UNSUPPORTED_PTX_VERSION) {
      throw new DeviceException(
          "%s (%s): the NVIDIA driver is too old for Tern's kernels (%s); update it"
              .formatted(device, gpu, ptx.requirement()));
    }
    if (status == CUresult.CUDA_ERROR_NO_BINARY_FOR_GPU) {
      throw new DeviceException(
          "%s (%s) has compute capability %d.%d; Tern's kernels ask for %s"
              .formatted(device, gpu, capability / 10, capability % 10, ptx.requirement()));
    }
    check(status, "loading " + ptx.name() + ".ptx");
    return module;
  }

  Launch launch(Kernel kernel) {
    Launch free = launches.pollFirst();
    if (free == null) {
      enter();
      free = new Launch(kernel);
    }
    return free.begin(kernel);
  }

  void done(Launch launch) {
    launches.addFirst(launch);
  }

  /**
   * Keeps memory until the work that uses it is in the stream, or as long as the graph it is in.
   */
  void keep(@Nullable Object... storages) {
    CapturedGraph graph = captured();
    if (graph != null) {
      graph.keep(storages);
    }
    Reference.reachabilityFence(storages);
  }

  /** That the kernels of a graph run again. */
  void replayed() {
    CudaBackend made = backend;
    if (made != null) {
      made.replayed();
    }
  }

  void launched(String kernel) {
    recent.add(kernel);
  }

  void syncIfAsked(String kernel) {
    if (options.sync() && captured() == null) {
      check(JCudaDriver.cuStreamSynchronize(stream()), "running " + kernel);
    }
  }

  /** Checks that data lies on this GPU. */
  void expectHere(Data data) {
    CudaDevice at = data.storage() instanceof CudaStorage storage ? storage.device() : null;
    if (at != this) {
      throw new DeviceException(
          "a kernel on %s was given memory of %s"
              .formatted(device, at != null ? at : data.storage().backend().device()));
    }
  }

  /**
   * Checks that this thread captures no graph, where something cannot be part of one.
   *
   * @throws DeviceException if it does
   */
  void expectNoCapture(String what) {
    if (captured() != null) {
      throw new DeviceException("%s cannot be part of a CUDA graph (%s)".formatted(what, device));
    }
  }

  /**
   * Checks what the driver answered.
   *
   * @throws DeviceException if it is an error; after a fault of a kernel the device is lost
   */
  void check(int status, String doing) {
    if (status == CUresult.CUDA_SUCCESS) {
      return;
    }
    String error = "%s (%d)".formatted(CUresult.stringFor(status), status);
    if (!isFault(status)) {
      throw new DeviceException("%s: %s failed: %s".formatted(device, doing, error));
    }
    String message = lost;
    if (message == null) {
      message =
          "%s: a kernel failed: %s, noticed when %s. ".formatted(device, error, doing)
              + (options.sync()
                  ? "Each launch was waited for, so it is the last of these: " + recent
                  : "GPU errors show late: the kernel is one of those launched before, the last were "
                      + recent
                      + "; run with -Dtern.cuda.sync=true to wait for each launch and see which")
              + ". The device's context is lost, and all tensors on it: restart the process to use it again";
      lost = message;
    }
    throw new DeviceException(message);
  }

  /** Whether an answer says that a kernel went wrong, after which the context is of no use. */
  private static boolean isFault(int status) {
    return status == CUresult.CUDA_ERROR_ILLEGAL_ADDRESS
        || status == CUresult.CUDA_ERROR_LAUNCH_TIMEOUT
        || status == CUresult.CUDA_ERROR_ECC_UNCORRECTABLE
        || status >= CUresult.CUDA_ERROR_ASSERT && status <= CUresult.CUDA_ERROR_LAUNCH_FAILED;
  }

  /** The GPU's name and compute capability. */
  String describe() {
    return "%s, compute capability %d.%d".formatted(gpu, capability / 10, capability % 10);
  }

  @Override
  public String toString() {
    return device.toString();
  }
}
