// Pointwise functions. An operation is a number, not a template argument: the branch is the same for all threads and hides
// behind the memory, and the module stays small, which a driver compiles when it is loaded.
#include "common.cuh"

template <class T>
INLINE T sign(T x) { return x > 0 ? T(1) : x < 0 ? T(-1) : T(0); }
template <class T>
INLINE T sigmoid(T x) { return T(1) / (T(1) + exp(-x)); }
// ln (1 + e^x), which is x itself where e^x would overflow.
template <class T>
INLINE T softplus(T x) { return (x > 0 ? x : T(0)) + log1p(exp(-fabs(x))); }
// The normal distribution's.
template <class T>
INLINE T distribution(T x) { return T(0.5) * (T(1) + erf(x * T(0.70710678118654752))); }
template <class T>
INLINE T density(T x) { return T(0.39894228040143268) * exp(T(-0.5) * x * x); }
template <class T>
INLINE T gelu_inner(T x) { return T(0.79788456080286536) * (x + T(0.044715) * x * x * x); }
template <class T>
INLINE T gelu_tanh_slope(T x) {
  T t = tanh(gelu_inner(x));
  return T(0.5) * (T(1) + t + x * (T(1) - t * t) * T(0.79788456080286536) * (T(1) + T(0.134145) * x * x));
}
template <class T>
INLINE T mish_slope(T x) {
  T t = tanh(softplus(x));
  return t + x * sigmoid(x) * (T(1) - t * t);
}

// Each function beside its derivative times dy, with the derivatives that PyTorch takes at kinks: x is the input, y the
// output. In the order of UnaryOp.
#define UNARY_OPS(OP)                                                                          \
  OP(NEG, -x, -dy)                                                                             \
  OP(ABS, fabs(x), dy * sign(x))                                                               \
  OP(SIGN, sign(x), T(0))                                                                      \
  OP(FLOOR, floor(x), T(0))                                                                    \
  OP(CEIL, ceil(x), T(0))                                                                      \
  OP(ROUND, rint(x), T(0))                                                                     \
  OP(SQUARE, x * x, dy * T(2) * x)                                                             \
  OP(SQRT, sqrt(x), dy / (T(2) * y))                                                           \
  OP(RSQRT, T(1) / sqrt(x), dy * T(-0.5) * y * y * y)                                          \
  OP(RECIPROCAL, T(1) / x, -dy * y * y)                                                        \
  OP(EXP, exp(x), dy * y)                                                                      \
  OP(EXPM1, expm1(x), dy * (y + T(1)))                                                         \
  OP(LOG, log(x), dy / x)                                                                      \
  OP(LOG1P, log1p(x), dy / (x + T(1)))                                                         \
  OP(LOG2, log2(x), dy / (x * T(0.69314718055994531)))                                         \
  OP(SIN, sin(x), dy * cos(x))                                                                 \
  OP(COS, cos(x), -dy * sin(x))                                                                \
  OP(ATAN, atan(x), dy / (x * x + T(1)))                                                       \
  OP(TANH, tanh(x), dy * (T(1) - y * y))                                                       \
  OP(SIGMOID, sigmoid(x), dy * (T(1) - y) * y)                                                 \
  OP(ERF, erf(x), dy * T(1.1283791670955126) * exp(-x * x))                                    \
  OP(RELU, largest(x, T(0)), y <= T(0) ? T(0) : dy)                                            \
  OP(POW, pow(x, p), p == T(0) ? T(0) : dy * p * pow(x, p - T(1)))                             \
  OP(CLAMP, smallest(largest(x, p), q), x >= p && x <= q ? dy : T(0))                          \
  OP(LEAKY_RELU, x > 0 ? x : p * x, x > 0 ? dy : p * dy)                                       \
  OP(ELU, x > 0 ? x : p * expm1(x), x > 0 ? dy : dy * p * exp(x))                              \
  OP(GELU, x* distribution(x), dy*(distribution(x) + x * density(x)))                          \
  OP(GELU_TANH, T(0.5) * x * (T(1) + tanh(gelu_inner(x))), dy* gelu_tanh_slope(x))             \
  OP(SILU, x* sigmoid(x), dy* sigmoid(x) * (T(1) + x * (T(1) - sigmoid(x))))                   \
  OP(SOFTPLUS, x* p > q ? x : log1p(exp(x * p)) / p, x* p > q ? dy : dy * sigmoid(x * p))      \
  OP(LOG_SIGMOID, (x < 0 ? x : T(0)) - log1p(exp(-fabs(x))), dy* sigmoid(-x))                  \
  OP(MISH, x* tanh(softplus(x)), dy* mish_slope(x))                                            \
  OP(NOT, x == T(0) ? T(1) : T(0), T(0))

