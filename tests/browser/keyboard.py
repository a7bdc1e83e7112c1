"""A person who uses no mouse: Tab, Shift+Tab, Space, Enter, arrows and letters, and always sees where the focus is."""

from typing import Any

from tests.browser.visitor import Visitor

MOST_STEPS = 150
# What has the focus: what it is called, whether its focus can be seen (a ring of its own, of its marker or its frame),
# and whether it is covered by something else or lies outside the window.
LOOK = """() => {
  const thing = document.activeElement, label = thing.labels?.[0] ?? thing;
  const ring = [null, "::before", "::after"].some((part) => {
    const style = getComputedStyle(thing, part);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
  });
  const box = (thing.getClientRects()[0] ?? thing.getBoundingClientRect());
  const x = Math.min(Math.max(box.x + box.width / 2, 1), innerWidth - 2);
  const y = Math.min(Math.max(box.y + box.height / 2, 1), innerHeight - 2);
  const above = document.elementFromPoint(x, y);
  const labels = [...(thing.labels ?? [])];
  const own = (node) => node && (node.contains(thing) || thing.contains(node) || labels.includes(node));
  const inside = box.bottom > 0 && box.top < innerHeight && box.width > 0;
  const words = label.getAttribute("aria-label") || label.textContent || thing.value || "";
  const text = words.replace(/\\s+/g, " ").trim();
  const { tagName: tag, name = "", type = "", value = "", checked = false } = thing;
  return { tag, name, type, value: String(value), checked, text, ring, seen: Boolean(inside && own(above)) };
}"""
# Every thing of the page that Tab should reach; of radio buttons with one name it reaches one.
REACHABLE = """() => {
  const groups = new Set(), found = [];
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]";
  for (const node of document.querySelectorAll(all)) {
    if (node.disabled || node.tabIndex < 0 || !node.checkVisibility()) continue;
    const group = node.type === "radio" && node.name && `${node.form?.action} ${node.name}`;
    if (group && groups.has(group)) continue;
    if (group) groups.add(group);
    found.push(node.tagName);
  }
  return found.length;
}"""


class Keyboard:
    """The keys of one visitor."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor, self._keys = visitor, visitor.page.keyboard

    def to(self, msgid: str = "", *, name: str = "", tag: str = "", back: bool = False, **words: Any) -> None:
        """Tab to what is called so (its words begin with the text), or to the field of this form name.

        `back` goes the other way, by Shift+Tab.
        """
        text, passed = self.visitor.say(msgid, **words) if msgid else "", []
        for _step in range(MOST_STEPS):
            thing = self._step(back)
            passed.append(thing["text"][:40])
            if self._is(thing, text, name, tag):
                return
        raise AssertionError(f"Tab never reaches {text or name!r} at {self.visitor.page.url}: {passed}")

    def _step(self, back: bool = False) -> dict[str, Any]:
        """One Tab; what has the focus then shows it."""
        self._keys.press("Shift+Tab" if back else "Tab")
        thing: dict[str, Any] = self.look()
        if thing["tag"] != "BODY":
            assert thing["ring"], f"no visible focus on {thing} at {self.visitor.page.url}"
            assert thing["seen"], f"the focus is hidden on {thing} at {self.visitor.page.url}"
        return thing

    def look(self) -> dict[str, Any]:
        """What has the focus."""
        found: dict[str, Any] = self.visitor.page.evaluate(LOOK)
        return found

    def _is(self, thing: dict[str, Any], text: str, name: str, tag: str) -> bool:
        if thing["tag"] == "BODY" or (tag and thing["tag"] != tag):
            return False
        return thing["name"] == name if name else thing["text"].startswith(text)

    def whole_round(self) -> int:
        """Tab through the whole page and out again: everything is reached, nothing holds the focus. Number of stops."""
        self._until_the_page_is_left()
        passed, expected = self._until_the_page_is_left(), self.visitor.page.evaluate(REACHABLE)
        assert len(passed) >= expected, (
            f"Tab passes over {expected - len(passed)} things at {self.visitor.page.url}: {passed}"
        )
        return len(passed)

    def _until_the_page_is_left(self) -> list[str]:
        passed: list[str] = []
        while (thing := self._step())["tag"] != "BODY":
            passed.append(thing["text"][:40] or thing["name"])
            assert len(passed) < MOST_STEPS, f"{self.visitor.page.url} holds the focus: {passed[-5:]}"
        return passed

    def type(self, text: str) -> None:
        """Letters, in place of what stands there."""
        self._keys.press("Control+a")
        self._keys.type(text)

    def write(self, text: str, msgid: str = "", *, name: str = "", **words: Any) -> None:
        """Tab to a field and type."""
        self.to(msgid, name=name, **words)
        self.type(text)
        self.visitor.fields += 1

    def space(self) -> None:
        """Tick what has the focus."""
        self._keys.press("Space")

    def tick(self, msgid: str = "", *, name: str = "", **words: Any) -> None:
        """Tab to a box and tick it."""
        self.to(msgid, name=name, **words)
        self.space()
        assert self.look()["checked"]
        self.visitor.fields += 1

    def choose(self, name: str, value: str) -> None:
        """Tab to a group of radio buttons, and by arrow to the one of this value."""
        self.to(name=name)
        if self.look()["value"] == value:
            self.space()
        for _option in range(20):
            thing = self.look()
            if thing["value"] == value and thing["checked"]:
                self.visitor.fields += 1
                return
            self._keys.press("ArrowDown")
        raise AssertionError(f"no {value!r} among {name!r} at {self.visitor.page.url}")

    def select(self, text: str, msgid: str = "", *, name: str = "") -> None:
        """Tab to a list and choose the option by its first letters."""
        self.to(msgid, name=name, tag="SELECT")
        self._keys.type(text)
        chosen = self.visitor.page.evaluate("document.activeElement.selectedOptions[0].textContent.trim()")
        assert chosen.startswith(text), f"{chosen!r} instead of {text!r} at {self.visitor.page.url}"
        self.visitor.fields += 1

    def enter(self, msgid: str = "", *, name: str = "", tag: str = "", **words: Any) -> None:
        """Follow or press what has the focus, or what Tab reaches by these words; the page that comes is examined."""
        if msgid or name:
            self.to(msgid, name=name, tag=tag, **words)
        with self.visitor.page.expect_navigation(wait_until="load"):
            self._keys.press("Enter")
        self.visitor.arrive()

    def press(self, msgid: str, **words: Any) -> None:
        """Tab to a button and press it; the page that comes is examined."""
        self.enter(msgid, tag="BUTTON", **words)

    def enter_in_place(self) -> None:
        """Follow what has the focus within the page."""
        self._keys.press("Enter")

    def press_in_place(self, msgid: str, **words: Any) -> None:
        """Tab to a button that changes a part of the page, and press it."""
        self.to(msgid, tag="BUTTON", **words)
        with self.visitor.page.expect_response(lambda response: response.request.method == "POST"):
            self._keys.press("Enter")
        self.visitor.page.wait_for_load_state("networkidle")

    def unfold(self, msgid: str) -> None:
        """Tab to a folded part and open it."""
        self.to(msgid, tag="SUMMARY")
        self._keys.press("Enter")

    def content(self) -> None:
        """By the first link of the page past the navigation."""
        self.to("Skip to content")
        self.enter_in_place()

    def download(self, msgid: str) -> bytes:
        """Tab to what downloads a file, press Enter; the file's content."""
        self.to(msgid)
        with self.visitor.page.expect_download() as waiting:
            self._keys.press("Enter")
        with open(waiting.value.path(), "rb") as file:
            return file.read()
