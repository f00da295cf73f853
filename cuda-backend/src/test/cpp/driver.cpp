// The part of the CUDA driver API that Tern uses, on the CPU. Streams are lazy unless told otherwise: work runs when
// somebody waits for it, so that a forgotten wait shows. Device memory lies between pages that must not be touched.
#include <jni.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>

#include "emulator.h"

#define IN_DATA __attribute__((section(".data")))  // .bss is the kernels' shared memory
#define API extern "C" __attribute__((visibility("default"))) int

enum {
  SUCCESS = 0, INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NOT_INITIALIZED = 3, NO_DEVICE = 100, INVALID_DEVICE = 101,
  INVALID_CONTEXT = 201, NO_BINARY_FOR_GPU = 209, INVALID_PTX = 218, UNSUPPORTED_PTX_VERSION = 222, INVALID_HANDLE = 400,
  NOT_FOUND = 500, NOT_READY = 600, CAPTURE_UNSUPPORTED = 900, CAPTURE_INVALIDATED = 901
};
// What Emulator.java sets and asks.
enum {
  INIT_RESULT, DRIVER_VERSION, DEVICES, CAPABILITY, MEMORY, ORDER, LAZY, LAUNCHES, ALLOCATIONS, MODULES, PENDING, WAITS,
  SETTINGS
};

struct device;
struct stream;
using work = std::function<int()>;
struct capture { bool invalid = false, relaxed = false; std::vector<work> steps; };
struct event { stream* in = nullptr; uint64_t ticket = 0; };
struct stream {
  device* of = nullptr;
  bool blocking = true;
  std::deque<work> queue;
  uint64_t given = 0, done = 0;
  capture* capturing = nullptr;
};
struct allocation { char* mapping; size_t mapped, asked; };
struct function { emu_kernel kernel; bool shared; std::vector<int> offsets; int bytes; };
struct module { std::map<std::string, function> functions; };
struct device {
  int index = 0, error = 0;
  size_t used = 0;
  bool retained = false;
  std::map<uintptr_t, allocation> memory;
  std::set<stream*> streams;
  stream null_stream;
};
struct state {
  std::recursive_mutex lock;
  long settings[SETTINGS] = {0, 12060, 4, 80, 1 << 30, 0, 1, 0, 0, 0, 0, 0};
  bool initialised = false;
  std::map<std::string, emu_kernel> kernels;
  device devices[8];
  std::map<char*, size_t> pinned;
  std::string message;
};

IN_DATA static state* the_state = nullptr;
static state& emu() {
  if (!the_state) {
    the_state = new state();
    for (int i = 0; i < 8; i++) {
      device& d = the_state->devices[i];
      d.index = i;
      d.null_stream.of = &d;
    }
  }
  return *the_state;
}
static thread_local device* current;

bool emu_register(emu_kernel kernel) {
  emu().kernels[kernel.name] = kernel;
  return true;
}

#define LOCK std::lock_guard<std::recursive_mutex> guard(emu().lock)
// Every call that needs a context: it must be current on this thread, and alive.
#define ENTER                                        \
  LOCK;                                              \
  if (!emu().initialised) return NOT_INITIALIZED;    \
  if (!current) return INVALID_CONTEXT;              \
  if (current->error) return current->error

// --- streams -------------------------------------------------------------------------------------------------------

static int run_to(stream* s, uint64_t ticket) {
  while (s->done < ticket && !s->queue.empty()) {
    work next = std::move(s->queue.front());
    s->queue.pop_front();
    s->done++;
    emu().settings[PENDING]--;
    int error = s->of->error ? s->of->error : next();
    if (error) return s->of->error = error;
  }
  return s->of->error;
}

static int drain(stream* s) { return run_to(s, s->given); }

// What the host waits for.
template <class Of>
static int wait(Of* of) {
  emu().settings[WAITS]++;
  return drain(of);
}

static int drain(device* d) {
  int error = drain(&d->null_stream);
  for (stream* s : d->streams) {
    if (int e = drain(s)) error = e;
  }
  return error;
}

static stream* at(stream* s) { return s ? s : &current->null_stream; }

