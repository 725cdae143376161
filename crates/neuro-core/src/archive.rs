//! Files of named tensors: networks and checkpoints.
