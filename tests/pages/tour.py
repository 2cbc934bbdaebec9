"""A walk through all states of tests/screens: what axe finds, what the browser complains of, the HTML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from tests.pages import tools
from tests.screens import album, encrypted, overflow
from tests.screens.stage import Stage

# Chromium says this of every refused form too; what failed is noted from the answers themselves.
_OF_ANSWERS = "Failed to load resource: "

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# Modules fill in what stands there; what they make of it is seen in the states that show it.
_TEMPLATE = re.compile(r"<template\b.*?</template>", re.S)


@dataclass
class Sight:
    """What was seen of one state."""

    violations: list[str] = field(default_factory=list)
    overflows: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    html: str = ""


class Watch:
    """Over all windows of a stage: errors, breaches of the policy, requests to elsewhere, failed ones."""

    def __init__(self, stage: Stage) -> None:
        self._servers = stage.servers
        self.complaints: list[str] = []
        self.failures: list[str] = []
        self._document: Response | None = None
        for context in stage.contexts:
            self._over(context)

    def begin(self) -> None:
        """Forget what was before."""
        self.complaints, self.failures = [], []

    def html(self) -> str:
        """Of the page that was served last, as it was served."""
        assert self._document
        return self._document.text()

    def _over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not message.text.startswith(_OF_ANSWERS):
            self.complaints.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        sites = {urlsplit(server.url).netloc for server in self._servers}
        if address.scheme not in ("data", "blob") and address.netloc not in sites:
            self.complaints.append(f"request to elsewhere: {request.url}")

    def _response(self, response: Response) -> None:
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self._document = response
        if response.status >= 400:
            self.failures.append(f"{response.status} {_told(response.request)}")

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # as every one that a page leaves behind
            self.failures.append(f"{request.failure} {_told(request)}")


def _told(request: Request) -> str:
    return f"{request.method} {_UUID.sub('UUID', urlsplit(request.url).path)}"


class Examiner:
    """Asks axe about a page; where that runs no scripts, and so not axe, about a copy of it.

    The copy is the page's HTML without its scripts and with `noscript` open. It is
    looked at as it is narrow: wide, all but a few pages are what they are with scripts.
    """

    def __init__(self, browser: Browser) -> None:
        self._page = browser.new_page(bypass_csp=True)
        self._page.set_default_timeout(30_000)

    def look(self, page: Page, *, runs_scripts: bool) -> Sight:
        """In every width and scheme; in the dark at contrasts alone, for nothing else depends on the scheme."""
        shown = page if runs_scripts else self._copied(page)
        shown.evaluate(tools.axe())
        found: dict[str, list[str]] = {}
        sight = Sight()
        for width, scheme in album.looks(shown, album.WIDTHS if runs_scripts else ["narrow"]):
            sight.overflows += [f"{beyond} px, {width} {scheme}"] if (beyond := overflow(shown)) > 0 else []
            for sentence in _ask_axe(shown, contrast_alone=scheme != album.SCHEMES[0]):
                found.setdefault(sentence, []).append(f"{width} {scheme}")
        sight.violations = [f"{sentence} ({', '.join(where)})" for sentence, where in found.items()]
        return sight

    def _copied(self, page: Page) -> Page:
        html = re.sub(r"<script\b.*?</script>", "", page.content(), flags=re.S)
        html = re.sub(r"<(/?)noscript>", r"<\1div>", html)
        address = page.url.partition("#")[0]
        self._page.route(address, lambda route: route.fulfill(body=html, content_type="text/html; charset=utf-8"))
        self._page.goto(address)
        self._page.unroute(address)
        return self._page


def _ask_axe(page: Page, *, contrast_alone: bool) -> list[str]:
    # Off by itself, since it is new in WCAG 2.2; Lighthouse has it on.
    options: dict[str, Any] = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
    if contrast_alone:
        options["runOnly"] = ["color-contrast"]
    result = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))}: {node['failureSummary'].splitlines()[-1].strip()}"
        for violation in result["violations"]
        for node in violation["nodes"]
    ]


def walk(browser: Browser, *, scripts: bool) -> dict[str, Sight]:
    """See all states, with JavaScript, or without it those that do not need it."""
    with album.stage(browser, scripts=scripts) as stage:
        watch, examiner = Watch(stage), Examiner(browser)
        names = [name for name in album.STATES if scripts or name not in encrypted.STATES]
        sights = {name: _seen(stage, name, watch, examiner) for name in names}
    return {name: sight for name, sight in sights.items() if sight}


def _seen(stage: Stage, name: str, watch: Watch, examiner: Examiner) -> Sight | None:
    """None where the walk without scripts came to a state that needs them: the other one sees it."""
    watch.begin()
    page = album.STATES[name](stage)
    if page is stage.scripted and not stage.scripts:
        return None
    page.wait_for_load_state("load")
    # As they are now: axe asks for the stylesheets once more.
    complaints, failures = list(watch.complaints), list(watch.failures)
    runs_scripts = page is stage.scripted or (stage.scripts and page is stage.page)
    html = page.content() if runs_scripts else watch.html()
    sight = examiner.look(page, runs_scripts=runs_scripts)
    return replace(sight, complaints=complaints, failures=failures, html=_TEMPLATE.sub("", html))
