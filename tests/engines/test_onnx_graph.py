"""A model can be cut to what some of its tensors need, and answers the same; its noise can be given."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

onnx = pytest.importorskip("onnx", reason="the onnx package comes with the extra `train`")

from greenroom.engines.onnx_graph import NOISE, only_for, with_given_noise, with_output  # noqa: E402


def _model() -> bytes:
    """doubled = x + x; squared = doubled * doubled; answer = squared + weight; and a part nobody needs."""
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    weights = [
        onnx.numpy_helper.from_array(np.full(3, value, np.float32), name)
        for name, value in (("weight", 5.0), ("idle_weight", 7.0))
    ]
    nodes = [
        helper.make_node("Add", ["x", "x"], ["doubled"]),
        helper.make_node("Mul", ["doubled", "idle_weight"], ["idle"]),
        helper.make_node("Mul", ["doubled", "doubled"], ["squared"]),
        helper.make_node("Add", ["squared", "weight"], ["answer"]),
    ]
    x, answer = (helper.make_tensor_value_info(name, kind, [3]) for name in ("x", "answer"))
    graph = helper.make_graph(nodes, "graph", [x], [answer], initializer=weights)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 8
    serialised: bytes = made.SerializeToString()
    return serialised


def _answers(model: bytes) -> dict[str, list[float]]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    found = session.run(None, {"x": np.array([1, 2, 3], np.float32)})
    return {one.name: values.tolist() for one, values in zip(session.get_outputs(), found, strict=True)}


def test_an_inner_tensor_becomes_an_output() -> None:
    assert _answers(with_output(_model(), "doubled")) == {"answer": [9, 21, 41], "doubled": [2, 4, 6]}


@pytest.mark.parametrize(
    ("names", "nodes", "weights", "expected"),
    [
        (["squared"], ["doubled", "squared"], [], {"squared": [4, 16, 36]}),
        (["idle"], ["doubled", "idle"], ["idle_weight"], {"idle": [14, 28, 42]}),
        (["answer"], ["doubled", "squared", "answer"], ["weight"], {"answer": [9, 21, 41]}),
    ],
)  # fmt: skip
def test_what_is_not_needed_is_cut_off(
    names: list[str], nodes: list[str], weights: list[str], expected: dict[str, list[float]]
) -> None:
    cut = only_for(_model(), names)
    graph = onnx.load_from_string(cut).graph
    assert [node.output[0] for node in graph.node] == nodes
    assert [one.name for one in graph.initializer] == weights
    assert _answers(cut) == expected


def test_noise_is_given_and_begins_again_where_it_is_too_short() -> None:
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    nodes = [helper.make_node("RandomNormalLike", ["x"], [name]) for name in ("first", "second")]
    x = helper.make_tensor_value_info("x", kind, [2, None])
    outputs = [helper.make_tensor_value_info(name, kind, None) for name in ("first", "second")]
    made = helper.make_model(
        helper.make_graph(nodes, "graph", [x], outputs), opset_imports=[helper.make_opsetid("", 15)]
    )
    made.ir_version = 8
    given = with_given_noise(made.SerializeToString())
    session = onnxruntime.InferenceSession(given, providers=["CPUExecutionProvider"])
    noise = np.arange(5, dtype=np.float32)
    first, second = session.run(None, {"x": np.zeros((2, 3), np.float32), NOISE: noise})
    assert first.tolist() == [[0, 1, 2], [3, 4, 0]]
    assert second.tolist() == [[1, 2, 3], [4, 0, 1]]
