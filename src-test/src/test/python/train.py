"""Trains with PyTorch's optimizers and schedules, from and to files that Tern reads and writes.

usage: train.py begin|go_on FOLDER

begin: reads start.pt ({"x", "y", "w", "b"}); for every row trains STEPS steps, saves NAME.pt, trains
STEPS more and writes what came of it to end.pt. go_on: reads tern-NAME.pt, which Tern saved after
STEPS steps, checks that its state dicts have PyTorch's form, trains STEPS more; writes tern-end.pt.
"""
import sys
import torch
import torch.optim as O
import torch.optim.lr_scheduler as S

STEPS = 4

OPTIMIZERS = {
    "SGD": lambda p: O.SGD(p, lr=0.1),
    "SGD-momentum": lambda p: O.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
    "Adam": lambda p: O.Adam(p, lr=0.05, amsgrad=True, weight_decay=0.1),
    "AdamW": lambda p: O.AdamW(p, lr=0.05, betas=(0.8, 0.95)),
    "RMSprop": lambda p: O.RMSprop(p, lr=0.05, momentum=0.5, centered=True),
    "Adagrad": lambda p: O.Adagrad(p, lr=0.1, lr_decay=0.1, initial_accumulator_value=0.1),
    "Adadelta": lambda p: O.Adadelta(p, lr=1.0),
    "Adamax": lambda p: O.Adamax(p, lr=0.05),
    "NAdam": lambda p: O.NAdam(p, lr=0.05, weight_decay=0.1),
    "RAdam": lambda p: O.RAdam(p, lr=0.05, betas=(0.9, 0.9)),
    "LBFGS": lambda p: O.LBFGS(p, lr=0.5, max_iter=3),
    "LBFGS-wolfe": lambda p: O.LBFGS(p, max_iter=4, history_size=3, line_search_fn="strong_wolfe"),
}

SCHEDULES = {
    "StepLR": lambda o: S.StepLR(o, 3, 0.5),
    "MultiStepLR": lambda o: S.MultiStepLR(o, [2, 5, 5], 0.3),
    "ExponentialLR": lambda o: S.ExponentialLR(o, 0.9),
    "ConstantLR": lambda o: S.ConstantLR(o, 0.25, 5),
    "LinearLR": lambda o: S.LinearLR(o, 0.2, 0.8, 6),
    "PolynomialLR": lambda o: S.PolynomialLR(o, 7, 2.0),
    "CosineAnnealingLR": lambda o: S.CosineAnnealingLR(o, 5, 0.01),
    "CosineAnnealingWarmRestarts": lambda o: S.CosineAnnealingWarmRestarts(o, 3, 2, 0.01),
    "LambdaLR": lambda o: S.LambdaLR(o, lambda epoch: 1 / (1 + epoch)),
    "MultiplicativeLR": lambda o: S.MultiplicativeLR(o, lambda epoch: 1 - epoch / 20),
    "CyclicLR": lambda o: S.CyclicLR(o, 0.01, 0.1, 3, 2, mode="triangular2"),
    "CyclicLR-exp": lambda o: S.CyclicLR(o, 0.01, 0.1, 3, mode="exp_range", gamma=0.9),
    "OneCycleLR": lambda o: S.OneCycleLR(o, 0.5, 30, three_phase=True, anneal_strategy="linear"),
    "SequentialLR": lambda o: S.SequentialLR(
        o, [S.LinearLR(o, 0.5, total_iters=3), S.ExponentialLR(o, 0.9), S.StepLR(o, 2)], [4, 9]
    ),
    "ChainedScheduler": lambda o: S.ChainedScheduler([S.ConstantLR(o, 0.5, 4), S.ExponentialLR(o, 0.9)]),
}


def read(path):  # a file of Tern's own, in a test; PyTorch 1 cannot load floats with weights_only
    return torch.load(path, weights_only=int(torch.__version__[0]) > 1)


def train(optimizer, w, b, data, steps):
    def closure():
        optimizer.zero_grad()
        loss = ((data["x"] @ w + b).tanh() - data["y"]).square().mean()
        loss.backward()
        return loss

    for _ in range(steps):
        optimizer.step(closure)


def parameters(values):
    return [torch.nn.Parameter(values[name].clone()) for name in ("w", "b")]


