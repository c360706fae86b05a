"""What follows from what is known: pure functions on numbers and numpy arrays.

No module here reads a file, draws, keeps state or rolls dice without being given the seed. A
result says when it lies outside what its formula covers; invalid input raises ``ValueError`` with
a sentence.

Modules
-------
classification
    Stage, state, staging work-up and entry rules of one patient; gathers the names of
    ``patient``, ``stage``, ``states`` and ``entry``.
curves
    Survival curves through a published median, or a median and a landmark.
survival
    Kaplan-Meier, log-rank, restricted mean and hazard ratio, of one trial or many at once.
design
    Events, power, expected events, go/no-go, and the errors of size and sign.
sequential
    Interim looks: boundaries that spend alpha, and what stopping at one does.
trial_simulation
    The same trial run many thousands of times.
intervals
    What a printed confidence interval implies, and whether its p value fits.
detection
    How a lesion limit and imperfect imaging decide who is called oligometastatic.
pooling
    Hazard ratios of several trials together: effect, heterogeneity, prediction interval.
updating
    What a belief about a hazard ratio becomes with new data.
interaction
    Whether two subgroups differ by more than chance.
predictive
    What a positive or a negative trial is worth, given how often such ideas are true.
planned_trial
    The share of patients with an event by the end of a planned trial.
landmark
    Immortal time: three ways to compare treated with untreated patients.
progression
    The teaching path for progression at a few sites.
resistance
    Resistant cells before and under a targeted drug.
fractionation
    BED, EQD2 and isoeffective schedules, with incomplete repair and repopulation.
cell_kill
    Survival by dose per fraction under LQ, LQ-L, USC and modified LQ.
tumour_control, complications
    Control of lung tumours and adrenal metastases by dose; pneumonitis, Lyman-Kutcher-Burman, cord.
first_failure
    Where a disease fails first, and what preventing failure at known sites would change.
seeding
    Visible and occult metastases by time, and when ablating all visible ones leaves nothing.
immune_response, tumour_immune, interferon
    Radiotherapy with an antibody in mice, dormancy and escape, and an assumed dose curve.
margins, target_volumes, falloff
    Margins from errors of setup and breathing, the volumes they make, and how fast dose must fall.
dvh, dose_grid, structures, conformity
    What a dose cube gives each structure: histograms, shifts and breathing, contours, indices.
"""
