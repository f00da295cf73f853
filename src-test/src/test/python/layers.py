"""Writes the golden files of layers, `layers.json` and `layers.safetensors`, and `modules.json`, with PyTorch.

    python3 layers.py FOLDER

The tables have the form of the other golden files: inputs are drawn in float32, everything is computed in float64,
gradients are those of the sum of output times cotangent. The modules are made from seed 0 in float32.
"""
import json
import struct
import sys
import warnings

import torch
import torch.nn.functional as F
from torch import nn

warnings.filterwarnings("ignore")
SPECIAL = [-7.0, -3.0, -2.0, -1.0, -0.5, -0.1, 0.0, 0.1, 0.5, 1.0, 2.0, 3.0, 5.0, 6.0, 7.0, 25.0]
CASES, TENSORS = [], {}
GENERATOR = torch.Generator().manual_seed(20240607)


def real(*shape):
    return torch.randn(shape, generator=GENERATOR)


def positive(*shape):
    return torch.rand(shape, generator=GENERATOR) * 0.9 + 0.05


def whole(high, *shape):
    return torch.randint(0, high, shape, generator=GENERATOR)


def signs(*shape):
    return whole(2, *shape).float() * 2 - 1


def case(name, function, inputs, grads=None, args=None, outputs=("out",)):
    """One row: `function` gets the inputs by position and the arguments by name."""
    args = args or {}
    grads = [n for n, t in inputs.items() if t.is_floating_point()] if grads is None else grads
    double = {n: t.double() if t.is_floating_point() else t.clone() for n, t in inputs.items()}
    for n in grads:
        double[n].requires_grad_(True)
    for n, t in double.items():
        TENSORS[f"{name}/in/{n}"] = t.detach().clone()
    made = function(*double.values(), **args)
    made = made if isinstance(made, tuple) else (made,)
    cotangents, total = [], 0
    for n, t in zip(outputs, made):
        TENSORS[f"{name}/out/{n}"] = t.detach().clone()
        if t.requires_grad:
            cotangent = real(*t.shape).double()
            TENSORS[f"{name}/cotangent/{n}"] = cotangent
            cotangents.append(n)
            total = total + (t * cotangent).sum()
    for n, g in zip(grads, torch.autograd.grad(total, [double[n] for n in grads]) if grads else []):
        TENSORS[f"{name}/grad/{n}"] = g
    CASES.append(dict(id=name, op=name.split("/")[0], args=args, inputs=list(inputs), outputs=list(outputs),
                      cotangents=cotangents, grads=grads))


