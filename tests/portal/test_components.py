"""The parts that pages are made of: what they say to screen readers, and that they escape what people wrote."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template import engines
from django_cotton.compiler_regex import CottonCompiler

NASTY = "<script>alert(1)</script>"
COMPONENTS = Path(__file__).resolve().parents[2] / "src/hienluong/portal/templates/cotton"


def _render(template: str, **values: Any) -> str:
    compiled = CottonCompiler().process("{% load portal %}" + template)
    return str(engines["django"].from_string(compiled).render(values))


class Answers(forms.Form):
    """Every sort of question."""

    subject = forms.CharField(label="Subject", help_text="What it is about.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    agreed = forms.BooleanField(label="Agreed")
    choice = forms.ChoiceField(label="Choice", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A")])


@pytest.mark.parametrize("path", sorted(COMPONENTS.glob("*.html")), ids=lambda path: path.stem)
def test_component_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith("{% comment %}") or path.stem == "icon"


def test_field_ties_its_hint_and_its_error_to_the_control() -> None:
    form = Answers({"subject": ""})
    shown = _render('<c-field :field="form.subject" />', form=form)
    assert '<label class="form-label" for="id_subject">Subject</label>' in shown
    assert 'aria-describedby="id_subject-hint id_subject-error"' in shown
    assert 'id="id_subject-hint"' in shown
    assert 'id="id_subject-error"' in shown
    assert 'aria-invalid="true"' in shown
    assert "is-invalid" in shown


def test_field_says_when_it_may_stay_empty() -> None:
    form = Answers()
    assert "(optional)" in _render('<c-field :field="form.note" />', form=form)
    assert "(optional)" not in _render('<c-field :field="form.subject" />', form=form)


def test_group_of_choices_has_a_legend_and_one_checkbox_a_label_behind_it() -> None:
    group, box = (
        _render(f'<c-field :field="form.{name}" />', form=Answers()) for name in ("choice", "agreed")
    )
    assert "<fieldset" in group
    assert "<legend>Choice</legend>" in group
    assert box.index("<input") < box.index("<label")


def test_summary_links_every_error_to_its_field_and_takes_the_focus() -> None:
    form = Answers({"subject": ""})
    form.add_error(None, NASTY)
    shown = _render('<c-error_summary :form="form" />', form=form)
    assert 'role="alert"' in shown
    assert 'tabindex="-1"' in shown
    assert 'href="#id_subject"' in shown
    assert "<script>" not in shown


def test_summary_is_silent_without_errors() -> None:
    assert _render('<c-error_summary :form="form" />', form=Answers()).strip() == ""


@pytest.mark.parametrize(
    "template",
    [
        '<c-page :title="text" :lead="text">x</c-page>',
        '<c-page title="{{ text }}" lead="{{ text }}">{{ text }}</c-page>',
        '{% badge "info" %}{{ text }}{% endbadge %}',
        '<c-copyable value="{{ text }}" label="{{ text }}" />',
        '<c-copyable :value="text" :label="text" />',
        '<c-timeline_item title="{{ text }}" :by="text" written="{{ text }}">{{ text }}</c-timeline_item>',
        '<c-fact :name="text">{{ text }}</c-fact>',
        '<c-empty title="{{ text }}">{{ text }}</c-empty>',
        '<c-stat :label="text" :number="3" />',
        '<c-note :title="text">{{ text }}</c-note>',
    ],
)
def test_component_escapes_what_people_wrote(template: str) -> None:
    shown = _render(template, text=NASTY)
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_empty_table_says_what_to_do_instead_of_showing_headings() -> None:
    template = (
        '<c-table caption="Things" :rows="rows"><c-slot name="head"><th>Name</th></c-slot>'
        '<c-slot name="nothing">Nothing yet</c-slot>{% for row in rows %}<tr><td>{{ row }}</td></tr>{% endfor %}</c-table>'
    )
    empty, full = _render(template, rows=[]), _render(template, rows=["one"])
    assert "Nothing yet" in empty
    assert "<table" not in empty
    assert "Nothing yet" not in full
    assert "<caption" in full


def test_pager_shows_only_the_ways_that_exist() -> None:
    assert _render('<c-pager first="" next="" />').strip() == ""
    shown = _render('<c-pager first="/list/" next="/list/?before=7" />')
    assert 'href="/list/"' in shown
    assert 'href="/list/?before=7"' in shown


def test_state_is_told_by_a_word_not_by_colour_alone() -> None:
    assert ">refused<" in _render('{% badge "bad" %}refused{% endbadge %}')


def test_confirmation_offers_to_send_and_to_change_with_everything_kept() -> None:
    shown = _render(
        '<c-confirm submit="Send now"><c-slot name="fields"><input type="hidden" name="a" value="1"></c-slot>x</c-confirm>'
    )
    assert 'name="step" value="send"' in shown
    assert 'name="step" value="edit"' in shown
    assert 'name="a" value="1"' in shown


def test_chart_stands_its_columns_side_by_side_and_says_them_as_a_table() -> None:
    shown = _render(
        '<c-chart title="Flow" :names="names" :series="series" />',
        names=["08:00", "09:00"],
        series=[(NASTY, [10, 0]), ("Delivered", [5, 20])],
    )
    assert NASTY not in shown
    bars = re.findall(
        r'<rect class="chart-(\d)" x="([\d.]+)" y="([\d.]+)" width="144.0" height="([\d.]+)"', shown
    )
    assert bars == [
        ("1", "36.0", "80.0", "80.0"),
        ("2", "180.0", "120.0", "40.0"),
        ("2", "540.0", "0.0", "160.0"),
    ]
    assert re.findall(
        r'<th scope="row">(.*?)</th><td class="number">(\d+)</td><td class="number">(\d+)</td>', shown
    ) == [
        ("09:00", "0", "20"),
        ("08:00", "10", "5"),
    ]


def test_chart_of_nothing_has_no_columns() -> None:
    shown = _render(
        '<c-chart title="Flow" :names="names" :series="series" />', names=["a"], series=[("A", [0])]
    )
    assert '<rect class="chart-1" x=' not in shown


def test_map_names_each_shape_with_what_it_stands_for_and_leaves_out_what_has_no_outline() -> None:
    shapes = [
        {"name": "Xã A", "outline": "M0 0H9V9Z", "href": "#a", "level": 2, "says": "18 wait"},
        {"name": "Xã B", "outline": "M9 9H18V18Z", "href": "#b", "level": 0},
        {"name": "Xã C", "outline": "", "href": "#c"},
    ]
    shown = _render('<c-map label="Map" :shapes="shapes">key</c-map>', shapes=shapes)
    assert '<a href="#a" aria-label="Xã A: 18 wait"><path class="map-2" d="M0 0H9V9Z">' in shown
    assert '<a href="#b" aria-label="Xã B"><path d="M9 9H18V18Z">' in shown
    assert "Xã C" not in shown
