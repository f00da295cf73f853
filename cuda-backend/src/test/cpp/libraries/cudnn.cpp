// What Tern uses of cuDNN 9, on the emulated driver's memory, its arguments checked as documented.
#include <string.h>

#include <vector>

#include "library.h"

enum { SUCCESS = 0, NOT_INITIALIZED = 1001, BAD_PARAM = 2000, NOT_SUPPORTED = 3000, EXECUTION_FAILED = 5000 };
enum { FLOAT = 0, NCHW = 0, CROSS_CORRELATION = 1, DEFAULT_MATH = 0, FMA_MATH = 3 };

using ints = std::vector<int>;
struct handle { void* context; stream* in; };
struct tensor { ints size, stride; };
struct filter { ints size; };
struct convolution { ints padding, stride, dilation; int groups = 1, math = 0; };
static made<handle> handles;
static made<tensor> tensors;
static made<filter> filters;
static made<convolution> convolutions;

API cudnnGetProperty(int part, int* value) {
  if (part < 0 || part > 2 || !value) return BAD_PARAM;
  const int version[] = {9, 1, 0};
  *value = version[part];
  return SUCCESS;
}
API cudnnCreate(handle** h) {
  if (STARTS) return STARTS;
  if (!context()) return NOT_INITIALIZED;
  *h = handles.make();
  **h = {context(), nullptr};
  return SUCCESS;
}
API cudnnDestroy(handle* h) { return handles.destroy(h) ? SUCCESS : BAD_PARAM; }
API cudnnSetStream(handle* h, stream* s) {
  if (!handles.has(h)) return refuse(BAD_PARAM, "no such cuDNN handle");
  h->in = s;
  return SUCCESS;
}
API cudnnCreateTensorDescriptor(tensor** t) { *t = tensors.make(); return SUCCESS; }
API cudnnCreateFilterDescriptor(filter** f) { *f = filters.make(); return SUCCESS; }
API cudnnCreateConvolutionDescriptor(convolution** c) { *c = convolutions.make(); return SUCCESS; }
API cudnnSetTensorNdDescriptor(tensor* t, int type, int rank, const int* size, const int* stride) {
  if (!tensors.has(t) || type != FLOAT || rank < 4 || rank > 5) return refuse(BAD_PARAM, "tensor");
  for (int d = 0; d < rank; d++) {
    if (size[d] < 1 || stride[d] < 1) return refuse(BAD_PARAM, "a tensor's sizes and strides are positive");
  }
  *t = {ints(size, size + rank), ints(stride, stride + rank)};
  return SUCCESS;
}
API cudnnSetFilterNdDescriptor(filter* f, int type, int format, int rank, const int* size) {
  if (!filters.has(f) || type != FLOAT || format != NCHW || rank < 4 || rank > 5) return refuse(BAD_PARAM, "filter");
  *f = {ints(size, size + rank)};
  return SUCCESS;
}
API cudnnSetConvolutionNdDescriptor(convolution* c, int rank, const int* padding, const int* stride, const int* dilation,
                                    int mode, int type) {
  if (!convolutions.has(c) || rank < 2 || rank > 3 || type != FLOAT) return refuse(BAD_PARAM, "convolution");
  if (mode != CROSS_CORRELATION) return refuse(NOT_SUPPORTED, "the stand-in does not turn filters round");
  for (int d = 0; d < rank; d++) {
    if (padding[d] < 0 || stride[d] < 1 || dilation[d] < 1) return refuse(BAD_PARAM, "padding, stride or dilation");
  }
  *c = convolution();
  c->padding.assign(padding, padding + rank);
  c->stride.assign(stride, stride + rank);
  c->dilation.assign(dilation, dilation + rank);
  return SUCCESS;
}
API cudnnSetConvolutionGroupCount(convolution* c, int groups) {
  if (!convolutions.has(c) || groups < 1) return refuse(BAD_PARAM, "groups");
  c->groups = groups;
  return SUCCESS;
}
API cudnnSetConvolutionMathType(convolution* c, int math) {
  if (!convolutions.has(c) || math < 0 || math > FMA_MATH) return refuse(BAD_PARAM, "math type");
  c->math = math;
  return SUCCESS;
}

