"""Writes `more_tensor_ops.json` and `more_tensor_ops.safetensors`, operations beyond the golden files, with PyTorch.

    python3 tensors.py FOLDER

The form is that of the golden files: inputs are float32 numbers, everything is computed in float64, gradients are those
of the sum of output times cotangent. Every group also has single numbers, empty tensors, infinities and NaN.
"""
import json
import struct
import sys
import warnings
import zlib

import torch

warnings.filterwarnings("ignore")
CASES, TENSORS = [], {}
GENERATOR = torch.Generator().manual_seed(20240611)
INF, NAN = float("inf"), float("nan")
SPECIAL = torch.tensor([-INF, -1e6, -2.5, -1.0, -0.5, -1e-6, -0.0, 0.0, 1e-6, 0.5, 1.0, 2.5, 1e6, INF, NAN])
EDGES = dict(single=(), empty=(0,), hollow=(2, 0, 3))


def real(*shape):
    return torch.randn(shape, generator=GENERATOR)


def unit(*shape):
    return torch.rand(shape, generator=GENERATOR) * 0.8 + 0.1


def whole(low, high, *shape):
    return torch.randint(low, high, shape, generator=GENERATOR)


def case(name, function, inputs, grads=None, **args):
    """One row: `function` gets the inputs by position and the arguments by name."""
    grads = [n for n, t in inputs.items() if t.is_floating_point()] if grads is None else grads
    double = {n: t.double() if t.is_floating_point() else t.clone() for n, t in inputs.items()}
    for n in grads:
        double[n].requires_grad_(True)
    for n, t in double.items():
        TENSORS[f"{name}/in/{n}"] = t.detach().clone()
    made = function(*double.values(), **args)
    made = list(made) if isinstance(made, (tuple, list)) else [made]
    outputs, cotangents, total = [], [], 0
    for i, t in enumerate(made):
        n = f"out{i}"
        outputs.append(n)
        TENSORS[f"{name}/out/{n}"] = t.detach().clone()
        if t.requires_grad:
            cotangent = real(*t.shape).double()
            TENSORS[f"{name}/cotangent/{n}"] = cotangent
            cotangents.append(n)
            total = total + (t * cotangent).sum()
    grads = grads if cotangents else []
    found = torch.autograd.grad(total, [double[n] for n in grads], allow_unused=True) if grads else []
    grads = [n for n, g in zip(grads, found) if g is not None]
    for n, g in zip(grads, [g for g in found if g is not None]):
        TENSORS[f"{name}/grad/{n}"] = g
    GENERATOR.manual_seed(zlib.crc32(name.encode()))  # so that a new row changes the next one only
    CASES.append(dict(id=name, op=name.split("/")[0], args=args, inputs=list(inputs), outputs=outputs,
                      cotangents=cotangents, grads=grads))


def pointwise():
    everywhere = dict(tan=torch.tan, sinh=torch.sinh, cosh=torch.cosh, asinh=torch.asinh, deg2rad=torch.deg2rad,
                      rad2deg=torch.rad2deg, sinc=torch.sinc, exp2=torch.exp2, frac=torch.frac, trunc=torch.trunc,
                      floor=torch.floor, ceil=torch.ceil, round=torch.round, sign=torch.sign,
                      nan_to_num=torch.nan_to_num, isnan=torch.isnan, isinf=torch.isinf, isfinite=torch.isfinite,
                      signbit=torch.signbit, logical_not=torch.logical_not)
    limited = dict(asin=torch.asin, acos=torch.acos, atanh=torch.atanh, log10=torch.log10, logit=torch.logit)
    for name, function in {**everywhere, **limited}.items():
        case(f"{name}/a", function, dict(x=unit(3, 4) if name in limited else real(3, 4)))
        for edge, shape in EDGES.items():
            case(f"{name}/{edge}", function, dict(x=unit(*shape)))
        if name not in ("tan", "sinc", "cosh", "sinh", "exp2", "nan_to_num"):
            case(f"{name}/special", function, dict(x=SPECIAL), grads=[])
        elif name != "nan_to_num":
            case(f"{name}/special", function, dict(x=SPECIAL[[0, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14]]), grads=[])
    case("acosh/a", torch.acosh, dict(x=unit(3, 4) + 1))
    case("acosh/special", torch.acosh, dict(x=SPECIAL), grads=[])
    case("nan_to_num/values", torch.nan_to_num, dict(x=SPECIAL), nan=2.0, posinf=3.0, neginf=-4.0)
    case("round_decimals/a", torch.round, dict(x=real(3, 4) * 10), grads=[], decimals=1)
    case("round_decimals/tens", torch.round, dict(x=real(3, 4) * 100), grads=[], decimals=-1)


