"""The lesson on what is to come: its figures against the ledger's files and against counting."""

from __future__ import annotations

import io
import math
import random
import re
from statistics import NormalDist
from types import SimpleNamespace

import pytest
import yaml
from figure_words import WIDTHS, drawn, faults, settings
from lesson_harness import notebook, text_file
from PIL import Image
from shipped_rows import keyed, rows_of

from oligoteach.modules import _open_questions as questions
from oligoteach.modules import _planned, _registry, _years
from oligoteach.modules import horizon as lesson
from oligoteach.widgets.explorer import BENDS

pytestmark = pytest.mark.filterwarnings("error")
BADGES = {
    "registry": "published",
    "timeline": "published",
    "power": "model",
    "belief": "model",
    "open-questions": "course",
}


TRIALS = keyed("trials", "trial_id")
AUDIT = keyed("audit", "claim_id")
CLAIMS = keyed("claims", "claim_id")
REFERENCES = keyed("references", "ref_id")
OUTCOMES = rows_of("outcomes")
TEXT = text_file("horizon")
NOTEBOOK = notebook("horizon")


def explorer(key: str, **values):
    made = lesson.EXPLORERS[key](text={"title": key, "badge": BADGES[key]})
    made.set(**values)
    return made


def made_words(made) -> list[tuple[str, bool]]:
    """Return the words of the events of a drawn timeline, empty where they are hidden."""
    made.frame(640, 500)
    (chart,) = made.canvas(640, 500, 1.0, "light")._artists.values()
    return [(t.get_text() if t.get_visible() else "", t.get_visible()) for t in chart._texts]


def text_of(key: str) -> dict:
    (found,) = [text for text in TEXT["explorers"] if text["id"] == key]
    return found


class TestEverySetting:
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_computes_describes_and_tabulates(self, key):
        for name, value in settings(lesson.EXPLORERS[key]):
            made = explorer(key, **{name: value})
            result = made.result()
            words = made.describe(result)
            assert words.endswith(".")
            assert len(words) <= 900
            assert words == made.describe(made.compute(SimpleNamespace(**made.params)))
            table = made.table(result)
            assert all(len(row) == len(table.columns) for row in table.rows)
            assert not re.search(r"\bnan\b|\bNone\b|e-\d|%%", f"{words} {table.rows}")
            assert "aplan" not in words

    @pytest.mark.parametrize("theme", ["light", "dark"])
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_draws_a_picture_of_the_size_asked(self, key, theme):
        made = explorer(key)
        for name, value in settings(lesson.EXPLORERS[key]):
            made.reset()
            made.set(**{name: value})
            image = Image.open(io.BytesIO(made.frame(640, 420, 1.0, theme)))
            assert image.size == (640, 420)
            assert len(image.convert("L").getcolors()) > 10

    @pytest.mark.parametrize("width", [253, *WIDTHS])
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_no_words_are_clipped_or_overlap(self, key, width):
        made = explorer(key)
        for name, value in settings(lesson.EXPLORERS[key]):
            if width not in (253, 640) and value != lesson.EXPLORERS[key].controls[0].default:
                continue
            made.reset()
            made.set(**{name: value})
            assert faults(drawn(made, width)) == [], (name, value)

    @pytest.mark.parametrize(("width", "bend"), [(520, 1), (624, BENDS[0])])
    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_nor_on_a_narrow_page_or_a_low_wall(self, key, width, bend):
        made = explorer(key)
        for name, value in settings(lesson.EXPLORERS[key]):
            made.reset()
            made.set(**{name: value})
            size = width, round(width * made.aspect * bend), 1, "light"
            made.frame(*size)
            found = faults(made.canvas(*size).figure)
            assert not found, (name, value, found)

    @pytest.mark.parametrize("key", lesson.EXPLORERS)
    def test_a_frame_shows_its_own_setting_and_nothing_of_the_one_before(self, key):
        chosen = random.Random(7).sample(list(settings(lesson.EXPLORERS[key])), 4)
        kept = explorer(key)
        kept.frame(360, 700)
        for name, value in chosen:
            kept.reset()
            kept.set(**{name: value})
            assert kept.frame(360, 700) == explorer(key, **{name: value}).frame(360, 700)

    @pytest.mark.parametrize(
        ("key", "name", "value"),
        [
            ("registry", "trials", "Table 3"),
            ("timeline", "year", 1980),
            ("timeline", "year", math.nan),
            ("power", "hr", 1.4),
            ("power", "patients", "many"),
            ("belief", "prior", 0),
            ("belief", "alpha", 0.05),
            ("open-questions", "question", "<script>"),
        ],
    )
    def test_refuses_what_is_not_allowed_with_a_sentence(self, key, name, value):
        with pytest.raises(
            ValueError, match=re.escape(lesson.EXPLORERS[key]().control[name].label)
        ):
            explorer(key, **{name: value})