static int give(stream* to, work step) {
  stream* s = at(to);
  if (s->capturing) {
    s->capturing->steps.push_back(std::move(step));
    return SUCCESS;
  }
  if (!to) {  // the null stream waits for the blocking ones
    for (stream* other : current->streams) {
      if (other->blocking) drain(other);
    }
  } else if (s->blocking) {
    drain(&current->null_stream);
  }
  s->queue.push_back(std::move(step));
  s->given++;
  emu().settings[PENDING]++;
  return emu().settings[LAZY] ? SUCCESS : drain(s);
}

// Whether a call that a capture does not allow ends one; some are allowed where it is relaxed.
static bool capturing(device* d, bool allowed_if_relaxed) {
  bool any = false;
  for (stream* s : d->streams) {
    if (s->capturing && !(allowed_if_relaxed && s->capturing->relaxed)) any = s->capturing->invalid = true;
  }
  return any;
}

API cuStreamCreate(stream** s, unsigned flags) {
  ENTER;
  *s = new stream();
  (*s)->of = current;
  (*s)->blocking = (flags & 1) == 0;
  current->streams.insert(*s);
  return SUCCESS;
}
API cuStreamDestroy_v2(stream* s) {
  ENTER;
  drain(s);
  s->of->streams.erase(s);
  delete s;
  return SUCCESS;
}
API cuStreamSynchronize(stream* s) {
  ENTER;
  if (at(s)->capturing) {
    s->capturing->invalid = true;
    return CAPTURE_UNSUPPORTED;
  }
  return wait(at(s));
}
API cuStreamQuery(stream* s) {
  ENTER;
  int error = run_to(at(s), at(s)->done + 1);
  return error ? error : at(s)->queue.empty() ? SUCCESS : NOT_READY;
}
API cuStreamWaitEvent(stream* s, event* e, unsigned) {
  ENTER;
  event recorded = *e;
  return give(s, [recorded] { return recorded.in ? run_to(recorded.in, recorded.ticket) : SUCCESS; });
}
API cuEventCreate(event** e, unsigned) {
  ENTER;
  *e = new event();
  return SUCCESS;
}
API cuEventDestroy_v2(event* e) {
  ENTER;
  delete e;
  return SUCCESS;
}
API cuEventRecord(event* e, stream* s) {
  ENTER;
  if (at(s)->capturing) {
    s->capturing->invalid = true;  // events inside a graph are not emulated
    return CAPTURE_UNSUPPORTED;
  }
  e->in = at(s);
  e->ticket = at(s)->given;
  return SUCCESS;
}
API cuEventQuery(event* e) {
  ENTER;
  if (!e->in) return SUCCESS;
  if (e->in->done < e->ticket) run_to(e->in, e->in->done + 1);  // a little further at each look
  return e->in->of->error ? e->in->of->error : e->in->done >= e->ticket ? SUCCESS : NOT_READY;
}
API cuEventSynchronize(event* e) {
  ENTER;
  if (!e->in || e->in->done >= e->ticket) return SUCCESS;
  emu().settings[WAITS]++;
  return run_to(e->in, e->ticket);
}
API cuEventElapsedTime(float* milliseconds, event*, event*) {
  *milliseconds = 0;  // an emulated GPU takes no time
  return SUCCESS;
}

// --- driver, devices, contexts --------------------------------------------------------------------------------------

