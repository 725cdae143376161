"""The network that main.rs analyses: random weights with a pattern stored in them, as Python would save them."""

import numpy as np
from safetensors.numpy import save_file

random = np.random.default_rng(11)
units = 100
pattern = random.standard_normal((units, 1))
recurrent = 0.5 * random.standard_normal((units, units)) / units**0.5 + 2.5 * pattern @ pattern.T / units
save_file(
    {"recurrent": recurrent.astype(np.float32), "pattern": pattern[:, 0].astype(np.float32)},
    "weights.safetensors",
)