class TestRegistry:
    def test_sizes_and_status_are_those_of_the_ledger(self):
        for trials in _registry.SETS.values():
            for trial_id in trials:
                row, entry = TRIALS[trial_id], _registry.Entry(trial_id)
                assert entry.trial.status == row["status"]
                assert (row["n"] or "not seen") in entry.size

    def test_every_claim_of_section_ten_on_a_trial_is_on_the_board(self):
        ongoing = {i for i, row in CLAIMS.items() if row["topic"] == "ongoing"}
        shown = {i for trial in _registry.SETS["table3"] for i in _registry.CLAIMS[trial]}
        assert shown == ongoing

    def test_disputed_entries_are_shown_and_confirmed_ones_are_not(self):
        made = explorer("registry")
        blocks = _registry.blocks(made.result())
        words = " ".join(line.text for block in blocks for line in block.lines)
        for trial_id in _registry.SETS["table3"]:
            for claim_id in _registry.CLAIMS[trial_id]:
                printed = CLAIMS[claim_id]["value_text"]
                agreed = AUDIT[claim_id]["verdict"] == "confirmed"
                assert (f"“{printed}”" in words) != agreed, claim_id

    def test_the_answer_of_the_prediction_follows_from_the_ledger(self):
        found = [
            trial_id
            for trial_id in _registry.SETS["table3"]
            if TRIALS[trial_id]["randomised"] == "yes"
            and TRIALS[trial_id]["n"]
            and not re.search("solid|breast", TRIALS[trial_id]["population"], re.IGNORECASE)
        ]
        assert found == []

    def test_a_trial_without_a_source_is_said_to_be_the_reviews(self):
        made = explorer("registry", about="who")
        assert "Furmonertinib ± RT (review: phase II, size not seen): review: olig" in (
            made.describe(made.result())
        )
        table = made.table(made.result())
        assert table.rows[0][table.columns.index("Furmonertinib ± RT")] == (
            "NCT04970693 (unverified)"
        )

    def test_the_newest_dated_source_is_never_the_review(self):
        for trials in _registry.SETS.values():
            for trial_id in trials:
                refs = [i for i in TRIALS[trial_id]["ref_ids"].split(";") if i != "vedagiri-2026"]
                years = [REFERENCES[i]["year"] for i in refs if REFERENCES[i]["year"]]
                assert _registry.Entry(trial_id).dated == (max(years) if years else "undated")

    def test_a_status_claims_no_day_that_is_not_in_the_ledger(self):
        for trials in _registry.SETS.values():
            for entry in map(_registry.Entry, trials):
                assert "last seen" not in entry.status or entry.trial_id in _registry.DAYS
                assert entry.trial_id in _registry.DAYS or re.search(
                    "not recorded|newest source of", entry.when
                )
        for trial_id, said in _registry.DAYS.items():
            notes = " ".join(REFERENCES[i]["note"] for i in TRIALS[trial_id]["ref_ids"].split(";"))
            (day,) = re.findall(r"\d+ \w+ \d{4}", said)
            assert day in notes

    def test_the_mark_below_a_name_is_one_on_the_reviews_entry(self):
        for block in _registry.blocks(_registry.board("table3", "status")):
            assert block.status.startswith("review")
        (comet10,) = [
            entry for entry in map(_registry.Entry, _registry.SETS["table3"]) if "-10" in entry.name
        ]
        assert comet10.verdict == ("review: ✗ phase", "bad")

    def test_a_design_is_said_once(self):
        table = explorer("registry").table(_registry.board("table3", "status"))
        (design,) = [row for row in table.rows if row[0] == "Design"]
        assert design[-1] == "prospective cohort"

    def test_trials_of_lung_cancer_alone_are_those_of_the_text(self):
        alone = [e.name for e in map(_registry.Entry, _registry.SETS["open"]) if e.lung_alone]
        words = " ".join(text_of("registry")["explain"].split())
        assert "CCTG BR.38, SARON, OMEGA, LONESTAR and HALT do" in words
        assert alone == ["CCTG BR.38", "SARON", "OMEGA", "LONESTAR", "HALT"]

    def test_trials_beyond_the_review_say_so(self):
        said = [b.status for b in _registry.blocks(_registry.board("out", "status"))]
        assert said[1:] == ["+ beyond the review"] * 2
        # There the name of the set says it.
        assert {b.status for b in _registry.blocks(_registry.board("open", "status"))} == {""}
        assert _registry.SET_NAMES["open"].startswith("Beyond the review")

    @pytest.mark.parametrize("width", [253, 319])
    def test_the_longest_board_fits_a_phone(self, width):
        for trials in _registry.SETS:
            for about in ("status", "who"):
                assert not faults(drawn(explorer("registry", trials=trials, about=about), width))