API cuInit(unsigned) {
  LOCK;
  emu().initialised = emu().settings[INIT_RESULT] == 0;
  return emu().settings[INIT_RESULT];
}
API cuDriverGetVersion(int* version) {
  *version = emu().settings[DRIVER_VERSION];
  return SUCCESS;
}
API cuDeviceGetCount(int* count) {
  *count = emu().settings[DEVICES];
  return SUCCESS;
}
API cuDeviceGet(int* device, int index) {
  *device = index;
  return index < emu().settings[DEVICES] ? SUCCESS : INVALID_DEVICE;
}
API cuDeviceGetName(char* name, int size, int device) {
  snprintf(name, size, "Emulated GPU %d", device);
  return SUCCESS;
}
API cuDeviceGetAttribute(int* value, int attribute, int) {
  switch (attribute) {
    case 1: *value = 1024; break;                              // MAX_THREADS_PER_BLOCK
    case 8: *value = 48 * 1024; break;                         // MAX_SHARED_MEMORY_PER_BLOCK
    case 10: *value = 32; break;                               // WARP_SIZE
    case 16: *value = 4; break;                                // MULTIPROCESSOR_COUNT
    case 75: *value = emu().settings[CAPABILITY] / 10; break;  // COMPUTE_CAPABILITY_MAJOR
    case 76: *value = emu().settings[CAPABILITY] % 10; break;  // COMPUTE_CAPABILITY_MINOR
    default: return INVALID_VALUE;
  }
  return SUCCESS;
}
API cuDeviceTotalMem_v2(size_t* bytes, int) {
  *bytes = emu().settings[MEMORY];
  return SUCCESS;
}
API cuDevicePrimaryCtxRetain(device** context, int index) {
  LOCK;
  if (index >= emu().settings[DEVICES]) return INVALID_DEVICE;
  *context = &emu().devices[index];
  (*context)->retained = true;
  return SUCCESS;
}
API cuDevicePrimaryCtxRelease_v2(int) { return SUCCESS; }
API cuCtxSetCurrent(device* context) {
  current = context;
  return SUCCESS;
}
API cuCtxGetCurrent(device** context) {
  *context = current;
  return SUCCESS;
}
API cuCtxSynchronize() {
  ENTER;
  return capturing(current, false) ? CAPTURE_UNSUPPORTED : wait(current);
}

// --- memory ---------------------------------------------------------------------------------------------------------

static const size_t PAGE = 4096;

API cuMemAlloc_v2(uintptr_t* address, size_t bytes) {
  ENTER;
  if (bytes == 0) return INVALID_VALUE;
  if (capturing(current, true)) return CAPTURE_UNSUPPORTED;
  if (current->used + bytes > (size_t)emu().settings[MEMORY]) return OUT_OF_MEMORY;
  // Guard pages split the process's mappings, of which there are 65,530 for the JVM and all blocks. Each device has a share
  // of its own: what another one caches, a device's allocator cannot make room in.
  if (current->memory.size() >= 7000) return OUT_OF_MEMORY;
  size_t inside = (bytes + PAGE - 1) / PAGE * PAGE, all = inside + 2 * PAGE;
  char* mapping = (char*)mmap(nullptr, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED) return OUT_OF_MEMORY;
  if (mprotect(mapping + PAGE, inside, PROT_READ | PROT_WRITE) != 0) {
    munmap(mapping, all);
    return OUT_OF_MEMORY;
  }
  // The end, not the start, touches a guard page: running on is the common mistake.
  *address = (uintptr_t)mapping + PAGE + (inside - bytes) / 16 * 16;
  memset((char*)*address, 0xff, bytes);  // NaN, until somebody writes it
  current->memory[*address] = {mapping, all, bytes};
  current->used += bytes;
  emu().settings[ALLOCATIONS]++;
  return SUCCESS;
}
API cuMemFree_v2(uintptr_t address) {
  ENTER;
  if (capturing(current, false)) return CAPTURE_UNSUPPORTED;
  auto found = current->memory.find(address);
  if (found == current->memory.end()) return INVALID_VALUE;
  int error = wait(current);  // freeing waits, as on a GPU
  munmap(found->second.mapping, found->second.mapped);
  current->used -= found->second.asked;
  current->memory.erase(found);
  emu().settings[ALLOCATIONS]--;
  return error;
}
API cuMemGetInfo_v2(size_t* free_bytes, size_t* total) {
  ENTER;
  *total = emu().settings[MEMORY];
  *free_bytes = *total - current->used;
  return SUCCESS;
}
API cuMemHostAlloc(void** host, size_t bytes, unsigned) {
  ENTER;
  *host = aligned_alloc(PAGE, (bytes + PAGE - 1) / PAGE * PAGE);
  emu().pinned[(char*)*host] = bytes;
  return SUCCESS;
}
API cuMemAllocHost_v2(void** host, size_t bytes) { return cuMemHostAlloc(host, bytes, 0); }
API cuMemFreeHost(void* host) {
  ENTER;
  if (!emu().pinned.erase((char*)host)) return INVALID_VALUE;
  int error = wait(current);
  free(host);
  return error;
}