def pairs():
    both = dict(atan2=torch.atan2, hypot=torch.hypot, logaddexp=torch.logaddexp, fmod=torch.fmod,
                remainder=torch.remainder, floor_divide=torch.floor_divide, copysign=torch.copysign,
                xlogy=torch.xlogy, heaviside=torch.heaviside, logical_and=torch.logical_and,
                logical_or=torch.logical_or, logical_xor=torch.logical_xor, clamp_min=lambda x, y: torch.clamp(x, min=y),
                clamp_max=lambda x, y: torch.clamp(x, max=y), isclose=torch.isclose)
    finite = SPECIAL[[1, 2, 3, 4, 6, 7, 9, 10, 11, 12]]
    for name, function in both.items():
        case(f"{name}/a", function, dict(x=real(3, 1, 4), y=unit(2, 4)),
             grads=["x"] if name == "copysign" else [] if name in ("floor_divide", "heaviside") else None)
        for edge, shape in EDGES.items():
            case(f"{name}/{edge}", function, dict(x=unit(*shape), y=unit()), grads=[])
        values = finite if name in ("fmod", "remainder") else SPECIAL
        case(f"{name}/special", function, dict(x=values.view(-1, 1), y=values), grads=[])
    case("clamp_tensors/a", torch.clamp, dict(x=real(3, 4), min=real(4) - 0.5, max=real(3, 1) + 0.5))
    for weight in (0.3, 0.5, 1.4):
        case(f"lerp/{weight}", torch.lerp, dict(x=real(3, 4), y=real(4)), weight=weight)
    case("lerp_tensor/a", torch.lerp, dict(x=real(3, 4), y=real(4), w=real(3, 1)))
    case("addcmul/a", torch.addcmul, dict(x=real(3, 4), y=real(4), w=real(3, 1)), value=0.7)
    case("addcdiv/a", torch.addcdiv, dict(x=real(3, 4), y=real(4), w=unit(3, 1)), value=0.7)
    case("add_alpha/a", torch.add, dict(x=real(3, 4), y=real(4)), alpha=0.7)
    for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        case(f"{name}/a", getattr(torch, name), dict(x=whole(-9, 9, 3, 4), y=whole(-9, 9, 4)))
    case("bitwise_not/a", torch.bitwise_not, dict(x=whole(-9, 9, 3, 4)))
    case("bitwise_not/bool", torch.bitwise_not, dict(x=real(3, 4) > 0))
    case("bitwise_left_shift/a", torch.bitwise_left_shift, dict(x=whole(-9, 9, 3, 4), y=whole(0, 9, 4)))
    case("bitwise_right_shift/a", torch.bitwise_right_shift, dict(x=whole(-99, 99, 3, 4), y=whole(0, 5, 4)))
    case("floor_divide/whole", torch.floor_divide, dict(x=whole(-9, 9, 3, 4), y=whole(1, 5, 4)))
    case("remainder/whole", torch.remainder, dict(x=whole(-9, 9, 3, 4), y=-whole(1, 5, 4)))
    case("fmod/whole", torch.fmod, dict(x=whole(-9, 9, 3, 4), y=-whole(1, 5, 4)))


