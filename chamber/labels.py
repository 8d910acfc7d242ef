"""Dutch sentences that journal, API, console and public share; words of one screen live in that screen's package."""

SLATES: dict[str, tuple[str, str]] = {
    "begin": ("De vergadering begint zo", "U ziet en hoort nog niets uit de zaal"),
    "suspended": ("De vergadering is geschorst", "De uitzending gaat verder na de schorsing"),
    "closed": ("Besloten deel", "Dit deel van de vergadering is niet openbaar"),
    "ended": ("De vergadering is gesloten", "De opname vindt u later op deze pagina"),
    "fault": ("Even geduld", "De uitzending is onderbroken door een storing"),
}

ROLES: dict[str, str] = {
    "chair": "Voorzitter",
    "acting_chair": "Plv. voorzitter",
    "clerk": "Griffier",
    "councillor": "Raadslid",
    "group_leader": "Fractievoorzitter",
    "committee_member": "Burgerraadslid",
    "alderman": "Wethouder",
    "official": "Ambtenaar",
    "public_speaker": "Inspreker",
}

PRIVACY = {
    "zone": "Gebied dat niet in beeld mag",
    "free": "{count} beelden waarin geen gebied te zien is",
    "seen": "{count} beelden waarin een gebied te zien is",
    "limits": "Berekend zonder muren en meubels; kijk bij twijfel naar het beeld zelf",
}

STATES: dict[str, str] = {
    "planned": "Gepland",
    "standby": "Klaar",
    "open": "Openbaar",
    "suspended": "Geschorst",
    "closing_doors": "Deuren sluiten",
    "closed": "Besloten",
    "reopening": "Deuren open",
    "ended": "Gesloten",
    "published": "Gepubliceerd",
}

RESUMES_AT = "De uitzending gaat verder om {time}"
