"""The encoder's work for one step of a stream as an ONNX graph, its large matrices as whole numbers.

In a step few rows are multiplied with all of the weights, so reading the weights is what takes time: as 8-bit
numbers, each column with a scale of its own, they are a fourth as many bytes (A. Zafrir and others, "Q8BERT",
2019; the rows are scaled as they come).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


def step_session(tensors: dict[str, Array], blocks: int, heads: int, threads: int = 1) -> Any:
    """A session of the encoder over `n` features that attend to those of the past and to each other.

    Inputs: `mel` [1, 80, 2 (lead + n)], `lead` [1], `positions` [n, width], `keys` and `values`
    [blocks, heads, past, size]. Outputs: `features` [n, width], `new_keys` and `new_values`
    [blocks, heads, n, size].

    Args:
        tensors: the encoder's, by the names of CTranslate2.
        heads: of each block.
    """
    from greenroom.engines.mouth.renderer import onnx_session

    return onnx_session(_Graph(tensors, heads).build(blocks), threads)


class _Graph:
    def __init__(self, tensors: dict[str, Array], heads: int) -> None:
        self._tensors = tensors
        self._heads = heads
        self._size = tensors["conv1/bias"].shape[0] // heads
        self._nodes: list[Any] = []
        self._constants: dict[str, npt.NDArray[Any]] = {}
        self._count = 0

    def build(self, blocks: int) -> bytes:
        """The serialised model."""
        from onnx import TensorProto, helper, numpy_helper

        width = self._heads * self._size
        hidden = self._gelu(self._convolve("mel", "conv1", 1))
        hidden = self._gelu(self._convolve(hidden, "conv2", 2))
        (hidden,) = self._add("Transpose", [hidden], perm=[0, 2, 1])
        (hidden,) = self._add("Reshape", [hidden, self._numbers([-1, width])])
        (hidden,) = self._add("Slice", [hidden, "lead", self._numbers([1 << 30]), self._numbers([0])])
        (hidden,) = self._add("Add", [hidden, "positions"])
        past = [self._split(name, blocks) for name in ("keys", "values")]
        new: tuple[list[str], list[str]] = ([], [])
        for block in range(blocks):
            hidden, *made = self._block(hidden, f"layer_{block}", (past[0][block], past[1][block]))
            for names, name in zip(new, made, strict=True):
                names += self._add("Unsqueeze", [name, self._numbers([0])])
        for name, names in zip(("new_keys", "new_values"), new, strict=True):
            self._add("Concat", names, [name], axis=0)
        self._normalise(hidden, "", ["features"])
        real = TensorProto.FLOAT
        cache = [blocks, self._heads, None, self._size]
        inputs = [("mel", real, [1, 80, None]), ("lead", TensorProto.INT64, [1])]
        inputs += [("positions", real, [None, width]), ("keys", real, cache), ("values", real, cache)]
        outputs = [("features", real, [None, width]), ("new_keys", real, cache), ("new_values", real, cache)]
        graph = helper.make_graph(
            self._nodes,
            "step",
            [helper.make_tensor_value_info(*one) for one in inputs],
            [helper.make_tensor_value_info(*one) for one in outputs],
            [numpy_helper.from_array(values, name) for name, values in self._constants.items()],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        serialised: bytes = model.SerializeToString()
        return serialised

    def _block(self, hidden: str, name: str, past: tuple[str, str]) -> tuple[str, str, str]:
        mixed = self._linear(
            self._normalise(hidden, f"{name}/self_attention"), f"{name}/self_attention/linear_0"
        )
        parts = self._add("Split", [mixed], self._names(3), axis=1)
        query, key, value = (self._by_head(part) for part in parts)
        (keys,) = self._add("Concat", [past[0], key], axis=1)
        (values,) = self._add("Concat", [past[1], value], axis=1)
        (turned,) = self._add("Transpose", [keys], perm=[0, 2, 1])
        (scores,) = self._add("MatMul", [query, turned])
        (scores,) = self._add("Mul", [scores, self._constant(np.float32(self._size**-0.5))])
        (scores,) = self._add("Softmax", [scores], axis=2)
        (joined,) = self._add("MatMul", [scores, values])
        (joined,) = self._add("Transpose", [joined], perm=[1, 0, 2])
        (joined,) = self._add("Reshape", [joined, self._numbers([-1, self._heads * self._size])])
        (hidden,) = self._add("Add", [hidden, self._linear(joined, f"{name}/self_attention/linear_1")])
        inner = self._gelu(self._linear(self._normalise(hidden, f"{name}/ffn"), f"{name}/ffn/linear_0"))
        (hidden,) = self._add("Add", [hidden, self._linear(inner, f"{name}/ffn/linear_1")])
        return hidden, key, value

    def _by_head(self, part: str) -> str:
        (shaped,) = self._add("Reshape", [part, self._numbers([-1, self._heads, self._size])])
        return self._add("Transpose", [shaped], perm=[1, 0, 2])[0]

    def _linear(self, rows: str, name: str) -> str:
        weight = self._tensors[f"{name}/weight"].T
        scale = np.maximum(np.abs(weight).max(axis=0) / 127, 1e-12).astype(np.float32)
        whole = self._constant(np.round(weight / scale).astype(np.int8))
        rows, by, zero = self._add("DynamicQuantizeLinear", [rows], self._names(3))
        (sums,) = self._add("MatMulInteger", [rows, whole, zero])
        (sums,) = self._add("Cast", [sums], to=1)
        (by,) = self._add("Mul", [by, self._constant(scale)])
        (sums,) = self._add("Mul", [sums, by])
        return self._add("Add", [sums, self._constant(self._tensors[f"{name}/bias"])])[0]

    def _convolve(self, channels: str, name: str, stride: int) -> str:
        inputs = [channels, *(self._constant(self._tensors[f"{name}/{part}"]) for part in ("weight", "bias"))]
        return self._add("Conv", inputs, kernel_shape=[3], pads=[1, 1], strides=[stride])[0]

    def _normalise(self, rows: str, name: str, outputs: list[str] | None = None) -> str:
        path = f"{name}/layer_norm".lstrip("/")
        inputs = [rows, *(self._constant(self._tensors[f"{path}/{part}"]) for part in ("gamma", "beta"))]
        return self._add("LayerNormalization", inputs, outputs, axis=-1, epsilon=1e-5)[0]

    def _gelu(self, x: str) -> str:
        """As `encoder._gelu`."""
        (square,) = self._add("Mul", [x, x])
        (inner,) = self._add("Mul", [square, self._constant(np.float32(0.7978845608 * 0.044715))])
        (inner,) = self._add("Add", [inner, self._constant(np.float32(0.7978845608))])
        (inner,) = self._add("Mul", [inner, x])
        (inner,) = self._add("Tanh", [inner])
        (inner,) = self._add("Add", [inner, self._constant(np.float32(1))])
        (half,) = self._add("Mul", [x, self._constant(np.float32(0.5))])
        return self._add("Mul", [inner, half])[0]

    def _split(self, name: str, parts: int) -> list[str]:
        found = self._add("Split", [name], self._names(parts), axis=0)
        return [self._add("Squeeze", [one, self._numbers([0])])[0] for one in found]

    def _add(
        self, kind: str, inputs: list[str], outputs: list[str] | None = None, **attributes: Any
    ) -> list[str]:
        from onnx import helper

        outputs = outputs or self._names(1)
        self._nodes.append(helper.make_node(kind, inputs, outputs, **attributes))
        return outputs

    def _names(self, count: int) -> list[str]:
        self._count += count
        return [f"t{self._count - number}" for number in range(count)]

    def _numbers(self, values: list[int]) -> str:
        return self._constant(np.array(values, np.int64))

    def _constant(self, values: Any) -> str:
        name = f"c{len(self._constants)}"
        self._constants[name] = np.ascontiguousarray(values) if np.ndim(values) else np.asarray(values)
        return name