def scans():
    ties = torch.tensor([[1.0, 3.0, 3.0, 2.0, 3.0], [2.0, 2.0, 1.0, 5.0, 0.0], [NAN, 1.0, NAN, 2.0, 1.0]])
    zeros = torch.tensor([[2.0, 0.0, 3.0, 0.0, 4.0], [1.5, -2.0, 0.5, 3.0, 2.0]])
    for name in ("cumsum", "cumprod", "cummax", "cummin", "logcumsumexp"):
        function = getattr(torch, name)
        for dim in (0, 1, -1):
            case(f"{name}/{dim}", function, dict(x=real(3, 5, 4)), dim=dim)
        case(f"{name}/single", function, dict(x=real()), dim=0)
        case(f"{name}/hollow", function, dict(x=real(2, 0, 3)), dim=1)
        if name.startswith("cumm"):
            case(f"{name}/ties", function, dict(x=ties), grads=[], dim=1)
            case(f"{name}/whole", function, dict(x=whole(-3, 3, 4, 6)), dim=1)
    case("cumprod/zeros", torch.cumprod, dict(x=zeros), dim=1)
    case("cumsum/bool", torch.cumsum, dict(x=real(3, 5) > 0), dim=1)
    case("cumsum/special", torch.cumsum, dict(x=SPECIAL), grads=[], dim=0)
    case("logcumsumexp/special", torch.logcumsumexp, dict(x=torch.tensor([-INF, -INF, 1.0, 200.0, -300.0, INF, 2.0])),
         grads=[], dim=0)
    case("trapezoid/a", torch.trapezoid, dict(x=real(3, 5)), dx=0.3, dim=0)
    case("trapezoid/one", torch.trapezoid, dict(x=real(3, 1)), dx=0.3, dim=1)
    case("diff/a", torch.diff, dict(x=real(3, 5)), n=1, dim=0)
    case("diff/twice", torch.diff, dict(x=real(3, 5)), n=2, dim=1)


def orders():
    ties = torch.tensor([[1.0, 3.0, NAN, 2.0, 3.0, 1.0], [2.0, -0.0, 0.0, 5.0, 0.0, NAN], [INF, 1.0, -INF, 2.0, 1.0, NAN]])
    for descending in (False, True):
        for dim in (0, 1, -1):
            case(f"sort/{dim}_{descending}", torch.sort, dict(x=real(3, 5, 4)), dim=dim, descending=descending)
        case(f"sort/ties_{descending}", lambda x, **a: torch.sort(x, stable=True, **a), dict(x=ties), grads=[], dim=1,
             descending=descending)
        case(f"sort/whole_{descending}", lambda x, **a: torch.sort(x, stable=True, **a), dict(x=whole(-3, 3, 4, 9)),
             dim=1, descending=descending)
        case(f"sort/bool_{descending}", lambda x, **a: torch.sort(x, stable=True, **a), dict(x=real(3, 7) > 0), dim=0,
             descending=descending)
        case(f"sort/single_{descending}", torch.sort, dict(x=real()), dim=0, descending=descending)
        case(f"sort/hollow_{descending}", torch.sort, dict(x=real(2, 0, 3)), dim=1, descending=descending)
        case(f"topk/{descending}", torch.topk, dict(x=real(3, 5, 4)), k=2, dim=1, largest=descending)
        case(f"argsort/{descending}", torch.argsort, dict(x=real(3, 5)), dim=-1, descending=descending)
    for keep in (False, True):
        case(f"kthvalue/{keep}", torch.kthvalue, dict(x=real(3, 5, 4)), k=2, dim=1, keepdim=keep)
        case(f"median/{keep}", torch.median, dict(x=real(3, 5, 4)), dim=1, keepdim=keep)
        case(f"median/even_{keep}", torch.median, dict(x=real(3, 6)), dim=1, keepdim=keep)
        case(f"mode/{keep}", torch.mode, dict(x=whole(0, 4, 5, 12)), dim=1, keepdim=keep)
        case(f"quantile/{keep}", torch.quantile, dict(x=real(3, 5, 4)), q=0.3, dim=1, keepdim=keep)
    case("median/nan", lambda x, **a: torch.median(x, **a)[0], dict(x=ties), grads=[], dim=1)
    case("median_all/a", torch.median, dict(x=real(3, 5)))
    case("median_all/single", torch.median, dict(x=real()))
    case("quantile/nan", torch.quantile, dict(x=ties), grads=[], q=0.3, dim=1, keepdim=False)
    case("quantile_all/a", torch.quantile, dict(x=real(3, 5)), q=0.65)


