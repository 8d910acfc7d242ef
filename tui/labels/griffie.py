"""Dutch of the griffie's dialogs."""

from typing import Final

# -- agenda ---------------------------------------------------------------------------------------------------------
AGENDA_TITLE: Final = "Agenda wijzigen"
AGENDA_EMPTY: Final = "Er is nog geen agenda: + voegt een punt toe, L leest een bestand of plakt tekst"
WITHDRAWN: Final = "ingetrokken"
TOGETHER: Final = "samen met {number}"
ADD: Final = "erbij"
CHANGE: Final = "nummer, titel"
PHASE: Final = "soort"
SHUT: Final = "besloten"
UP: Final = "omhoog"
DOWN: Final = "omlaag"
WITHDRAW: Final = "intrekken"
JOIN: Final = "samenvoegen"
IMPORT: Final = "lezen"
ASK_NUMBER: Final = "Nummer van het punt, bijvoorbeeld 4.11"
BAD_NUMBER: Final = "Schrijf een nummer van hoogstens 20 tekens"
ASK_ITEM_TITLE: Final = "Titel van het punt {number} (komt op de publiekspagina)"
BAD_ITEM_TITLE: Final = "Schrijf een titel"
ASK_PHASE: Final = "Wat voor punt is {number}? De regie past zich eraan aan."
PHASES: Final = {
    "debate": "Bespreekstuk",
    "consent": "Hamerstuk",
    "opening": "Opening of sluiting",
    "public_speakers": "Insprekers",
    "answer": "Beantwoording",
    "voting": "Stemming",
    "secret_ballot": "Geheime stemming",
    "ceremony": "Plechtigheid (beeld blijft staan)",
    "presentation": "Presentatie",
}
ASK_SHUT: Final = (
    "Punt {number} besloten maken? De titel verdwijnt van de publiekspagina. Toelating van leden, begroting en "
    "rekening, belastingen en benoeming of ontslag van wethouders mogen niet besloten (Gemeentewet art. 24)."
)
SHUT_NO, SHUT_YES = "Nee, openbaar laten", "Ja, besloten"
ASK_JOIN: Final = "Met welk punt wordt {number} samen behandeld?"
ALREADY_FIRST, ALREADY_LAST = "Dit punt staat al bovenaan", "Dit punt staat al onderaan"
NOTHING_TO_JOIN: Final = "Er is geen ander punt om mee samen te voegen"

# -- agenda import --------------------------------------------------------------------------------------------------
ASK_SOURCE: Final = "Agenda lezen: uit welk bestand? (RIS-bestand, iCalendar, of tekst met een punt per regel)"
OTHER_FILE: Final = "Ander bestand: pad typen"
ASK_PATH: Final = "Pad van het bestand op deze computer"
NO_FILE: Final = "Dit bestand is niet te lezen: {reason}"
FILE_TOO_LARGE: Final = "Dit bestand is te groot voor een agenda"
COMPARE_FAILED: Final = "Agenda lezen lukt niet: {message}"
NO_DIFFERENCES: Final = "Geen verschil: de agenda is al zo"
DIFFERENCES_TITLE: Final = "{source}: {count} verschillen met de agenda nu. Er is nog niets veranderd."
TAKE_OVER: Final = "overnemen"
AGENDA_MOVED_ON: Final = "De agenda is intussen veranderd: kijk de verschillen opnieuw na"
DIFFERENCES: Final = {
    "added": "+ nieuw      {after}",
    "missing": "· alleen hier {before} (blijft staan)",
    "number": "~ nummer     {before} wordt {after}",
    "title": "~ titel      {before} wordt {after}",
    "closed": "~ besloten   {item}",
    "moved": "↕ verplaatst {item}",
}
KEPT: Final = " (blijft: al behandeld)"

