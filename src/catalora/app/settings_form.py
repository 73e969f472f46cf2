"""Widgets made from the configuration, so that a setting is declared once.

A widget's bounds only guide the hand; `build_config` checks every value again.
"""

import types
from collections.abc import Sequence
from typing import Any, Literal, Union, get_args, get_origin

import streamlit as st
from pydantic.fields import FieldInfo

from catalora.app.texts import Texts
from catalora.config import Config, Section, build_config


def show_settings(
    texts: Texts, sections: Sequence[str], config: Config, *, without: Sequence[str] = (), key: str
) -> dict[str, object]:
    """Draw widgets for sections of the configuration.

    Args:
        texts: the reader's words.
        sections: names such as `lora`.
        config: holds the values that the widgets start with.
        without: settings with a widget elsewhere, as `section.name`.
        key: distinguishes these widgets from others; another key starts them anew.

    Returns:
        What was changed, as overrides for `build_config`.
    """
    changed: dict[str, object] = {}
    for section in sections:
        fields = {
            f"{section}.{name}": field
            for name, field in _section_type(section).model_fields.items()
            if f"{section}.{name}" not in without
        }
        st.caption(texts(f"common.section_{section}"))
        columns = st.columns(3)
        for number, (name, field) in enumerate(fields.items()):
            start = getattr(getattr(config, section), name.partition(".")[2])
            with columns[number % 3]:
                value = _show_field(texts, name, field, start, f"{key}:{name}")
            if value != start:
                changed[name] = value
    return changed


def read_default(name: str, preset: str | None = None) -> Any:
    """A setting's value in a preset."""
    section, _, field = name.partition(".")
    return getattr(getattr(build_config(preset), section), field)


def _show_field(texts: Texts, name: str, field: FieldInfo, start: Any, key: str) -> Any:
    """One widget; what it returns has the type of the setting."""
    kind, optional = _unwrap(field.annotation)
    label = name.partition(".")[2]
    help_text = texts.describe_setting(name, field.description or "")
    if get_origin(kind) is Literal:
        choices = list(get_args(kind))
        return st.selectbox(label, choices, index=choices.index(start), help=help_text, key=key)
    if kind is bool:
        return st.toggle(label, value=start, help=help_text, key=key)
    if kind in {int, float}:
        return _show_number(label, field, start, kind, help_text, key)
    if get_origin(kind) is tuple:
        typed = st.text_input(label, value=", ".join(start), help=help_text, key=key)
        return tuple(part.strip() for part in typed.split(",") if part.strip())
    typed = st.text_input(label, value=start or "", help=help_text, key=key)
    return None if optional and not typed.strip() else typed.strip()


def _show_number(label: str, field: FieldInfo, start: Any, kind: type, help_text: str, key: str) -> Any:
    low, high = _read_bounds(field)
    if kind is int:
        bounds = {"min_value": _to(int, low), "max_value": _to(int, high)}
        return st.number_input(label, value=start, step=1, help=help_text, key=key, **bounds)
    bounds = {"min_value": _to(float, low), "max_value": _to(float, high)}
    # One step changes the first digit of small values such as a learning rate.
    step = 10.0 ** int(f"{start:e}".partition("e")[2]) if start and start < 0.01 else 0.01
    return st.number_input(label, value=start, step=step, format="%g", help=help_text, key=key, **bounds)


def _to(kind: type, value: float | None) -> Any:
    return None if value is None else kind(value)


def _read_bounds(field: FieldInfo) -> tuple[float | None, float | None]:
    """Lowest and highest value, whether or not the bound itself is allowed."""
    bounds: dict[str, float] = {}
    for item in field.metadata:
        bounds |= {name: value for name in ("ge", "gt", "le", "lt") if (value := getattr(item, name, None)) is not None}
    return bounds.get("ge", bounds.get("gt")), bounds.get("le", bounds.get("lt"))


def _unwrap(annotation: Any) -> tuple[Any, bool]:
    """The type inside `X | None`, and whether it may be nothing."""
    if get_origin(annotation) in {Union, types.UnionType}:
        inner = [item for item in get_args(annotation) if item is not type(None)]
        return inner[0], True
    return annotation, False


def _section_type(section: str) -> type[Section]:
    annotation = Config.model_fields[section].annotation
    assert isinstance(annotation, type) and issubclass(annotation, Section)
    return annotation