class TestTimeline:
    def test_years_are_those_of_the_sources(self):
        for event in _years.view(2026, "all").events:
            if event.words == "9th ed. in force":
                assert "1 January 2025" in AUDIT["ajcc8-m1c"]["primary_says"]
            else:
                assert str(event.when) == REFERENCES[event.ref_id]["year"]

    def test_a_sign_in_favour_or_against_rests_on_a_verified_result(self):
        for event in _years.view(2026, "all").events:
            if event.kind not in ("for", "none"):
                continue
            found = [
                row
                for row in OUTCOMES
                if (row["trial_id"], row["endpoint"]) == (event.trial_id, event.endpoint)
                and row["verification"] != "unverified"
            ]
            assert found, event
            tested = [float(row["p_value"]) for row in found if row["p_value"]]
            # SABR-COMET's own threshold was 0.20.
            limit = 0.2 if event.trial_id == "sabr-comet" else 0.05
            if event.kind == "for" and tested:
                assert min(tested) < limit, event
            if event.kind == "none":
                assert all(p > 0.05 for p in tested), event
            # A sign rests on the primary endpoint where the ledger names one, or is named.
            primary = re.match("primary endpoint ([A-Z]+)", TRIALS[event.trial_id]["note"], re.I)
            if primary is not None and event.words != "Gomez: survival":
                assert event.endpoint.startswith(primary[1]), event

    @pytest.mark.parametrize(
        ("year", "trials", "patients"), [(1995, 0, 0), (2018, 2, 49 + 29), (2026, 7, 725)]
    )
    def test_patients_are_counted_once_for_each_trial(self, year, trials, patients):
        shown = _years.view(year, "rules")
        assert (len(shown.counted), shown.patients) == (trials, patients)
        assert shown.patients == sum(int(TRIALS[e.trial_id]["n"]) for e in shown.counted)
        assert len({e.trial_id for e in shown.counted}) == trials
        for event in shown.counted:
            assert TRIALS[event.trial_id]["randomised"] == "yes"
            assert "breast" not in TRIALS[event.trial_id]["population"]

    def test_the_prediction_and_the_text_have_the_same_count(self):
        (asked,) = [p for p in TEXT["predictions"] if p["id"] == "by-2018"]
        assert asked["answer"] == _years.view(2018, "all").patients == 78
        explain = text_of("timeline")["explain"]
        shown = _years.view(2026, "all")
        assert f"{len(shown.counted)} with {shown.patients} patients" in explain
        assert sum(e.lane == "driver" for e in shown.counted) == 4  # "four are of tumours with"

    def test_what_came_later_has_no_words(self):
        made = explorer("timeline", year=2018)
        words = made.describe(made.result())
        assert "Last, in 2018: Iyengar: PFS, Petty." in words
        assert not re.search("EXTEND|LU002|SABR-COMET", words)
        for (text, _), event in zip(made_words(made), made.result().events, strict=True):
            assert (text == "") == (event.when > 2018)
        assert all(int(row[0]) <= 2018 for row in made.table(made.result()).rows)

    def test_unverified_figures_are_left_out(self):
        table = explorer("timeline").table(_years.view(2026, "all"))
        seen = " ".join(row[4] for row in table.rows)
        for unverified in ("0.37", "0.41 (0.27", "1.05", "0.664"):
            assert unverified not in seen


