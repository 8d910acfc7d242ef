"""Why the director does something: stable codes for machines, one Dutch sentence each for people.

`{seat}` and `{camera}` are left for the runtime, which knows the labels.
"""

from chamber.core.director.model import Reason

_TEXTS = {
    # cuts to people
    "speaker": "{seat} heeft het woord",
    "chair": "De voorzitter neemt het woord",
    "returned": "Terug naar {seat}: die microfoon staat nog open",
    "lectern": "{seat} spreekt achter het spreekgestoelte",
    "duo": "{seat} en een ander spreken samen",
    "group": "{seat} staat alleen in een groepsbeeld",
    "reaction": "Luisteraar in beeld: {seat} sprak hiervoor",
    "cutaway_over": "Terug naar {seat} na het tussenbeeld",
    "other_camera": "{camera} is weg, een andere camera toont {seat}",
    # cuts to the wide shot
    "start": "De vergadering begint met het overzicht",
    "silence": "Niemand spreekt: overzicht",
    "bridge": "Overzicht zolang {camera} naar {seat} draait",
    "waiting": "Overzicht: de camera voor {seat} is nog onderweg",
    "no_shot": "{seat} heeft geen camerastand: overzicht",
    "privacy": "Deze spreker komt niet in beeld: overzicht",
    "overlap": "Meer microfoons open: overzicht",
    "pingpong": "Het woord gaat te snel heen en weer: rustig beeld",
    "cutaway": "Tussenbeeld: dit shot staat er al lang",
    "phase_wide": "In deze fase van de vergadering tonen we het overzicht",
    "not_allowed": "In deze fase komt {seat} niet in beeld: overzicht",
    "camera_gone": "{camera} is weg: overzicht",
    # the rest of the ladder, and the presentation
    "bridge_chair": "De voorzitter in beeld zolang {camera} naar {seat} draait",
    "slate": "Geen enkel beeld bruikbaar: wachtscherm",
    "presentation": "Presentatie met de spreker erin",
    # the operator
    "operator": "Keuze van de operator",
    # recalls
    "to_speaker": "{camera} gaat naar {seat}, die het woord krijgt",
    "expect_chair": "{camera} wacht op de voorzitter",
    "expect_queue": "{camera} wacht op {seat} uit de wachtrij",
    "expect_return": "{camera} wacht op {seat}, die net sprak",
    "expect_near": "{camera} wacht bij {seat}, waar veel stoelen dichtbij zijn",
    "to_group": "{camera} gaat naar een beeld met {seat} erin",
}

REASONS: dict[str, Reason] = {code: Reason(code, text) for code, text in _TEXTS.items()}
