"""The explorers of the lesson on sites: control, regimens, organs at risk, trials, brain."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, ClassVar

from oligoteach.modules import _brain_path as brain
from oligoteach.modules import _regimen_lab as lab
from oligoteach.modules import _site_control as control
from oligoteach.modules import _site_limits as limits
from oligoteach.modules import _site_trials as trials
from oligoteach.modules._citing import cite_all
from oligoteach.modules._rows import RowsExplorer
from oligoteach.widgets import Choice, Explorer, Number, Table, Toggle


class Control(RowsExplorer):
    """Local control by site, each figure with its time, beside what the review prints."""

    key = "control"
    aspect = 0.82
    narrow_aspect = 2.5
    controls = (
        Choice("site", "Site", control.SITES, default="all"),
        Toggle("review", "Beside the review", default=True),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Points": "Published shares, with the printed 95 % interval where there is one",
        "Squares": "The range that the review prints, with the verdict of the audit",
        "Not done": "No pooling across sites; times and patients differ",
        "Source": "The ledger of this course",
    }

    def compute(self, p: SimpleNamespace) -> control.ControlView:
        """Return the sites to show."""
        return control.ControlView(p.site, p.review)

    def rows(self, result: control.ControlView) -> tuple[Any, Any]:
        """Return a block for each site."""
        return control.control_blocks(result), control.SCALE

    def describe(self, result: control.ControlView) -> str:
        """Return the figures in words."""
        return " ".join(control.control_sentences(result))

    def table(self, result: control.ControlView) -> Table:
        """Return every figure with its source."""
        return control.control_table(result)


class RegimenLab(Explorer):
    """Schedules of a site by their biological dose, and what a model says of control."""

    key = "regimens"
    aspect = 0.78
    narrow_aspect = 1.9
    controls = (
        Choice("site", "Site", lab.SITES, default="adrenal"),
        Number("fractions", "Fractions", 1, 15, default=5),
        Number("dose", "Dose per fraction", 1, 34, default=8, step=0.5, unit="Gy"),
        Number(
            "size",
            "Largest diameter, lung only",
            0.5,
            7,
            default=3,
            step=0.5,
            unit="cm",
            hint="The lung model takes 10 Gy of BED10 away for each cm.",
        ),
        Number("late", "α/β of late tissue", 1, 6, default=3, step=0.5, unit="Gy"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Formula": "BED = n d (1 + d / (α/β)); EQD2 = BED / (1 + 2 / (α/β)). Control: adrenal, "
        "logit = b0 + b1 BED10; lung, 1 / (1 + exp(−(BED10 − 10 L) / 31)), L in cm",
        "Parameters": "α/β 10 Gy for tumour, in every BED10 and EQD2; that of late tissue is yours",
        "Validity": "BED: disputed above 10 Gy a fraction (†). Adrenal: 60 to 100 Gy of BED10. "
        "Lung: stage I primaries and no metastases, 8 Gy or more a fraction, no single fraction, "
        "two weeks at most, counted at one a day; above 5 cm unchecked. Nothing is drawn beyond",
        "Source": "Fowler 1989; Chen 2020, worked back from three published predictions; Ohri "
        "2012, seen in an audit by others. Schedules: data/regimens",
    }

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:  # noqa: ARG002
        """Bring a first schedule along with a site."""
        if "site" not in changed or {"fractions", "dose"} & set(changed):
            return {}
        fractions, dose = lab.OPENING[changed["site"]]
        return {"fractions": fractions, "dose": dose}

    def compute(self, p: SimpleNamespace) -> lab.LabView:
        """Work out doses and control."""
        return lab.lab_view(p)

    def draw(self, figure: Any, result: lab.LabView) -> Any:
        """Draw curves and rows."""
        from oligoteach.charts.curve_rows import CurveRows

        chart = CurveRows(figure, lab.COLUMN)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: lab.LabView) -> None:
        """Show other schedules."""
        from oligoteach.charts.curve_rows import Over

        artists.show(lab.lab_blocks(result), lab.SCALE)
        curves = [Over(name, lab.GRID, values) for name, values in result.curves]
        own, others = lab.lab_places(result)
        words = lab.lab_heading(result), lab.lab_note(result, artists.compact)
        artists.show_over(curves, result.own.tumour, own, others, *words)

    def describe(self, result: lab.LabView) -> str:
        """Return the lab in words."""
        return " ".join(lab.lab_sentences(result))

    def table(self, result: lab.LabView) -> Table:
        """Return every schedule."""
        return lab.lab_table(result)

    def cards(self, result: lab.LabView) -> Any:
        """Return the claims that the schedules rest on."""
        return cite_all(lab.shown_claims(result))


class OrganLimits(RowsExplorer):
    """What each source allows an organ at risk, and what that makes of one plan."""

    key = "limits"
    aspect = 0.82
    narrow_aspect = 2.3
    controls = (
        Choice("site", "Site", lab.SITES, default="lung-central"),
        Number(
            "fractions",
            "Fractions",
            1,
            8,
            default=5,
            hint="Limits stand for 1, 2, 3, 4, 5 and 8; nothing is interpolated.",
        ),
        Choice("organ", "Organ at risk", limits.organ_options(), default=limits.ALL),
        Number("dose", "Your plan: dose near the maximum", 0, 70, default=31, unit="Gy"),
        Number(
            "prescription",
            "Prescribed dose",
            8,
            70,
            default=50,
            unit="Gy",
            hint="For limits that are a percentage of it.",
        ),
        Toggle("unverified", "With unverified limits"),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Limits": "As each source has them for exactly this number of fractions; sources are never "
        "merged, and cord, thecal sac and spinal canal are three organs",
        "Near maximum": "Dose of a point or of up to 0.5 cc. Sources differ in the volume, and a "
        "limit on 0.5 cc is the looser one at the same number. Other limits are shown, not judged",
        "Doubtful": "Four sparing limits for three fractions under TG-101 equal four times a "
        "fraction dose; the lower numbers of another copy are used, ◇ marks the doubtful ones",
        "Source": "data/constraints: most numbers were read in copies, and the table says where",
        "Validity": "For teaching, not for planning. Which organs count at a site is this course's "
        "choice",
    }

    def bring(self, changed: Mapping[str, Any], p: SimpleNamespace) -> Mapping[str, Any]:
        """Keep organ and site together."""
        if "site" in changed and "organ" not in changed:
            return {"organ": limits.ALL}
        organ = changed.get("organ", limits.ALL)
        if organ != limits.ALL and "site" not in changed:
            return {"site": limits.site_of(organ, p.site)}
        return {}

    def compute(self, p: SimpleNamespace) -> limits.LimitsView:
        """Choose the limits."""
        return limits.limits_view(p)

    def rows(self, result: limits.LimitsView) -> tuple[Any, Any]:
        """Return a block for each organ, or for each source of one."""
        return limits.limit_blocks(result), limits.limit_scale(result)

    def describe(self, result: limits.LimitsView) -> str:
        """Return the limits in words."""
        return " ".join(limits.limit_sentences(result))

    def table(self, result: limits.LimitsView) -> Table:
        """Return every limit with its source."""
        return limits.limit_table(result)


class SiteTrials(Explorer):
    """Trials of bone and brain metastases as they read."""

    key = "trials"
    controls = (
        Choice("result", "Result", trials.RESULTS, default="pain"),
        Toggle("review", "Beside the review", default=True),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Dots": "People per 100, from printed shares",
        "Source": "RTOG 0631 and N0574: abstracts as the ledger has them; SC.24: a news report",
        "Not done": "No comparison between trials: doses, endpoints and patients differ",
    }
    aspect = 0.68
    narrow_aspect = 1.35

    def compute(self, p: SimpleNamespace) -> trials.TrialView:
        """Return both arms of a result."""
        return trials.trial_view(p.result, p.review)

    def draw(self, figure: Any, result: trials.TrialView) -> Any:
        """Draw dots and words."""
        from oligoteach.charts.people import People

        chart = People(figure)
        self.update(chart, result)
        return chart

    def update(self, artists: Any, result: trials.TrialView) -> None:
        """Show other groups."""
        from oligoteach.charts.people import Crowd

        crowds = [Crowd(a.heading, int(a.share + 0.5), 100, a.words, a.known) for a in result.arms]
        artists.show(crowds, result.facts)

    def describe(self, result: trials.TrialView) -> str:
        """Return both arms in words."""
        return " ".join(trials.trial_sentences(result))

    def table(self, result: trials.TrialView) -> Table:  # noqa: ARG002 - the same for all
        """Return every result of the choice."""
        return trials.trials_table()

    def cards(self, result: trials.TrialView) -> Any:
        """Return what the review says of the trial."""
        return cite_all(trials.COMPARED[result.key].claims)


class BrainFirst(Explorer):
    """One patient with brain metastases, led to radiosurgery or to a drug first."""

    key = "brain"
    aspect = 0.6
    narrow_aspect = 1.85
    controls = (
        Number("lesions", "Lesions in the brain", 1, 15, default=3),
        Choice("driver", "Driver", brain.DRIVERS, default="EGFR"),
        Toggle("symptoms", "Symptoms from the brain"),
        Toggle("named", "A setting that the guideline names, and discussed"),
        Toggle("risk", "A lesion at risk by size or place"),
        Toggle("drug", "A drug against the driver, active in the brain", default=True),
        Toggle("surveillance", "Close imaging is possible", default=True),
    )
    card: ClassVar[Mapping[str, str]] = {
        "Rules": "Four questions in order. An end names an option to discuss, not what to do; the "
        "words behind it say how well it is backed",
        "Source": "Guideline of 2022: abstract read, the settings it names not; trials of one to "
        "four lesions; an observational study of one to ten",
        "Not verified": "The order of the questions is this course's own. That a lesion at risk "
        "is treated early, and that imaging must be close, is the review's word",
        "Validity": "For teaching, on imagined patients; without size of lesions, earlier "
        "treatment and surgery",
    }

    def compute(self, p: SimpleNamespace) -> brain.BrainView:
        """Walk the path."""
        return brain.brain_view(p)

    def draw(self, figure: Any, result: brain.BrainView) -> dict[str, Any]:
        """Draw the tree."""
        artists = brain.draw_brain(figure)
        self.update(artists, result)
        return artists

    def update(self, artists: dict[str, Any], result: brain.BrainView) -> None:
        """Light the path."""
        brain.show_brain(artists, result)

    def describe(self, result: brain.BrainView) -> str:
        """Return the path in words."""
        return " ".join(brain.brain_sentences(result))

    def table(self, result: brain.BrainView) -> Table:
        """Return every answer with its reason."""
        return brain.brain_table(result)

    def cards(self, result: brain.BrainView) -> Any:
        """Return the claims on which this end rests."""
        return cite_all(result.decision.end.claims)


EXPLORERS = {cls.key: cls for cls in (Control, RegimenLab, OrganLimits, SiteTrials, BrainFirst)}