def convolutions():
    for rank, conv, transposed in ((1, F.conv1d, F.conv_transpose1d), (2, F.conv2d, F.conv_transpose2d),
                                   (3, F.conv3d, F.conv_transpose3d)):
        size = (7, 6, 5)[:rank]
        op = f"conv{rank}d"
        for kernel, dilation in ((4, 1), (2, 3), (3, 2)):
            case(f"{op}/same_k{kernel}_d{dilation}", conv,
                 dict(x=real(2, 3, *size), weight=real(4, 3, *(kernel,) * rank), bias=real(4)),
                 args=dict(padding="same", dilation=dilation))
        op = f"conv_transpose{rank}d"
        for name, args, groups in (("plain", {}, 1), ("stride", dict(stride=3, padding=1, output_padding=2), 1),
                                   ("groups", dict(stride=2, groups=2, output_padding=1), 2),
                                   ("dilation", dict(dilation=3, output_padding=2, padding=2), 1)):
            case(f"{op}/{name}", transposed,
                 dict(x=real(2, 4, *(3, 4, 2)[:rank]), weight=real(4, 6 // groups, *(2, 3, 2)[:rank]), bias=real(6)),
                 args=args)
        case(f"{op}/unbatched", transposed, dict(x=real(2, *(3,) * rank), weight=real(2, 3, *(2,) * rank)))


def pools():
    for rank, size in ((1, (9,)), (2, (8, 7)), (3, (4, 6, 5))):
        x = real(2, 3, *size)
        pool = getattr(F, f"max_pool{rank}d")
        for name, args in (("plain", dict(kernel_size=2)), ("wide", dict(kernel_size=3, stride=2, padding=1)),
                           ("dilated", dict(kernel_size=2, stride=1, dilation=2)),
                           ("ceil", dict(kernel_size=3, stride=2, padding=1, ceil_mode=True))):
            case(f"max_pool{rank}d/{name}", lambda x, **a: pool(x, return_indices=True, **a), dict(x=x),
                 args=args, outputs=("values", "indices"))
            CASES[-1]["args"] = dict(args, return_indices=True)
        case(f"avg_pool{rank}d/wide_ceil", getattr(F, f"avg_pool{rank}d"), dict(x=x),
             args=dict(kernel_size=3, stride=2, padding=1, ceil_mode=True, count_include_pad=False))
        values, indices = pool(x, 2, return_indices=True)
        unpool = getattr(F, f"max_unpool{rank}d")
        case(f"max_unpool{rank}d/size", unpool, dict(x=values, indices=indices),
             args=dict(kernel_size=2, output_size=list(size)))
        even = real(2, 3, *(6,) * rank)
        values, indices = pool(even, 2, return_indices=True)
        case(f"max_unpool{rank}d/plain", unpool, dict(x=values, indices=indices), args=dict(kernel_size=2))
        case(f"max_unpool{rank}d/unbatched", unpool, dict(x=values[0], indices=indices[0]), args=dict(kernel_size=2))
        for kind in ("avg", "max"):
            for out in (1, 3, [5, 4, 3][:rank]):
                one = rank == 1 and not isinstance(out, int)
                name = "sizes" if not isinstance(out, int) else str(out)
                if kind == "avg":
                    case(f"adaptive_avg_pool{rank}d/{name}", getattr(F, f"adaptive_avg_pool{rank}d"), dict(x=x),
                         args=dict(output_size=out[0] if one else out))
                else:
                    adaptive = getattr(F, f"adaptive_max_pool{rank}d")
                    args = dict(output_size=out[0] if one else out)
                    case(f"adaptive_max_pool{rank}d/{name}", lambda x, **a: adaptive(x, return_indices=True, **a),
                         dict(x=x), args=args, outputs=("values", "indices"))
                    CASES[-1]["args"] = dict(args, return_indices=True)
        if rank < 3:
            lp = getattr(F, f"lp_pool{rank}d")
            case(f"lp_pool{rank}d/2", lp, dict(x=x), args=dict(norm_type=2, kernel_size=2))
            case(f"lp_pool{rank}d/3", lp, dict(x=positive(2, 3, *size)),
                 args=dict(norm_type=3.5, kernel_size=3, stride=2, ceil_mode=True))
    case("adaptive_avg_pool2d/kept", F.adaptive_avg_pool2d, dict(x=real(1, 2, 5, 6)), args=dict(output_size=[None, 4]))


def norms():
    for shape, groups in (((2, 6, 3, 2), 3), ((3, 8), 2), ((2, 4, 5), 1)):
        c = shape[1]
        case(f"group_norm/{len(shape)}d", lambda x, w, b, num_groups, eps: F.group_norm(x, num_groups, w, b, eps),
             dict(x=real(*shape), weight=real(c), bias=real(c)), args=dict(num_groups=groups, eps=1e-5))
    for rank in (1, 2, 3):
        shape = (2, 3) + (3, 4, 2)[:rank]
        case(f"instance_norm/{rank}d", lambda x, w, b, eps: F.instance_norm(x, weight=w, bias=b, eps=eps),
             dict(x=real(*shape), weight=real(3), bias=real(3)), args=dict(eps=1e-3))
        for training in (True, False):
            case(f"instance_norm/running{rank}d_{training}",
                 lambda x, m, v, use_input_stats, momentum: (
                     F.instance_norm(x, m, v, use_input_stats=use_input_stats, momentum=momentum), m, v),
                 dict(x=real(*shape), running_mean=real(3), running_var=positive(3)), grads=["x"],
                 args=dict(use_input_stats=training, momentum=0.2), outputs=("out", "running_mean", "running_var"))
    for size in (3, 4):
        for shape in ((2, 7), (2, 6, 5), (2, 5, 3, 2), (1, 4, 2, 3, 2)):
            if len(shape) > 2:
                case(f"local_response_norm/{size}_{len(shape)}d", F.local_response_norm, dict(x=real(*shape)),
                     args=dict(size=size, alpha=0.3, beta=0.6, k=1.5))
    case("normalize/p1", F.normalize, dict(x=real(2, 3, 4)), args=dict(p=1.0, dim=-1))
    case("normalize/p3", F.normalize, dict(x=real(2, 3, 4)), args=dict(p=3.0, dim=0))
    case("batch_norm/3d_input", lambda x, w, b, training, momentum, eps: F.batch_norm(
        x, None, None, w, b, training, momentum, eps), dict(x=real(3, 2, 4), weight=real(2), bias=real(2)),
        args=dict(training=True, momentum=0.1, eps=1e-3))


def activations():
    x = torch.tensor(SPECIAL).reshape(2, 8)
    for name, args in (
            ("threshold", dict(threshold=0.25, value=20.0)), ("relu", {}), ("relu6", {}), ("elu", dict(alpha=1.3)),
            ("selu", {}), ("celu", dict(alpha=0.5)), ("leaky_relu", dict(negative_slope=0.2)), ("hardtanh", {}),
            ("hardtanh", dict(min_val=-2.0, max_val=0.5)),
            ("hardshrink", dict(lambd=0.5)), ("softshrink", dict(lambd=0.5)), ("tanhshrink", {}), ("softsign", {}),
            ("softplus", dict(beta=2.0, threshold=5.0)), ("logsigmoid", {}), ("silu", {}), ("mish", {}), ("gelu", {}),
            ("gelu", dict(approximate="tanh")), ("glu", dict(dim=1)), ("softmin", dict(dim=0)), ("softmax", dict(dim=1)),
            ("log_softmax", dict(dim=1)), ("sigmoid", {}), ("tanh", {}), ("rrelu", dict(lower=0.1, upper=0.4))):
        case(f"{name}/{'_'.join(args) or 'plain'}", getattr(F, name), dict(x=x), args=args)
    # PyTorch's own gradients divide by 6 in float32, and differ at 3 with the length of the vector
    case("hardsigmoid/plain", lambda x: F.relu6(x + 3) / 6, dict(x=x))
    case("hardswish/plain", F.hardswish, dict(x=x[x != 3]))
    case("prelu/one", F.prelu, dict(x=x, weight=torch.tensor([0.3])))
    case("prelu/channels", F.prelu, dict(x=real(2, 3, 4), weight=real(3)))


def reduced(name, function, inputs, grads=None, tag="", **args):
    for reduction in ("mean", "sum", "none"):
        case(f"{name}/{tag}{reduction}", function, inputs, grads=grads, args=dict(args, reduction=reduction))


def losses():
    x, y = real(4, 3), real(4, 3)
    probability = positive(4, 3)
    ce = lambda x, t, w=None, **a: F.cross_entropy(x, t, w, **a)
    nll = lambda x, t, w=None, **a: F.nll_loss(x, t, w, **a)
    labels = torch.tensor([2, 0, 1, 2])
    weight = positive(3)
    reduced("cross_entropy", ce, dict(x=x, target=labels, weight=weight), ["x"], "all_",
            label_smoothing=0.2, ignore_index=1)
    reduced("cross_entropy", ce, dict(x=real(2, 3, 2, 2), target=whole(3, 2, 2, 2), weight=weight), ["x"], "image_",
            label_smoothing=0.1)
    reduced("cross_entropy", ce, dict(x=x, target=probability, weight=weight), ["x", "target"], "prob_",
            label_smoothing=0.3)
    reduced("cross_entropy", ce, dict(x=real(2, 3, 2), target=positive(2, 3, 2)), ["x", "target"], "prob_image_")
    reduced("cross_entropy", ce, dict(x=real(3), target=torch.tensor(1), weight=weight), ["x"], "one_")
    reduced("cross_entropy", ce, dict(x=real(3), target=positive(3)), ["x"], "one_prob_")
    reduced("nll_loss", nll, dict(x=x, target=labels, weight=weight), ["x"], "weight_", ignore_index=0)
    reduced("nll_loss", nll, dict(x=real(2, 3, 2, 2), target=whole(3, 2, 2, 2), weight=weight), ["x"], "image_")
    bce = lambda x, t, w=None, **a: F.binary_cross_entropy(x, t, w, **a)
    reduced("binary_cross_entropy", bce, dict(x=probability, target=positive(4, 3), weight=positive(4, 3)), ["x"], "w_")
    edge = torch.tensor([0.0, 1.0, 0.5, 1.0])
    reduced("binary_cross_entropy", bce, dict(x=edge, target=torch.tensor([0.0, 1.0, 1.0, 0.0])), [], "edge_")
    logits = lambda x, t, w, p, **a: F.binary_cross_entropy_with_logits(x, t, w, pos_weight=p, **a)
    reduced("binary_cross_entropy_with_logits", logits,
            dict(x=real(4, 3) * 20, target=positive(4, 3), weight=positive(4, 1), pos_weight=positive(3) * 3), ["x"], "w_")
    reduced("kl_div", F.kl_div, dict(x=x, target=y), None, "log_", log_target=True)
    reduced("kl_div", F.kl_div, dict(x=x, target=torch.tensor([0.0, 0.2, 0.8]).expand(4, 3).clone()), ["x"], "zero_")
    case("kl_div/batchmean", F.kl_div, dict(x=x, target=probability), args=dict(reduction="batchmean"))
    kinks = torch.tensor([[0.0, 0.5, -0.5], [0.7, -0.7, 3.0]])
    reduced("smooth_l1_loss", F.smooth_l1_loss, dict(x=kinks, target=torch.zeros(2, 3)), None, "kinks_", beta=0.5)
    reduced("smooth_l1_loss", F.smooth_l1_loss, dict(x=x, target=y), None, "zero_", beta=0.0)
    reduced("huber_loss", F.huber_loss, dict(x=kinks, target=torch.zeros(2, 3)), None, "kinks_", delta=0.7)
    counts = whole(6, 4, 3).float()
    reduced("poisson_nll_loss", F.poisson_nll_loss, dict(x=x, target=counts), ["x"])
    reduced("poisson_nll_loss", F.poisson_nll_loss, dict(x=probability, target=counts), ["x"], "full_",
            log_input=False, full=True, eps=1e-6)
    gaussian = lambda x, t, v, **a: F.gaussian_nll_loss(x, t, v, **a)
    reduced("gaussian_nll_loss", gaussian, dict(x=x, target=y, var=probability))
    reduced("gaussian_nll_loss", gaussian, dict(x=x, target=y, var=positive(4, 1) - 0.04), None, "full_",
            full=True, eps=0.1)
    reduced("gaussian_nll_loss", gaussian, dict(x=x, target=y, var=positive(4)), None, "row_")
    reduced("soft_margin_loss", F.soft_margin_loss, dict(x=x * 30, target=signs(4, 3)), ["x"])
    margin = lambda x, t, w=None, **a: F.multi_margin_loss(x, t, weight=w, **a)
    reduced("multi_margin_loss", margin, dict(x=x, target=labels), ["x"])
    reduced("multi_margin_loss", margin, dict(x=x, target=labels, weight=weight), ["x"], "w_", p=2, margin=0.7)
    reduced("multi_margin_loss", margin, dict(x=real(3), target=torch.tensor(1)), ["x"], "one_")
    many = torch.tensor([[3, 0, -1, 1], [0, 1, 2, 3], [-1, 2, 2, 2]])
    reduced("multilabel_margin_loss", F.multilabel_margin_loss, dict(x=real(3, 4), target=many), ["x"])
    reduced("multilabel_margin_loss", F.multilabel_margin_loss, dict(x=real(4), target=many[0]), ["x"], "one_")
    soft = lambda x, t, w=None, **a: F.multilabel_soft_margin_loss(x, t, weight=w, **a)
    reduced("multilabel_soft_margin_loss", soft, dict(x=x * 20, target=whole(2, 4, 3).float(), weight=weight), ["x"])
    reduced("margin_ranking_loss", F.margin_ranking_loss, dict(x=real(5), y=real(5), target=signs(5)), ["x", "y"],
            margin=0.3)
    reduced("hinge_embedding_loss", F.hinge_embedding_loss, dict(x=x, target=signs(4, 3)), ["x"], margin=0.8)
    reduced("cosine_embedding_loss", F.cosine_embedding_loss, dict(x=x, y=y, target=signs(4)), ["x", "y"], margin=0.1)
    reduced("cosine_embedding_loss", F.cosine_embedding_loss, dict(x=real(3), y=real(3), target=torch.tensor(-1.0)),
            ["x", "y"], "one_")
    triplet = dict(x=real(4, 5), y=real(4, 5), z=real(4, 5))
    reduced("triplet_margin_loss", F.triplet_margin_loss, triplet)
    reduced("triplet_margin_loss", F.triplet_margin_loss, triplet, None, "swap_", margin=2.0, p=3.0, swap=True)
    ctc = lambda x, t, i, l, **a: F.ctc_loss(x.log_softmax(2), t, i, l, **a)
    targets = torch.tensor([[1, 1, 2], [3, 2, 0], [2, 0, 0]])
    lengths = dict(input_lengths=torch.tensor([6, 5, 6]), target_lengths=torch.tensor([3, 2, 1]))
    reduced("ctc_loss", ctc, dict(x=real(6, 3, 4), target=targets, **lengths), ["x"])
    short = dict(input_lengths=torch.tensor([6, 2, 6]), target_lengths=torch.tensor([3, 3, 0]))
    reduced("ctc_loss", ctc, dict(x=real(6, 3, 4), target=torch.tensor([[1, 1, 2], [3, 3, 1], [0, 0, 0]]), **short), ["x"],
            "infinite_", zero_infinity=True)
    reduced("ctc_loss", ctc, dict(x=real(6, 3, 4), target=torch.tensor([1, 1, 2, 0, 2, 1]), **lengths), ["x"], "flat_",
            blank=3)


def distances():
    for name, shapes in (("rows", ((4, 3), (4, 3))), ("broadcast", ((2, 1, 3), (4, 3)))):
        pair = dict(x=real(*shapes[0]), y=real(*shapes[1]))
        case(f"cosine_similarity/{name}", F.cosine_similarity, pair, args=dict(dim=-1))
        case(f"pairwise_distance/{name}", F.pairwise_distance, pair, args=dict(p=2.0))
    case("pairwise_distance/kept", F.pairwise_distance, dict(x=real(4, 3), y=real(4, 3)),
         args=dict(p=1.0, keepdim=True))
    case("pairwise_distance/infinite", F.pairwise_distance, dict(x=real(4, 3), y=real(4, 3)), args=dict(p=3.0, eps=0.1))
    case("one_hot/a", F.one_hot, dict(index=whole(5, 2, 3)), args=dict(num_classes=5))


def embeddings():
    index = torch.tensor([[1, 0, 3, 1], [2, 2, 0, 4]])
    look = lambda w, i, **a: F.embedding(i, w, **a)
    case("embedding/negative_padding", look, dict(weight=real(5, 3), index=index), args=dict(padding_idx=-1))
    bag = lambda w, i, o=None, **a: F.embedding_bag(i, w, o, **a)
    flat, offsets = index.reshape(-1), torch.tensor([0, 3, 3, 6])
    for mode in ("sum", "mean", "max"):
        case(f"embedding_bag/{mode}", bag, dict(weight=real(5, 3), index=index), args=dict(mode=mode))
        case(f"embedding_bag/{mode}_offsets", bag, dict(weight=real(5, 3), index=flat, offsets=offsets), args=dict(mode=mode))
        case(f"embedding_bag/{mode}_padding", bag, dict(weight=real(5, 3), index=flat, offsets=offsets),
             args=dict(mode=mode, padding_idx=2))
    case("embedding_bag/weights", lambda w, i, o, p, **a: F.embedding_bag(i, w, o, per_sample_weights=p, **a),
         dict(weight=real(5, 3), index=flat, offsets=offsets, per_sample_weights=real(8)), args=dict(mode="sum"))


def resizing():
    for rank, size in ((1, (5,)), (2, (4, 5)), (3, (3, 4, 2))):
        x = real(2, 2, *size)
        modes = ["nearest", "nearest-exact", "area", ("linear", "bilinear", "trilinear")[rank - 1]]
        modes += ["bicubic"] if rank == 2 else []
        for mode in modes:
            smooth = mode.endswith(("linear", "cubic"))
            for corners in (False, True) if smooth else (None,):
                tag = f"{rank}d_{mode}" + (f"_{corners}" if smooth else "")
                more = dict(align_corners=corners) if smooth else {}
                case(f"interpolate/{tag}_size", F.interpolate, dict(x=x), args=dict(size=[7, 3, 5][:rank], mode=mode, **more))
                case(f"interpolate/{tag}_scale", F.interpolate, dict(x=x), args=dict(scale_factor=1.7, mode=mode, **more))
    case("pixel_shuffle/3", F.pixel_shuffle, dict(x=real(2, 18, 2, 3)), args=dict(upscale_factor=3))
    case("pixel_unshuffle/2", F.pixel_unshuffle, dict(x=real(2, 3, 4, 6)), args=dict(downscale_factor=2))
    case("channel_shuffle/3", lambda x, groups: torch.channel_shuffle(x, groups), dict(x=real(2, 6, 2, 3)), [],
         args=dict(groups=3))
    slide = dict(kernel_size=[2, 3], stride=[2, 1], padding=[1, 0], dilation=[1, 2])
    case("unfold/all", F.unfold, dict(x=real(2, 3, 5, 7)), args=slide)
    case("unfold/unbatched", F.unfold, dict(x=real(3, 5, 7)), args=slide)
    case("fold/all", F.fold, dict(x=F.unfold(real(2, 3, 5, 7), **slide)), args=dict(slide, output_size=[5, 7]))
    for rank, size in ((1, (5,)), (2, (4, 5)), (3, (3, 4, 5))):
        for mode in ("constant", "reflect", "replicate", "circular"):
            case(f"pad/{rank}d_{mode}", F.pad, dict(x=real(2, 2, *size)),
                 args=dict(pad=[2, 1, 1, 2, 0, 2][:2 * rank], mode=mode, value=1.5 if mode == "constant" else None))
    case("pad/crop", F.pad, dict(x=real(2, 4, 5)), args=dict(pad=[-1, 2, 1, -2], mode="constant", value=0))
    case("bilinear/more_dims", F.bilinear, dict(x=real(2, 4, 3), y=real(2, 4, 2), weight=real(5, 3, 2)))


MODULES = r"""
Conv1d(4, 6, 3, stride=2, padding=1, dilation=2, groups=2, padding_mode='circular')
Conv2d(2, 4, (3, 5), padding='same', padding_mode='reflect', bias=False)
Conv2d(2, 3, 3, padding=1, padding_mode='replicate')
Conv3d(1, 2, 2)
ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2)
ConvTranspose2d(3, 5, (2, 3), dilation=2, bias=False)
ConvTranspose3d(2, 2, 2, stride=(1, 2, 2))
Linear(3, 4)
Bilinear(3, 2, 4)
Bilinear(3, 2, 4, bias=False)
Identity()
Embedding(5, 3, padding_idx=1, max_norm=1.5)
Embedding(5, 3)
EmbeddingBag(5, 3, mode='max')
EmbeddingBag(5, 3, mode='sum', padding_idx=2)
EmbeddingBag(5, 3)
Flatten(0, 1)
Unflatten(1, (2, 3))
Unfold(3, dilation=1, padding=1, stride=2)
Fold((4, 5), kernel_size=(2, 2))
PixelShuffle(2)
PixelUnshuffle(2)
ChannelShuffle(2)
Upsample(scale_factor=2, mode='nearest')
Upsample(size=(4, 6), mode='bilinear', align_corners=True)
MaxPool1d(3, stride=2)
MaxPool2d((2, 3), padding=1, ceil_mode=True)
MaxPool3d(2)
MaxUnpool1d(2)
MaxUnpool2d((2, 3), stride=2)
MaxUnpool3d(2, padding=1)
AvgPool1d(2)
AvgPool2d(3, stride=2, padding=1)
AvgPool3d(2)
LPPool1d(2, 3, stride=2)
LPPool2d(1.2, (2, 3), ceil_mode=True)
AdaptiveAvgPool1d(2)
AdaptiveAvgPool2d((2, None))
AdaptiveAvgPool3d(1)
AdaptiveMaxPool1d(2)
AdaptiveMaxPool2d((2, 3))
AdaptiveMaxPool3d(1)
BatchNorm1d(4)
BatchNorm2d(4, eps=0.001, momentum=None)
BatchNorm3d(4, affine=False, track_running_stats=False)
InstanceNorm1d(4)
InstanceNorm2d(4, affine=True, track_running_stats=True)
InstanceNorm3d(4, eps=0.001)
GroupNorm(2, 4)
GroupNorm(2, 4, affine=False)
LayerNorm(4)
LayerNorm((3, 4), eps=0.001, elementwise_affine=False)
LocalResponseNorm(2)
Dropout(0.3)
Dropout1d(0.3)
Dropout2d(0.3)
Dropout3d(0.3)
AlphaDropout(0.3)
FeatureAlphaDropout(0.3)
ZeroPad2d(2)
ConstantPad1d(2, 3.5)
ConstantPad2d((1, 2, 0, 1), 0.0)
ConstantPad3d(1, 2.0)
ReflectionPad1d(2)
ReflectionPad2d((1, 2, 0, 1))
ReflectionPad3d(1)
ReplicationPad1d(2)
ReplicationPad2d((1, 2, 0, 1))
ReplicationPad3d(1)
CosineSimilarity(dim=2)
PairwiseDistance(p=1.0)
Threshold(0.1, 20.0)
ReLU()
ReLU6()
RReLU(0.1, 0.3)
ELU(0.7)
SELU()
CELU(0.5)
GELU()
GELU(approximate='tanh')
GLU(-1)
PReLU()
PReLU(3, init=0.1)
LeakyReLU(0.2)
Hardtanh(-2.0, 0.5)
Hardshrink(0.4)
Softshrink(0.4)
Hardsigmoid()
Hardswish()
Tanhshrink()
Softsign()
Softplus(2, 10)
LogSigmoid()
Sigmoid()
Tanh()
SiLU()
Mish()
Softmin(dim=1)
Softmax(dim=1)
Softmax2d()
LogSoftmax(dim=1)
CrossEntropyLoss()
CrossEntropyLoss(weight=torch.ones(6))
NLLLoss()
BCELoss()
BCEWithLogitsLoss()
KLDivLoss()
MSELoss()
L1Loss()
SmoothL1Loss()
HuberLoss()
PoissonNLLLoss()
GaussianNLLLoss()
SoftMarginLoss()
MultiMarginLoss()
MultiLabelMarginLoss()
MultiLabelSoftMarginLoss()
MarginRankingLoss()
HingeEmbeddingLoss()
CosineEmbeddingLoss()
TripletMarginLoss()
CTCLoss()
Sequential(nn.Linear(2, 3), nn.ReLU())
ModuleList([nn.Linear(2, 3), nn.ReLU()])
ModuleDict({'first': nn.Linear(2, 3), 'act': nn.ReLU()})
ParameterList([nn.Parameter(torch.rand(2, 3)), nn.Parameter(torch.rand(2))])
ParameterDict({'left': nn.Parameter(torch.rand(2, 3)), 'right': nn.Parameter(torch.rand(()))})
"""


def modules():
    rows = []
    for line in MODULES.strip().splitlines():
        torch.manual_seed(0)
        module = eval("nn." + line)
        state = {k: dict(shape=list(v.shape), first=[float(e) for e in v.detach().flatten()[:6]])
                 for k, v in module.state_dict().items()}
        rows.append(dict(python=line, repr=repr(module), seed=0, state=state))
    return rows


def main(folder):
    for part in (convolutions, pools, norms, activations, losses, distances, embeddings, resizing):
        part()
    torch_version = torch.__version__
    with open(f"{folder}/layers.json", "w") as file:
        rows = ",\n".join(json.dumps(row) for row in CASES)
        file.write(f'{{"torch": "{torch_version}", "cases": [\n{rows}\n]}}\n')
    with open(f"{folder}/modules.json", "w") as file:
        rows = ",\n".join(json.dumps(row) for row in modules())
        file.write(f'{{"torch": "{torch_version}", "modules": [\n{rows}\n]}}\n')
    header, body = {}, b""
    for name, tensor in TENSORS.items():
        raw = tensor.contiguous().numpy().tobytes()
        kind = {torch.float64: "F64", torch.int64: "I64"}[tensor.dtype]
        header[name] = dict(dtype=kind, shape=list(tensor.shape), data_offsets=[len(body), len(body) + len(raw)])
        body += raw
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(f"{folder}/layers.safetensors", "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + body)


if __name__ == "__main__":
    main(sys.argv[1])
