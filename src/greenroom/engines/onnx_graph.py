"""Expose inner tensors of an ONNX model as outputs, and its noise as an input, without the `onnx` package.

A protobuf message that occurs twice in a stream is merged, and merging concatenates repeated fields
(https://protobuf.dev/programming-guides/encoding/#last-one-wins). So a model's bytes followed by a second,
tiny `ModelProto` that holds nothing but a graph with one output are the same model with one output more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_LENGTH_DELIMITED = 2
_VARINT = 0
_FIXED = {1: 8, 5: 4}
"""Bytes of the wire types that are always as long."""

# Field numbers of onnx.proto (IR version 3 and later).
_MODEL_GRAPH = 7
_GRAPH_NODE = 1
_GRAPH_INITIALIZER = 5
_GRAPH_INPUT = 11
_GRAPH_OUTPUT = 12
_NODE_INPUT = 1
_NODE_OUTPUT = 2
_NODE_OPERATOR = 4
_TENSOR_TYPE = 2
_TENSOR_NAME = 8
_TENSOR_BYTES = 9
_VALUE_INFO_NAME = 1
_VALUE_INFO_TYPE = 2
_TYPE_TENSOR = 1
_TENSOR_ELEMENT = 1
FLOAT32 = 1
"""TensorProto.DataType.FLOAT"""
_INT64 = 7
_NORMAL_NOISE = "RandomNormalLike"
NOISE = "noise"


def with_output(model: bytes, tensor_name: str, element_type: int = FLOAT32) -> bytes:
    """The serialised model with `tensor_name`, a tensor inside its graph, added to the graph's outputs."""
    graph = _field(_GRAPH_OUTPUT, _LENGTH_DELIMITED, _value_info(tensor_name, element_type))
    return model + _field(_MODEL_GRAPH, _LENGTH_DELIMITED, graph)


def _value_info(name: str, element_type: int) -> bytes:
    tensor_type = _field(
        _TYPE_TENSOR, _LENGTH_DELIMITED, _field(_TENSOR_ELEMENT, _VARINT, _varint(element_type))
    )
    described = _field(_VALUE_INFO_NAME, _LENGTH_DELIMITED, name.encode())
    return described + _field(_VALUE_INFO_TYPE, _LENGTH_DELIMITED, tensor_type)


def with_given_noise(model: bytes) -> bytes:
    """The serialised model with an input `noise`, float32 [n], in place of its own standard normal noise.

    The runtime seeds its generators when a session is made and never after, so what a model says would
    depend on what it said before. Where more noise is needed than given, it begins again; two places that
    need it begin at different ones. Needs operator set 11 or later.
    """
    fields = list(_fields(model))
    graph = next(payload for number, _, payload in fields if number == _MODEL_GRAPH)
    kept = []
    places = 0
    for number, whole, payload in _fields(graph):
        if number == _GRAPH_NODE and _names(payload, _NODE_OPERATOR) == [_NORMAL_NOISE]:
            (like,), (made,) = _names(payload, _NODE_INPUT), _names(payload, _NODE_OUTPUT)
            kept.append(_noise_like(like, made, places))
            places += 1
        else:
            kept.append(whole)
    kept += [_number(f"{NOISE}/{name}", value) for name, value in (("one", 1), *_starts(places))]
    kept.append(_field(_GRAPH_INPUT, _LENGTH_DELIMITED, _value_info(NOISE, FLOAT32)))
    found = b"".join(whole for number, whole, _ in fields if number != _MODEL_GRAPH)
    return found + _field(_MODEL_GRAPH, _LENGTH_DELIMITED, b"".join(kept))


def _starts(places: int) -> list[tuple[str, int]]:
    """Far apart, so that no place has the noise of another one."""
    return [(f"start-{place}", place * 99_991) for place in range(places)]


