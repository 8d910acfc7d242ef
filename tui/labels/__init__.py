"""All Dutch text of the console; identifiers stay English, sentences stand here and nowhere else in `tui`."""

from typing import Final

APP_TITLE: Final = "Raadzaal"

STATES: Final = {
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

# Big letters: the longest form that fits is shown. "Gesloten" would look like "Besloten" from two metres.
BIG: Final = {
    "planned": ("GEPLAND",),
    "standby": ("KLAAR",),
    "open": ("OPENBAAR",),
    "suspended": ("GESCHORST",),
    "closing_doors": ("DEUREN SLUITEN", "DEUR DICHT"),
    "closed": ("BESLOTEN",),
    "reopening": ("DEUREN OPEN", "DEUR OPEN"),
    "ended": ("EINDE",),
    "published": ("GEPUBLICEERD", "ONLINE"),
    "slate": ("WACHTSCHERM",),
    "unknown": ("ONBEKEND",),
}

EXPLAIN: Final = {
    "planned": "Nog niet klaargezet; de pagina toont alleen de agenda",
    "standby": "Klaar om te beginnen; publiek ziet het wachtscherm",
    "open": "Het publiek volgt de zaal",
    "suspended": "Publiek ziet het wachtscherm",
    "closing_doors": "Wacht tot de tribune leeg is en de deuren dicht zijn",
    "closed": "Besloten deel; er wordt niets uitgezonden of opgenomen",
    "reopening": "Publiek mag binnen; er wordt nog niets uitgezonden",
    "ended": "De vergadering is gesloten",
    "published": "De opname staat online",
    "slate": "LET OP: vergadering is openbaar, publiek ziet het wachtscherm",
    "unknown": "Nog geen bericht van de regeling",
}
EXPLAIN_OLD: Final = "De uitzending kan nog lopen. Kijk op de publiekspagina {url}"
EXPLAIN_LEAK: Final = "LET OP: publiek ziet of hoort de zaal nog"

ROLES: Final = {
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

MODES: Final = {"auto": "Automatisch", "assist": "Half-automatisch", "manual": "Handmatig"}
SHOTS: Final = {
    "speaker": "spreker",
    "chair": "voorzitter",
    "duo": "twee sprekers",
    "group": "groep",
    "lectern": "spreekgestoelte",
    "wide": "overzicht",
    "presentation": "presentatie",
    "pip": "presentatie met spreker",
    "slate": "wachtscherm",
}
LINKS: Final = {"up": "verbonden", "down": "WEG", "connecting": "verbindt…"}
PICTURES: Final = {"live": "beeld", "stale": "beeld stil", "none": "geen beeld"}
STREAMS: Final = {"up": "Stream loopt", "down": "STREAM WEG", "starting": "Stream start…"}
LEGS: Final = {
    "video": "beeld",
    "audio": "geluid",
    "mixer": "regiebeeld",
    "mixer_sound": "regiegeluid",
    "index": "index",
    "now": "actuele spreker",
    "bars": "naambalk",
    "recording": "opname",
}
SIMULCAST: Final = "doorzending {name}"
SCREEN: Final = "scherm {name}"
TAKEN_BACK: Final = "Teruggenomen: {parts} stukken"
EDGE_PENDING: Final = ", {names} wordt nog gewist"
EDGE_PROVEN: Final = ", bewezen gewist op {names}"
EDGE_UNPROVEN: Final = ", NIET bewezen gewist op {names}"
NOT_RECALLED: Final = ". Wat al naar {names} was doorgezonden, is niet terug te halen"
VOTE_KINDS: Final = {
    "show_of_hands": "Handopsteken",
    "roll_call_vote": "Hoofdelijk",
    "secret_ballot": "Schriftelijk (geheim): beeld blijft op overzicht, zonder naambalk",
}
OUTCOMES: Final = {
    "adopted": "Aangenomen",
    "rejected": "Verworpen",
    "tied": "Stemmen staken",
    "deferred": "Aangehouden",
    "withdrawn": "Ingetrokken",
}

# -- public panel ---------------------------------------------------------------------------------------------------
PUBLIC, SEES, HEARS = "PUBLIEK", "ZIET", "HOORT"
BIG_YES, BIG_NO = "JA", "NEE"
PUBLIC_SEES: Final = "PUBLIEK ZIET"
PUBLIC_HEARS: Final = "PUBLIEK HOORT"
YES, NO, UNKNOWN = "● JA", "■ NEE", "? ONBEKEND"

# -- panels ---------------------------------------------------------------------------------------------------------
TITLE_SPEAKER: Final = "Aan het woord"
TITLE_ON_AIR: Final = "In beeld"
TITLE_PROGRAMME: Final = "Regiebeeld (niet bij publiek)"
TITLE_CAMERAS: Final = "Camera's"
TITLE_HALL: Final = "Zaal"
TITLE_AGENDA: Final = "Agenda"
TITLE_DEVICES: Final = "Verbindingen"
TITLE_ALARMS: Final = "Meldingen"
TITLE_LOG: Final = "Berichten"
NOBODY_SPEAKS: Final = "Niemand aan het woord"
ALSO: Final = "ook open"
QUEUE: Final = "Wachtrij: {names}"
QUEUE_EMPTY: Final = "Wachtrij leeg"
SEAT: Final = "stoel {seat}"
UNKNOWN_PERSON: Final = "Onbekende spreker"
NO_CAMERAS: Final = "Geen camera's"
PRESET: Final = "stand {preset}"
PRESET_UNKNOWN: Final = "stand ?"
MOVING: Final = "draait"
MOVING_UNKNOWN: Final = "?"
ON_AIR_MARK: Final = "IN BEELD"
PROGRAMME_MARK: Final = "regie"
NEXT_SHOT: Final = "Hierna: {shot}"
NEXT_SHOT_NONE: Final = "Hierna: nog niets klaar"
PROPOSAL: Final = "Voorstel (J): {text}"
NO_AGENDA: Final = "Geen agenda"
CLOSED_ITEM: Final = "besloten"
SELECT_HINT: Final = "pijltjes kiezen een stoel"
MICS: Final = {"on": "aan", "off": "uit", "request": "vraagt"}
MIC_UNKNOWN: Final = "onbekend"
MIC_SIGNS: Final = {"on": "●A", "request": "◆V", "off": "· "}
MIC_SIGN_UNKNOWN: Final = "? "
MIC_LEGEND: Final = "●A aan ◆V vraagt · uit"
NOBODY_KNOWN: Final = "niemand bekend"
VIEWER: Final = "1 kijker"
VIEWERS: Final = "{count} kijkers"
DELAY: Final = "vertraging {seconds} s"
SOUND: Final = "Geluid"
SILENT: Final = "stil"
BAR_ON, BAR_OFF = "Naambalk aan", "Naambalk uit"
REHEARSAL: Final = "OEFENING"
PREVIEW: Final = "Meekijken: {url}"
PUBLIC_PAGE: Final = "Publiek: {url}"
RUNNING: Final = "sinds {time} ({elapsed})"
OPEN_SINCE: Final = "loopt {elapsed}"
RESUMES: Final = "verder om {time}"
MORE_ALARMS: Final = "… en nog {count} meldingen: toets I"
ALARM: Final = "ALARM"
NOTICE: Final = "LET OP"
NO_ALARMS: Final = "Geen meldingen"
PRESENTATION: Final = "Schermen"
DEVICES_UP: Final = "{up} van {all} apparaten verbonden"

# -- link -----------------------------------------------------------------------------------------------------------
CONNECTING: Final = "Verbinden met de regeling…"
NOTHING_CAME: Final = "De regeling gaf geen antwoord. Probeer het nog eens."
NO_LINK: Final = "GEEN VERBINDING MET DE REGELING"
NO_LINK_OLD: Final = "{headline} ({reason})\n Hieronder de OUDE STAND van {time}. Toetsen doen nu niets."
NO_LINK_EMPTY: Final = "{headline} ({reason})\n De console probeert het vanzelf opnieuw."
LINK_REASONS: Final = {
    "refused": "geen antwoord",
    "lost": "verbinding verbroken",
    "silent": "geen teken van leven",
    "auth": "token geweigerd: vraag de beheerder",
    "garbled": "onbegrijpelijk bericht, andere versie?",
    "full": "te veel bedienplekken verbonden",
}
LINK_BACK: Final = "Verbinding met de regeling is terug"

# -- answers --------------------------------------------------------------------------------------------------------
NOT_SENT: Final = "NIET verstuurd ({action}): geen verbinding met de regeling"
NO_ANSWER: Final = "Geen antwoord op {action}: onbekend of het is uitgevoerd. Kijk naar de stand hierboven."
REFUSED: Final = "Geweigerd ({action}): {message}"
BUSY: Final = "NIET verstuurd ({action}): er zijn nog opdrachten onderweg"
DONE: Final = "{action}: gedaan"
STATE_DONE: Final = "{state} om {time}"
CONFIRMED_BY: Final = ", bevestigd door {legs}"
WAITING_FOR: Final = ", wacht op bevestiging van {legs}"
UNCONFIRMED: Final = "LET OP: {state}, maar NIET bevestigd door {legs}. Controleer de publiekspagina."
AND: Final = " en "
CONFIRM: Final = "Druk nogmaals {key} binnen 5 s: {what}"
TOO_QUICK: Final = "Te snel na elkaar. Druk nogmaals {key}: {what}"
KEY_HELD: Final = "{key} telde één keer (te snel na elkaar)"
DISARMED: Final = "Niet gedaan: {action}"
DISARMED_STATE: Final = "Niet gedaan: {action}. De stand is intussen veranderd."
NOT_NOW: Final = "{action} kan nu niet: de stand is {state}"
CHOOSE_SEAT_FIRST: Final = "Kies eerst een stoel met de pijltjes of met Z"
NO_PROPOSAL: Final = "Er is nu geen voorstel"
NO_SUCH_CAMERA: Final = "Er is geen camera {number}"
NO_INPUTS: Final = "Er zijn geen presentatiebronnen"
NO_ITEMS: Final = "Er is geen agenda"
NO_SEATS: Final = "Er zijn geen stoelen bekend"

# -- dialogs --------------------------------------------------------------------------------------------------------
FILTER: Final = "typ om te zoeken"
DIALOG_KEYS: Final = "↑↓ kiezen   Enter doen   Esc niet doen   F4 F5 F6 F12 werken ook hier"
LISTING_KEYS: Final = "↑↓ kiezen  Esc klaar"
PROMPT_KEYS: Final = "Enter bewaren   Esc terug   F4 F5 F6 F12 werken ook hier"
NOTHING_FOUND: Final = "Niets gevonden"
ASK_ITEM: Final = "Naar welk agendapunt?"
ASK_SEAT: Final = "Welke stoel?"
ASK_PERSON: Final = "Wie zit op stoel {seat}?"
NOBODY: Final = "Niemand bekend (geen naambalk)"
SWAP_SEATS: Final = "Ruilen met een andere stoel"
ASK_OTHER_SEAT: Final = "Stoel {seat} ruilt met welke stoel?"
NO_PRESENTATION: Final = "Geen presentatie meer"
ASK_INPUT: Final = "Welke computer tonen, of welk scherm zwart?"
ASK_OUTPUT: Final = "Waar moet {source} te zien zijn?"
TO_PUBLIC: Final = "In de uitzending, bij de spreker"
ON_SCREEN: Final = "Op het scherm: {screen}"
BLACK: Final = "Scherm {screen} zwart"
NOT_BLACK: Final = "Scherm {screen} weer aan (staat op zwart)"
ASK_VOTE: Final = "Hoe wordt er gestemd?"
ASK_VOTED: Final = "Hoe is er gestemd?"
ASK_OUTCOME: Final = "Wat is de uitslag volgens de voorzitter?"
ASK_COUNTS: Final = "Aantallen voor-tegen, bijvoorbeeld 12-7. Leeg laten mag."
BAD_COUNTS: Final = "Schrijf twee getallen met een streepje, bijvoorbeeld 12-7, of laat het leeg"
ASK_NOTE: Final = "Notitie (komt niet in de uitzending)"
NOTE_DRAFT: Final = "De notitie is bewaard als concept: N opent haar weer"
ASK_TAKE_BACK: Final = "Hoeveel terugnemen? Wat al gezien of doorgezonden is, kan niet worden teruggehaald."
ASK_LATE: Final = "Het volgende punt begon al eerder. Hoe lang geleden?"
ASK_RESUME: Final = "Schorsen tot hoe laat? Bijvoorbeeld 21:15"
BAD_TIME: Final = "Schrijf een tijd als 21:15"
ASK_CAMERA: Final = "Welke camera?"
ASK_PRESET: Final = "Naar welke stand (0 tot en met 254)?"
BAD_PRESET: Final = "Schrijf een getal van 0 tot en met 254"
ASK_FORCE: Final = "Camera {camera} is IN BEELD en gaat zichtbaar bewegen. Toch doen?"
FORCE_NO, FORCE_YES = "Nee, niet bewegen", "Ja, in beeld bewegen"
ASK_TITLE: Final = "Titel van de nieuwe vergadering"
BAD_TITLE: Final = "Schrijf een titel"
SECONDS_AGO: Final = {15: "15 seconden", 30: "30 seconden", 60: "1 minuut", 120: "2 minuten", 300: "5 minuten"}
SECONDS_BACK: Final = {10: "10 seconden", 30: "30 seconden", 60: "1 minuut", 120: "2 minuten"}
HELP_TITLE: Final = "Alle toetsen"
HELP_KEYS: Final = "Esc of ? terug   ↑↓ bladeren"
HELP_INTRO: Final = (
    "Hoofdletters of Caps Lock maken geen verschil. Alles wat het publiek buitensluit werkt met één druk; "
    "alles wat de uitzending opent of afsluit vraagt dezelfde toets nog een keer."
)
INFO_TITLE: Final = "Meldingen en verbindingen"
PALETTE: Final = "Zoek een handeling…"

# -- actions: id -> (label, help) -----------------------------------------------------------------------------------
GROUPS: Final = {
    "meeting": "Vergadering",
    "shot": "Beeld",
    "sound": "Microfoons en sprekers",
    "item": "Agenda en stemming",
    "console": "Console",
}

ACTIONS: Final[dict[str, tuple[str, str]]] = {
    "panic": (
        "PANIEK",
        "Meteen wachtscherm en stilte, en de laatste seconden terug. Werkt overal, ook in een venster.",
    ),
    "standby": ("Klaarzetten", "Wachtscherm op de publiekspagina; nog geen beeld of geluid uit de zaal."),
    "open": ("Openen", "Op de hamer: publiek ziet en hoort de zaal. Ook hervatten en heropenen. Twee keer drukken."),
    "suspend": ("Schorsen", "Meteen wachtscherm en stilte."),
    "suspend_until": ("Schorsen tot…", "Schorsen met een tijd op het wachtscherm."),
    "close_doors": ("Deuren sluiten", "Meteen wachtscherm en stilte, terwijl de tribune leegloopt."),
    "close": ("Besloten", "Meteen dicht: geen beeld, geen geluid, geen opname."),
    "reopen_doors": (
        "Deuren open",
        "Laat publiek binnen na een besloten deel; nog geen uitzending. Twee keer drukken.",
    ),
    "end": ("Einde", "De vergadering is gesloten; de uitzending stopt. Twee keer drukken."),
    "publish": ("Publiceren", "De opname online zetten, na controle. Twee keer drukken."),
    "take_back": ("Terugnemen", "De laatste seconden uit de uitzending halen."),
    "create": ("Nieuwe vergadering", "Een vergadering maken als er geen loopt."),
    "mode_auto": ("Automatisch", "De regie kiest het beeld."),
    "mode_assist": ("Half-automatisch", "De regie stelt voor, u kiest met J."),
    "mode_manual": ("Handmatig", "U kiest het beeld; de regie doet niets."),
    "accept": ("Ja, voorstel", "Het voorgestelde beeld nemen."),
    "shot_wide": ("Overzicht", "Overzicht van de zaal in beeld."),
    "shot_camera": ("Camera", "De camera met dit nummer in beeld, op volgorde van de lijst."),
    "shot_presentation": ("Presentatie", "De presentatie in beeld."),
    "shot_chair": ("Voorzitter", "De voorzitter in beeld."),
    "camera_recall": ("Camera naar stand", "Een camera naar een bewaarde stand sturen (Y lijkt op een statief)."),
    "title_toggle": ("Naambalk", "Naambalk (titelbalk) aan of uit."),
    "presentation": ("Computer kiezen", "Welke presentatiebron op de schermen komt."),
    "mic_toggle": ("Microfoon", "Microfoon van de gekozen stoel aan of uit."),
    "mics_off": ("Alle mics uit", "Alle open microfoons uit."),
    "silence": ("Stilte", "Een minuut stilte toestaan zonder alarm; nog eens heft het op."),
    "seat_find": ("Zoek stoel", "Een stoel kiezen op nummer of naam."),
    "assign": ("Wie is dit", "Zeggen wie op de gekozen stoel zit."),
    "item_next": ("Volgend punt", "Naar het volgende agendapunt."),
    "item_late": ("Punt was eerder", "Volgend agendapunt, met een begintijd die al voorbij is."),
    "item_select": ("Punt kiezen", "Een agendapunt uit de lijst kiezen."),
    "vote_begin": ("Gaan stemmen", "De stemming begint: beeld naar overzicht. Hoofdelijk: de namen vanaf het lot."),
    "vote_record": ("Uitslag", "De uitslag vastleggen zoals de voorzitter haar noemt."),
    "agenda": ("Agenda wijzigen", "Punt erbij, wijzigen, verplaatsen, intrekken, samenvoegen; agenda uit een bestand."),
    "attendance": ("Presentielijst", "Wie er is: de spatiebalk wisselt, E zet het vroeger."),
    "guest": ("Gast", "Inspreker of andere gast op een stoel, met wat die wil: naam of beeld niet."),
    "note": ("Notitie", "Een notitie, besluit of toezegging bij dit moment schrijven."),
    "info": ("Informatie", "Alle meldingen, verbindingen en berichten."),
    "help": ("Toetsen", "Deze lijst."),
    "palette": ("Zoek handeling", "Een handeling zoeken op naam."),
    "cancel": ("Niet doen", "Een half gegeven opdracht vervalt."),
    "quit": ("Afsluiten", "De console sluiten; de vergadering loopt door. Twee keer drukken."),
}

CONFIRM_WHAT: Final = {
    "open": "OPENBAAR. Publiek ziet en hoort de zaal.",
    "reopen_doors": "DEUREN OPEN. Publiek mag binnen.",
    "end": "EINDE. De vergadering is gesloten.",
    "publish": "PUBLICEREN. De opname komt online.",
    "quit": "AFSLUITEN. De vergadering loopt door.",
}

# What an order was, once it is done: filled in with its own fields.
SAID: Final = {
    "mic.on": "Microfoon {seat} aan",
    "mic.off": "Microfoon {seat} uit",
    "mics.off": "Alle microfoons uit",
    "title.show": "Naambalk aan",
    "title.hide": "Naambalk uit",
    "camera.recall": "Camera {camera} naar stand {preset}",
    "presentation.select": "{input} op het scherm",
    "seats.swap": "Stoel {seat} en stoel {other} geruild",
    "take_back": "{seconds} seconden terugnemen",
    "note.add": "Notitie bewaren",
    "mode.set": "{mode}",
    "shot.take": "Beeld: {shot}",
}

OPEN_WORDS: Final = {"standby": "Openen", "suspended": "Hervatten", "reopening": "Heropenen"}

KEY_NAMES: Final = {
    "enter": "Enter",
    "escape": "Esc",
    "backspace": "Backspace",
    "question_mark": "?",
    "comma": ",",
    "full_stop": ".",
    "minus": "-",
    "plus": "+",
    "asterisk": "*",
    "colon": ":",
    "slash": "/",
    "equals_sign": "=",
    "semicolon": ";",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "backslash": "\\",
    "exclamation_mark": "!",
    "space": "Spatie",
    "delete": "Delete",
}