static bool is_pinned(const char* host) {
  auto after = emu().pinned.upper_bound((char*)host);
  return after != emu().pinned.begin() && host < std::prev(after)->first + std::prev(after)->second;
}

// Whether [address, address + bytes) lies in one allocation of any device.
static bool is_device(uintptr_t address, size_t bytes) {
  for (device& d : emu().devices) {
    auto after = d.memory.upper_bound(address);
    if (after == d.memory.begin()) continue;
    auto& block = *std::prev(after);
    if (address + bytes <= block.first + block.second.asked) return true;
  }
  return false;
}

static int to_device(uintptr_t to, const char* from, size_t bytes, stream* s) {
  if (!is_device(to, bytes)) return INVALID_VALUE;
  if (is_pinned(from)) return give(s, [=] { memcpy((void*)to, from, bytes); return SUCCESS; });
  if (at(s)->capturing) return CAPTURE_UNSUPPORTED;
  std::string copy(from, bytes);  // pageable memory is staged before the call returns
  return give(s, [=] { memcpy((void*)to, copy.data(), bytes); return SUCCESS; });
}
static int to_host(char* to, uintptr_t from, size_t bytes, stream* s) {
  if (!is_device(from, bytes)) return INVALID_VALUE;
  int error = give(s, [=] { memcpy(to, (void*)from, bytes); return SUCCESS; });
  return error || is_pinned(to) ? error : at(s)->capturing ? CAPTURE_UNSUPPORTED : wait(at(s));
}
API cuMemcpyHtoD_v2(uintptr_t to, const char* from, size_t bytes) {
  ENTER;
  int error = to_device(to, from, bytes, nullptr);
  return error ? error : wait(&current->null_stream);
}
API cuMemcpyDtoH_v2(char* to, uintptr_t from, size_t bytes) {
  ENTER;
  int error = to_host(to, from, bytes, nullptr);
  return error ? error : wait(&current->null_stream);
}
API cuMemcpyHtoDAsync_v2(uintptr_t to, const char* from, size_t bytes, stream* s) {
  ENTER;
  return to_device(to, from, bytes, s);
}
API cuMemcpyDtoHAsync_v2(char* to, uintptr_t from, size_t bytes, stream* s) {
  ENTER;
  return to_host(to, from, bytes, s);
}
API cuMemcpyDtoDAsync_v2(uintptr_t to, uintptr_t from, size_t bytes, stream* s) {
  ENTER;
  if (!is_device(to, bytes) || !is_device(from, bytes)) return INVALID_VALUE;
  return give(s, [=] { memmove((void*)to, (void*)from, bytes); return SUCCESS; });
}
API cuMemGetAddressRange_v2(uintptr_t* base, size_t* bytes, uintptr_t address) {
  ENTER;
  auto after = current->memory.upper_bound(address);
  if (after == current->memory.begin()) return INVALID_VALUE;
  auto& block = *std::prev(after);
  if (address >= block.first + block.second.asked) return INVALID_VALUE;
  *base = block.first;
  *bytes = block.second.asked;
  return SUCCESS;
}
API cuLaunchHostFunc(stream* s, void (*function)(void*), void* argument) {
  ENTER;
  return give(s, [=] { function(argument); return SUCCESS; });
}
template <class T>
static int set(uintptr_t to, T value, size_t count, stream* s) {
  if (!is_device(to, count * sizeof(T))) return INVALID_VALUE;
  return give(s, [=] { for (size_t i = 0; i < count; i++) ((T*)to)[i] = value; return SUCCESS; });
}
API cuMemsetD8Async(uintptr_t to, unsigned char value, size_t count, stream* s) { ENTER; return set(to, value, count, s); }
API cuMemsetD16Async(uintptr_t to, unsigned short value, size_t count, stream* s) { ENTER; return set(to, value, count, s); }
API cuMemsetD32Async(uintptr_t to, unsigned value, size_t count, stream* s) { ENTER; return set(to, value, count, s); }