#define UNARY_NAME(name, f, df) UNARY_##name,
enum { UNARY_OPS(UNARY_NAME) UNARY_COUNT };

// Not inlined: each thread calls it for four elements, and what that costs the memory hides too.
template <class T>
static __device__ __noinline__ T unary_value(int op, T x, T p, T q) {
  switch (op) {
#define UNARY_VALUE(name, f, df) \
  case UNARY_##name: return f;
    UNARY_OPS(UNARY_VALUE)
  }
  return x;
}

template <class T>
static __device__ __noinline__ T unary_slope(int op, T x, T y, T dy, T p, T q) {
  switch (op) {
#define UNARY_SLOPE(name, f, df) \
  case UNARY_##name: return df;
    UNARY_OPS(UNARY_SLOPE)
  }
  return dy;
}

// By repeated squaring; 0 for a negative power of anything but 1 and -1. Too large numbers wrap around.
INLINE i64 integer_power(i64 x, i64 power) {
  if (power < 0) return x == 1 ? 1 : x == -1 ? (power % 2 == 0 ? 1 : -1) : 0;
  u64 result = 1, base = (u64)x;
  for (; power > 0; power >>= 1, base *= base)
    if (power & 1) result *= base;
  return (i64)result;
}

INLINE i64 unary_integer(int op, i64 x, i64 p, i64 q) {
  switch (op) {
    case UNARY_NEG: return (i64)(0 - (u64)x);
    case UNARY_ABS: return x < 0 ? (i64)(0 - (u64)x) : x;
    case UNARY_SIGN: return sign(x);
    case UNARY_SQUARE: return (i64)((u64)x * (u64)x);
    case UNARY_RELU: return x > 0 ? x : 0;
    case UNARY_POW: return integer_power(x, p);
    case UNARY_CLAMP: return smallest(largest(x, p), q);
    case UNARY_NOT: return x == 0;
  }
  return x; // rounding
}

#define UNARY_KERNELS(suffix, T, N)                                                                          \
  KERNEL unary_##suffix(int op, double p, double q, const T* x, T* out, int n) {                             \
    T a = (T)p, b = (T)q;                                                                                    \
    map<N>(n, [=](T v) { return unary_value(op, v, a, b); }, out, row(x));                                   \
  }                                                                                                          \
  /* whichever of x and y is not read may be any pointer, such as dy */                                      \
  KERNEL unary_grad_##suffix(int op, double p, double q, const T* x, const T* y, const T* dy, T* dx, int n) { \
    T a = (T)p, b = (T)q;                                                                                    \
    map<N>(n, [=](T in, T v, T d) { return unary_slope(op, in, v, d, a, b); }, dx, row(x), row(y), row(dy)); \
  }
UNARY_KERNELS(f32, float, 4)
UNARY_KERNELS(f64, double, 1)

KERNEL unary_i64(int op, i64 p, i64 q, const i64* x, i64* out, int n) {
  map<1>(n, [=](i64 v) { return unary_integer(op, v, p, q); }, out, row(x));
}

// In the order of BinaryOp.
enum BinaryOp { ADD, SUB, MUL, DIV, POW, MAX, MIN, REMAINDER, AND, OR, XOR, SHIFT_LEFT, SHIFT_RIGHT, EQ, NE, LT, LE, GT, GE };

// The remainder with the divisor's sign.
template <class T>
INLINE T remainder_of(T a, T b) {
  T rest = fmod(a, b);
  return rest != T(0) && (rest < T(0)) != (b < T(0)) ? rest + b : rest;
}

template <class T>
INLINE T binary_value(int op, T a, T b, Fault*) {
  switch (op) {
    case ADD: return a + b;
    case SUB: return a - b;
    case MUL: return a * b;
    case DIV: return a / b;
    case POW: return pow(a, b);
    case MAX: return largest(a, b);
    case MIN: return smallest(a, b);
  }
  return remainder_of(a, b);
}

