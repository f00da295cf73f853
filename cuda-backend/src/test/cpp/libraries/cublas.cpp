// What Tern uses of cuBLAS 12, on the emulated driver's memory: column-major, its arguments checked as documented.
#include <string.h>

#include "library.h"

enum { SUCCESS = 0, NOT_INITIALIZED = 1, INVALID_VALUE = 7, EXECUTION_FAILED = 13 };

struct handle { void* context; stream* in; void* workspace; bool tf32; };
static made<handle> handles;

#define ENTER(h)                                                                                    \
  if (!handles.has(h)) return refuse(NOT_INITIALIZED, "no such cuBLAS handle");                      \
  if (h->context != context()) return refuse(EXECUTION_FAILED, "the handle is of another context")

API cublasGetProperty(int part, int* value) {
  if (part < 0 || part > 2 || !value) return INVALID_VALUE;
  const int version[] = {12, 6, 3};
  *value = version[part];
  return SUCCESS;
}
API cublasCreate_v2(handle** h) {
  if (STARTS) return STARTS;
  if (!context()) return NOT_INITIALIZED;
  *h = handles.make();
  **h = {context(), nullptr, nullptr, false};
  return SUCCESS;
}
API cublasDestroy_v2(handle* h) {
  return handles.destroy(h) ? SUCCESS : NOT_INITIALIZED;
}
API cublasSetStream_v2(handle* h, stream* s) {
  ENTER(h);
  h->in = s;
  h->workspace = nullptr;  // back to the default one
  return SUCCESS;
}
API cublasSetWorkspace_v2(handle* h, void* workspace, size_t bytes) {
  ENTER(h);
  if ((uintptr_t)workspace % 256 != 0) return refuse(INVALID_VALUE, "a workspace begins at a multiple of 256");
  if (!lies_there(workspace, bytes)) return refuse(INVALID_VALUE, "a workspace that is not the device's");
  h->workspace = workspace;
  return SUCCESS;
}
API cublasSetMathMode(handle* h, int mode) {
  ENTER(h);
  if (mode < 0 || mode > 3) return refuse(INVALID_VALUE, "math mode");
  h->tf32 = mode == 3;
  return SUCCESS;
}

template <class T>
static int gemm(handle* h, int transa, int transb, int m, int n, int k, const T* alpha, const T* a, int lda,
                long long stride_a, const T* b, int ldb, long long stride_b, const T* beta, T* c, int ldc,
                long long stride_c, int count) {
  ENTER(h);
  if (FAILS) return FAILS;
  if (transa < 0 || transa > 2 || transb < 0 || transb > 2) return refuse(INVALID_VALUE, "operation");
  if (m < 0 || n < 0 || k < 0 || count < 0 || !alpha || !beta) return refuse(INVALID_VALUE, "sizes or factors");
  int rows_a = transa ? k : m, columns_a = transa ? m : k, rows_b = transb ? n : k, columns_b = transb ? k : n;
  if (lda < rows_a || lda < 1 || ldb < rows_b || ldb < 1 || ldc < m || ldc < 1) {
    return refuse(INVALID_VALUE, "a leading dimension is smaller than the rows of its matrix");
  }
  if (m == 0 || n == 0 || count == 0) return SUCCESS;
  if (count > 1 && stride_c < (long long)ldc * n) return refuse(INVALID_VALUE, "results overlap");
  if (!lies_there(a, sizeof(T) * (stride_a * (count - 1) + (long long)lda * (columns_a - 1) + rows_a)) ||
      !lies_there(b, sizeof(T) * (stride_b * (count - 1) + (long long)ldb * (columns_b - 1) + rows_b)) ||
      !lies_there(c, sizeof(T) * (stride_c * (count - 1) + (long long)ldc * (n - 1) + m))) {
    return refuse(EXECUTION_FAILED, "a matrix goes beyond its memory");
  }
  if (!h->workspace) return refuse(EXECUTION_FAILED, "results repeat only with a workspace of one's own");
  T al = *alpha, be = *beta;
  bool tf32 = h->tf32;
  return give(h->in, [=] {
    for (int i = 0; i < count; i++) {
      const T *x = a + i * stride_a, *y = b + i * stride_b;
      T* z = c + i * stride_c;
      for (int column = 0; column < n; column++) {
        for (int row = 0; row < m; row++) {
          T sum = 0;
          for (int d = 0; d < k; d++) {
            T left = transa ? x[d + (size_t)row * lda] : x[row + (size_t)d * lda];
            T right = transb ? y[column + (size_t)d * ldb] : y[d + (size_t)column * ldb];
            sum += as_read(left, tf32) * as_read(right, tf32);
          }
          T& to = z[row + (size_t)column * ldc];
          to = al * sum + (be == 0 ? 0 : be * to);  // what is there may be NaN
        }
      }
    }
  }) == 0 ? SUCCESS : EXECUTION_FAILED;
}

API cublasSgemmStridedBatched(handle* h, int transa, int transb, int m, int n, int k, const float* alpha, const float* a,
                              int lda, long long stride_a, const float* b, int ldb, long long stride_b, const float* beta,
                              float* c, int ldc, long long stride_c, int count) {
  return gemm(h, transa, transb, m, n, k, alpha, a, lda, stride_a, b, ldb, stride_b, beta, c, ldc, stride_c, count);
}
#ifndef LACKS_A_FUNCTION
API cublasDgemmStridedBatched(handle* h, int transa, int transb, int m, int n, int k, const double* alpha,
                              const double* a, int lda, long long stride_a, const double* b, int ldb,
                              long long stride_b, const double* beta, double* c, int ldc, long long stride_c, int count) {
  return gemm(h, transa, transb, m, n, k, alpha, a, lda, stride_a, b, ldb, stride_b, beta, c, ldc, stride_c, count);
}
#endif