def _noise_like(like: str, made: str, place: int) -> bytes:
    """Nodes: as much of the noise as `like` is large, from the place's start, in the shape of `like`."""
    one, start = f"{NOISE}/one", f"{NOISE}/start-{place}"
    shape, size, end, index, length, at, flat = (
        f"{made}/{name}" for name in ("shape", "size", "end", "index", "length", "at", "flat")
    )
    nodes = (
        ("Shape", [like], shape),
        ("Size", [like], size),
        ("Add", [start, size], end),
        ("Range", [start, end, one], index),
        ("Shape", [NOISE], length),
        ("Mod", [index, length], at),
        ("Gather", [NOISE, at], flat),
        ("Reshape", [flat, shape], made),
    )
    written = b""
    for operator, inputs, output in nodes:
        node = b"".join(_field(_NODE_INPUT, _LENGTH_DELIMITED, name.encode()) for name in inputs)
        node += _field(_NODE_OUTPUT, _LENGTH_DELIMITED, output.encode())
        node += _field(_NODE_OPERATOR, _LENGTH_DELIMITED, operator.encode())
        written += _field(_GRAPH_NODE, _LENGTH_DELIMITED, node)
    return written


def _number(name: str, value: int) -> bytes:
    """A whole number without dimensions, as an initializer."""
    tensor = _field(_TENSOR_TYPE, _VARINT, _varint(_INT64))
    tensor += _field(_TENSOR_NAME, _LENGTH_DELIMITED, name.encode())
    tensor += _field(_TENSOR_BYTES, _LENGTH_DELIMITED, value.to_bytes(8, "little", signed=True))
    return _field(_GRAPH_INITIALIZER, _LENGTH_DELIMITED, tensor)


def only_for(model: bytes, tensor_names: Sequence[str]) -> bytes:
    """The part of the serialised model that computes these tensors, float32, which become its outputs.

    The runtime itself computes whatever a model holds. Models with graphs inside of nodes (If, Loop) are not
    understood.
    """
    fields = list(_fields(model))
    graph = next(payload for number, _, payload in fields if number == _MODEL_GRAPH)
    needed, tensors = _needed(graph, tensor_names)
    kept = []
    for place, (number, whole, payload) in enumerate(_fields(graph)):
        is_idle = number == _GRAPH_NODE and place not in needed
        is_unused = number == _GRAPH_INITIALIZER and _names(payload, _TENSOR_NAME)[0] not in tensors
        if not (is_idle or is_unused or number == _GRAPH_OUTPUT):
            kept.append(whole)
    found = b"".join(whole for number, whole, _ in fields if number != _MODEL_GRAPH)
    found += _field(_MODEL_GRAPH, _LENGTH_DELIMITED, b"".join(kept))
    for name in tensor_names:
        found = with_output(found, name)
    return found


def _needed(graph: bytes, tensor_names: Sequence[str]) -> tuple[set[int], set[str]]:
    """The nodes that the tensors depend on, as places among the graph's fields, and all tensors of those."""
    nodes = {
        place: payload for place, (number, _, payload) in enumerate(_fields(graph)) if number == _GRAPH_NODE
    }
    inputs = {place: _names(node, _NODE_INPUT) for place, node in nodes.items()}
    makers = {name: place for place, node in nodes.items() for name in _names(node, _NODE_OUTPUT)}
    needed: set[int] = set()
    tensors: set[str] = set()
    waiting = list(tensor_names)
    while waiting:
        name = waiting.pop()
        if name in tensors:
            continue
        tensors.add(name)
        place = makers.get(name)
        if place is not None and place not in needed:
            needed.add(place)
            waiting += inputs[place]
    return needed, tensors


def _names(message: bytes, number: int) -> list[str]:
    return [payload.decode() for found, _, payload in _fields(message) if found == number]


def _fields(message: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Each field of a message: its number, all its bytes, and what it holds."""
    view, at = memoryview(message), 0
    while at < len(view):
        first = at
        key, at = _read_varint(view, at)
        wire_type = key & 7
        begin = at
        if wire_type == _VARINT:
            _, at = _read_varint(view, at)
        elif wire_type == _LENGTH_DELIMITED:
            length, begin = _read_varint(view, at)
            at = begin + length
        elif wire_type in _FIXED:
            at += _FIXED[wire_type]
        else:
            raise ValueError(f"a field of wire type {wire_type} is no part of an ONNX model")
        yield key >> 3, bytes(view[first:at]), bytes(view[begin:at])


def _read_varint(view: memoryview, at: int) -> tuple[int, int]:
    """The number, and where it ends."""
    value = shift = 0
    while True:
        byte = view[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


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