def counting():
    x = whole(0, 6, 4, 5)
    full = dict(return_inverse=True, return_counts=True)
    case("unique/a", lambda x: torch.unique(x, **full), dict(x=x))
    case("unique/real", lambda x: torch.unique(x, **full), dict(x=x.float() / 2), grads=[])
    case("unique/empty", lambda x: torch.unique(x, **full), dict(x=real(0)), grads=[])
    case("unique_consecutive/a", lambda x: torch.unique_consecutive(x, **full), dict(x=torch.tensor([1, 1, 3, 3, 3, 1, 2, 2])))
    case("bincount/a", torch.bincount, dict(x=whole(0, 6, 20)), minlength=9)
    case("bincount/empty", torch.bincount, dict(x=whole(0, 6, 0)), minlength=3)
    case("bincount_weights/a", torch.bincount, dict(x=whole(0, 6, 20), weights=real(20)), grads=[], minlength=0)
    case("histc/a", torch.histc, dict(x=real(50)), grads=[], bins=7, min=-1.5, max=1.0)
    case("histc/range", torch.histc, dict(x=real(5, 10)), grads=[], bins=4, min=0, max=0)
    case("count_nonzero/a", torch.count_nonzero, dict(x=whole(-1, 2, 4, 5)), dim=1)
    case("nonzero/a", torch.nonzero, dict(x=whole(-1, 2, 4, 5)))
    case("nonzero/single", torch.nonzero, dict(x=real()), grads=[])
    case("nonzero/hollow", torch.nonzero, dict(x=real(2, 0, 3)), grads=[])
    row = torch.sort(whole(-5, 5, 9).float())[0]
    rows = torch.sort(whole(-5, 5, 3, 9).float(), dim=-1)[0]
    probes = torch.tensor([[-INF, -6.0, -2.0, 0.0, 0.5], [1.0, 4.0, 5.0, INF, NAN], [3.0, 3.5, -5.0, -4.0, 2.0]])
    for right in (False, True):
        case(f"searchsorted/row_{right}", torch.searchsorted, dict(x=row, y=probes), grads=[], right=right)
        case(f"searchsorted/rows_{right}", torch.searchsorted, dict(x=rows, y=probes), grads=[], right=right)
        case(f"bucketize/{right}", torch.bucketize, dict(x=probes, y=row), grads=[], right=right)
    case("searchsorted/empty", torch.searchsorted, dict(x=real(0), y=probes), grads=[], right=False)