class TestPower:
    normal = NormalDist()

    def expected(self, n, share, median, hr, accrual, follow, alpha):
        """Events and power, written out anew."""

        def event_share(ratio):
            rate = math.log(2) / median * ratio
            early = (1 - math.exp(-rate * accrual)) / (rate * accrual)
            return 1 - math.exp(-rate * follow) * early

        events = n * ((1 - share) * event_share(1) + share * event_share(hr))
        z = -math.log(hr) * math.sqrt(events * share * (1 - share))
        return events, self.normal.cdf(z - self.normal.inv_cdf(1 - alpha / 2))

    @pytest.mark.parametrize(
        ("trial", "n", "share"),
        [("sabr-comet-3", 297, 2 / 3), ("sabr-comet-10", 159, 2 / 3), ("omega", 195, 1 / 2)],
    )
    def test_events_and_power_are_those_of_the_formula(self, trial, n, share):
        assert int(TRIALS[trial]["n"]) == n
        shown = explorer("power", trial=trial, hr=0.65, alpha="0.10").result()
        events, power = self.expected(n, share, 28, 0.65, 48, 24, 0.10)
        assert shown.events == pytest.approx(events, rel=1e-9)
        assert shown.power == pytest.approx(power, rel=1e-9)

    def test_the_numbers_of_the_texts(self):
        shown = explorer("power").result()
        assert (round(shown.events), round(100 * shown.power)) == (176, 61)
        assert round(shown.found, 2) == 0.73
        first = explorer("power", patients=397, ratio="1:2", follow=0).result()
        second = explorer("power", follow=48).result()
        assert (round(first.events), round(100 * first.power)) == (140, 51)
        assert (round(second.events), round(100 * second.power)) == (221, 70)
        (asked,) = [p for p in TEXT["predictions"] if p["id"] == "more-patients"]
        for said in ("140 events", "51 %", "221 events", "70 %"):
            assert said in asked["explanation"]
        for said in ("176 events", "61 %", "0.73"):
            assert said in text_of("power")["explain"]

    def test_without_an_effect_power_is_half_of_alpha(self):
        for alpha in _planned.ALPHAS:
            assert explorer("power", hr=1, alpha=alpha).result().power == pytest.approx(
                float(alpha) / 2
            )

    def test_a_trial_sets_its_size_and_a_size_leaves_the_trial(self):
        made = explorer("power")
        made.set(trial="omega")
        assert (made.params["patients"], made.params["ratio"]) == (195, "1:1")
        made.set(hr=0.8, follow=60)
        assert made.params["trial"] == "omega"
        made.set(patients=200)
        assert made.params["trial"] == "own"
        made.set(trial="sabr-comet-10")
        assert (made.params["patients"], made.params["ratio"]) == (159, "1:2")
        made.reset()
        assert (made.params["trial"], made.params["patients"]) == ("sabr-comet-3", 297)

    def test_a_link_with_a_trial_and_another_size_is_a_trial_of_ones_own(self):
        made = explorer("power", trial="omega", patients=500)
        assert (made.params["trial"], made.params["patients"]) == ("own", 500)

    def test_presets_are_the_ledgers_and_the_first_setting_is_one(self):
        for trial_id in _planned.PLANNED:
            row, values = TRIALS[trial_id], _planned.preset(trial_id)
            assert values["patients"] == int(row["n"])
            assert values["ratio"] == (row["allocation"] or "1:1")
            assert (row["allocation"] == "") == (trial_id in _planned.ASSUMED_EQUAL)
        defaults = explorer("power").params
        assert _planned.preset(defaults["trial"]).items() <= defaults.items()
        assert defaults["median"] == float(CLAIMS["sabrcomet-os-soc"]["value"])

    def test_only_trials_of_survival_stand_there(self):
        for trial_id in _planned.PLANNED:
            assert re.search("primary endpoints? .*OS", TRIALS[trial_id]["note"], re.IGNORECASE)

    def test_a_median_of_the_planners_comes_and_goes_with_their_trial(self):
        note = TRIALS["br38"]["note"]
        assert "OS hazard ratio of 0.7 (median 10 against 14.3 months)" in note
        assert "a power of 80 percent" in note
        made = explorer("power", trial="br38")
        assert made.params["median"] == 10
        found = [made.result().power]
        for follow in (0, 6):
            made.set(follow=follow)
            found.append(made.result().power)
        assert found[1] < 0.8 < found[0]  # the planners' power lies within
        assert found[2] == pytest.approx(0.8, abs=0.01)
        made.set(trial="sabr-comet-10")
        assert made.params["median"] == 28
        made.set(median=15)
        made.set(trial="lonestar")
        assert made.params["median"] == 15

    def test_too_few_events_are_refused_with_the_nearest_number(self):
        made = explorer("power", hr=0.4)
        refused = made.control["patients"].low
        with pytest.raises(ValueError, match=r"too few for the formula.*Nearest possible: (\d+)"):
            made.set(patients=refused, follow=0, median=60, accrual=6)
        made = explorer("power", follow=0, median=60, accrual=6)
        sentence = made.refuse(SimpleNamespace(**{**made.params, "patients": refused}))["patients"]
        nearest = int(re.search(r"possible: (\d+) patients", sentence)[1])
        made.set(patients=nearest)
        assert made.result().events > 0
        assert made.refuse(SimpleNamespace(**{**made.params, "patients": nearest - 1}))

    def test_the_card_says_what_is_assumed_and_what_is_not_verified(self):
        card = lesson.PlannedPower.card
        assert "Not verified" in card["Source"]
        assert "not in the ledger" in card["Assumed"]


