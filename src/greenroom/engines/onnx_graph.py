"""Expose an inner tensor of an ONNX model as an output, without the `onnx` package.

A protobuf message that occurs twice in a stream is merged, and merging concatenates repeated fields
(https://protobuf.dev/programming-guides/encoding/#last-one-wins). So a model's bytes followed by a second,
tiny `ModelProto` that holds nothing but a graph with one output are the same model with one output more.
"""

from __future__ import annotations

_LENGTH_DELIMITED = 2
_VARINT = 0

# Field numbers of onnx.proto (IR version 3 and later).
_MODEL_GRAPH = 7
_GRAPH_OUTPUT = 12
_VALUE_INFO_NAME = 1
_VALUE_INFO_TYPE = 2
_TYPE_TENSOR = 1
_TENSOR_ELEMENT = 1
FLOAT32 = 1
"""TensorProto.DataType.FLOAT"""


def with_output(model: bytes, tensor_name: str, element_type: int = FLOAT32) -> bytes:
    """The serialised model with `tensor_name`, a tensor inside its graph, added to the graph's outputs."""
    tensor_type = _field(
        _TYPE_TENSOR, _LENGTH_DELIMITED, _field(_TENSOR_ELEMENT, _VARINT, _varint(element_type))
    )
    value_info = _field(_VALUE_INFO_NAME, _LENGTH_DELIMITED, tensor_name.encode())
    value_info += _field(_VALUE_INFO_TYPE, _LENGTH_DELIMITED, tensor_type)
    graph = _field(_GRAPH_OUTPUT, _LENGTH_DELIMITED, value_info)
    return model + _field(_MODEL_GRAPH, _LENGTH_DELIMITED, graph)


def _field(number: int, wire_type: int, payload: bytes) -> bytes:
    length = _varint(len(payload)) if wire_type == _LENGTH_DELIMITED else b""
    return _varint(number << 3 | wire_type) + length + payload


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