def plain_optimizer():
    return O.SGD([torch.nn.Parameter(torch.ones(1))], lr=0.1, momentum=0.9)


def rates(optimizer, schedule, steps):
    all = []
    for _ in range(steps):
        group = optimizer.param_groups[0]
        all += [group["lr"], group["momentum"]]
        optimizer.step()
        schedule.step()
    return all


def kind(value):
    if isinstance(value, torch.Tensor):
        return ("tensor", str(value.dtype), tuple(value.shape))
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, (int, float)) else type(value).__name__


def check_form(name, ours, terns):
    assert list(terns) == ["state", "param_groups"], (name, list(terns))
    assert list(terns["state"]) == list(ours["state"]) or name == "SGD", (name, list(terns["state"]))
    for index, state in ours["state"].items():
        for key, value in state.items():
            if key == "al" or value is None:
                continue  # scratch; a momentum_buffer that is not there
            got = terns["state"][index][key]
            if key in ("step", "H_diag", "t"):  # numbers, which PyTorch keeps as tensors or not
                assert abs(float(got) - float(value)) < 1e-9 * abs(float(value)), (name, key)
            else:
                assert kind(got) == kind(value), (name, index, key, kind(got), kind(value))
    for group, tern in zip(ours["param_groups"], terns["param_groups"]):
        assert list(tern)[-1] == "params"
        order = [key for key in tern if key in group]
        missing = [key for key in group if key not in tern]
        assert not missing, (name, missing)
        for key in order:
            same = tern[key] == group[key] or key == "fused" and not tern[key] and not group[key]
            assert same, (name, key, tern[key], group[key])


def begin(folder):
    data = read(folder + "/start.pt")
    end = {"torch": str(torch.__version__)}
    for name, make in OPTIMIZERS.items():
        w, b = parameters(data)
        optimizer = make([w, b])
        train(optimizer, w, b, data, STEPS)
        state = {"w": w.detach().clone(), "b": b.detach().clone(), "optimizer": optimizer.state_dict()}
        torch.save(state, f"{folder}/{name}.pt")
        train(optimizer, w, b, data, STEPS)
        end[name] = {"w": w.detach(), "b": b.detach()}
    for name, make in SCHEDULES.items():
        optimizer = plain_optimizer()
        schedule = make(optimizer)
        first = rates(optimizer, schedule, 11)
        state = schedule.state_dict()
        state = {k: v for k, v in state.items() if not callable(v) and k != "_scale_fn_ref"}
        torch.save({"optimizer": optimizer.state_dict(), "schedule": state}, f"{folder}/{name}.pt")
        end[name] = torch.tensor(first + rates(optimizer, schedule, 9), dtype=torch.float64)
    torch.manual_seed(11)
    torch.randn(3)
    torch.save({"generator": torch.get_rng_state()}, folder + "/generator.pt")
    end["generator"] = torch.cat([torch.randn(3), torch.rand(700)])
    torch.save(end, folder + "/end.pt")


def go_on(folder):
    data = read(folder + "/start.pt")
    end = {"torch": str(torch.__version__)}
    for name, make in OPTIMIZERS.items():
        saved = read(f"{folder}/tern-{name}.pt")
        w, b = parameters(data)
        own = make([w, b])
        train(own, w, b, data, STEPS)
        check_form(name, own.state_dict(), saved["optimizer"])
        w, b = parameters(saved)
        optimizer = make([w, b])
        optimizer.load_state_dict(saved["optimizer"])
        train(optimizer, w, b, data, STEPS)
        end[name] = {"w": w.detach(), "b": b.detach()}
    for name, make in SCHEDULES.items():
        saved = read(f"{folder}/tern-{name}.pt")
        optimizer = plain_optimizer()
        schedule = make(optimizer)
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        end[name] = torch.tensor(rates(optimizer, schedule, 9), dtype=torch.float64)
    torch.set_rng_state(read(folder + "/tern-generator.pt")["generator"])
    end["generator"] = torch.cat([torch.randn(3), torch.rand(700)])
    torch.save(end, folder + "/tern-end.pt")


{"begin": begin, "go_on": go_on}[sys.argv[1]](sys.argv[2])
