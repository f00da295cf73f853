"""Seconds of an epoch of the eight networks with PyTorch, as GpuEpochs.java measures them with Tern."""
import sys
import time

try:
    import torch
    import torch.nn as nn
    import torch.nn.functional as F
except ImportError as missing:
    sys.exit(f"no PyTorch numbers: {missing}; install torch to have them")


class Wide(nn.Module):
    """Net and its variants: two convolutions, with what is put between them."""

    def __init__(self, c1, c2, between1=None, between2=None, norm=False):
        super().__init__()
        self.conv1 = nn.Conv2d(3, c1, 3, padding=1)
        self.conv2 = nn.Conv2d(c1, c2, 3, padding=1)
        self.between1, self.between2, self.norm = between1, between2, norm
        self.fc1 = nn.Linear(8 * 8 * c2, 32)
        self.fc2 = nn.Linear(32, 2)

    def part(self, x, conv, between):
        x = conv(x)
        if between is not None and self.norm:
            x = between(x)
        x = F.max_pool2d(torch.tanh(x), 2)
        return between(x) if between is not None and not self.norm else x

    def forward(self, x):
        x = self.part(x, self.conv1, self.between1)
        x = self.part(x, self.conv2, self.between2)
        return self.fc2(torch.tanh(self.fc1(x.flatten(1))))


class Deep(nn.Module):
    """NetDepth and NetRes."""

    def __init__(self, residual):
        super().__init__()
        self.residual = residual
        self.conv1 = nn.Conv2d(3, 32, 3, padding=1)
        self.conv2 = nn.Conv2d(32, 16, 3, padding=1)
        self.conv3 = nn.Conv2d(16, 16, 3, padding=1)
        self.fc1 = nn.Linear(4 * 4 * 16, 32)
        self.fc2 = nn.Linear(32, 2)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = F.max_pool2d(torch.relu(self.conv2(x)), 2)
        y = torch.relu(self.conv3(x))
        x = F.max_pool2d(y + x if self.residual else y, 2)
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


class ResBlock(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, c, 3, padding=1, bias=False)
        self.batch_norm = nn.BatchNorm2d(c)

    def forward(self, x):
        return torch.relu(self.batch_norm(self.conv(x))) + x


class ResDeep(nn.Module):
    """NetResDeep: one block, applied again and again."""

    def __init__(self, c, blocks):
        super().__init__()
        self.conv1 = nn.Conv2d(3, c, 3, padding=1)
        self.resblocks = nn.Sequential(*(blocks * [ResBlock(c)]))
        self.fc1 = nn.Linear(8 * 8 * c, 32)
        self.fc2 = nn.Linear(32, 2)

    def forward(self, x):
        x = F.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = F.max_pool2d(self.resblocks(x), 2)
        return self.fc2(torch.relu(self.fc1(x.flatten(1))))


NETWORKS = {
    "Net": lambda: Wide(16, 8),
    "NetWidth": lambda: Wide(32, 16),
    "NetDropout": lambda: Wide(32, 16, nn.Dropout2d(0.4), nn.Dropout2d(0.4)),
    "NetBatchNorm": lambda: Wide(32, 16, nn.BatchNorm2d(32), nn.BatchNorm2d(16), norm=True),
    "NetDepth": lambda: Deep(False),
    "NetRes": lambda: Deep(True),
    "NetResDeep": lambda: ResDeep(32, 10),
    "NetResDeep100": lambda: ResDeep(16, 100),
}


def epoch(model, optimizer, loader, device):
    total = 0.0
    for images, labels in loader:
        loss = F.cross_entropy(model(images.to(device)), labels.to(device))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


def main():
    device = sys.argv[1] if len(sys.argv) > 1 else "cuda"
    if device.startswith("cuda") and not torch.cuda.is_available():
        sys.exit(f"no PyTorch numbers: torch {torch.__version__} finds no GPU; name another device, such as cpu")
    images = int(sys.argv[2]) if len(sys.argv) > 2 else 10_000
    epochs = int(sys.argv[3]) if len(sys.argv) > 3 else 4
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False  # as Tern computes
    torch.manual_seed(0)
    data = torch.utils.data.TensorDataset(torch.randn(images, 3, 32, 32), torch.randint(0, 2, (images,)))
    for name, make in NETWORKS.items():
        model = make().to(device)
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
        seconds = []
        for _ in range(epochs):
            start = time.perf_counter()
            loader = torch.utils.data.DataLoader(data, batch_size=64, shuffle=True)
            epoch(model, optimizer, loader, device)
            seconds.append(time.perf_counter() - start)
        print(f"torch-{torch.__version__} {device} {name} {min(seconds[1:] or seconds):.4f}", flush=True)


main()