# -- votes ----------------------------------------------------------------------------------------------------------
ASK_DRAWN: Final = "Welk nummer is geloot? Met die naam begint de hoofdelijke stemming."
NOT_DRAWN: Final = "Niet geloot: op volgorde van de lijst"
NO_VOTERS: Final = "Niemand staat als stemgerechtigd raadslid op de presentielijst"
ROLL_CALL_TITLE: Final = "Hoofdelijke stemming: {yes} voor, {no} tegen, nog {left} te gaan"
ROLL_CALL_BEYOND: Final = ", {others} zonder stem"
CHOICES: Final = {"for": "VOOR", "against": "TEGEN", "abstained": "onthouden", "absent": "afwezig"}
FOR, AGAINST, ABSTAINED, ABSENT = "voor", "tegen", "onthouden", "afwezig"
OUTCOME: Final = "uitslag"
CONTINUE_ROLL_CALL: Final = "Verder met de hoofdelijke stemming"
ASK_QUESTION: Final = "Waarover is gestemd?"
QUESTIONS: Final = {
    "proposal": "Voorstel",
    "amendment": "Amendement",
    "sub_amendment": "Subamendement",
    "motion": "Motie",
}
ASK_OUTCOME_COUNTED: Final = "Geteld: {yes} voor, {no} tegen. Wat is de uitslag volgens de voorzitter?"
NOT_ALL_CALLED: Final = "Nog niet gestemd: {names}"
ASK_BALLOT: Final = "Geheime stemming: waarover? Er wordt niets per persoon bewaard."
BALLOT_PEOPLE, BALLOT_PROPOSAL = "Over personen: aantal briefjes per kandidaat", "Over een voorstel: voor en tegen"
BALLOTS_TITLE: Final = "Briefjes per kandidaat: {count} geteld"
BALLOTS_EMPTY: Final = "Nog geen briefjes: + voegt een kandidaat toe"
BLANK: Final = "Blanco of ongeldig"
ASK_CANDIDATE: Final = "Welke kandidaat?"
ASK_BALLOTS: Final = "Hoeveel briefjes voor {name}?"
BAD_BALLOTS: Final = "Schrijf een getal van 0 tot en met 99"
BALLOTS_ADD, BALLOTS_CHANGE, BALLOTS_DONE = "kandidaat", "aantal", "uitslag"

# -- presence and guests --------------------------------------------------------------------------------------------
ATTENDANCE_TITLE: Final = "Presentielijst: {present} aanwezig, {voters} van {all} stemgerechtigde leden"
ATTENDANCE_NOBODY: Final = "Presentielijst: nog niemand aangevinkt; ieder raadslid mag nu stemmen"
PRESENT: Final = "aanwezig of weg"
EARLIER: Final = "al eerder"
ASK_SINCE: Final = "{name} is {how} sinds wanneer?"
COMES, GOES = "aanwezig", "weg"
NOBODY_KNOWN: Final = "Er zijn geen personen bekend"
ASK_GUEST: Final = "Gast of privacy"
NEW_GUEST: Final = "Nieuwe gast"
SEAT_PRIVACY: Final = "Privacy van wie op stoel {seat} zit ({name})"
ASK_GUEST_NAME: Final = "Naam van de gast, zoals op de naambalk"
BAD_GUEST_NAME: Final = "Schrijf een naam"
ASK_GUEST_ROLE: Final = "Wat is {name}?"
GUEST_ROLES: Final = {
    "public_speaker": "Inspreker",
    "official": "Ambtenaar of deskundige",
    "committee_member": "Burgerraadslid",
    "councillor": "Raadslid",
    "alderman": "Wethouder",
}
ASK_PRIVACY: Final = "Wat wil {name}? Vraag het vooraf."
PRIVACY: Final = {
    "none": "Naam en beeld mogen",
    "name": "Naam niet noemen (naambalk en index: alleen de rol)",
    "picture": "Niet in beeld (overzicht of voorzitter, met geluid)",
    "both": "Geen naam en niet in beeld",
}
ASK_GUEST_SEAT: Final = "Waar gaat {name} zitten of staan?"
NO_SEAT_YET: Final = "Nog geen stoel"

# -- notes ----------------------------------------------------------------------------------------------------------
ASK_NOTE_KIND: Final = "Wat is het?"
NOTE_KINDS: Final = {"note": "Notitie", "decision": "Besluit", "commitment": "Toezegging"}

# What an order was, once it is done: filled in with its own fields.
SAID: Final = {
    "agenda.add": "Punt {number} erbij",
    "agenda.change": "Punt {item} gewijzigd",
    "agenda.move": "Punt {item} verplaatst",
    "agenda.withdraw": "Punt {item} ingetrokken of terug",
    "agenda.join": "Punt {item} samengevoegd of weer apart",
    "agenda.replace": "Agenda overgenomen",
    "vote.cast": "{person}: {choice}",
    "attendance.set": "{person} {how}",
    "guest.add": "Gast {name}",
    "speaker.privacy": "Privacy van stoel {seat}",
}