def reductions():
    x = real(3, 4, 5)
    holes = torch.where(real(3, 4, 5) > 0.8, torch.tensor(NAN), x)
    case("nansum/a", torch.nansum, dict(x=holes), dim=[1], keepdim=True)
    case("nanmean/a", torch.nanmean, dict(x=holes), dim=[0, 2], keepdim=False)
    for p in (0, 1, 2, 3.5, INF, -INF):
        args = dict(p=str(p), dim=[1], keepdim=False)
        case(f"vector_norm/{p}", lambda x, p, dim, keepdim: torch.linalg.vector_norm(x, float(p), dim, keepdim),
             dict(x=real(3, 4, 5)), grads=["x"] if p else [], **args)
    case("var_mean/a", torch.var_mean, dict(x=x), dim=[1], unbiased=True, keepdim=False)
    case("aminmax/a", torch.aminmax, dict(x=x), grads=[], dim=1, keepdim=True)
    case("dist/a", torch.dist, dict(x=real(3, 4), y=real(4)), p=2)
    case("cdist/a", torch.cdist, dict(x=real(2, 3, 4), y=real(5, 4)), p=2)
    case("cdist/one", torch.cdist, dict(x=real(2, 3, 4), y=real(5, 4)), p=1)
    case("cov/a", torch.cov, dict(x=real(3, 6)))
    case("cov/row", torch.cov, dict(x=real(6)))
    case("corrcoef/a", torch.corrcoef, dict(x=real(3, 6)))
    case("any/a", torch.any, dict(x=real(3, 4) > 0.8), dim=1, keepdim=False)
    case("all/a", torch.all, dict(x=real(3, 4) > -0.8), dim=0, keepdim=True)
    case("any/hollow", torch.any, dict(x=real(2, 0, 3) > 0), dim=1, keepdim=False)
    case("all/hollow", torch.all, dict(x=real(2, 0, 3) > 0), dim=1, keepdim=False)
    for name in ("sum", "mean", "logsumexp"):
        case(f"{name}/single", getattr(torch, name), dict(x=real()), dim=[0], keepdim=False)
        case(f"{name}/hollow", getattr(torch, name), dict(x=real(2, 0, 3)), dim=[1], keepdim=False)
        case(f"{name}/special", getattr(torch, name), dict(x=torch.tensor([[-INF, -INF], [1.0, INF], [NAN, 1.0]])),
             grads=[], dim=[1], keepdim=False)
    case("prod/single", torch.prod, dict(x=real()), dim=0, keepdim=False)
    case("prod/hollow", torch.prod, dict(x=real(2, 0, 3)), dim=1, keepdim=False)
    case("prod_all/a", torch.prod, dict(x=real(2, 3)))
    for name in ("amax", "amin", "argmax", "argmin", "softmax", "log_softmax"):
        grads = [] if name.startswith("arg") else None
        keep = {} if name.endswith("softmax") else dict(keepdim=False)
        case(f"{name}/single", getattr(torch, name), dict(x=real()), grads=grads, dim=0, **keep)
        case(f"{name}/hollow", getattr(torch, name), dict(x=real(2, 0, 3)), grads=grads, dim=2, **keep)
        if "softmax" not in name:
            case(f"{name}/nan", getattr(torch, name), dict(x=torch.tensor([[1.0, NAN, 3.0], [2.0, -INF, INF]])), grads=[],
                 dim=1, **keep)
    case("std/single", torch.std, dict(x=real()), grads=[], dim=0, unbiased=True, keepdim=False)