// Whether descriptors fit each other; what is not deterministic, or rounds further than to TF32, is refused as a mistake
// of Tern's.
static int fits(handle* h, tensor* x, filter* w, convolution* c, tensor* y, int algorithm) {
  if (!handles.has(h) || !tensors.has(x) || !filters.has(w) || !convolutions.has(c) || !tensors.has(y)) {
    return refuse(BAD_PARAM, "something else was given for a handle or a descriptor");
  }
  if (h->context != context()) return refuse(EXECUTION_FAILED, "the handle is of another context");
#ifdef UNSUPPORTED
  return NOT_SUPPORTED;
#endif
  if (algorithm != 1) return refuse(BAD_PARAM, "not the algorithm whose results repeat");
  if (c->math != FMA_MATH && c->math != DEFAULT_MATH) return refuse(BAD_PARAM, "neither in full precision nor in TF32");
  size_t rank = x->size.size();
  if (w->size.size() != rank || y->size.size() != rank || c->padding.size() != rank - 2) return refuse(BAD_PARAM, "ranks");
  if (x->size[0] != y->size[0] || w->size[0] != y->size[1] || w->size[1] * c->groups != x->size[1] ||
      w->size[0] % c->groups != 0) {
    return refuse(BAD_PARAM, "batches or channels");
  }
  for (size_t d = 0; d < rank - 2; d++) {
    int reach = c->dilation[d] * (w->size[d + 2] - 1) + 1;
    if (y->size[d + 2] != 1 + (x->size[d + 2] + 2 * c->padding[d] - reach) / c->stride[d]) {
      return refuse(BAD_PARAM, "the output's size");
    }
  }
  return SUCCESS;
}

static int product(const ints& sizes, size_t from = 0) {
  int product = 1;
  for (size_t d = from; d < sizes.size(); d++) product *= sizes[d];
  return product;
}

// Calls f(x, w, y) with the offsets of each product of the convolution.
template <class F>
static void each(const tensor& x, const filter& w, const convolution& c, const tensor& y, F f) {
  int spatial = c.padding.size(), taps = product(w.size, 2), positions = product(y.size, 2);
  int inputs = w.size[1], outputs = w.size[0] / c.groups;
  for (int n = 0; n < y.size[0]; n++) {
    for (int k = 0; k < w.size[0]; k++) {
      for (int p = 0; p < positions; p++) {
        for (int t = 0; t < taps; t++) {
          bool inside = true;
          size_t in = 0, out = 0;
          for (int d = spatial - 1, position = p, tap = t; d >= 0; d--) {
            int o = position % y.size[d + 2], at = o * c.stride[d] - c.padding[d] + tap % w.size[d + 2] * c.dilation[d];
            position /= y.size[d + 2];
            tap /= w.size[d + 2];
            inside = inside && at >= 0 && at < x.size[d + 2];
            in += (size_t)at * x.stride[d + 2];
            out += (size_t)o * y.stride[d + 2];
          }
          for (int i = 0; inside && i < inputs; i++) {
            int channel = k / outputs * inputs + i;
            f(n * (size_t)x.stride[0] + channel * (size_t)x.stride[1] + in, ((size_t)k * inputs + i) * taps + t,
              n * (size_t)y.stride[0] + k * (size_t)y.stride[1] + out);
          }
        }
      }
    }
  }
}

// Some workspace is asked for, and all of it written.
static size_t workspace_of(const tensor& y) { return 4 * (size_t)y.size[0] * y.size[1] + 3; }