// --- modules and kernels --------------------------------------------------------------------------------------------

static int refuse(int error, const std::string& message) {
  emu().message = message;
  return error;
}

// The PTX version that a driver knows, from CUDA 10.0 on; 85 for 8.5.
static int ptx_of_driver(int version) {
  int major = version / 1000, minor = version % 1000 / 10;
  if (major <= 10) return 63 + minor;
  if (major == 11) return 70 + minor;
  if (major == 12) return minor < 6 ? 80 + minor : minor == 6 ? 85 : 79 + minor;
  return 90 + minor;
}

static int size_of(const std::string& parameter) {  // ".param .u64 x" or ".param .align 4 .b8 x[16]"
  size_t dimension = parameter.find('[');
  if (dimension != std::string::npos) return atoi(parameter.c_str() + dimension + 1);
  for (const char* type : {".u8", ".s8", ".b8", ".pred"}) if (parameter.find(type) != std::string::npos) return 1;
  for (const char* type : {".u16", ".s16", ".b16", ".f16"}) if (parameter.find(type) != std::string::npos) return 2;
  for (const char* type : {".u32", ".s32", ".b32", ".f32"}) if (parameter.find(type) != std::string::npos) return 4;
  return 8;
}

// Reads the entries of real PTX and finds our C++ function of each; refuses what a driver would refuse.
static int load(module* m, const std::string& ptx) {
  size_t version = ptx.find(".version "), target = ptx.find(".target sm_");
  int major, minor, capability;
  if (version == std::string::npos || target == std::string::npos ||
      sscanf(ptx.c_str() + version, ".version %d.%d", &major, &minor) != 2 ||
      sscanf(ptx.c_str() + target, ".target sm_%d", &capability) != 1) {
    return refuse(INVALID_PTX, "no .version and .target");
  }
  if (major * 10 + minor > ptx_of_driver(emu().settings[DRIVER_VERSION])) return UNSUPPORTED_PTX_VERSION;
  if (capability > emu().settings[CAPABILITY]) return NO_BINARY_FOR_GPU;
  const char* entry = ".visible .entry ";
  for (size_t at = ptx.find(entry); at != std::string::npos; at = ptx.find(entry, at + 1)) {
    size_t name = at + strlen(entry), open = ptx.find('(', name), close = ptx.find(')', open);
    size_t end = ptx.find(entry, close);
    std::string called = ptx.substr(name, open - name), body = ptx.substr(close, end - close);
    auto found = emu().kernels.find(called);
    if (found == emu().kernels.end()) return refuse(INVALID_PTX, called + " is in the PTX, not in the sources");
    function f = {found->second, body.find(".shared") != std::string::npos, {}, 0};
    std::vector<int> sizes;
    for (size_t p = ptx.find(".param", open); p < close; p = ptx.find(".param", p + 1)) {
      sizes.push_back(size_of(ptx.substr(p, ptx.find_first_of(",)", p) - p)));
    }
    bool same = (int)sizes.size() == f.kernel.count;
    for (int i = 0; same && i < f.kernel.count; i++) {
      same = sizes[i] == f.kernel.sizes[i];
      f.offsets.push_back(f.bytes);
      f.bytes += (sizes[i] + 15) / 16 * 16;
    }
    if (!same) return refuse(INVALID_PTX, "the PTX is stale: the parameters of " + called + " differ from the sources'");
    m->functions[called] = f;
  }
  return SUCCESS;
}
API cuModuleLoadData(module** m, const char* image) {
  ENTER;
  if (capturing(current, false)) return CAPTURE_UNSUPPORTED;
  *m = new module();
  int error = load(*m, image);
  if (error) {
    delete *m;
  } else {
    emu().settings[MODULES]++;
  }
  return error;
}
API cuModuleLoadDataEx(module** m, const char* image, unsigned, int*, void**) { return cuModuleLoadData(m, image); }
API cuModuleUnload(module* m) {
  ENTER;
  drain(current);
  delete m;
  emu().settings[MODULES]--;
  return SUCCESS;
}
API cuModuleGetFunction(function** f, module* m, const char* name) {
  ENTER;
  auto found = m->functions.find(name);
  if (found == m->functions.end()) return NOT_FOUND;
  *f = &found->second;
  return SUCCESS;
}
API cuLaunchKernel(function* f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                   unsigned shared_bytes, stream* s, void** arguments, void**) {
  ENTER;
  if (gx == 0 || gy == 0 || gz == 0 || bx * by * bz == 0 || bx * by * bz > 1024 || bz > 64) return INVALID_VALUE;
  if (gx > 0x7fffffffu || gy > 65535 || gz > 65535 || shared_bytes > 0) return INVALID_VALUE;
  emu_launch launch = {&f->kernel, {gx, gy, gz}, {bx, by, bz}, f->shared, std::vector<char>(f->bytes + 1), f->offsets};
  for (int i = 0; i < f->kernel.count; i++) memcpy(&launch.values[f->offsets[i]], arguments[i], f->kernel.sizes[i]);
  emu().settings[LAUNCHES]++;
  return give(s, [launch]() mutable { return emu_run(launch, emu().settings[ORDER], emu().message); });
}