def indexing():
    x = real(3, 4, 5)
    i, j = torch.tensor([1, 0, -1]), torch.tensor([[2, 0, 1], [3, -2, 2]])
    mask = real(4, 5) > 0
    case("index/rows", lambda x, i: x[i], dict(x=x, i=i))
    case("index/pairs", lambda x, i, j: x[i, j], dict(x=x, i=i, j=j))
    case("index/apart", lambda x, i, j: x[i, :, j], dict(x=x, i=i, j=j))
    case("index/inside", lambda x, j: x[:, j], dict(x=x, j=j))
    case("index/end", lambda x, i, j: x[:, i, j], dict(x=x, i=i, j=j))
    case("index/mask", lambda x, m: x[:, m], dict(x=x, m=mask))
    case("index/first_mask", lambda x, m: x[m], dict(x=x, m=real(3, 4) > 0))
    case("index/empty", lambda x, i: x[i], dict(x=x, i=i[:0]))
    case("index/single", lambda x, i: x[i], dict(x=x, i=torch.tensor(1)))
    for accumulate in (False, True):
        tag = "_added" if accumulate else ""
        case(f"index_put/pairs{tag}", lambda x, v, i, j, accumulate: x.index_put((i, j), v, accumulate),
             dict(x=x, v=real(3, 5), i=torch.tensor([1, 0, 2]), j=torch.tensor([3, 3, 0])), accumulate=accumulate)
        case(f"index_put/mask{tag}", lambda x, v, i, accumulate: x.index_put((i,), v, accumulate),
             dict(x=x, v=real(5), i=real(3, 4) > 0), accumulate=accumulate)
    case("index_put/twice_added", lambda x, v, i, accumulate: x.index_put((i,), v, accumulate),
         dict(x=x, v=real(3, 1, 5), i=torch.tensor([1, 1, 1])), accumulate=True)
    case("take/a", torch.take, dict(x=x, i=torch.tensor([[0, 59, -3], [7, 7, 30]])))
    case("take_along_dim/a", torch.take_along_dim, dict(x=x, i=whole(0, 4, 1, 2, 5)), dim=1)
    case("scatter/a", lambda x, i, y, dim: x.scatter(dim, i, y),
         dict(x=x, i=torch.tensor([[[0, 1], [2, 3]], [[3, 2], [1, 0]]]), y=real(2, 2, 2)), dim=1)
    case("scatter_value/a", lambda x, i, dim, value: x.scatter(dim, i, value), dict(x=x, i=whole(0, 4, 2, 2, 5)), dim=1,
         value=0.5)
    case("scatter_add/single", lambda x, i, y, dim: x.scatter_add(dim, i, y), dict(x=real(), i=torch.tensor(0), y=real()),
         dim=0)
    case("index_fill/a", lambda x, i, dim, value: x.index_fill(dim, i, value), dict(x=x, i=torch.tensor([3, 1])), dim=1,
         value=0.5)
    case("index_copy/a", lambda x, i, y, dim: x.index_copy(dim, i, y), dict(x=x, i=torch.tensor([3, 1]), y=real(3, 2, 5)),
         dim=1)
    case("index_add/a", lambda x, i, y, dim: x.index_add(dim, i, y), dict(x=x, i=torch.tensor([3, 3]), y=real(3, 2, 5)),
         dim=1)
    case("index_select/hollow", lambda x, i, dim: x.index_select(dim, i), dict(x=real(2, 0, 3), i=torch.tensor([1, 0])), dim=2)
    case("masked_scatter/a", lambda x, m, y: x.masked_scatter(m, y), dict(x=x, m=mask, y=real(80)))
    case("gather/single", lambda x, i, dim: x.gather(dim, i), dict(x=real(), i=torch.tensor(0)), dim=0)
    case("gather/hollow", lambda x, i, dim: x.gather(dim, i), dict(x=real(2, 0, 3), i=whole(0, 2, 1, 0, 3)), dim=0)


