// One step of an optimizer on many parameters in one launch: blockIdx.y is the parameter.
#include "common.cuh"

// Addresses and sizes of up to COUNT parameters and what goes with each.
struct Parameters {
  enum { COUNT = 32, OPERANDS = 5 };
  u64 sizes[COUNT];
  u64 at[OPERANDS][COUNT];

  template <class T>
  __device__ __forceinline__ T* operand(int which) const { return (T*)at[which][blockIdx.y]; }
};

// g = ±grad + decay p; v = momentum v + fresh g, or g at first; p -= lr (nesterov ? g + momentum v : v)
template <class T>
INLINE void sgd(const Parameters& all, T lr, T momentum, T fresh, T decay, T sign, bool nesterov, bool first) {
  T* p = all.operand<T>(0);
  const T* grad = all.operand<const T>(1);
  T* v = all.operand<T>(2);
  for (unsigned i = first_index(); i < all.sizes[blockIdx.y]; i += grid_step()) {
    T g = fma(decay, p[i], sign * grad[i]), step = g;
    if (v != nullptr) {
      T velocity = first ? g : fma(momentum, v[i], fresh * g);
      v[i] = velocity;
      step = nesterov ? fma(momentum, velocity, g) : velocity;
    }
    p[i] = fma(-lr, step, p[i]);
  }
}

// What AdamSpec holds, the corrections worked out: step = lr / (1 - beta1^t), root = 1 / sqrt(1 - beta2^t).
struct AdamStep {
  double lr, beta1, beta2, eps, decay, step, root;
  i64 decoupled, maximize;
};

// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= step m / (sqrt(v) root + eps)
template <class T>
INLINE void adam(const Parameters& all, const AdamStep& s) {
  T* p = all.operand<T>(0);
  const T* grad = all.operand<const T>(1);
  T* m = all.operand<T>(2);
  T* v = all.operand<T>(3);
  T* most = all.operand<T>(4);
  T beta1 = T(s.beta1), beta2 = T(s.beta2), fresh1 = T(1 - s.beta1), fresh2 = T(1 - s.beta2);
  T step = T(s.step), root = T(s.root), eps = T(s.eps), decay = T(s.decay), kept = T(1 - s.lr * s.decay);
  for (unsigned i = first_index(); i < all.sizes[blockIdx.y]; i += grid_step()) {
    T x = p[i], g = s.maximize ? -grad[i] : grad[i];
    if (s.decoupled) x *= kept;
    else g = fma(decay, x, g);
    T mean = fma(beta1, m[i], fresh1 * g), square = fma(beta2, v[i], fresh2 * g * g);
    m[i] = mean, v[i] = square;
    if (most != nullptr) most[i] = square = largest(most[i], square);
    p[i] = x - step * (mean / fma(sqrt(square), root, eps));
  }
}

#define OPTIMIZER_KERNELS(suffix, T)                                                                                  \
  KERNEL sgd_##suffix(Parameters all, double lr, double momentum, double fresh, double decay, double sign,            \
                      int nesterov, int first) {                                                                      \
    sgd<T>(all, T(lr), T(momentum), T(fresh), T(decay), T(sign), nesterov, first);                                    \
  }                                                                                                                   \
  KERNEL adam_##suffix(Parameters all, AdamStep s) { adam<T>(all, s); }
OPTIMIZER_KERNELS(f32, float)
OPTIMIZER_KERNELS(f64, double)
