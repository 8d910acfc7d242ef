"""What the watcher says, in Dutch that the clerk can read out to the chair."""

FINE = {
    "open": "Stream in orde: kijkers zien en horen de zaal",
    "slate": "Stream in orde: kijkers zien het wachtscherm ({state})",
    "coming": "Stream in orde: de uitzending van de zaal komt zo",
    "dark": "Geen uitzending ({state})",
}
LOOKING = "De bewaker kijkt nog of de stream er is"
BLIND = "De bewaker heeft zelf geen internet sinds {since}: over de stream is niets te zeggen"

# code -> sentence; every one can be read aloud as it stands
SAID = {
    "away": "Stream weg sinds {since}, adviseer schorsing",
    "leak": "Kijkers zien of horen mogelijk de zaal sinds {since}, terwijl de vergadering niet openbaar is: druk PANIEK",
    "slate": "Kijkers zien een wachtscherm sinds {since}, terwijl de vergadering openbaar is; adviseer schorsing",
    "frozen": "Beeld en geluid van de stream staan stil sinds {since}, adviseer schorsing",
    "silent": "Stream zonder geluid sinds {since}, het beeld is goed; adviseer schorsing tot het geluid terug is",
    "still": "Beeld van de stream staat stil sinds {since} (bij een presentatie mag dat)",
    "late": "De stream loopt {delay} seconden achter, sinds {since}",
    "page": "De webpagina antwoordt niet sinds {since}, de stream zelf loopt",
}
# the same while only one sign speaks for it
DOUBTED = {
    "away": "Mogelijk is de stream weg sinds {since}; de bewaker kijkt nog",
    "leak": "Mogelijk is de zaal te zien of te horen sinds {since}, terwijl de vergadering niet openbaar is; kijk zelf",
    "slate": "Mogelijk zien kijkers een wachtscherm sinds {since}; de bewaker kijkt nog",
    "frozen": "Mogelijk staat de stream stil sinds {since}; de bewaker kijkt nog",
    "silent": "Geen geluid te horen sinds {since}; er is ook niemand als spreker bekend",
}

SIGNS = {
    "no_media": "geen nieuwe beelden",
    "no_facts": "de pagina geeft geen antwoord",
    "no_fresh": "ook een nieuwe verbinding krijgt niets nieuws",
    "not_live": "de stream meldt zelf een wachtscherm",
    "still": "het beeld beweegt niet",
    "silent": "er is geen geluid",
    "named": "er is een spreker in beeld genoemd",
    "not_open": "de vergadering is niet openbaar",
    "moving": "het beeld beweegt",
    "heard": "er is geluid",
    "late": "tijd van het beeld tegen de klok",
}

LEVELS = {"green": "GOED", "amber": "LET OP", "red": "ROOD", "unknown": "ONBEKEND"}