def movement():
    x = real(3, 4, 5)
    for offset, d1, d2 in ((0, 0, 1), (1, 1, 2), (-2, 2, 0), (7, 0, 1)):
        case(f"diagonal/{offset}_{d1}{d2}", torch.diagonal, dict(x=x), offset=offset, dim1=d1, dim2=d2)
    for offset in (0, 2, -1):
        case(f"diag/row_{offset}", torch.diag, dict(x=real(3)), diagonal=offset)
        case(f"diag/matrix_{offset}", torch.diag, dict(x=real(3, 4)), diagonal=offset)
        case(f"diag_embed/{offset}", torch.diag_embed, dict(x=real(2, 3)), offset=offset)
    case("diag_embed/empty", torch.diag_embed, dict(x=real(2, 0)), offset=1)
    case("trace/a", torch.trace, dict(x=real(3, 4)))
    case("unfold/a", lambda x, dim, size, step: x.unfold(dim, size, step), dict(x=x), dim=1, size=2, step=1)
    case("unfold/apart", lambda x, dim, size, step: x.unfold(dim, size, step), dict(x=x), dim=-1, size=2, step=3)
    case("movedim/a", torch.movedim, dict(x=x), source=0, destination=2)
    case("movedim/back", torch.movedim, dict(x=x), source=-1, destination=0)
    case("swapaxes/a", torch.swapaxes, dict(x=x), axis0=0, axis1=-1)
    case("unflatten/a", lambda x, dim, sizes: x.unflatten(dim, sizes), dict(x=x), dim=1, sizes=[2, -1])
    case("unbind/a", torch.unbind, dict(x=x), dim=1)
    case("split_size/a", torch.split, dict(x=x), split_size_or_sections=2, dim=2)
    case("tensor_split/a", torch.tensor_split, dict(x=real(11)), sections=4, dim=0)
    case("roll/a", torch.roll, dict(x=x), shifts=[1, -2], dims=[0, 2])
    case("roll_flat/a", torch.roll, dict(x=x), shifts=7)
    case("roll/hollow", torch.roll, dict(x=real(2, 0, 3)), shifts=[1], dims=[1])
    for k in (-1, 0, 1, 2, 3):
        case(f"rot90/{k}", torch.rot90, dict(x=x), k=k, dims=[1, 2])
    case("tile/a", torch.tile, dict(x=x), dims=[2, 1])
    case("tile/more", torch.tile, dict(x=real(3)), dims=[2, 2])
    case("tile/single", torch.tile, dict(x=real()), dims=[2, 2])
    case("repeat_interleave/a", torch.repeat_interleave, dict(x=x), repeats=2, dim=1)
    case("repeat_interleave_each/a", lambda x, n, dim: torch.repeat_interleave(x, n, dim),
         dict(x=x, n=torch.tensor([2, 0, 1, 3])), dim=1)
    pad = torch.nn.functional.pad
    case("pad_value/a", pad, dict(x=x), pad=[1, 2, 0, 1, -1, 2], value=0.5)
    case("pad_value/hollow", pad, dict(x=real(2, 0, 3)), pad=[1, 1, 2, 0], value=0.5)
    for mode in ("reflect", "replicate", "circular"):
        case(f"pad_mode/{mode}", pad, dict(x=real(2, 3, 4, 5)), pad=[2, 1, 3, 2], mode=mode)
    case("flip/hollow", torch.flip, dict(x=real(2, 0, 3)), dims=[0, 1])
    case("cat/empty", lambda x, y, dim: torch.cat([x, y], dim), dict(x=real(2, 0), y=real(2, 3)), dim=1)
    for edge, shape in EDGES.items():
        case(f"copy/{edge}", torch.clone, dict(x=real(*shape)))
        case(f"reshape_row/{edge}", lambda x: x.reshape(-1), dict(x=real(*shape)))
        case(f"unsqueeze/{edge}", torch.unsqueeze, dict(x=real(*shape)), dim=0)
        case(f"add/{edge}", torch.add, dict(x=real(*shape), y=real()))
        case(f"tanh/{edge}", torch.tanh, dict(x=real(*shape)))
        case(f"masked_select/{edge}", torch.masked_select, dict(x=real(*shape), mask=real(*shape) > 0))
        case(f"where/{edge}", torch.where, dict(c=real(*shape) > 0, x=real(*shape), y=real()))


