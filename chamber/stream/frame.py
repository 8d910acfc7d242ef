"""What every public page has in common: head, foot, languages, and how text gets into a template. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from chamber.stream.words import PAGE, Words

CURRENT = ' aria-current="page"'


@dataclass(frozen=True, slots=True)
class About:
    """Who serves the pages, as CONFIG has it; what is None is not mentioned."""

    organisation: str
    url: str | None = None
    contact: str | None = None
    accessibility_url: str | None = None
    privacy_url: str | None = None
    papers_url: str | None = None
    security_contact: str | None = None
    embed: tuple[str, ...] = ()


def words(about: About, language: str) -> Words:
    """Every word of a language, safe to stand in HTML, with the organisation."""
    found = {name: escape(text) for name, text in PAGE[language].items()}
    organisation = escape(about.organisation)
    return {
        **found,
        "organisation": organisation,
        "description": found["description"].format(organisation=organisation),
    }


def head(about: About, language: str, here: str, query: str = "") -> str:
    """The band at the top with the two main pages and the other language; `here` is the address of this page."""
    say = words(about, language)
    pages = (("/", "live"), ("/archive/", "recordings"))
    current = "/archive/" if here.startswith("/archive/") else "/"
    links = "".join(
        f'<li><a href="{path}?lang={language}"{CURRENT if path == current else ""}>{say[name]}</a></li>'
        for path, name in pages
    )
    other = f"{escape(here)}?lang={say['other_lang']}{escape(query)}"
    return (
        '<header><div class="inside"><img src="/static/icon.svg" alt="" width="32" height="32">'
        f'<p>{say["organisation"]}</p><nav aria-label="{say["nav"]}"><ul>{links}'
        f'<li><a href="{other}" lang="{say["other_lang"]}" hreflang="{say["other_lang"]}">{say["other_lang_name"]}</a></li>'
        "</ul></nav></div></header>"
    )


def foot(about: About, language: str) -> str:
    """Contact and statements, as far as CONFIG has them."""
    say = words(about, language)
    lines = [f"<li>{say['contact']} {escape(about.contact)}</li>"] if about.contact else []
    for name, url in (
        ("papers", about.papers_url),
        ("accessibility", about.accessibility_url),
        ("privacy", about.privacy_url),
    ):
        if url:
            lines.append(f'<li><a href="{escape(url)}">{say[name]}</a></li>')
    return f'<footer><ul class="inside">{"".join(lines)}</ul></footer>' if lines else ""


def glossary(say: Mapping[str, str]) -> str:
    """Short explanations of the words of a council."""
    terms = ("suspension", "closed_part", "consent")
    entries = "".join(f"<div><dt>{say[term]}</dt><dd>{say[term + '_is']}</dd></div>" for term in terms)
    return f'<details><summary>{say["jargon"]}</summary><dl class="glossary">{entries}</dl></details>'