INLINE i64 binary_value(int op, i64 a, i64 b, Fault* fault) {
  if ((op == DIV || op == REMAINDER) && (b == 0 || b == -1)) { // by -1 the smallest number overflows
    if (b == 0) report(fault, DIVISION_BY_ZERO, a, 0, 0);
    return op == DIV ? (i64)(0 - (u64)a) : 0;
  }
  switch (op) {
    case ADD: return (i64)((u64)a + (u64)b);
    case SUB: return (i64)((u64)a - (u64)b);
    case MUL: return (i64)((u64)a * (u64)b);
    case DIV: return a / b;
    case POW: return integer_power(a, b);
    case MAX: return largest(a, b);
    case MIN: return smallest(a, b);
    case AND: return a & b;
    case OR: return a | b;
    case XOR: return a ^ b;
    case SHIFT_LEFT: return b >= 0 && b < 64 ? (i64)((u64)a << b) : 0;
    case SHIFT_RIGHT: return a >> (b >= 0 && b < 64 ? b : 63);
  }
  i64 rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

template <class T>
INLINE bool compare(int op, T a, T b) {
  switch (op) {
    case EQ: return a == b;
    case NE: return a != b;
    case LT: return a < b;
    case LE: return a <= b;
    case GT: return a > b;
  }
  return a >= b;
}

template <class T, class Out, class F>
INLINE void broadcast(const T* a, const T* b, Out* out, int n, const Walk& walk, F f) {
  for (unsigned i = first_index(); i < n; i += grid_step()) {
    auto from = locate<2>(walk, i);
    out[i] = f(a[from.at[0]], b[from.at[1]]);
  }
}

// Two rows of one length, or one of them a single number (its step is 0); and whatever else broadcasts.
#define BINARY_KERNELS(suffix, T, N)                                                                               \
  KERNEL binary_##suffix(int op, const T* a, int a_step, const T* b, int b_step, T* out, int n, Fault* fault) {    \
    map<N>(n, [=](T x, T y) { return binary_value(op, x, y, fault); }, out, row(a, a_step), row(b, b_step));                \
  }                                                                                                                \
  KERNEL binary_walk_##suffix(int op, const T* a, const T* b, T* out, int n, Walk walk, Fault* fault) {            \
    broadcast(a, b, out, n, walk, [=](T x, T y) { return binary_value(op, x, y, fault); });                        \
  }                                                                                                                \
  KERNEL compare_##suffix(int op, const T* a, int a_step, const T* b, int b_step, u8* out, int n) {                \
    map<N>(n, [=](T x, T y) { return (u8)compare(op, x, y); }, out, row(a, a_step), row(b, b_step));                        \
  }                                                                                                                \
  KERNEL compare_walk_##suffix(int op, const T* a, const T* b, u8* out, int n, Walk walk) {                        \
    broadcast(a, b, out, n, walk, [=](T x, T y) { return (u8)compare(op, x, y); });                                \
  }
BINARY_KERNELS(f32, float, 4)
BINARY_KERNELS(f64, double, 1)
BINARY_KERNELS(i64, i64, 1)

KERNEL affine_f32(const float* x, double scale, double shift, float* out, int n) {
  float s = (float)scale, t = (float)shift;
  map<4>(n, [=](float v) { return fma(v, s, t); }, out, row(x));
}

KERNEL affine_f64(const double* x, double scale, double shift, double* out, int n) {
  map<1>(n, [=](double v) { return v * scale + shift; }, out, row(x));
}

// In whole numbers where both are whole, else towards zero at the end.
KERNEL affine_i64(const i64* x, double scale, double shift, i64* out, int n) {
  if (scale == rint(scale) && shift == rint(shift)) {
    u64 s = (u64)(i64)scale, t = (u64)(i64)shift;
    map<1>(n, [=](i64 v) { return (i64)((u64)v * s + t); }, out, row(x));
  } else {
    map<1>(n, [=](i64 v) { return (i64)((double)v * scale + shift); }, out, row(x));
  }
}

template <class T>
INLINE void select(const u8* condition, const T* a, const T* b, T* out, int n, const Walk& walk) {
  for (unsigned i = first_index(); i < n; i += grid_step()) {
    auto from = locate<3>(walk, i);
    out[i] = condition[from.at[0]] ? a[from.at[1]] : b[from.at[2]];
  }
}

// By size of the element: a choice does not look into it.
KERNEL select_1(const u8* c, const u8* a, const u8* b, u8* out, int n, Walk walk) { select(c, a, b, out, n, walk); }
KERNEL select_2(const u8* c, const short* a, const short* b, short* out, int n, Walk walk) { select(c, a, b, out, n, walk); }
KERNEL select_4(const u8* c, const int* a, const int* b, int* out, int n, Walk walk) { select(c, a, b, out, n, walk); }
KERNEL select_8(const u8* c, const i64* a, const i64* b, i64* out, int n, Walk walk) { select(c, a, b, out, n, walk); }