class TestBelief:
    def test_the_numbers_of_the_texts(self):
        shown = explorer("belief").result()
        counts = shown.counts
        assert (counts.works, counts.true_positive, counts.false_positive) == (20, 16, 8)
        assert round(100 * shown.worth.if_positive) == 67
        said = text_of("belief")["explain"]
        for values, after, share in (
            ({"alpha": "0.05"}, "if_positive", 89),
            ({"alpha": "0.05", "prior": 5}, "if_positive", 63),
            ({"power": 30}, "if_negative", 16),
        ):
            found = getattr(explorer("belief", **values).result().worth, after)
            assert round(100 * found) == share
            assert f"{share} %" in said
        (asked,) = [q for q in TEXT["questions"] if q["id"] == "worth-by-hand"]
        worth = explorer("belief", prior=10, power=80, alpha="0.05").result().worth
        assert 100 * worth.if_positive == pytest.approx(asked["answer"], abs=0.5)
        assert 100 * 8 / 12.5 == 64  # "one of 64 % counts harm as a positive"

    def test_counts_that_rounding_moves_say_so(self):
        made = explorer("belief", prior=5, alpha="0.05")
        assert "63 % work (about 4 of 6, rounded to whole trials)" in made.describe(made.result())
        made.set(n="1000")
        assert "63 % work (40 of 64)" in made.describe(made.result())

    def test_dots_add_up_to_the_trials_drawn(self):
        for n in ("100", "1000"):
            for _, value in settings(lesson.WorthOfAResult):
                if isinstance(value, str):
                    continue
                made = explorer("belief", n=n, prior=min(max(value, 2), 95))
                counts = made.result().counts
                assert counts.positive + counts.negative == int(n)

    def test_it_says_whether_the_line_is_crossed(self):
        made = explorer("belief", act=80)
        assert "does not carry" in made.describe(made.result())
        made.set(act=60)
        assert "result carries the belief" in made.describe(made.result())
        made.set(prior=90, act=80, power=95)
        assert "would take it below" in made.describe(made.result())
        made.set(power=5)
        assert "would not take it below" in made.describe(made.result())

    def test_no_share_is_rounded_to_a_certainty(self):
        made = explorer("belief", prior=95, power=99, alpha="0.01")
        words = made.describe(made.result())
        assert "over 99.9 %" in words
        assert "100 %" not in words
        assert "100.0 %" not in words