// --- graphs ---------------------------------------------------------------------------------------------------------

API cuStreamBeginCapture_v2(stream* s, int mode) {
  ENTER;
  if (!s || s->capturing) return CAPTURE_UNSUPPORTED;
  s->capturing = new capture();
  s->capturing->relaxed = mode == 2;
  return SUCCESS;
}
API cuStreamIsCapturing(stream* s, int* status) {
  ENTER;
  *status = at(s)->capturing ? 1 : 0;
  return SUCCESS;
}
API cuStreamEndCapture(stream* s, capture** graph) {
  ENTER;
  if (!s->capturing) return INVALID_VALUE;
  *graph = s->capturing;
  s->capturing = nullptr;
  if (!(*graph)->invalid) return SUCCESS;
  delete *graph;
  *graph = nullptr;
  return CAPTURE_INVALIDATED;
}
API cuGraphInstantiateWithFlags(capture** exec, capture* graph, unsigned long long) {
  ENTER;
  *exec = new capture(*graph);
  return SUCCESS;
}
API cuGraphLaunch(capture* exec, stream* s) {
  ENTER;
  for (work& step : exec->steps) {
    if (int error = give(s, step)) return error;
  }
  return SUCCESS;
}
API cuGraphExecDestroy(capture* exec) { delete exec; return SUCCESS; }
API cuGraphDestroy(capture* graph) { delete graph; return SUCCESS; }

// --- what Emulator.java calls ----------------------------------------------------------------------------------------

extern "C" JNIEXPORT void JNICALL Java_dev_tern_device_cuda_Emulator_set(JNIEnv*, jclass, jint key, jlong value) {
  LOCK;
  emu().settings[key] = value;
}
extern "C" JNIEXPORT jlong JNICALL Java_dev_tern_device_cuda_Emulator_get(JNIEnv*, jclass, jint key) {
  LOCK;
  return emu().settings[key];
}
extern "C" JNIEXPORT jstring JNICALL Java_dev_tern_device_cuda_Emulator_message(JNIEnv* env, jclass) {
  LOCK;
  return env->NewStringUTF(emu().message.c_str());
}
extern "C" JNIEXPORT void JNICALL Java_dev_tern_device_cuda_Emulator_reset(JNIEnv*, jclass, jint index) {
  LOCK;
  device& d = emu().devices[index];
  d.error = 0;
  d.null_stream.queue.clear();
  for (stream* s : d.streams) {
    emu().settings[PENDING] -= s->queue.size();
    s->queue.clear();
    s->done = s->given;
  }
  for (auto& block : d.memory) munmap(block.second.mapping, block.second.mapped);
  emu().settings[ALLOCATIONS] -= d.memory.size();
  d.memory.clear();
  d.used = 0;
}