static int run(handle* h, const float* alpha, const tensor* x, const float* x_data, const filter* w, const float* w_data,
               const tensor* y, const float* y_data, const convolution* c, void* workspace, size_t bytes,
               const float* beta, float* result, size_t count) {
  if (FAILS) return FAILS;
  if (bytes < workspace_of(*y) || !lies_there(workspace, bytes)) return refuse(BAD_PARAM, "workspace");
  if (!lies_there(x_data, 4 * (size_t)product(x->size)) || !lies_there(w_data, 4 * (size_t)product(w->size)) ||
      !lies_there(y_data, 4 * (size_t)product(y->size))) {
    return refuse(EXECUTION_FAILED, "a tensor goes beyond its memory");
  }
  if (*alpha != 1 || *beta != 0) return refuse(NOT_SUPPORTED, "the stand-in neither scales nor adds");
  auto compute = [=, x = *x, w = *w, y = *y, c = *c] {
    memset(workspace, 0xff, bytes);
    std::vector<double> sums(count);
    auto read = [tf32 = c.math == DEFAULT_MATH](float x) { return (double)as_read(x, tf32); };
    each(x, w, c, y, [&](size_t in, size_t weight, size_t out) {
      if (result == y_data) sums[out] += read(x_data[in]) * read(w_data[weight]);
      if (result == x_data) sums[in] += read(w_data[weight]) * read(y_data[out]);
      if (result == w_data) sums[weight] += read(x_data[in]) * read(y_data[out]);
    });
    for (size_t i = 0; i < count; i++) result[i] = (float)sums[i];
  };
  return give(h->in, compute) == 0 ? SUCCESS : EXECUTION_FAILED;
}

API cudnnGetConvolutionForwardWorkspaceSize(handle* h, tensor* x, filter* w, convolution* c, tensor* y, int algorithm,
                                            size_t* bytes) {
  int status = fits(h, x, w, c, y, algorithm);
  if (status == SUCCESS) *bytes = workspace_of(*y);
  return status;
}
API cudnnGetConvolutionBackwardDataWorkspaceSize(handle* h, filter* w, tensor* dy, convolution* c, tensor* dx,
                                                 int algorithm, size_t* bytes) {
  return cudnnGetConvolutionForwardWorkspaceSize(h, dx, w, c, dy, algorithm, bytes);
}
API cudnnGetConvolutionBackwardFilterWorkspaceSize(handle* h, tensor* x, tensor* dy, convolution* c, filter* dw,
                                                   int algorithm, size_t* bytes) {
  return cudnnGetConvolutionForwardWorkspaceSize(h, x, dw, c, dy, algorithm, bytes);
}
API cudnnConvolutionForward(handle* h, const float* alpha, tensor* x_is, const float* x, filter* w_is, const float* w,
                            convolution* c, int algorithm, void* workspace, size_t bytes, const float* beta,
                            tensor* y_is, float* y) {
  int status = fits(h, x_is, w_is, c, y_is, algorithm);
  return status ? status
                : run(h, alpha, x_is, x, w_is, w, y_is, y, c, workspace, bytes, beta, y, product(y_is->size));
}
API cudnnConvolutionBackwardData(handle* h, const float* alpha, filter* w_is, const float* w, tensor* dy_is,
                                 const float* dy, convolution* c, int algorithm, void* workspace, size_t bytes,
                                 const float* beta, tensor* dx_is, float* dx) {
  int status = fits(h, dx_is, w_is, c, dy_is, algorithm);
  return status ? status
                : run(h, alpha, dx_is, dx, w_is, w, dy_is, dy, c, workspace, bytes, beta, dx, product(dx_is->size));
}
#ifndef LACKS_A_FUNCTION
API cudnnConvolutionBackwardFilter(handle* h, const float* alpha, tensor* x_is, const float* x, tensor* dy_is,
                                   const float* dy, convolution* c, int algorithm, void* workspace, size_t bytes,
                                   const float* beta, filter* dw_is, float* dw) {
  int status = fits(h, x_is, dw_is, c, dy_is, algorithm);
  return status ? status
                : run(h, alpha, x_is, x, dw_is, dw, dy_is, dy, c, workspace, bytes, beta, dw, product(dw_is->size));
}
#endif
