"""Reading YAML so that every complaint can name its line.

Only plain YAML is read: one mapping, no repeated keys, no anchors, no tags of other languages.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from oligoteach.evidence.problems import Problem
from oligoteach.evidence.tables import explain, read_text

# libyaml parses about ten times as fast; the pure Python loader reads the same language.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Path_ = tuple[str | int, ...]


@dataclass(slots=True)
class YamlText:
    """A YAML file: its data and the line of every key and item.

    Attributes
    ----------
    name : str
        Path as shown to a reader.
    data : dict
        The mapping at the top; empty where there are problems.
    lines : dict
        Line (from 1) by path; a path is a tuple of keys and indices.
    problems : list of Problem
        Why the file cannot be used.
    """

    name: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path_, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Path_, rule: str, sentence: str) -> Problem:
        """Return a problem at a path, placed at the nearest line that the file has."""
        return Problem(self.name, str(self.line(path)), show_path(path), rule, sentence)

    def line(self, path: Path_) -> int:
        """Return the line of a path or of its nearest parent in the file."""
        for end in range(len(path), -1, -1):
            if path[:end] in self.lines:
                return self.lines[path[:end]]
        return 1


def show_path(path: Path_) -> str:
    """Write a path as ``questions[2].options[0].text``; the file as a whole is ``file``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}"
    return text.removeprefix(".") or "file"


def read_yaml(path: Path, name: str | None = None) -> YamlText:
    """Read a YAML file that holds one mapping.

    Parameters
    ----------
    path : Path
        File in UTF-8.
    name : str, optional
        Path as shown to a reader; by default ``path`` itself.

    Returns
    -------
    YamlText
        With ``problems`` rather than an exception when the file is missing, badly encoded or
        empty, or is not plain YAML.
    """
    result = YamlText(name or str(path))
    text, problem = read_text(path, result.name)
    if problem:
        result.problems.append(problem)
        return result
    try:
        _fill(result, text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        result.data = {}
        result.problems.append(_syntax_problem(result.name, error))
    return result


def _fill(result: YamlText, text: str) -> None:
    """Compose the nodes, note their lines, then construct plain data from them."""
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            sentence = "the file must hold one mapping, lines of 'key: value'."
            result.problems.append(result.problem((), "not-a-mapping", sentence))
            return
        result.problems += list(_walk(result, node, (), set()))
        if not result.problems:
            result.data = loader.construct_document(node)
    finally:
        loader.dispose()


def _walk(result: YamlText, node: Any, path: Path_, seen: set[int]) -> Iterator[Problem]:
    """Note the line of every key and item; report repeated keys and anchors."""
    if id(node) in seen:
        yield result.problem(path, "no-anchors", "YAML anchors are not used here; write it out.")
        return
    if isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            result.lines[(*path, index)] = item.start_mark.line + 1
            yield from _walk(result, item, (*path, index), seen)
        return
    for key_node, value_node in node.value:
        inner = (*path, str(key_node.value))
        line = key_node.start_mark.line + 1
        if inner in result.lines:
            sentence = f"the key stands in line {result.lines[inner]} too; each key may occur once."
            yield Problem(result.name, str(line), show_path(inner), "duplicate-key", sentence)
        result.lines[inner] = line
        yield from _walk(result, value_node, inner, seen)


def schema_problems(source: YamlText, error: ValidationError) -> list[Problem]:
    """Place every item of a validation error at its line and path.

    Parameters
    ----------
    source : YamlText
        File whose data were validated.
    error : ValidationError
        What the validator found.

    Returns
    -------
    list of Problem
    """
    found = []
    for item in error.errors(include_url=False):
        rule, sentence = explain(item)
        found.append(source.problem(_file_path(source, item["loc"]), rule, sentence))
    return found


def _file_path(source: YamlText, loc: Sequence[Any]) -> Path_:
    """Turn a location of the validator into a path of the file.

    The validator inserts the name of a union's member after the index; the file does not have
    that step. The last step may be absent from the file because it is missing there.
    """
    path: Path_ = ()
    for depth, step in enumerate(loc):
        if (*path, step) in source.lines or depth == len(loc) - 1:
            path = (*path, step)
    return path


def _syntax_problem(name: str, error: Exception) -> Problem:
    """Put a parser error in one sentence with its line."""
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark else 1
    reason = getattr(error, "problem", None) or str(error) or type(error).__name__
    sentence = f"this is not YAML: {reason}; check indentation, colons and quotes."
    return Problem(name, str(line), "file", "yaml-syntax", " ".join(sentence.split()))