class TestOpenQuestions:
    def test_every_study_has_a_reason_for_every_question(self):
        for trial_id in questions.OPEN + questions.REPORTED:
            assert trial_id in TRIALS
            assert set(questions.FIT[trial_id]) == set(questions.QUESTIONS)
            for fit, why in questions.FIT[trial_id].values():
                assert fit in questions.FITS
                assert why.endswith(".")
        assert set(questions.FIT) == {*questions.OPEN, *questions.REPORTED}

    def test_studies_without_a_report_stand_apart(self):
        for trial_id in questions.OPEN:
            assert not TRIALS[trial_id]["status"].startswith("reported")
        for trial_id in questions.REPORTED:
            assert TRIALS[trial_id]["status"].startswith("reported")

    def test_two_studies_were_designed_for_one_of_the_questions(self):
        asks = [
            (trial_id, key)
            for trial_id, fits in questions.FIT.items()
            for key, (fit, _) in fits.items()
            if fit == "asks"
        ]
        assert asks == [("sabr-comet-10", "many"), ("br38", "progress")]
        assert "4-10" in TRIALS["sabr-comet-10"]["population"]

    def test_what_is_known_is_listed_claim_by_claim(self):
        for key, question in questions.QUESTIONS.items():
            made = explorer("open-questions", question=key)
            assert [card.key for card in made.cards(made.result())] == list(question.claims)
            assert set(question.claims) <= set(CLAIMS)
            words = made.describe(made.result())
            assert question.answer[1:] in words
            assert len(words.split(". ")[0]) < 150  # it stands alone before an audience
            assert question.no_answer[1:] in words

    def test_reasons_say_what_the_ledger_says(self):
        for trial_id in ("sabr-comet-3", "sabr-comet-10"):
            assert "samples for prognostic and predictive markers" in TRIALS[trial_id]["note"]
            assert questions.FIT[trial_id]["marker"][0] == "part"
        assert "by planned systemic treatment" in TRIALS["sabr-comet-10"]["note"]
        assert "local treatment of up to 3 lesions" in TRIALS["lonestar"]["note"]
        assert questions.FIT["lonestar"]["many"][0] == "no"
        assert "exploratory markers" in TRIALS["br38"]["note"]

    def test_rows_can_be_chosen(self):
        made = explorer("open-questions", rows="open")
        assert made.table(made.result()).rows[0][0] == "SABR-COMET-3"
        assert len(made.table(made.result()).rows) == len(questions.OPEN)


class TestTexts:
    def test_no_prose_before_a_prediction_gives_its_answer_away(self):
        before = ""
        told = {
            "registry": "none",
            "timeline": r"\b78\b",
            "belief": r"\b67\b",
            "power": r"\b221\b|\bevents\b",
        }
        for cell in NOTEBOOK["cells"]:
            source = "".join(cell["source"])
            placed = re.search(r'explore\("([^"]+)"\)', source)
            if placed and placed[1] in told:
                assert not re.search(told[placed[1]], before.lower()), placed[1]
            if cell["cell_type"] == "markdown":
                before += source

    def test_misconceptions_are_met(self):
        words = yaml.safe_dump(TEXT, width=10_000)
        for said in (
            "positive phase II trial nearly proves",
            "more patients matter more than more events",
            "Absence of evidence is taken for evidence of absence",
            "works with a probability of 96 %",
        ):
            assert said in words