def algebra():
    for name, a, b in (("mm", (3, 4), (4, 2)), ("bmm", (2, 3, 4), (2, 4, 2)), ("mv", (3, 4), (4,)), ("dot", (4,), (4,)),
                       ("outer", (3,), (4,)), ("inner", (2, 3), (4, 3)), ("kron", (2, 3), (2, 2, 1))):
        case(f"{name}/a", getattr(torch, name), dict(x=real(*a), y=real(*b)))
    for name, a, b in (("mm", (3, 0), (0, 2)), ("bmm", (0, 3, 4), (0, 4, 2)), ("mv", (0, 4), (4,)), ("dot", (0,), (0,)),
                       ("outer", (0,), (4,)), ("matmul", (2, 0, 3), (3, 2))):
        case(f"{name}/empty", getattr(torch, name), dict(x=real(*a), y=real(*b)))
    case("addmm/a", torch.addmm, dict(x=real(2), y=real(3, 4), w=real(4, 2)), beta=0.5, alpha=2)
    case("addmm/nothing", torch.addmm, dict(x=torch.tensor([NAN, 1.0]), y=real(3, 4), w=real(4, 2)), grads=["y", "w"],
         beta=0, alpha=2)
    case("addmv/a", torch.addmv, dict(x=real(3), y=real(3, 4), w=real(4)), beta=0.5, alpha=2)
    case("baddbmm/a", torch.baddbmm, dict(x=real(3, 1), y=real(2, 3, 4), w=real(2, 4, 2)), beta=0.5, alpha=2)
    case("cross/a", torch.cross, dict(x=real(4, 3), y=real(4, 3)), dim=1)
    case("tensordot/a", torch.tensordot, dict(x=real(2, 3, 4), y=real(3, 4, 2)), dims=2)
    case("matrix_power/a", torch.matrix_power, dict(x=real(2, 3, 3)), n=5)
    case("matrix_power/nothing", torch.matrix_power, dict(x=real(2, 3, 3)), grads=[], n=0)
    for equation, *shapes in (("ij,jk->ik", (3, 4), (4, 2)), ("ij->ji", (3, 4)), ("ii->i", (3, 3)), ("ii", (3, 3)),
                              ("ij,jk", (3, 4), (4, 2)), ("ba", (2, 3)), ("bij,bjk->bik", (2, 3, 4), (2, 4, 2)),
                              ("i,j->ij", (3,), (4,)), ("i,i->", (4,), (4,)), ("...ij->...ji", (2, 3, 4)),
                              ("...i,...i->...", (2, 3, 4), (3, 4)), ("...ij,jk", (2, 3, 4), (4, 2)),
                              ("ij,jk,kl->il", (2, 3), (3, 4), (4, 2)), ("bhqd,bhkd->bhqk", (2, 2, 3, 4), (2, 2, 5, 4)),
                              ("ij,ij->i", (3, 4), (3, 4)), ("ijj->i", (2, 3, 3)), ("ij,kl->ik", (2, 3), (4, 5)),
                              ("i...->...", (2, 3, 4)), ("ij,jk->ik", (3, 0), (0, 2)), (",i->i", (), (3,))):
        inputs = {"xyz"[i]: real(*shape) for i, shape in enumerate(shapes)}
        case(f"einsum/{len(CASES)}", lambda *o, equation: torch.einsum(equation, *o), inputs, equation=equation)


def creation():
    case("arange_whole/a", torch.arange, {}, start=3, end=20, step=4)
    case("arange_whole/down", torch.arange, {}, start=9, end=-4, step=-3)
    case("tril_indices/a", torch.tril_indices, {}, row=3, col=4, offset=1)
    case("triu_indices/a", torch.triu_indices, {}, row=3, col=4, offset=-1)
    for kind, function in (("hstack", torch.hstack), ("vstack", torch.vstack)):
        case(f"{kind}/rows", lambda x, y: function([x, y]), dict(x=real(3), y=real(3)))
        case(f"{kind}/matrices", lambda x, y: function([x, y]), dict(x=real(3, 2), y=real(3, 2)))
    case("meshgrid/a", lambda x, y: torch.meshgrid(x, y, indexing="ij"), dict(x=real(3), y=real(2)))
    case("cartesian_prod/a", torch.cartesian_prod, dict(x=real(3), y=real(2)))
    case("block_diag/a", torch.block_diag, dict(x=real(2, 3), y=real(1, 2)))


KINDS = {torch.float64: "F64", torch.float32: "F32", torch.int64: "I64", torch.bool: "BOOL"}


def main(folder):
    for part in (pointwise, pairs, scans, orders, counting, reductions, indexing, movement, algebra, creation):
        part()
    with open(f"{folder}/more_tensor_ops.json", "w") as file:
        rows = ",\n".join(json.dumps(row) for row in CASES)
        file.write(f'{{"torch": "{torch.__version__}", "cases": [\n{rows}\n]}}\n')
    header, at = {}, 0
    for name, tensor in TENSORS.items():
        size = tensor.numel() * tensor.element_size()
        header[name] = dict(dtype=KINDS[tensor.dtype], shape=list(tensor.shape), data_offsets=[at, at + size])
        at += size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{folder}/more_tensor_ops.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in TENSORS.values():
            file.write(tensor.detach().contiguous().numpy().tobytes())
    print(f"{len(CASES)} rows with torch {torch.__version__}")


main(sys.argv[1])
